"""A backtest that is moved bar by bar, in a notebook or the REPL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from trading_api_client.strategy.market_data import ClosedBar
from trading_api_client.strategy.result import Result
from trading_api_client.strategy.session_source import SessionSource
from trading_api_client.strategy.strategy import Strategy
from trading_api_client.strategy.tracked_session import TrackedSession


class InteractiveBacktest(Strategy):
    """A backtest account with the commands and queries of a strategy. `bars` moves its market.

    The default resolution of `history` is that of the last `bars`."""

    def __init__(self, sessions: SessionSource, terms: Mapping[str, object]) -> None:
        self._session = TrackedSession(sessions, terms)
        self._host = self._session.host
        self._subscribed: dict[tuple[str, str], tuple[str, str]] = {}

    def bars(self, symbol: str, resolution: str = "1") -> Iterator[ClosedBar]:
        """Move the market to the end of each bar of a symbol, and yield the bar.

        After a loop is left, the next `bars` continues with the bars after it. Raises Refused for
        an unknown symbol or resolution."""
        self.resolution = resolution
        subscribed = self._subscribed.get((symbol, resolution))
        if subscribed is None:
            subscribed = self._session.subscribe_bars(symbol, resolution)
            self._subscribed[symbol, resolution] = subscribed
        while (update := self._session.next()) is not None:
            if isinstance(update, ClosedBar) and (update.symbol, update.resolution) == subscribed:
                yield update

    def result(self) -> Result:
        """Return the result so far."""
        record = self._session.record("interactive", {})
        return Result(msgspec.structs.replace(record, orders=list(record.orders)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(now_ms={self.now_ms}, {self.equity()})"
