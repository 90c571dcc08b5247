"""DataFrames of the objects of a result."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec

from trading_api_client.strategy.market_data import Milliseconds

if TYPE_CHECKING:
    import pandas as pd

TIME_FIELDS = frozenset({"time", "updateTime", "entryTime", "exitTime"})


def to_frame(type_: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> pd.DataFrame:
    """Return a DataFrame with a column for each field of `type_`, whose rows are of that type.

    Times are timestamps in UTC, and enumerations are their names. A nested object is its JSON. The
    types of the columns do not depend on the rows. Needs pandas."""
    pandas = import_pandas()
    hints = get_type_hints(type_)
    columns = {
        name: _column(name, hints[name], [getattr(row, name) for row in rows])
        for name in type_.__struct_fields__
    }
    frame: pd.DataFrame = pandas.DataFrame(columns)
    return frame


def timestamps(times: Milliseconds | Sequence[int | None]) -> Any:
    """Return ms since 1970 as an index of timestamps in UTC; None is not a time."""
    return import_pandas().to_datetime(times, unit="ms", utc=True).as_unit("ms")


def import_pandas() -> Any:
    """Return pandas. Raises ImportError with the command that installs it."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            'DataFrames need pandas: pip install "trading-api-client[pandas]"'
        ) from error
    return pandas


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a DataFrame as a Parquet file. Raises ImportError with the command that installs what
    is missing."""
    try:
        import pyarrow  # noqa: F401, pandas writes with it
    except ImportError as error:
        raise ImportError(
            'Parquet files need pyarrow: pip install "trading-api-client[parquet]"'
        ) from error
    frame.to_parquet(path, engine="pyarrow")


def _column(name: str, hint: Any, values: list[Any]) -> Any:
    if name in TIME_FIELDS:
        return timestamps(values)
    types = {hint, *get_args(hint)}
    series = import_pandas().Series
    if float in types:
        return series(values, dtype="float64")
    if int in types:
        return series(values, dtype="Int64" if None in values else "int64")
    return series([_text(value) for value in values], dtype="str")


def _text(value: Any) -> str | None:
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
