"""Lists of the wire's objects that print as tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, overload

import msgspec

from trading_api_client.tables.pandas_table import to_pandas
from trading_api_client.tables.polars_table import to_polars
from trading_api_client.tables.text_table import TextTable

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

T = TypeVar("T", bound=msgspec.Struct)


class ModelList(list[T]):
    """A list of objects of the type `type_` that prints as a table and converts to a DataFrame."""

    type_: type[T]

    def __init__(self, type_: type[T], rows: Iterable[T] = ()) -> None:
        super().__init__(rows)
        self.type_ = type_

    def to_pandas(self, *, zone: str = "UTC") -> pd.DataFrame:
        """Return a DataFrame of pandas: see `trading_api_client.tables.to_pandas`."""
        return to_pandas(self, self.type_, zone=zone)

    def to_polars(self, *, zone: str = "UTC") -> pl.DataFrame:
        """Return a DataFrame of polars: see `trading_api_client.tables.to_polars`."""
        return to_polars(self, self.type_, zone=zone)

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> ModelList[T]: ...

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return ModelList(self.type_, found) if isinstance(index, slice) else found

    def __repr__(self) -> str:
        return TextTable(self, self.type_).to_text()

    def _repr_html_(self) -> str:
        return TextTable(self, self.type_).to_html()
