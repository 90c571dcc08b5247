"""Moves the market of a backtest from one instant of interest to the next."""

from __future__ import annotations

from typing import Protocol

from trading_api.backtest.backtest_broker import BacktestBroker
from trading_api.backtest.bar_history import HistoryColumns, read_history
from trading_api.backtest.market_updates import MarketSubscriptions
from trading_api.domain.instrument import Instrument
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.market.step_clock import SteppableSource


class MarketSteps(Protocol):
    """Moves the market, and appends what it reports to the updates of a session."""

    def subscribe_bars(self, symbol: str, resolution: str) -> None:
        """Report the closed bars of a symbol from now on."""
        ...

    def subscribe_quotes(self, symbol: str) -> None:
        """Report the changed quotes of a symbol from now on."""
        ...

    def step_instant(self, until_ms: int) -> bool:
        """Play the next instant of interest if it is at or before `until_ms`, and return True.
        Otherwise move the present to `until_ms` and return False."""
        ...

    def history(self, instrument: Instrument, resolution: str, count: int) -> HistoryColumns:
        """Return the last `count` closed bars, or fewer if there are fewer."""
        ...


class EveryStep:
    """Plays every step of any source. Implements MarketSteps."""

    def __init__(
        self,
        source: SteppableSource,
        market: PublishedMarket,
        broker: BacktestBroker,
        subscriptions: MarketSubscriptions,
    ) -> None:
        self._source = source
        self._market = market
        self._broker = broker
        self._subscriptions = subscriptions

    def subscribe_bars(self, symbol: str, resolution: str) -> None:
        self._subscriptions.subscribe_bars(symbol, resolution)

    def subscribe_quotes(self, symbol: str) -> None:
        self._subscriptions.subscribe_quotes(symbol)

    def step_instant(self, until_ms: int) -> bool:
        if not self._step(until_ms):
            return False
        while self._step(self._source.now_ms):
            pass
        return True

    def history(self, instrument: Instrument, resolution: str, count: int) -> HistoryColumns:
        return read_history(self._source, instrument, resolution, count)

    def _step(self, until_ms: int) -> bool:
        has_stepped = self._source.step(until_ms, self._market)
        self._broker.settle()
        return has_stepped
