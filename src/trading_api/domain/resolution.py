"""The resolutions of bars, and their arithmetic on milliseconds since 1970, UTC."""

from __future__ import annotations

import numpy as np

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
DAY_MS = 1_440 * MINUTE_MS
WEEK_MS = 7 * DAY_MS
AHEAD_MS = 2 * DAY_MS
"""The start of a bar is less than this ahead of the present. A trading day may begin on the evening
before its date, and east of Greenwich; its bar has the time 00:00 UTC of the date."""

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
    """Return the canonical name of a resolution (`1D` for `D`), or None where there is none."""
    name = _SPELLINGS.get(name, name)
    return name if name in RESOLUTIONS else None


def bar_start(resolution: str, instant_ms: int) -> int:
    """Return the start of the bar that holds the instant. Weeks start on Monday, months on the
    1st."""
    if resolution == "1M":
        return _month_start(_month(instant_ms))
    length_ms = _FIXED_MS[resolution]
    phase_ms = _THURSDAY_TO_MONDAY_MS if resolution == "1W" else 0
    return instant_ms - (instant_ms + phase_ms) % length_ms


def next_bar_start(resolution: str, instant_ms: int) -> int:
    """Return the first bar start after the instant."""
    if resolution == "1M":
        return _month_start(_month(instant_ms) + 1)
    return bar_start(resolution, instant_ms) + _FIXED_MS[resolution]


def first_bar_start(resolution: str, from_ms: int) -> int:
    """Return the first bar start at `from_ms` or after it."""
    return next_bar_start(resolution, from_ms - 1)


def is_whole(resolution: str, step_ms: int) -> bool:
    """Return whether each bar of the resolution holds a whole number of steps, day by day."""
    if resolution == "1M" or step_ms < DAY_MS < _FIXED_MS[resolution]:
        return DAY_MS % step_ms == 0
    return _FIXED_MS[resolution] % step_ms == 0


def is_intraday(resolution: str) -> bool:
    return _FIXED_MS.get(resolution, DAY_MS) < DAY_MS


def length_ms(resolution: str) -> int | None:
    """Return the length of a bar, or None for months, which differ."""
    return _FIXED_MS.get(resolution)


def resolutions_built_from(step_ms: int) -> tuple[str, ...]:
    """Return the resolutions whose bars are made of whole bars of `step_ms`, finest first; empty
    where there are none."""
    if 28 * DAY_MS <= step_ms <= 31 * DAY_MS:
        return ("1M",)
    return tuple(name for name in RESOLUTIONS if is_whole(name, step_ms))


def _month(instant_ms: int) -> int:
    """Return the months from January 1970 to the instant's, of any year."""
    return int(np.datetime64(instant_ms, "ms").astype("datetime64[M]").astype(np.int64))


def _month_start(month: int) -> int:
    return int(np.datetime64(month, "M").astype("datetime64[ms]").astype(np.int64))
