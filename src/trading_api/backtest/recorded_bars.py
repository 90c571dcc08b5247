"""The recorded bars of one symbol, as a backtest moves through them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trading_api.backtest.bar_history import HistoryColumns, to_history
from trading_api.backtest.quiet_prices import ANY_PRICE, NO_PRICE, PriceRange
from trading_api.backtest.updates import BarClosed, Update
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.replay.bar_scan import BarScan
from trading_api.modules.datafeed.replay.bar_track import BarTrack
from trading_api.modules.datafeed.storage.bar_columns import Int64s
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

NEVER_MS = 1 << 62


class ClosedBars:
    """All bars of one resolution, and the number of the recorded row with which each begins."""

    def __init__(self, series: BarSeries, resolution: str) -> None:
        columns, rows = series.all_bars(resolution)
        self.resolution = resolution
        self.columns = to_history(columns, series.instrument)
        self._first_rows = rows
        self._rows: list[int] | None = None if _is_every_row(rows, series) else rows.tolist()
        self._lists: list[list[float]] = []

    def closed_count(self, row: int) -> int:
        """Return how many bars are over in the middle of a row."""
        if self._rows is None:
            return row
        return int(self._first_rows.searchsorted(row, "right")) - 1

    def next_first_row(self, row: int) -> int:
        """Return the row with which the next bar begins after a row, or the number of rows beyond
        the end."""
        if self._rows is None:
            return row + 1
        following = self.closed_count(row) + 1
        return self._rows[following] if following < len(self._rows) else NEVER_MS

    def last(self, row: int, count: int) -> HistoryColumns:
        """Return the last `count` bars that are over in the middle of a row."""
        end = self.closed_count(row)
        start = max(0, end - count)
        each = self.columns
        return HistoryColumns(
            each.time[start:end],
            each.open[start:end],
            each.high[start:end],
            each.low[start:end],
            each.close[start:end],
            each.volume[start:end],
        )

    def closed(self, symbol: str, number: int) -> BarClosed:
        """Return the report of a bar."""
        if not self._lists:
            each = self.columns
            arrays = (each.time, each.open, each.high, each.low, each.close, each.volume)
            self._lists = [array.tolist() for array in arrays]
        time, open_, high, low, close, volume = self._lists
        return BarClosed(
            symbol,
            self.resolution,
            int(time[number]),
            open_[number],
            high[number],
            low[number],
            close[number],
            volume[number],
        )


class RecordedSymbol:
    """One symbol of a replay. `quiet` are the last prices that need no quote.

    `stop_ms` is the next instant at which a followed bar closes, or a price is not quiet; then
    `stop_is_quoted`. `find_stop` sets them."""

    def __init__(self, track: BarTrack) -> None:
        self.track = track
        self.symbol = track.instrument.symbol
        self.quiet: PriceRange = ANY_PRICE
        self.stop_ms = 0
        self.stop_is_quoted = False
        self._scan = BarScan(track)
        self._series = track.series
        self._opens: list[int] = self._series.recorded.open.tolist()
        self._starts_ms = _first_ticks_ms(self._series)
        self._closed: dict[str, ClosedBars] = {}
        self._followed: list[ClosedBars] = []
        self._stop_tick = 0

    @property
    def instrument(self) -> Instrument:
        return self.track.instrument

    def bars(self, resolution: str) -> ClosedBars:
        """Return the bars of a resolution, which are built at the first call."""
        if resolution not in self._closed:
            self._closed[resolution] = ClosedBars(self._series, resolution)
        return self._closed[resolution]

    def follow(self, resolution: str) -> None:
        """Stop where a bar of the resolution closes."""
        bars = self.bars(resolution)
        if bars not in self._followed:
            self._followed.append(bars)

    def history(self, resolution: str, count: int) -> HistoryColumns:
        """Return the last `count` bars that are over."""
        return self.bars(resolution).last(self._row, count)

    def find_stop(self) -> None:
        """Find the next stop after what has been played."""
        track, (low, high) = self.track, self.quiet
        if self.quiet is NO_PRICE:
            self._stop_at(track.ticks, is_quoted=True)
            return
        row, rows = self._row, len(self._opens)
        closing = min((each.next_first_row(row) for each in self._followed), default=NEVER_MS)
        end = min(closing, rows)
        if self.quiet is not ANY_PRICE:
            found = self._scan.next_outside(low, high, end)
            if found is not None:
                self._stop_at(found, is_quoted=True)
                return
        if closing < rows:
            is_quoted = not low <= self._opens[closing] <= high
            self._stop_at(closing * TICKS_PER_BAR, is_quoted=is_quoted)
        else:
            self.stop_ms = NEVER_MS

    def next_tick_ms(self, since_ms: int) -> int:
        """Return when the next tick at `since_ms` or later is."""
        schedule = self._series.schedule
        tick = max(self.track.ticks, schedule.tick_count(since_ms - 1))
        return schedule.tick_ms(tick) if tick < self._tick_count else NEVER_MS

    def skip(self, instant_ms: int, updates: deque[Update]) -> None:
        """Play the ticks up to an instant without a quote, and report the bars that close."""
        if self.stop_ms == instant_ms:
            ticks = self._stop_tick + 1
        else:
            ticks = self._series.schedule.tick_count(instant_ms)
        self._move(ticks, updates)

    def skip_before(self, instant_ms: int, updates: deque[Update]) -> None:
        """Play the ticks before an instant without a quote."""
        if self.stop_ms == instant_ms:
            ticks = self._stop_tick
        else:
            ticks = self._series.schedule.tick_count(instant_ms - 1)
        self._move(ticks, updates)

    def close_bars(self, updates: deque[Update]) -> None:
        """Report the bars that close with the next tick."""
        self._report(self._row, self.track.ticks // TICKS_PER_BAR, updates)

    def has_tick_at(self, instant_ms: int) -> bool:
        """Return whether the next tick is at an instant."""
        ticks = self.track.ticks
        return ticks < self._tick_count and self._series.schedule.tick_ms(ticks) == instant_ms

    def _move(self, ticks: int, updates: deque[Update]) -> None:
        before = self._row
        self.track.ticks = max(self.track.ticks, ticks)
        self._report(before, self._row, updates)

    def _report(self, before: int, row: int, updates: deque[Update]) -> None:
        if before == row:
            return
        for bars in self._followed:
            for number in range(bars.closed_count(before), bars.closed_count(row)):
                updates.append(bars.closed(self.symbol, number))

    def _stop_at(self, tick: int, *, is_quoted: bool) -> None:
        self._stop_tick, self.stop_is_quoted = tick, is_quoted
        if tick >= self._tick_count:
            self.stop_ms = NEVER_MS
            return
        row, part = divmod(tick, TICKS_PER_BAR)
        self.stop_ms = self._series.schedule.tick_ms(tick) if part else self._starts_ms[row]

    @property
    def _row(self) -> int:
        """The number of the last row that has begun."""
        return (self.track.ticks - 1) // TICKS_PER_BAR

    @property
    def _tick_count(self) -> int:
        return len(self._opens) * TICKS_PER_BAR


def _is_every_row(rows: Int64s, series: BarSeries) -> bool:
    return len(rows) == len(series.recorded)


def _first_ticks_ms(series: BarSeries) -> Sequence[int]:
    """Return the instant of the first tick of each row."""
    if series.step_ms < DAY_MS:
        times_ms: list[int] = series.recorded.time_ms.tolist()
        return times_ms
    return [series.schedule.bar_ticks_ms(row)[0] for row in range(len(series.recorded))]
