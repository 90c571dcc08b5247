"""The market data of a strategy: closed bars, quotes, and history as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from trading_api_client.tables import import_library, to_timestamps

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Milliseconds = npt.NDArray[np.int64]


class ClosedBar(Struct, frozen=True, gc=False):
    """A bar that no longer changes. `time` is the start of its interval, in ms since 1970."""

    symbol: str
    resolution: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class TopOfBook(Struct, frozen=True, gc=False):
    """The best bid and ask of a symbol, and its last price."""

    symbol: str
    bid: float
    ask: float
    last: float


class BarHistory(Struct, frozen=True):
    """Closed bars as columns of one length, ascending in time, in ms since 1970.

    The columns are read-only views of memory that does not change."""

    time: Milliseconds
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.time)

    def to_pandas(self) -> pd.DataFrame:
        """Return the bars as a DataFrame with the index `time`, in UTC. Needs pandas."""
        index = to_timestamps(self.time).rename("time")
        names = ("open", "high", "low", "close", "volume")
        columns = {name: getattr(self, name) for name in names}
        frame: pd.DataFrame = import_library("pandas", extra="pandas").DataFrame(columns, index)
        return frame
