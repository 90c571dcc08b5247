"""The closed minutes of a live market: loaded, completed, compared with the venue's, stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.gap_filling import (
    CANDLES_PER_PAGE,
    GapFilling,
    Missing,
)
from trading_api.modules.datafeed.venues.live_statistics import LiveStatistics
from trading_api.modules.datafeed.venues.live_symbol import LiveSymbol
from trading_api.modules.datafeed.venues.messages import Candle, VenueListing

CHECK_DELAY_MS = 5_000
"""A minute is compared with the venue's candle so long after its end, at the earliest."""
_PAGE_MS = CANDLES_PER_PAGE * MINUTE_MS

log = logging.getLogger(__name__)


class LiveHistory:
    """Keeps `history_ms` of minutes. Only what the venue's candles confirmed is stored, so that a
    correction takes effect at the next start: until then history is what was streamed."""

    def __init__(
        self,
        store: BarHistoryStore,
        filling: GapFilling,
        statistics: LiveStatistics,
        history_ms: int,
    ) -> None:
        self._store = store
        self._filling = filling
        self._statistics = statistics
        self._history_ms = history_ms
        self._covered: dict[str, tuple[int, int]] = {}
        self._complete: set[str] = set()

    def load(self, listing: VenueListing, now_ms: int) -> BarColumns:
        """Return the stored minutes of a symbol. Those that are too old to be continued are
        deleted."""
        symbol, first_ms = listing.instrument.symbol, now_ms - self._history_ms
        covered = self._store.coverage(symbol)
        if covered is not None and covered[1] < first_ms:
            self._store.delete(symbol)
            covered = None
        if covered is not None:
            self._covered[symbol] = covered
        return self._store.minutes(symbol, first_ms)

    def first_wanted_ms(self, now_ms: int) -> int:
        """Return the start of what is requested before a symbol goes live that has no history.
        Older minutes follow later."""
        first_ms = now_ms - min(self._history_ms, _PAGE_MS - MINUTE_MS)
        return first_ms // MINUTE_MS * MINUTE_MS

    def append(self, symbol: LiveSymbol, missing: Missing) -> None:
        """Put the venue's candles in the place of the forming minute and after it."""
        symbol.bars.drop_forming()
        last_ms = symbol.bars.last_closed_ms
        symbol.bars.append(_columns(each for each in missing.minutes if each[0] > last_ms))
        if not missing.minutes:
            return
        name = symbol.symbol
        start_ms, end_ms = missing.start_ms, missing.minutes[-1][0] + MINUTE_MS
        covered = self._covered.get(name)
        # Otherwise minutes between are not confirmed yet; `check` requests all of them.
        if covered is None or start_ms <= covered[1]:
            self._put(name, missing.minutes, start_ms, end_ms)

    async def check(self, symbol: LiveSymbol, now_ms: int) -> None:
        """Store the venue's candles of the minutes that closed since the last check, and count
        those that differ from what was streamed. Raises ConnectorEnded."""
        covered = self._covered.get(symbol.symbol)
        start_ms = covered[1] if covered else symbol.bars.first_ms
        end_ms = (now_ms - CHECK_DELAY_MS) // MINUTE_MS * MINUTE_MS
        newest_ms = symbol.bars.newest_ms
        if newest_ms > symbol.bars.last_closed_ms:
            end_ms = min(end_ms, newest_ms)  # it is forming
        if start_ms < 0 or start_ms >= end_ms:
            return
        candles = await self._filling.minutes(symbol, start_ms, end_ms)
        if not candles:
            return
        end_ms = candles[-1][0] + MINUTE_MS
        self._compare(symbol, candles, symbol.bars.closed(start_ms, end_ms))
        await asyncio.to_thread(self._store.put, symbol.symbol, candles, start_ms, end_ms)
        self._note(symbol.symbol, start_ms, end_ms)

    async def extend(self, symbol: LiveSymbol, now_ms: int) -> bool:
        """Request a page of older minutes. Return whether there may be more. Raises
        ConnectorEnded."""
        name, first_ms = symbol.symbol, now_ms - self._history_ms
        covered = self._covered.get(name)
        if name in self._complete or covered is None:
            return False
        end_ms = covered[0]
        start_ms = max(end_ms - _PAGE_MS, first_ms // MINUTE_MS * MINUTE_MS)
        if start_ms >= end_ms:
            self._complete.add(name)
            return False
        candles = await self._filling.minutes(symbol, start_ms, end_ms)
        if not candles:
            self._complete.add(name)  # the venue has nothing older
            return False
        symbol.bars.prepend(_columns(each for each in candles if each[0] < symbol.bars.first_ms))
        await asyncio.to_thread(self._store.put, name, candles, start_ms, end_ms)
        self._note(name, start_ms, end_ms)
        return True

    async def check_listings(self, listings: Sequence[VenueListing]) -> None:
        """Compare listings with the venue's. One that changed, such as its tick, is stored for the
        next start. Raises ConnectorEnded."""
        known = {each.venue_symbol: each.instrument for each in listings}
        for listing in await self._filling.listings(list(known)):
            if listing.instrument != known.get(listing.venue_symbol):
                symbol = listing.instrument.symbol
                log.warning("market_listing_changed", extra={"symbol": symbol})
                await asyncio.to_thread(self._store.save_next_listing, listing)

    def _compare(self, symbol: LiveSymbol, candles: Sequence[Candle], streamed: BarColumns) -> None:
        ours = {bar.time_ms: bar for bar in streamed}
        theirs = {each[0]: Bar(*each) for each in candles if each[5]}
        for time_ms in sorted(ours.keys() | theirs.keys()):
            if ours.get(time_ms) != theirs.get(time_ms):
                self._statistics.corrections += 1
                log.warning(
                    "market_correction",
                    extra={
                        "symbol": symbol.symbol,
                        "time_ms": time_ms,
                        "streamed": str(ours.get(time_ms)),
                        "corrected": str(theirs.get(time_ms)),
                    },
                )

    def _put(self, name: str, candles: Sequence[Candle], start_ms: int, end_ms: int) -> None:
        self._store.put(name, candles, start_ms, end_ms)
        self._note(name, start_ms, end_ms)

    def _note(self, name: str, start_ms: int, end_ms: int) -> None:
        before = self._covered.get(name, (start_ms, end_ms))
        self._covered[name] = (min(before[0], start_ms), max(before[1], end_ms))


def _columns(candles: Iterable[Candle]) -> BarColumns:
    """Return the candles as bars, without those of minutes in which nothing traded."""
    return BarColumns.from_bars(Bar(*each) for each in candles if each[5])
