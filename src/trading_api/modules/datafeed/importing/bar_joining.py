"""Adds new bars to the stored ones of the same symbol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trading_api.domain.resolution import DAY_MS
from trading_api.modules.datafeed.importing.bar_builder import BuiltBars
from trading_api.modules.datafeed.importing.bar_length import format_duration
from trading_api.modules.datafeed.importing.import_report import format_time
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import StoredSymbol


def reject_another_grid(stored: StoredSymbol, old: BarColumns, bars: BuiltBars) -> None:
    """Raise RecordingError where new bars are off the grid of stored ones. Bars of sessions cannot
    be: they are counted from the start of their session."""
    apart_ms = int(bars.columns.time_ms[0]) - int(old.time_ms[0])
    if stored.hours.is_always and bars.step_ms < DAY_MS and apart_ms % bars.step_ms:
        raise RecordingError(
            f"The bar at {format_time(int(bars.columns.time_ms[0]))} is off the grid of the stored "
            f"bars of {format_duration(bars.step_ms)}; --replace forgets what is stored."
        )


def join(stored: StoredSymbol, old: BarColumns, bars: BuiltBars) -> BuiltBars:
    """Add the new bars to the stored ones. Raises RecordingError where two bars of one time
    differ."""
    before = replace(
        bars,
        columns=old,
        price_decimals=stored.price_decimals,
        volume_decimals=stored.volume_decimals,
    ).at_decimals(bars.price_decimals, bars.volume_decimals)
    after = bars.at_decimals(stored.price_decimals, stored.volume_decimals)
    rows = before.columns.time_ms.searchsorted(after.columns.time_ms)
    rows = np.minimum(rows, len(old) - 1)
    known = before.columns.time_ms[rows] == after.columns.time_ms
    differs = np.zeros(len(rows), dtype=np.bool_)
    pairs = zip(before.columns.arrays(), after.columns.arrays(), strict=True)
    for old_column, new_column in pairs:
        differs |= known & (old_column[rows] != new_column)
    if differs.any():
        time_ms = int(after.columns.time_ms[differs.argmax()])
        raise RecordingError(
            f"{int(differs.sum()):,} bars contradict stored ones of the same time, the first at "
            f"{format_time(time_ms)}; --replace forgets what is stored."
        )
    pairs = zip(before.columns.arrays(), after.columns.take(~known).arrays(), strict=True)
    together = BarColumns.from_arrays(np.concatenate(pair) for pair in pairs)
    order = np.argsort(together.time_ms, kind="stable")
    return replace(after, columns=together.take(order))
