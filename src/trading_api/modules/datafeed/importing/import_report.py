"""Reports what an import did, and finds the gaps in stored bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from trading_api.domain.resolution import DAY_MS
from trading_api.domain.session_hours import TradingSessions
from trading_api.modules.datafeed.importing.bar_length import format_duration
from trading_api.modules.datafeed.storage.bar_columns import Int64s


@dataclass(frozen=True, slots=True)
class Gaps:
    """The intervals of trading time without a bar: how many there are, the longest, and the time of
    the bar before it."""

    count: int
    longest_ms: int
    after_ms: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Counts what an import did.

    `rows` were read, not counting `unpriced` ones; `rounded` numbers were printed binary floats,
    and `prices_rounded` prices were between ticks. `alias` is what the user calls the symbol, where
    that is no name to store it by. `look_close_labelled`: the times are probably the bars' ends.
    Of the resulting bars, `taken` are new, `duplicates` were there already, and `outside` lie
    outside the session. `stored` counts all bars of the symbol now."""

    symbol: str
    rows: int
    unpriced: int
    rounded: int
    are_ticks: bool
    step_ms: int
    tick: Decimal
    taken: int
    duplicates: int
    outside: int
    first_outside_ms: int
    gaps: Gaps
    stored: int
    first_ms: int
    last_ms: int
    prices_rounded: int = 0
    alias: str = ""
    look_close_labelled: bool = False

    def lines(self) -> list[str]:
        step = format_duration(self.step_ms)
        text = [f"{self.alias} is stored as {self.symbol}."] if self.alias else []
        text += [
            f"{self.symbol}: {self.rows:,} {'ticks' if self.are_ticks else 'rows'} were read.",
            f"New bars of {step}: {self.taken:,}.",
            f"Duplicates, dropped: {self.duplicates:,}.",
        ]
        if self.unpriced:
            text.append(f"Rows without any price: {self.unpriced:,}, left out.")
        if self.outside:
            text.append(
                f"Bars outside the session: {self.outside:,}, left out, the first at "
                f"{format_time(self.first_outside_ms)}."
            )
        if self.look_close_labelled:
            text.append(
                "Most sessions have a bar at their end and none at their start. If the times are "
                "the ends of bars, import again with --label close and --replace."
            )
        if self.rounded:
            text.append(
                f"Numbers printed of computed floats: {self.rounded:,}, taken to as many decimals "
                "as can be kept."
            )
        if self.prices_rounded:
            text.append(f"Prices rounded to ticks of {self.tick:f}: {self.prices_rounded:,}.")
        text.append("Repairs refused: 0; a row that needs one stops the import.")
        gaps = "Gaps in trading time: none"
        if self.gaps.count:
            gaps = (
                f"Gaps in trading time: {self.gaps.count:,}, the longest of "
                f"{format_duration(self.gaps.longest_ms)} after {format_time(self.gaps.after_ms)}"
            )
        text.append(gaps + (" (a minute or more without a tick)." if self.are_ticks else "."))
        text.append(
            f"Stored now: {self.stored:,} bars from {format_time(self.first_ms)} to "
            f"{format_time(self.last_ms)}, in ticks of {self.tick:f}."
        )
        return text


def find_gaps(
    times_ms: Int64s, step_ms: int, sessions: TradingSessions | None, tolerance_ms: int
) -> Gaps:
    """Find the gaps of more than `tolerance_ms` of trading time. A night or a weekend between two
    sessions is none."""
    if step_ms >= 28 * DAY_MS:
        months = times_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        elapsed_ms = months * step_ms
    elif sessions is None or step_ms > DAY_MS:
        elapsed_ms = times_ms
    elif step_ms == DAY_MS:
        elapsed_ms = np.unique(sessions.days_ms).searchsorted(times_ms) * DAY_MS
    else:
        numbers = sessions.starts_ms.searchsorted(times_ms, "right") - 1
        lengths_ms = sessions.ends_ms - sessions.starts_ms
        over_ms = np.cumsum(lengths_ms) - lengths_ms
        elapsed_ms = over_ms[numbers] + times_ms - sessions.starts_ms[numbers]
    apart_ms = np.diff(elapsed_ms)
    wide = apart_ms > tolerance_ms
    if not wide.any():
        return Gaps(0, 0, 0)
    longest = int(apart_ms.argmax())
    return Gaps(int(wide.sum()), int(apart_ms[longest]) - step_ms, int(times_ms[longest]))


def format_time(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"
