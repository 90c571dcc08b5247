"""The bars of DataFrames, as a CSV file that the server's import reads."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trading_api_client.tables import import_library

_PRICES = ("open", "high", "low", "close")
_TIMES = ("time", "datetime", "timestamp", "date", "open_time")


def write_bars(frames: Mapping[str, Any], path: Path) -> None:
    """Write the bars of DataFrames of pandas or polars, by their symbols, as CSV.

    A frame has the columns open, high, low, close and optionally volume, in any case. Its times
    are its index, or a column named time, datetime, timestamp, date or open_time. Times without
    a zone are in UTC, and numbers are ms since 1970. Raises ValueError for a frame without such
    columns."""
    if not frames:
        raise ValueError("The data has no symbols.")
    columns = {symbol: list(_columns(symbol, frame)) for symbol, frame in frames.items()}
    width = min(len(each) for each in columns.values())
    header = ["time", *_PRICES, "volume"][:width]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["symbol", *header])
        for symbol, values in columns.items():
            rows = zip(*(column.tolist() for column in values[:width]), strict=True)
            writer.writerows([symbol, *row] for row in rows)


def _columns(symbol: str, frame: Any) -> Iterator[Any]:
    """Yield the times, the prices and, if present, the volumes."""
    names = {str(name).lower(): name for name in frame.columns}
    if missing := [name for name in _PRICES if name not in names]:
        raise ValueError(f"The bars of {symbol} have no column {missing[0]!r}.")
    yield _times(symbol, frame, names)
    for name in (*_PRICES, "volume"):
        if name in names:
            yield np.asarray(frame[names[name]], dtype=np.float64)


def _times(symbol: str, frame: Any, names: Mapping[str, Any]) -> Any:
    """Return the times in ms since 1970."""
    named = next((names[name] for name in _TIMES if name in names), None)
    times = frame[named] if named is not None else getattr(frame, "index", None)
    if times is None:
        raise ValueError(f"The bars of {symbol} have no index and no column {_TIMES[0]!r}.")
    values = np.asarray(_in_utc(times))
    if values.dtype.kind == "M":
        return values.astype("datetime64[ms]").astype(np.int64)
    if values.dtype.kind not in "iu" or (named is None and _counts_rows(values)):
        raise ValueError(f"The times of {symbol} are {values.dtype}, not datetimes.")
    return values.astype(np.int64)


def _in_utc(times: Any) -> Any:
    """Return times without a zone. Times with a zone are converted to UTC."""
    if getattr(getattr(times, "dtype", None), "tz", None) is not None:
        index = import_library("pandas", "pandas").DatetimeIndex(times)
        return index.tz_convert("UTC").tz_localize(None)
    if getattr(getattr(times, "dtype", None), "time_zone", None) is not None:
        return times.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return times


def _counts_rows(values: Any) -> bool:
    return len(values) == 0 or bool(values[0] == 0)
