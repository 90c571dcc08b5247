"""A session of a backtest that records what its result needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from trading_api.backtest.session import BacktestSession
from trading_api.backtest.updates import AccountUpdate, BarClosed
from trading_api_client.strategy.lazy_list import LazyList
from trading_api_client.strategy.market_data import ClosedBar, TopOfBook
from trading_api_client.strategy.run_evaluation import ClosedBars, curve_of, mark_series
from trading_api_client.strategy.run_record import RunRecord
from trading_api_client.strategy.session_host import SessionHost
from trading_api_client.strategy.session_models import (
    to_cash_line,
    to_equity,
    to_execution,
    to_order,
    translated_errors,
)
from trading_api_client.strategy.session_source import SessionSource
from trading_api_client.strategy.spelling import canonical_resolution

SessionUpdate: TypeAlias = ClosedBar | TopOfBook | AccountUpdate


class TrackedSession:
    """Moves the market of a session, and records the bars that it closes."""

    def __init__(self, sessions: SessionSource, terms: Mapping[str, object]) -> None:
        self.session: BacktestSession = sessions.open()
        self.host = SessionHost(self.session)
        self._advance = self.session.advance
        self.bars = 0
        self.start_ms = self.session.now_ms
        self._sessions = sessions
        self._terms = terms
        self._closed: dict[tuple[str, str], ClosedBars] = {}
        self._spreads: dict[str, float] = {}

    def subscribe_bars(self, symbol: str, resolution: str) -> tuple[str, str]:
        """Return the closed bars from `next` on.

        Returns the symbol and the resolution as the bars name them: `1D` for `D`. Raises
        Refused."""
        with translated_errors():
            self.session.subscribe_bars(symbol, resolution)
            bare = self.session.instrument(symbol).symbol
            self._spreads.setdefault(bare, spread(self.session, bare))
        return bare, canonical_resolution(resolution)

    def subscribe_quotes(self, symbol: str) -> None:
        """Return the quotes from `next` on. Raises Refused."""
        with translated_errors():
            self.session.subscribe_quotes(symbol)

    def next(self) -> SessionUpdate | None:
        """Return the next update, or None at the end of the data."""
        update = self._advance()
        if isinstance(update, BarClosed):
            bar = ClosedBar(
                update.symbol,
                update.resolution,
                update.time,
                update.open,
                update.high,
                update.low,
                update.close,
                update.volume,
            )
            self.bars += 1
            bars = self._closed.get((bar.symbol, bar.resolution))
            if bars is None:
                bars = self._closed[bar.symbol, bar.resolution] = ClosedBars()
            bars.bars.append(bar)
            bars.instants.append(self.session.now_ms)
            return bar
        if update is None or isinstance(update, AccountUpdate):
            return update
        return TopOfBook(update.symbol, update.bid, update.ask, update.last)

    def record(self, strategy: str, parameters: Mapping[str, Any]) -> RunRecord:
        """Return the record of the run so far.

        Its orders are built at the first access to them. Access them before the session moves
        on."""
        session, account = self.session, self.session.account
        executions = [to_execution(each) for each in account.executions()]
        ledger = [to_cash_line(each) for each in account.ledger()]
        final = to_equity(account.equity())
        marks = mark_series(session, self._closed, self._spreads, executions)
        return RunRecord(
            strategy=strategy,
            parameters=parameters,
            account_id=account.account_id,
            currency=session.settings.account_currency,
            data=self._sessions.description,
            data_hash=self._sessions.data_hash,
            terms=self._terms,
            seed=session.settings.slippage_seed,
            path=self._sessions.path,
            start_ms=self.start_ms,
            end_ms=session.now_ms,
            bars=self.bars,
            ambiguous_bars=session.ambiguous_bars,
            liquidations=_liquidations(session),
            initial_balance=float(session.settings.initial_balance),
            final_equity=final,
            executions=executions,
            orders=LazyList(lambda: [to_order(each) for each in account.all_orders()]),
            ledger=ledger,
            curve=curve_of(session, self._closed, marks, ledger, executions, final),
            marks=marks,
            rejections=list(self.host.rejections),
        )


def spread(session: BacktestSession, symbol: str) -> float:
    """Return the present spread of a symbol."""
    quote = session.quote(symbol)
    return quote.ask - quote.bid


def _liquidations(session: BacktestSession) -> int:
    """Return how many orders closed a position by liquidation."""
    orders = (entry.order for entry in session.events() if entry.type == "orderPlaced")
    return sum(order is not None and order.is_liquidation for order in orders)
