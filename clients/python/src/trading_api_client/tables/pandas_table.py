"""Tables as DataFrames of pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from trading_api_client.models import Bar
from trading_api_client.tables.column import Column, Kind, columns_of, rows_and_type
from trading_api_client.tables.optional_library import import_library

if TYPE_CHECKING:
    import pandas as pd

NO_TIME = np.iinfo(np.int64).min


def to_pandas(
    rows: Sequence[msgspec.Struct],
    type_: type[msgspec.Struct] | None = None,
    *,
    zone: str = "UTC",
) -> pd.DataFrame:
    """Return a DataFrame with a row for each object. Needs the extra `pandas`.

    `type_` is the type of the rows, which an empty list needs. `zone` is the time zone of the
    times, such as `America/New_York`. The index of bars is their `time`. Raises MissingLibrary
    without pandas, and ValueError for an empty list without a type."""
    pandas = import_library("pandas", extra="pandas")
    rows, type_ = rows_and_type(rows, type_)
    columns = {column.name: _values(column, rows, zone) for column in columns_of(type_)}
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame.set_index("time") if type_ is Bar else frame


def to_timestamps(times: Sequence[int | float | None] | Any, zone: str = "UTC") -> pd.DatetimeIndex:
    """Return ms since 1970 as timestamps, and None as NaT. Needs the extra `pandas`.

    `times` can also be a NumPy array."""
    pandas = import_library("pandas", extra="pandas")
    if not isinstance(times, np.ndarray):
        times = [NO_TIME if time is None else int(time) for time in times]
    moments = np.asarray(times, dtype=np.int64).view("datetime64[ms]")
    index: pd.DatetimeIndex = pandas.DatetimeIndex(moments).tz_localize("UTC").tz_convert(zone)
    return index


def _values(column: Column, rows: Sequence[Any], zone: str) -> Any:
    pandas = import_library("pandas", extra="pandas")
    values = column.read(rows)
    match column.kind:
        case Kind.TIME:
            return to_timestamps(values, zone)
        case Kind.ENUMERATION:
            return pandas.Categorical(values, categories=column.member_names)
        case Kind.NUMBER:
            return np.array(values, dtype=np.float64)  # None is NaN
        case Kind.INTEGER:
            return pandas.array(values, dtype="Int64" if column.is_optional else "int64")
        case Kind.BOOLEAN:
            return pandas.array(values, dtype="boolean" if column.is_optional else "bool")
    return pandas.array(values, dtype="string")
