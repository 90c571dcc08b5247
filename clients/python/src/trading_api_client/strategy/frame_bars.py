"""The bars of DataFrames, as a CSV file that the server's import reads."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trading_api_client.tables import import_library

_PRICES = ("open", "high", "low", "close")
_LINE = re.compile(r"DataFrames\.csv, line (?P<line>\d+): ")
_OPTION = re.compile(r"; --\w[^.]*")
"""Advice about the command line, which a DataFrame does not have."""
_TIMES = ("time", "datetime", "timestamp", "date", "open_time")


def write_bars(frames: Mapping[str, Any], path: Path) -> None:
    """Write the bars of DataFrames of pandas or polars, by their symbols, as CSV.

    A frame has the columns open, high, low, close and optionally volume, in any case. Its times
    are its index, or a column named time, datetime, timestamp, date or open_time. Times without
    a zone are in UTC, and numbers are ms since 1970. Raises ValueError for a frame without rows or
    such columns, and TypeError for another object than a DataFrame."""
    if not frames:
        raise ValueError("The data has no symbols.")
    for symbol, frame in frames.items():
        if not hasattr(frame, "columns"):
            kind = type(frame).__name__
            raise TypeError(f"The bars of {symbol!r} are a {kind}, not a DataFrame.")
    columns = {symbol: list(_columns(symbol, frame)) for symbol, frame in frames.items()}
    width = min(len(each) for each in columns.values())
    header = ["time", *_PRICES, "volume"][:width]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["symbol", *header])
        for symbol, values in columns.items():
            rows = zip(*(column.tolist() for column in values[:width]), strict=True)
            writer.writerows([symbol, *row] for row in rows)


def explain(reason: str, frames: Mapping[str, Any]) -> str:
    """Return why the server's import rejects the file of `write_bars`, by symbol and row."""
    reason = _OPTION.sub("", reason).removeprefix("DATAFEED_PATH: ")
    found = _LINE.search(reason)
    if found is None:
        _, _, what = reason.rpartition("DataFrames.csv")
        return f"The bars of {', '.join(frames)}: {what.lstrip(' :,')}"
    row = int(found["line"]) - 2  # after the header
    for symbol, frame in frames.items():
        if row < len(frame):
            return f"The bars of {symbol!r}, row {row}: {reason[found.end():]}"
        row -= len(frame)
    raise AssertionError(f"no row of the frames: {reason}")


def _columns(symbol: str, frame: Any) -> Iterator[Any]:
    """Yield the times, the prices and, if present, the volumes."""
    names = {str(name).lower(): name for name in frame.columns}
    if len(frame) == 0:
        raise ValueError(f"The bars of {symbol} have no rows.")
    if missing := [name for name in _PRICES if name not in names]:
        raise ValueError(f"The bars of {symbol} have no column {missing[0]!r}.")
    yield _times(symbol, frame, names)
    for name in (*_PRICES, "volume"):
        if name in names:
            yield _numbers(symbol, frame, names[name])


def _numbers(symbol: str, frame: Any, name: Any) -> Any:
    try:
        return np.asarray(frame[name], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The column {name!r} of {symbol} is not numeric: {error}.") from error


def _times(symbol: str, frame: Any, names: Mapping[str, Any]) -> Any:
    """Return the times in ms since 1970."""
    named = next((names[name] for name in _TIMES if name in names), None)
    times = frame[named] if named is not None else getattr(frame, "index", None)
    if times is None:
        raise ValueError(f"The bars of {symbol} have no index and no column {_TIMES[0]!r}.")
    values = np.asarray(_in_utc(times))
    if values.dtype.kind == "M":
        if np.isnat(values).any():
            row = int(np.isnat(values).argmax())
            raise ValueError(f"The bars of {symbol}, row {row}: the time is missing.")
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
