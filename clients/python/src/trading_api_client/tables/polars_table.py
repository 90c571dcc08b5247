"""Tables as DataFrames of polars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from trading_api_client.tables.column import Column, Kind, columns_of, rows_and_type
from trading_api_client.tables.optional_library import import_library

if TYPE_CHECKING:
    import polars as pl


def to_polars(
    rows: Sequence[msgspec.Struct],
    type_: type[msgspec.Struct] | None = None,
    *,
    zone: str = "UTC",
) -> pl.DataFrame:
    """Return a DataFrame with a row for each object. Needs the extra `polars`.

    `type_` is the type of the rows, which an empty list needs. `zone` is the time zone of the
    times, such as `America/New_York`. Raises MissingLibrary without polars, and ValueError for an
    empty list without a type."""
    polars = import_library("polars", extra="polars")
    rows, type_ = rows_and_type(rows, type_)
    frame: pl.DataFrame = polars.DataFrame(
        [_series(column, rows, zone) for column in columns_of(type_)]
    )
    return frame


def _series(column: Column, rows: Sequence[Any], zone: str) -> pl.Series:
    import polars as pl

    values = column.read(rows)
    match column.kind:
        case Kind.TIME:
            moments = [None if value is None else int(value) for value in values]
            times = pl.Series(column.name, moments, dtype=pl.Datetime("ms", "UTC"))
            return times.dt.convert_time_zone(zone)
        case Kind.ENUMERATION:
            return pl.Series(column.name, values, dtype=pl.Enum(column.member_names))
        case Kind.NUMBER:
            return pl.Series(column.name, values, dtype=pl.Float64)
        case Kind.INTEGER:
            return pl.Series(column.name, values, dtype=pl.Int64)
        case Kind.BOOLEAN:
            return pl.Series(column.name, values, dtype=pl.Boolean)
    return pl.Series(column.name, values, dtype=pl.String)
