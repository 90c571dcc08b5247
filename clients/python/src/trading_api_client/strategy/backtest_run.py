"""One run of a strategy in a backtest."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from trading_api.backtest.updates import AccountUpdate
from trading_api_client.strategy.market_data import ClosedBar
from trading_api_client.strategy.progress import Progress
from trading_api_client.strategy.run_record import RunRecord
from trading_api_client.strategy.session_models import to_execution, to_order
from trading_api_client.strategy.session_source import SessionSource
from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.strategy_creation import (
    bar_subscriptions,
    create_strategy,
    handles_quotes,
    used_parameters,
)
from trading_api_client.strategy.tracked_session import TrackedSession

_BARS_BETWEEN_PROGRESS = 1_000


class BacktestRun:
    """Passes the updates of a session to the callbacks of a strategy."""

    def __init__(
        self,
        sessions: SessionSource,
        terms: Mapping[str, object],
        strategy_class: type[Strategy],
        parameters: Mapping[str, Any],
    ) -> None:
        self._market = TrackedSession(sessions, terms)
        self._strategy = create_strategy(strategy_class, parameters, self._market.host)
        self._parameters = used_parameters(self._strategy)

    def run(self, progress: bool) -> RunRecord:
        """Run to the end of the data or until the strategy stops, and return the record of the
        run."""
        for symbol, resolution in bar_subscriptions(self._strategy):
            self._market.subscribe_bars(symbol, resolution)
        if handles_quotes(self._strategy):
            for symbol in self._strategy.symbols:
                self._market.subscribe_quotes(symbol)
        with infrequent_garbage_collection():
            try:
                self._strategy.on_start()
                with Progress(100, "%", progress) as shown:
                    self._serve(shown)
            finally:
                self._strategy.on_stop()
            return self._market.record(type(self._strategy).__name__, self._parameters)

    def _serve(self, shown: Progress) -> None:
        """Call the callbacks, in order."""
        market, host, strategy = self._market, self._market.host, self._strategy
        is_reporting = _reports_account(strategy)
        while not host.is_stopped:
            update = market.next()
            if isinstance(update, ClosedBar):
                strategy.on_bar(update)
                self._report_all(is_reporting)
                if market.bars % _BARS_BETWEEN_PROGRESS == 0:
                    shown.reach(self._percent_done())
            elif isinstance(update, AccountUpdate):
                if is_reporting:
                    self._report(update)
            elif update is None:
                return
            else:
                strategy.on_quote(update)

    def _report_all(self, is_reporting: bool) -> None:
        """Report what the account has done, before another bar of the same instant: a live strategy
        receives that later."""
        host, session = self._market.host, self._market.session
        waiting = deque(session.take_account_updates())
        while waiting and is_reporting and not host.is_stopped:
            self._report(waiting.popleft())
            waiting.extend(session.take_account_updates())

    def _percent_done(self) -> int:
        start_ms, session = self._market.start_ms, self._market.session
        return 100 * (session.now_ms - start_ms) // max(1, session.end_ms - start_ms)

    def _report(self, update: AccountUpdate) -> None:
        if (execution := update.execution) is not None:
            self._strategy.on_execution(to_execution(execution))
            if self._market.host.is_stopped:
                return
        if (order := update.order) is not None:
            self._strategy.on_order(to_order(order))


@contextmanager
def infrequent_garbage_collection() -> Iterator[None]:
    """Collect cyclic garbage a hundred times less often than by default.

    A backtest makes many objects that live until its end, and hardly any cycles. The default
    collections take a sixth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(before[0] * 100, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _reports_account(strategy: Strategy) -> bool:
    """Return whether the strategy overrides a callback of the account."""
    return (type(strategy).on_execution, type(strategy).on_order) != (
        Strategy.on_execution,
        Strategy.on_order,
    )
