"""A market that was written down: one or several symbols, from a file or from the store."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.importing.bar_builder import (
    RecordedBars,
    make_bars,
    resolutions_of,
)
from trading_api.modules.datafeed.importing.csv_reader import RecordingError, read_rows
from trading_api.modules.datafeed.storage.bar_series import RecordedSeries

__all__ = ["Recording", "RecordingError"]

EXCHANGE = "RECORDED"

_QUANTITY_MAX = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Recording:
    """A symbol's series never changes. `resolutions` are those that any symbol has."""

    resolutions: Sequence[str]
    series: Sequence[RecordedSeries]

    @classmethod
    def read(cls, path: str | Path) -> Recording:
        """A CSV file. Raises RecordingError, which names the file and the line."""
        path = Path(path)
        return cls.of(
            [
                _series(path, symbol, make_bars([rows]))
                for symbol, rows in read_rows(path, own_symbol=_symbol_of(path)).items()
            ]
        )

    @classmethod
    def of(cls, series: Sequence[RecordedSeries]) -> Recording:
        found = {name for each in series for name in each.resolutions}
        return cls(tuple(name for name in RESOLUTIONS if name in found), series)

    @property
    def start_ms(self) -> int:
        """When each symbol has begun."""
        return max(each.move_times.of(0) for each in self.series)

    @property
    def end_ms(self) -> int:
        """When the last bar of all is over."""
        return max(each.move_times.last_end for each in self.series)


def _symbol_of(path: Path) -> str:
    return re.sub("[^A-Z0-9._-]", "_", path.stem.upper())


def _series(path: Path, symbol: str, bars: RecordedBars) -> RecordedSeries:
    resolutions = resolutions_of(bars.step_ms)
    instrument = Instrument(
        symbol=symbol,
        description=f"{symbol}, recorded in {path.name}",
        exchange=EXCHANGE,
        type="stock",
        currency="USD",
        price_scale=10**bars.price_decimals,
        min_move=1,
        volume_scale=10**bars.volume_decimals,
        quantity_step=Decimal(1).scaleb(-bars.volume_decimals),
        quantity_max=_QUANTITY_MAX,
        resolutions=tuple(resolutions),
    )
    return RecordedSeries(instrument, bars.columns, resolutions, bars.step_ms, bars.has_volume)
