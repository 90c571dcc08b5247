"""Moves a replay of recorded bars, and leaves out the quotes that change nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from trading_api.backtest.backtest_broker import BacktestBroker
from trading_api.backtest.bar_history import HistoryColumns
from trading_api.backtest.market_updates import MarketSubscriptions
from trading_api.backtest.recorded_bars import RecordedSymbol
from trading_api.backtest.updates import Update
from trading_api.domain.instrument import Instrument
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.replay.bar_skip import NEVER_MS, time_check_ms
from trading_api.modules.datafeed.replay.bar_track import BarTrack, timeline
from trading_api.modules.datafeed.replay.playable import PlayedTick
from trading_api.modules.datafeed.replay.quiet_prices import NO_PRICE
from trading_api.modules.datafeed.replay.replay import Replay


class SkippingSteps:
    """Stops only where a subscribed bar closes, a quote may change the account, an order expires,
    or a session is about to close. Implements MarketSteps.

    It makes a quote only where the quote may change the account, or is subscribed. Its events and
    updates are those of EveryStep."""

    def __init__(
        self,
        replay: Replay,
        tracks: Sequence[BarTrack],
        market: PublishedMarket,
        broker: BacktestBroker,
        subscriptions: MarketSubscriptions,
        updates: deque[Update],
    ) -> None:
        self._replay = replay
        self._tracks = tracks
        self._market = market
        self._broker = broker
        self._subscriptions = subscriptions
        self._updates = updates
        self._symbols = [RecordedSymbol(each) for each in tracks]
        self._by_name = {each.symbol: each for each in self._symbols}
        self._only = self._symbols[0] if len(self._symbols) == 1 else None
        self._quoted: set[str] = set()
        self._step_ms = time_check_ms(tracks)
        self._time_ms: int | None = None
        self._version = -1

    def subscribe_bars(self, symbol: str, resolution: str) -> None:
        self._by_name[symbol].subscribe(resolution)
        self._version = -1

    def subscribe_quotes(self, symbol: str) -> None:
        self._subscriptions.subscribe_quotes(symbol)
        self._quoted.add(symbol)
        self._version = -1

    def history(self, instrument: Instrument, resolution: str, count: int) -> HistoryColumns:
        return self._by_name[instrument.symbol].history(resolution, count)

    def step_instant(self, until_ms: int) -> bool:
        if self._version != self._broker.version:
            self._find_stops()
        only = self._only
        if only is not None and self._is_quiet(only, until_ms):  # most steps
            stop_ms = only.stop_ms
            only.pass_stop(self._updates)
            self._go_on_at(stop_ms)
            return True
        stop_ms, is_quoted = self._next_stop()
        if stop_ms > until_ms:
            self._skip(until_ms)
            self._replay.step(until_ms, self._market)
            self._broker.settle()
            return False
        if is_quoted:
            self._play(stop_ms)
        else:
            self._skip(stop_ms)
        return True

    def _is_quiet(self, only: RecordedSymbol, until_ms: int) -> bool:
        """Return whether the next stop of the only symbol comes first and needs no quote."""
        if only.stop_is_quoted or only.stop_ms > until_ms:
            return False
        return self._time_ms is None or only.stop_ms < self._time_ms

    def _next_stop(self) -> tuple[int, bool]:
        """Return the next instant to stop at, and whether to make its quotes."""
        stop_ms, is_quoted = NEVER_MS, False
        for each in self._symbols:
            if each.stop_ms < stop_ms:
                stop_ms, is_quoted = each.stop_ms, each.stop_is_quoted
            elif each.stop_ms == stop_ms:
                is_quoted = is_quoted or each.stop_is_quoted
        if self._time_ms is not None and self._time_ms <= stop_ms:
            return self._time_ms, True
        return stop_ms, is_quoted

    def _skip(self, instant_ms: int) -> None:
        """Play all ticks up to an instant without quotes."""
        for each in self._symbols:
            each.skip(instant_ms, self._updates)
        self._go_on_at(instant_ms)

    def _play(self, instant_ms: int) -> None:
        """Play all ticks before an instant without quotes, and make the quotes of the instant."""
        for each in self._symbols:
            each.skip_before(instant_ms, self._updates)
        self._go_on_at(instant_ms)
        for each in self._symbols:
            if each.has_tick_at(instant_ms):
                each.close_bars(self._updates)
                self._replay.step(instant_ms, self._market)
                self._broker.settle()
        self._find_stops()

    def _go_on_at(self, instant_ms: int) -> None:
        self._replay.skip(instant_ms, self._ticks_ahead)
        for interest in self._market.interest.values():
            interest.latest = None  # the source has the quote

    def _ticks_ahead(self) -> Iterator[PlayedTick]:
        return timeline(self._tracks, self._replay.now_ms)

    def _find_stops(self) -> None:
        """Find the stops of all symbols after the account may have changed."""
        broker = self._broker
        self._version = broker.version
        for each in self._symbols:
            if each.symbol in self._quoted:
                each.quiet = NO_PRICE
            else:
                each.quiet = broker.quiet_prices(each.instrument)
            each.find_stop()
        time_ms = broker.next_time_ms(self._step_ms)
        self._time_ms = None
        if time_ms is not None:
            self._time_ms = min(each.next_tick_ms(time_ms) for each in self._symbols)


def bar_tracks(source: object) -> Sequence[BarTrack]:
    """Return the symbols of a replay of recorded bars, or an empty list for another source."""
    return source.bar_tracks if isinstance(source, Replay) else ()
