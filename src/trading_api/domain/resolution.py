"""The resolutions bars come in, and their arithmetic on milliseconds since 1970, UTC."""

from __future__ import annotations

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 1_440 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
AHEAD_MS = 2 * DAY_MS
"""The start of a bar is less than this ahead of the present: a trading day that began on the
evening before, and east of Greenwich, stands at 00:00 UTC of its date."""

_FIXED_MS = {
    **{f"{count}S": count * SECOND_MS for count in (1, 5, 15, 30)},
    **{f"{count}": count * MINUTE_MS for count in (1, 3, 5, 15, 30, 60, 120, 240)},
    "1D": DAY_MS,
    "1W": WEEK_MS,
}
_SPELLINGS = {"D": "1D", "W": "1W", "M": "1M"}
_THURSDAY_TO_MONDAY_MS = 3 * DAY_MS  # 1970 began on a Thursday

RESOLUTIONS = (*_FIXED_MS, "1M")
"""Canonical names, finest first."""


def canonical(name: str) -> str | None:
    name = _SPELLINGS.get(name, name)
    return name if name in RESOLUTIONS else None


def bar_start(resolution: str, instant_ms: int) -> int:
    """The start of the bar that holds the instant. Weeks start on Monday, months on the 1st."""
    if resolution == "1M":
        year, month = _month(instant_ms // DAY_MS)
        return _first_day(year, month) * DAY_MS
    length_ms = _FIXED_MS[resolution]
    phase_ms = _THURSDAY_TO_MONDAY_MS if resolution == "1W" else 0
    return instant_ms - (instant_ms + phase_ms) % length_ms


def next_bar_start(resolution: str, instant_ms: int) -> int:
    """The first bar start after the instant."""
    if resolution == "1M":
        year, month = _month(instant_ms // DAY_MS)
        return _first_day(year + month // 12, month % 12 + 1) * DAY_MS
    return bar_start(resolution, instant_ms) + _FIXED_MS[resolution]


def first_bar_start(resolution: str, from_ms: int) -> int:
    """The first bar start at `from_ms` or after it."""
    return next_bar_start(resolution, from_ms - 1)


def is_whole(resolution: str, step_ms: int) -> bool:
    """Whether each bar of the resolution holds a whole number of steps, day by day."""
    if resolution == "1M" or step_ms < DAY_MS < _FIXED_MS[resolution]:
        return DAY_MS % step_ms == 0
    return _FIXED_MS[resolution] % step_ms == 0


def is_intraday(resolution: str) -> bool:
    return _FIXED_MS.get(resolution, DAY_MS) < DAY_MS


def length_ms(resolution: str) -> int | None:
    """None for months, which differ."""
    return _FIXED_MS.get(resolution)


def _month(day: int) -> tuple[int, int]:
    """Year and month of a day since 1970, in the calendar that begins its years in March."""
    day += 719_468
    era, day_of_era = divmod(day, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    march_month = (5 * day_of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return era * 400 + year_of_era + (month <= 2), month


def _first_day(year: int, month: int) -> int:
    year -= month <= 2
    march_month = (month + 9) % 12
    era, year_of_era = divmod(year, 400)
    leap_days = year_of_era // 4 - year_of_era // 100
    return era * 146_097 + 365 * year_of_era + leap_days + (153 * march_month + 2) // 5 - 719_468
