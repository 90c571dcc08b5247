"""One run of a strategy in a backtest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trading_api.backtest.session import BacktestSession
from trading_api.backtest.updates import AccountUpdate, BarClosed
from trading_api_client.strategy.market_data import ClosedBar, TopOfBook
from trading_api_client.strategy.progress import Progress
from trading_api_client.strategy.run_evaluation import (
    ClosedBars,
    curve_of,
    mark_series,
    spreads,
)
from trading_api_client.strategy.run_record import RunRecord
from trading_api_client.strategy.session_host import SessionHost
from trading_api_client.strategy.session_models import (
    refusals,
    to_cash_line,
    to_equity,
    to_execution,
    to_order,
)
from trading_api_client.strategy.session_source import SessionSource
from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.strategy_creation import (
    create_strategy,
    followed_bars,
    follows_quotes,
    used_parameters,
)

_BARS_BETWEEN_PROGRESS = 1_000


class BacktestRun:
    """Moves the market of a session, and calls the strategy."""

    def __init__(
        self,
        sessions: SessionSource,
        terms: Mapping[str, object],
        strategy_class: type[Strategy],
        parameters: Mapping[str, Any],
    ) -> None:
        self._sessions = sessions
        self._terms = terms
        self._session: BacktestSession = sessions.open()
        self._host = SessionHost(self._session)
        self._strategy = create_strategy(strategy_class, parameters, self._host)
        self._parameters = used_parameters(self._strategy)
        self._closed: dict[tuple[str, str], ClosedBars] = {}
        self._bars = 0

    def run(self, progress: bool) -> RunRecord:
        """Run to the end of the data or until the strategy stops, and return what happened."""
        session, strategy = self._session, self._strategy
        start_ms = session.now_ms
        with refusals():
            self._follow()
        self._spreads = spreads(session, strategy.symbols)
        try:
            strategy.on_start()
            with Progress(100, "%", progress) as shown:
                self._serve(shown, start_ms)
        finally:
            strategy.on_stop()
        return self._record(start_ms)

    def _follow(self) -> None:
        for symbol, resolution in followed_bars(self._strategy):
            self._session.follow_bars(symbol, resolution)
        if follows_quotes(self._strategy):
            for symbol in self._strategy.symbols:
                self._session.follow_quotes(symbol)

    def _serve(self, shown: Progress, start_ms: int) -> None:
        """Take each update to its callback, in order."""
        session, host, strategy = self._session, self._host, self._strategy
        is_reporting = _reports_account(strategy)
        length_ms = max(1, session.end_ms - start_ms)
        while not host.is_stopped:
            update = session.advance()
            if isinstance(update, BarClosed):
                self._note(update)
                strategy.on_bar(
                    ClosedBar(
                        update.symbol,
                        update.resolution,
                        update.time,
                        update.open,
                        update.high,
                        update.low,
                        update.close,
                        update.volume,
                    )
                )
                if self._bars % _BARS_BETWEEN_PROGRESS == 0:
                    shown.reach(100 * (session.now_ms - start_ms) // length_ms)
            elif isinstance(update, AccountUpdate):
                if is_reporting:
                    self._report(update)
            elif update is None:
                return
            else:
                strategy.on_quote(TopOfBook(update.symbol, update.bid, update.ask, update.last))

    def _note(self, update: BarClosed) -> None:
        self._bars += 1
        key = (update.symbol, update.resolution)
        bars = self._closed.get(key)
        if bars is None:
            bars = self._closed[key] = ClosedBars()
        bars.add(self._session.now_ms, update.open, update.close)

    def _report(self, update: AccountUpdate) -> None:
        if (execution := update.execution) is not None:
            self._strategy.on_execution(to_execution(execution))
            if self._host.is_stopped:
                return
        if (order := update.order) is not None:
            self._strategy.on_order(to_order(order))

    def _record(self, start_ms: int) -> RunRecord:
        session, strategy, account = self._session, self._strategy, self._session.account
        executions = [to_execution(each) for each in account.executions()]
        ledger = [to_cash_line(each) for each in account.ledger()]
        final = to_equity(account.equity())
        marks = mark_series(session, self._closed, self._spreads)
        return RunRecord(
            strategy=type(strategy).__name__,
            parameters=self._parameters,
            account_id=account.account_id,
            currency=session.settings.account_currency,
            data=self._sessions.description,
            data_hash=self._sessions.data_hash,
            terms=self._terms,
            seed=session.settings.slippage_seed,
            path="nearer extreme first",
            start_ms=start_ms,
            end_ms=session.now_ms,
            bars=self._bars,
            both_reached_bars=0,
            liquidations=_liquidations(session),
            initial_balance=float(session.settings.initial_balance),
            final_equity=final,
            executions=executions,
            orders=[to_order(each) for each in account.all_orders()],
            ledger=ledger,
            curve=curve_of(session, self._closed, marks, ledger, executions, final),
            marks=marks,
            refusals=self._host.refusals,
        )


def _reports_account(strategy: Strategy) -> bool:
    """Return whether the strategy overrides a callback of the account."""
    return (type(strategy).on_execution, type(strategy).on_order) != (
        Strategy.on_execution,
        Strategy.on_order,
    )


def _liquidations(session: BacktestSession) -> int:
    """Return how many orders closed a position by force."""
    orders = (entry.order for entry in session.events() if entry.type == "orderPlaced")
    return sum(order is not None and order.is_liquidation for order in orders)
