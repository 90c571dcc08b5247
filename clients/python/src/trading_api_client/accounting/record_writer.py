"""Writers of records in CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import msgspec

from trading_api_client.tables.column import Column, Kind, columns_of
from trading_api_client.tables.decimal_text import decimal_text
from trading_api_client.tables.optional_library import import_library
from trading_api_client.tables.text_table import to_datetime

Format = Literal["csv", "parquet"]
ROW_GROUP = 20_000
"""The number of rows of a Parquet file that are written together."""


class RecordWriter(Protocol):
    """Writes records of one type in batches."""

    def write(self, records: Sequence[msgspec.Struct]) -> None: ...

    def finish(self) -> None:
        """Write the buffered records. The file stays open."""
        ...


@contextmanager
def writing(
    path: str | Path, format: Format | None, type_: type[msgspec.Struct]
) -> Iterator[RecordWriter]:
    """Yield a writer of a file that gets its name once it is complete.

    Without a format, the suffix of the path decides. Raises ValueError for another suffix, and
    MissingLibrary for Parquet without pyarrow."""
    path = Path(path)
    chosen = format or path.suffix.removeprefix(".")
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            writer = record_writer(file, chosen, type_)
            try:
                yield writer
            finally:
                writer.finish()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def record_writer(file: IO[bytes], format: str, type_: type[msgspec.Struct]) -> RecordWriter:
    """Return a writer to an open file. Raises ValueError for an unknown format."""
    match format:
        case "csv":
            return CsvWriter(file, type_)
        case "parquet":
            return ParquetWriter(file, type_)
    raise ValueError(f"The format is csv or parquet, not {format!r}")


class CsvWriter:
    """Writes CSV in UTF-8 with a header.

    Times are ISO 8601 in UTC. A number is the shortest decimal text with the same value. That is
    the server's exact amount if it has at most 15 digits."""

    def __init__(self, file: IO[bytes], type_: type[msgspec.Struct]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._rows = csv.writer(self._text)
        self._columns = columns_of(type_)
        self._rows.writerow([column.name for column in self._columns])

    def write(self, records: Sequence[msgspec.Struct]) -> None:
        cells = [
            [_csv_cell(column, value) for value in column.read(records)] for column in self._columns
        ]
        self._rows.writerows(zip(*cells, strict=True))

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()


class ParquetWriter:
    """Writes Parquet. Times are timestamps in UTC with milliseconds, and numbers are doubles."""

    def __init__(
        self, file: IO[bytes], type_: type[msgspec.Struct], row_group: int = ROW_GROUP
    ) -> None:
        self._arrow = import_library("pyarrow", extra="parquet")
        parquet = import_library("pyarrow.parquet", extra="parquet")
        self._columns = columns_of(type_)
        self._schema = self._arrow.schema([self._field(column) for column in self._columns])
        self._file = parquet.ParquetWriter(file, self._schema)
        self._row_group = row_group
        self._waiting: list[msgspec.Struct] = []

    def write(self, records: Sequence[msgspec.Struct]) -> None:
        self._waiting += records
        while len(self._waiting) >= self._row_group:
            self._write_group(self._waiting[: self._row_group])
            del self._waiting[: self._row_group]

    def finish(self) -> None:
        if self._waiting:
            self._write_group(self._waiting)
        self._file.close()

    def _write_group(self, records: list[msgspec.Struct]) -> None:
        columns = [
            self._arrow.array(column.read(records), type=field.type)
            for column, field in zip(self._columns, self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.table(columns, schema=self._schema))

    def _field(self, column: Column) -> Any:
        arrow = self._arrow
        types = {
            Kind.NUMBER: arrow.float64(),
            Kind.INTEGER: arrow.int64(),
            Kind.TIME: arrow.timestamp("ms", "UTC"),
        }
        type_ = types.get(column.kind, arrow.string())
        return arrow.field(column.name, type_, nullable=column.is_optional)


def _csv_cell(column: Column, value: Any) -> Any:
    match column.kind:
        case _ if value is None:
            return ""
        case Kind.TIME:
            return f"{to_datetime(value).isoformat(timespec='milliseconds')[:-6]}Z"
        case Kind.NUMBER:
            return decimal_text(value)
    return value
