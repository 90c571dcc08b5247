"""A market that was written down: OHLCV rows of one or several symbols."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from trading_api.modules.datafeed.market.recorded_rows import RecordingError, Row, read_rows
from trading_api.modules.datafeed.market.recorded_series import RecordedSeries
from trading_api.modules.datafeed.market.resolution import (
    DAY_MS,
    RESOLUTIONS,
    bar_start,
    is_whole,
    length_ms,
)
from trading_api.modules.datafeed.market.source import MarketBar
from trading_api.modules.datafeed.market.whole_units import decimals_needed, whole_units
from trading_api.shared.market_data import Instrument

__all__ = ["Recording", "RecordingError"]

_EXCHANGE = "RECORDED"
_QUANTITY_MAX = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Recording:
    """Rows lie `step_ms` apart, but for gaps; a symbol's series never changes."""

    step_ms: int
    resolutions: Sequence[str]
    series: Sequence[RecordedSeries]

    @classmethod
    def read(cls, path: str | Path) -> Recording:
        """Raises RecordingError, which names the file and the line."""
        path = Path(path)
        rows_by_symbol = read_rows(path, own_symbol=_symbol_of(path))
        step_ms = _usual_step(path, rows_by_symbol)
        resolutions = _resolutions(path, step_ms)
        series = [
            _series(path, symbol, rows, step_ms, resolutions)
            for symbol, rows in rows_by_symbol.items()
        ]
        return cls(step_ms, resolutions, series)


def _symbol_of(path: Path) -> str:
    return re.sub("[^A-Z0-9._-]", "_", path.stem.upper())


def _usual_step(path: Path, rows_by_symbol: dict[str, list[Row]]) -> int:
    steps = Counter(
        later.time_ms - row.time_ms
        for rows in rows_by_symbol.values()
        for row, later in pairwise(rows)
    )
    if not steps:
        raise RecordingError(f"{path}: one row does not tell how far bars are apart.")
    return min(steps, key=lambda step_ms: (-steps[step_ms], step_ms))


def _resolutions(path: Path, step_ms: int) -> Sequence[str]:
    if 28 * DAY_MS <= step_ms <= 31 * DAY_MS:
        return ("1M",)
    if found := tuple(name for name in RESOLUTIONS if is_whole(name, step_ms)):
        return found
    raise RecordingError(f"{path}: no resolution is made of bars {step_ms / 1_000:g} s apart.")


def _series(
    path: Path, symbol: str, rows: list[Row], step_ms: int, resolutions: Sequence[str]
) -> RecordedSeries:
    price_decimals = decimals_needed(price for row in rows for price in row.prices)
    has_volume = rows[0].volume is not None
    volume_decimals = decimals_needed(row.volume or 0.0 for row in rows)
    bars: list[MarketBar] = []
    for row in rows:
        time_ms = _bar_time(row, step_ms, resolutions[0])
        if bars and time_ms <= bars[-1].time_ms:
            raise row.fault(path, "is a second bar of the same day")
        open_, high, low, close = (whole_units(price, price_decimals) for price in row.prices)
        if low <= 0:
            raise row.fault(path, f"has a price too small for {price_decimals} decimals")
        if not (low <= min(open_, close) and max(open_, close) <= high):
            raise row.fault(path, "has a high and a low that do not hold its open and close")
        volume = whole_units(row.volume or 0.0, volume_decimals)
        bars.append(MarketBar(time_ms, open_, high, low, close, volume))
    instrument = Instrument(
        symbol=symbol,
        description=f"{symbol}, recorded in {path.name}",
        exchange=_EXCHANGE,
        type="stock",
        currency="USD",
        price_scale=10**price_decimals,
        min_move=1,
        volume_scale=10**volume_decimals,
        quantity_step=Decimal(1).scaleb(-volume_decimals),
        quantity_max=_QUANTITY_MAX,
    )
    return RecordedSeries(instrument, bars, resolutions, step_ms, has_volume)


def _bar_time(row: Row, step_ms: int, base: str) -> int:
    """Intraday bars stand where they were recorded, longer ones at 00:00 UTC of the day that was
    written, whatever its offset."""
    if step_ms < DAY_MS:
        return row.time_ms
    day_ms = row.written_ms - row.written_ms % DAY_MS
    return bar_start(base, day_ms) if length_ms(base) in (None, step_ms) else day_ms
