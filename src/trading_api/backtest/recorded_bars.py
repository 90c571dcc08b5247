"""The recorded bars of one symbol, and the position of a backtest in them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trading_api.backtest.bar_history import HistoryColumns, to_history
from trading_api.backtest.updates import BarClosed, Update
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.replay.bar_scan import BarScan
from trading_api.modules.datafeed.replay.bar_skip import NEVER_MS
from trading_api.modules.datafeed.replay.bar_track import BarTrack
from trading_api.modules.datafeed.replay.quiet_prices import ANY_PRICE, NO_PRICE, PriceRange
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR


class ClosedBars:
    """All bars of one resolution, and the number of the recorded row with which each one begins."""

    def __init__(self, series: BarSeries, resolution: str) -> None:
        columns, rows = series.all_bars(resolution)
        self.resolution = resolution
        self.columns = to_history(columns, series.instrument)
        self._first_rows = rows
        self.is_recorded = len(rows) == len(series.recorded)
        self._rows: list[int] | None = None if self.is_recorded else rows.tolist()
        self._reports: list[tuple[int, float, float, float, float, float]] = []

    def closed_count(self, row: int) -> int:
        """Return how many bars are closed in the middle of a row."""
        if self._rows is None:
            return row
        return int(self._first_rows.searchsorted(row, "right")) - 1

    def next_first_row(self, row: int) -> int:
        """Return the first row of the bar after the one of a row. After the last bar, return a
        number beyond all rows."""
        if self._rows is None:
            return row + 1
        following = self.closed_count(row) + 1
        return self._rows[following] if following < len(self._rows) else NEVER_MS

    def last(self, row: int, count: int) -> HistoryColumns:
        """Return the last `count` bars that are closed in the middle of a row."""
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
        if not self._reports:
            each = self.columns
            arrays = (each.time, each.open, each.high, each.low, each.close, each.volume)
            self._reports = list(zip(*(array.tolist() for array in arrays), strict=True))
        return BarClosed(symbol, self.resolution, *self._reports[number])


class RecordedSymbol:
    """One symbol of a replay.

    `quiet` has the last prices that need no quote. `stop_ms` is the next instant at which a
    subscribed bar closes or a price leaves `quiet`. `stop_is_quoted` is true in the second case.
    `find_stop` sets both."""

    def __init__(self, track: BarTrack) -> None:
        self.track = track
        self.symbol = track.instrument.symbol
        self.quiet: PriceRange = ANY_PRICE
        self.stop_ms = 0
        self.stop_is_quoted = False
        self._scan = BarScan(track)
        self._lows, self._highs = self._scan.lows, self._scan.highs
        self._series = track.series
        self._opens: list[int] = self._series.recorded.open.tolist()
        self._row_count, self._tick_count = len(self._opens), len(self._opens) * TICKS_PER_BAR
        self._starts_ms = _first_ticks_ms(self._series)
        self._closed: dict[str, ClosedBars] = {}
        self._subscribed: list[ClosedBars] = []
        self._stops_at_rows = False
        self._stop_tick = 0

    @property
    def instrument(self) -> Instrument:
        return self.track.instrument

    def bars(self, resolution: str) -> ClosedBars:
        """Return the bars of a resolution. The first call builds them."""
        if resolution not in self._closed:
            self._closed[resolution] = ClosedBars(self._series, resolution)
        return self._closed[resolution]

    def subscribe(self, resolution: str) -> None:
        """Stop where a bar of the resolution closes."""
        bars = self.bars(resolution)
        if bars not in self._subscribed:
            self._subscribed.append(bars)
        self._stops_at_rows = any(each.is_recorded for each in self._subscribed)

    def history(self, resolution: str, count: int) -> HistoryColumns:
        """Return the last `count` closed bars."""
        return self.bars(resolution).last(self._row, count)

    def find_stop(self) -> None:
        """Find the next stop after the ticks that have been played."""
        low, high = self.quiet
        row, rows = self._row, self._row_count
        if self._stops_at_rows and self._stop_at_next_row(row, low, high):
            return
        if self.quiet is NO_PRICE:
            self._stop_at(self.track.ticks, is_quoted=True)
            return
        closing = min((each.next_first_row(row) for each in self._subscribed), default=NEVER_MS)
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

    def _stop_at_next_row(self, row: int, low: int, high: int) -> bool:
        """Stop at the beginning of the next row if all prices up to there are quiet. Return whether
        they are. Most stops are found here."""
        following = row + 1
        if following >= self._row_count or not low <= self._opens[following] <= high:
            return False
        if self._lows[row] < low or self._highs[row] > high:
            return False
        self._stop_tick, self.stop_is_quoted = following * TICKS_PER_BAR, False
        self.stop_ms = self._starts_ms[following]
        return True

    def next_tick_ms(self, since_ms: int) -> int:
        """Return when the next tick at `since_ms` or later is."""
        schedule = self._series.schedule
        tick = max(self.track.ticks, schedule.tick_count(since_ms - 1))
        return schedule.tick_ms(tick) if tick < self._tick_count else NEVER_MS

    def skip(self, instant_ms: int, updates: deque[Update]) -> None:
        """Play the ticks up to an instant without a quote, and report the closed bars."""
        if self.stop_ms == instant_ms:
            ticks = self._stop_tick + 1
        else:
            ticks = self._series.schedule.tick_count(instant_ms)
        self._move(ticks, updates)
        if self.stop_ms <= instant_ms:
            self.find_stop()

    def pass_stop(self, updates: deque[Update]) -> None:
        """Play the ticks up to the stop without a quote, and report the closed bars."""
        row = self._stop_tick // TICKS_PER_BAR
        self.track.ticks = self._stop_tick + 1
        subscribed = self._subscribed
        if self._stops_at_rows and len(subscribed) == 1:
            updates.append(subscribed[0].closed(self.symbol, row - 1))
            if self._stop_at_next_row(row, *self.quiet):
                return
        else:
            self._report(row - 1, row, updates)
        self.find_stop()

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
        for bars in self._subscribed:
            first, end = bars.closed_count(before), bars.closed_count(row)
            updates.extend(bars.closed(self.symbol, number) for number in range(first, end))

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


def _first_ticks_ms(series: BarSeries) -> Sequence[int]:
    """Return the instant of the first tick of each row."""
    if series.step_ms < DAY_MS:
        times_ms: list[int] = series.recorded.time_ms.tolist()
        return times_ms
    return [series.schedule.bar_ticks_ms(row)[0] for row in range(len(series.recorded))]
