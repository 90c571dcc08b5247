"""Closed bars as columns of prices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import AHEAD_MS
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.storage.bar_columns import BarColumns, Int64s

Floats = npt.NDArray[np.float64]


class HistoryColumns(Struct, frozen=True):
    """Closed bars of one symbol, ascending in time. `time` is in ms since 1970. The arrays are
    read-only views."""

    time: Int64s
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.time)

    def without_last(self, count: int) -> HistoryColumns:
        """Return all bars but the last ones."""
        return HistoryColumns(*(getattr(self, name)[:-count] for name in self.__struct_fields__))


def read_history(
    source: MarketSource, instrument: Instrument, resolution: str, count: int
) -> HistoryColumns:
    """Return the last `count` closed bars of a source, or fewer if there are fewer."""
    end_ms = source.now_ms + AHEAD_MS + 1
    found = source.bars(instrument.symbol, resolution, end_ms, end_ms, count + 1)
    return to_history(BarColumns.from_bars(found[:-1]), instrument)


def to_history(columns: BarColumns, instrument: Instrument) -> HistoryColumns:
    """Return bars with the prices that clients receive: the doubles nearest to the exact prices."""

    def prices(ticks: Int64s) -> Floats:
        return ticks * instrument.min_move / instrument.price_scale

    arrays = (
        columns.time_ms.view(),
        prices(columns.open),
        prices(columns.high),
        prices(columns.low),
        prices(columns.close),
        columns.volume / instrument.volume_scale,
    )
    for array in arrays:
        array.flags.writeable = False  # the views that callers receive are read-only, too
    return HistoryColumns(*arrays)
