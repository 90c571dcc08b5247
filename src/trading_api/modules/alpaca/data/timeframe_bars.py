"""Reads pages of bars of any timeframe from the bars that a market stores."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.resolution import AHEAD_MS, DAY_MS, MINUTE_MS
from trading_api.modules.alpaca.data.page_token import PageToken
from trading_api.modules.alpaca.data.pages import SymbolPage
from trading_api.modules.alpaca.data.timeframes import Timeframe, base_length_ms
from trading_api.modules.alpaca.data.times import first_day_ms, last_day_ms, midnight_ms
from trading_api.modules.alpaca.data.windows import Window

BASE_BARS_MAX = 18_000
"""The most stored bars that one page is aggregated from, and the longest time of one query of the
history, in bar lengths."""


class TimeframeBars:
    """Reads bars of one instrument and timeframe. `now_ms` is the market's present.

    Times of bars are those that the market stores; `time_of` returns Alpaca's. A minute is read
    once it is over; a longer bar also while it is forming."""

    def __init__(
        self, history: MarketHistory, instrument: Instrument, timeframe: Timeframe, now_ms: int
    ) -> None:
        self._history = history
        self._symbol = instrument.symbol
        self._timeframe = timeframe
        self._zone = ZoneInfo(instrument.timezone)
        self._resolutions = instrument.resolutions or history.resolutions()
        self._base = timeframe.base(self._resolutions)
        newest_ms = now_ms - MINUTE_MS if timeframe.is_minute else now_ms + AHEAD_MS
        self._end_ms = newest_ms + 1

    def time_of(self, bar: Bar) -> int:
        """Return Alpaca's time of a bar: a day begins at midnight of its zone."""
        is_intraday = self._timeframe.is_intraday
        return bar.time_ms if is_intraday else midnight_ms(bar.time_ms, self._zone)

    def bounds(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Return the first and the last time at which the market may store a bar whose time for
        Alpaca is from `start_ms` to `end_ms`."""
        if self._timeframe.is_intraday:
            return start_ms, end_ms
        return first_day_ms(start_ms, self._zone), last_day_ms(end_ms, self._zone)

    async def read(self, name: str, window: Window) -> SymbolPage[Bar]:
        """Return the part of a window that begins at its token. `name` is for the next token."""
        start_ms, token = window.start_ms, window.token
        first_ms, last_ms = self.bounds(
            window.end_ms if start_ms is None else start_ms, window.end_ms
        )
        if start_ms is None:
            latest = await self.latest(last_ms, window.whole_limit)
            if not latest:
                return SymbolPage([], None)
            first_ms = latest[0].time_ms
        if token is not None and token.time_ms is not None:
            if window.is_descending:
                last_ms = min(last_ms, token.time_ms)
            else:
                first_ms = max(first_ms, token.time_ms)
        read = self.descending if window.is_descending else self.ascending
        bars, next_ms = await read(first_ms, last_ms, window.limit)
        return SymbolPage(bars, None if next_ms is None else PageToken(name, next_ms))

    async def latest(self, last_ms: int, count: int) -> Sequence[Bar]:
        """Return the latest bars that begin at `last_ms` or earlier, ascending."""
        bars, _ = await self.descending(-(2**53), last_ms, count)
        return bars[::-1]

    async def ascending(
        self, first_ms: int, last_ms: int, limit: int
    ) -> tuple[Sequence[Bar], int | None]:
        """Return the first bars that begin from `first_ms` to `last_ms`, and where the next one
        may begin; None where there is none."""
        if self._base is None or first_ms > last_ms:
            return [], None
        timeframe, per_bar = self._timeframe, self._timeframe.bars_per_bar(self._base)
        if per_bar > 1 and timeframe.start_of(first_ms) < first_ms:
            first_ms = timeframe.next_start(first_ms)
        stored, next_ms = await self._stored(
            first_ms, self._end_of(last_ms, per_bar), min((limit + 1) * per_bar, BASE_BARS_MAX)
        )
        if next_ms is not None and per_bar > 1:
            # The last bar may be incomplete: it is read again with the next page.
            next_ms = timeframe.start_of(next_ms)
            stored = [bar for bar in stored if bar.time_ms < next_ms]
        bars = timeframe.combine(stored, self._base)
        if len(bars) > limit:
            next_ms = bars[limit].time_ms
        return bars[:limit], next_ms

    async def descending(
        self, first_ms: int, last_ms: int, limit: int
    ) -> tuple[Sequence[Bar], int | None]:
        """Return the last bars that begin from `first_ms` to `last_ms`, newest first, and at which
        time the next one begins; None where there is none."""
        if self._base is None or first_ms > last_ms:
            return [], None
        timeframe, base = self._timeframe, self._base
        per_bar = timeframe.bars_per_bar(base)
        end_ms = self._end_of(last_ms, per_bar)
        wanted = min((limit + 1) * per_bar, BASE_BARS_MAX)
        stored = await self._history.bars(self._symbol, base, end_ms, end_ms, wanted)
        bars = timeframe.combine(stored, base)
        if len(stored) == wanted and per_bar > 1:
            del bars[0]  # it may be incomplete
        found = [bar for bar in reversed(bars) if bar.time_ms >= first_ms]
        if len(found) > limit:
            return found[:limit], found[limit].time_ms
        if found and len(found) == len(bars) and len(stored) == wanted:
            return found, timeframe.start_of(found[-1].time_ms - 1)
        return found, None

    def _end_of(self, last_ms: int, per_bar: int) -> int:
        """Return the exclusive end of the stored bars that a bar beginning at `last_ms` contains. A
        bar that is stored as it is may begin with its session, and not at a full hour."""
        end_ms = last_ms + 1 if per_bar == 1 else self._timeframe.next_start(last_ms)
        return min(end_ms, self._end_ms)

    async def _stored(self, first_ms: int, end_ms: int, limit: int) -> tuple[list[Bar], int | None]:
        """Return the first stored bars within [first_ms, end_ms), and the time of the next one."""
        assert self._base is not None
        bar_ms = base_length_ms(self._base)
        found: list[Bar] = []
        span = limit
        while first_ms < end_ms:
            until_ms = min(end_ms, first_ms + span * bar_ms)
            bars = await self._history.bars(self._symbol, self._base, first_ms, until_ms)
            found += bars
            if len(found) > limit:
                return found[:limit], found[limit].time_ms
            # Where trading pauses, fewer bars are found than the time could hold.
            span = min(2 * span, BASE_BARS_MAX) if len(bars) < span // 2 else span
            first_ms = until_ms if bars else await self._with_bars(until_ms, end_ms)
        return found, None

    async def _with_bars(self, first_ms: int, end_ms: int) -> int:
        """Return `first_ms`, or a later time such that no bar is between them."""
        if "1M" not in self._resolutions or self._base == "1M":
            return first_ms
        month_ms = 31 * DAY_MS
        months = await self._history.bars(self._symbol, "1M", first_ms - month_ms, end_ms)
        # A bar begins at most a trading day before its month, and within it.
        following = [each.time_ms for each in months if each.time_ms + month_ms > first_ms]
        return max(first_ms, following[0] - AHEAD_MS) if following else end_ms
