"""The symbols of one file, to be played without an import."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from trading_api.clock import wall_clock_ms
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import AHEAD_MS, resolutions_built_from
from trading_api.modules.datafeed.importing.bar_builder import BuiltBars, build_bars
from trading_api.modules.datafeed.importing.csv_reader import read_file
from trading_api.modules.datafeed.importing.symbol_names import to_symbol
from trading_api.modules.datafeed.storage.bar_series import BarSeries

EXCHANGE = "RECORDED"
_QUANTITY_MAX = Decimal(1_000_000)


def read_series(path: str | Path, clock: Callable[[], int] = wall_clock_ms) -> list[BarSeries]:
    """Return a series for each symbol of the file. A file that names no symbol is named as its
    symbol. Times without an offset are UTC. Raises RecordingError, which names the file and the
    line."""
    path = Path(path)
    own_symbol = re.sub("[^A-Z0-9._-]", "_", path.stem.upper())
    return [
        _series(path, to_symbol(text) or text, build_bars([rows]))
        for text, rows in read_file(path, own_symbol, clock() + AHEAD_MS).items()
    ]


def _series(path: Path, symbol: str, bars: BuiltBars) -> BarSeries:
    resolutions = resolutions_built_from(bars.step_ms)
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
        resolutions=resolutions,
    )
    return BarSeries(instrument, bars.columns, resolutions, bars.step_ms, bars.has_volume)
