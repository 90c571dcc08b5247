"""Reads the cells of a file of rows: CSV, as it is or compressed, and Parquet.

The csv module reads CSV. DuckDB's reader was tried in its place: it needs 2.3 s to hand over a
million rows as text where csv needs 0.8, drops empty lines, so that line numbers are wrong, and
opens no zip. It reads Parquet, which needs an extra.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import IO, BinaryIO, Protocol, TextIO

from trading_api.modules.datafeed.storage.errors import RecordingError

Progress = Callable[[Path, int, int], None]
"""Receives the file, how many bytes of it are read, and its size."""

Row = tuple[int, list[str]]
"""The number of a row's line, and its cells."""

_DELIMITERS = ",;\t"
_HEAD_ROWS = 20
_LINE_LENGTH_MAX = 65_536
_ROWS_BETWEEN_PROGRESS = 5_000
_BATCH_ROWS = 10_000
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
"""What the readers of compressed files raise, next to OSError. RuntimeError: a password is needed,
or the compression is not supported."""


class Table(Protocol):
    """The rows of a file. `place` is what its numbers count, for messages."""

    path: Path
    place: str
    delimiter: str

    def head(self) -> list[Row]:
        """Return the first rows from the header on, or from the first row where there is none."""
        ...

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield every row that is not empty, with those of `head`. Raises RecordingError."""
        ...


def open_table(path: Path) -> Table:
    """Return the table of a file, whose first bytes show what it is. Raises RecordingError."""
    with _readable(path), path.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    return ParquetTable(path) if is_parquet else CsvTable(path)


class CsvTable:
    """A CSV file in UTF-8 or UTF-16, perhaps compressed by gzip, bzip2, xz, or alone in a zip.
    Lines above the header that are not divided into cells are left out: an address, a title."""

    place = "line"

    def __init__(self, path: Path) -> None:
        """Raises RecordingError."""
        self.path = path
        with self._opened() as (text, _):
            lines = islice(iter(lambda: text.readline(_LINE_LENGTH_MAX), ""), _HEAD_ROWS)
            for number, line in enumerate(lines, start=1):
                if len(line) == _LINE_LENGTH_MAX:
                    raise RecordingError(
                        f"{path}, line {number}: the line is longer than "
                        f"{_LINE_LENGTH_MAX:,} characters."
                    )
                delimiter = max(_DELIMITERS, key=line.count)
                if delimiter in line and not line.startswith(("#", "http:", "https:")):
                    self._first_line, self.delimiter = number, delimiter
                    return
        raise RecordingError(f"{path}, line 1: there is no header that names the columns.")

    def head(self) -> list[Row]:
        return list(islice(self.rows(), _HEAD_ROWS))

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        size, above = self.path.stat().st_size, self._first_line - 1
        with self._opened() as (text, file):
            reader = csv.reader(islice(text, above, None), delimiter=self.delimiter)
            try:
                for number, cells in enumerate(reader):
                    if progress is not None and number % _ROWS_BETWEEN_PROGRESS == 0:
                        progress(self.path, min(file.tell(), size - 1), size)
                    if cells:
                        yield reader.line_num + above, cells
            except csv.Error as error:
                line = reader.line_num + above
                raise RecordingError(f"{self.path}, line {line}: {error}.") from error
        if progress is not None:
            progress(self.path, size, size)

    @contextmanager
    def _opened(self) -> Iterator[tuple[TextIO, BinaryIO]]:
        """Open the text of the file, and the file below it, whose position shows the progress."""
        with _readable(self.path), self.path.open("rb") as file, _unpacked(file) as unpacked:
            buffered = io.BufferedReader(unpacked)  # type: ignore[type-var]
            is_wide = buffered.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
            encoding = "utf-16" if is_wide else "utf-8-sig"
            with io.TextIOWrapper(buffered, encoding, newline="") as text:
                yield text, file


class ParquetTable:
    """A Parquet file, whose values are read as their exact text. Times with an offset are UTC."""

    place = "row"
    delimiter = "\t"

    def __init__(self, path: Path) -> None:
        self.path = path

    def head(self) -> list[Row]:
        return list(islice(self.rows(), _HEAD_ROWS))

    def rows(self, progress: Progress | None = None) -> Iterator[Row]:
        """Yield the names of the columns as row 0, then the rows from 1 on."""
        try:
            import duckdb
        except ImportError as error:
            raise RecordingError(
                f"{self.path} is a Parquet file, which needs the package duckdb. "
                "Install trading-api[parquet]."
            ) from error
        pattern = re.sub(r"([\[*?])", r"[\1]", str(self.path))
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as database:
            try:
                database.execute("SET TimeZone = 'UTC'")
                found = database.execute(
                    "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?)", [pattern]
                )
                yield 0, [column[0] for column in found.description]
                batches = iter(lambda: found.fetchmany(_BATCH_ROWS), [])
                for number, values in enumerate(chain.from_iterable(batches), start=1):
                    yield number, [value or "" for value in values]
            except duckdb.Error as error:
                raise RecordingError(f"{self.path} cannot be read as Parquet: {error}.") from error


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise RecordingError for what cannot be read."""
    try:
        yield
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeError as error:
        raise RecordingError(f"{path} is not a text file in UTF-8.") from error
    except _DAMAGE as error:
        raise RecordingError(f"{path} cannot be unpacked: {error}.") from error


@contextmanager
def _unpacked(file: BinaryIO) -> Iterator[BinaryIO | io.BufferedIOBase | IO[bytes]]:
    """Open what a compressed file holds, or the file itself."""
    start = file.read(6)
    file.seek(0)
    if start.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(file) as archive, archive.open(_table_in(archive)) as member:
            yield member
    elif start.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield unpacked
    elif start.startswith(b"BZh"):
        with bz2.BZ2File(file) as unpacked:
            yield unpacked
    elif start == b"\xfd7zXZ\x00":
        with lzma.LZMAFile(file) as unpacked:
            yield unpacked
    else:
        yield file


def _table_in(archive: zipfile.ZipFile) -> str:
    """Return the name of the one file of an archive, or of the one CSV file among others."""
    names = [each.filename for each in archive.infolist() if not each.is_dir()]
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv"))]
    for found in (names, tables):
        if len(found) == 1:
            return found[0]
    raise zipfile.BadZipFile(f"it holds {len(tables)} CSV files, and one is needed")
