"""Alpaca's timeframes, and the stored bars that each is aggregated from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    bar_start,
    length_ms,
    next_bar_start,
)
from trading_api.modules.alpaca.data.times import to_datetime, to_ms

_TEXT = re.compile(r"([1-9]\d?)(Min|T|Hour|H|Day|D|Week|W|Month|M)", re.ASCII)
_UNITS = {"T": "Min", "H": "Hour", "D": "Day", "W": "Week", "M": "Month"}
_COUNTS = {
    "Min": range(1, 60),
    "Hour": range(1, 24),
    "Day": (1,),
    "Week": (1,),
    "Month": (1, 2, 3, 6, 12),
}
_MINUTES = ("240", "120", "60", "30", "15", "5", "3", "1")
_LONGER = {"Day": "1D", "Week": "1W", "Month": "1M"}


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The length of a bar: a count of minutes, hours, days, weeks or months.

    Bars of several minutes or hours begin at midnight UTC and at each multiple after it; bars of
    several months begin in January."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Timeframe:
        """Parse `1Min`, `15T`, `4Hour`, `1Day` or `3Month`. Raises ValueError."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError("is not a timeframe")
        count, unit = int(found[1]), _UNITS.get(found[2], found[2])
        if count not in _COUNTS[unit]:
            raise ValueError("is not a timeframe")
        return cls(count, unit)

    @property
    def is_intraday(self) -> bool:
        return self.unit in ("Min", "Hour")

    @property
    def is_minute(self) -> bool:
        return self == _MINUTE

    @property
    def _minutes(self) -> int:
        return self.count * (60 if self.unit == "Hour" else 1)

    def base(self, resolutions: Sequence[str]) -> str | None:
        """Return the longest resolution whose bars add up to those of the timeframe, or None."""
        if not self.is_intraday:
            longer = _LONGER[self.unit]
            return longer if longer in resolutions else None
        fitting = (each for each in _MINUTES if self._minutes % int(each) == 0)
        return next((each for each in fitting if each in resolutions), None)

    def bars_per_bar(self, base: str) -> int:
        """Return the most bars of the base in one bar."""
        return self._minutes // int(base) if self.is_intraday else self.count

    def start_of(self, instant_ms: int) -> int:
        """Return the start of the bar that holds the instant."""
        if self.is_intraday:
            day_ms = instant_ms - instant_ms % DAY_MS
            length_ms = self._minutes * MINUTE_MS
            return day_ms + (instant_ms - day_ms) // length_ms * length_ms
        start_ms = bar_start(_LONGER[self.unit], instant_ms)
        if self.unit == "Month":
            start = to_datetime(start_ms)
            month = (start.month - 1) // self.count * self.count + 1
            start_ms = to_ms(start.replace(month=month))
        return start_ms

    def next_start(self, instant_ms: int) -> int:
        """Return the first start of a bar after the instant."""
        start_ms = self.start_of(instant_ms)
        if self.is_intraday:
            end_of_day_ms = start_ms - start_ms % DAY_MS + DAY_MS
            return min(start_ms + self._minutes * MINUTE_MS, end_of_day_ms)
        for _ in range(self.count):
            start_ms = next_bar_start(_LONGER[self.unit], start_ms)
        return start_ms

    def combine(self, bars: Iterable[Bar], base: str) -> list[Bar]:
        """Return the bars of the timeframe, aggregated from ascending bars of its base."""
        if self.bars_per_bar(base) == 1:
            return list(bars)
        groups = groupby(bars, key=lambda bar: self.start_of(bar.time_ms))
        return [_aggregate(start_ms, list(group)) for start_ms, group in groups]


def base_length_ms(base: str) -> int:
    """Return the length of the shortest bar of a resolution."""
    return length_ms(base) or 28 * DAY_MS


_MINUTE = Timeframe(1, "Min")


def _aggregate(start_ms: int, bars: Sequence[Bar]) -> Bar:
    return Bar(
        start_ms,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )
