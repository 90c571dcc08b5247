"""Reads the rows of a CSV file of bars or ticks, and checks each line."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TextIO

import numpy as np

from trading_api.modules.datafeed.importing.csv_header import (
    CsvColumns,
    CsvHeader,
    CsvHeaderError,
    parse_header,
)
from trading_api.modules.datafeed.importing.number_parsing import (
    DECIMALS_MAX,
    DIGITS_MAX,
    Floats,
    ParsedNumber,
    at_decimals,
    double_decimals,
    parse_grouped_number,
    parse_number,
    single_decimals,
)
from trading_api.modules.datafeed.importing.time_parsing import TimeFormatError, TimeParser
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import is_symbol

_EMPTY = frozenset(("", "null", "nan", "n/a", "-"))
_ROWS_BETWEEN_PROGRESS = 5_000
FAULTS_KEPT_MAX = 20

Progress = Callable[[Path, int, int], None]
"""Receives the file, how many bytes of it are read, and its size."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that cannot be imported as it is, and why. Nothing is repaired."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.what}."


class FaultyRowsError(RecordingError):
    """Rows of a file cannot be imported. `faults` are the first ones by line, `count` is the number
    of all."""

    def __init__(self, faults: list[RowFault], count: int) -> None:
        super().__init__(str(faults[0]))
        self.faults = faults
        self.count = count


@dataclass(slots=True, eq=False)
class CsvRows:
    """One symbol's rows in the order of the file.

    `written_ms` is the time as its digits stand, without their offset from UTC. `later_ms` is how
    much later the instant is if it lies in the second of two hours that are written alike. A tick
    has its price in all four columns; of a bid and an ask, the bid is the low and the ask the
    high. `unpriced` lists the lines without any price, which are left out. `rounded` counts the
    numbers of computed floats, which are rounded to as many decimals as can be kept."""

    path: Path
    are_ticks: bool
    has_ask: bool
    has_volume: bool
    line: array[int] = field(default_factory=lambda: array("q"))
    time_ms: array[int] = field(default_factory=lambda: array("q"))
    written_ms: array[int] = field(default_factory=lambda: array("q"))
    later_ms: array[int] = field(default_factory=lambda: array("q"))
    open: array[float] = field(default_factory=lambda: array("d"))
    high: array[float] = field(default_factory=lambda: array("d"))
    low: array[float] = field(default_factory=lambda: array("d"))
    close: array[float] = field(default_factory=lambda: array("d"))
    volume: array[float] = field(default_factory=lambda: array("d"))
    unpriced: list[int] = field(default_factory=list)
    rounded: int = 0

    def __len__(self) -> int:
        return len(self.line)


def read_csv(
    path: Path, own_symbol: str, zone: tzinfo = UTC, progress: Progress | None = None
) -> dict[str, CsvRows]:
    """Return the rows by symbol, which is `own_symbol` where no column names one. Times without an
    offset are the zone's, unless the header states that they are UTC. Raises RecordingError."""
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            return _CsvReader(path, own_symbol, zone).read(file, progress)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeError as error:
        raise RecordingError(f"{path} is not a text file in UTF-8.") from error


class _CellError(Exception):
    """A row cannot be imported. The message is a clause that says why."""


class _Digits:
    """Counts the digits of one symbol's prices, or of its volumes: the most decimals that were
    written, and the numbers that are too long to be kept as they are written."""

    def __init__(self) -> None:
        self.decimals = 0
        self.too_long: list[tuple[int, str]] = []
        self.too_long_count = 0
        self._prints_count = 0
        self._are_prints = True

    @property
    def are_doubles(self) -> bool:
        """Whether every number that is too long is provably a printed binary float, as adjusted
        prices are."""
        return self._prints_count > 0 and self._are_prints

    def note(self, number: ParsedNumber, line: int, name: str, text: str) -> None:
        if number.decimals > self.decimals:
            self.decimals = number.decimals
        if number.is_exact:
            return
        self.too_long_count += 1
        self._prints_count += number.is_print
        self._are_prints &= number.is_print or number.has_few_digits
        if len(self.too_long) < FAULTS_KEPT_MAX:
            limits = f"{DECIMALS_MAX} decimals or {DIGITS_MAX} digits"
            what = f"the {name} {text.strip()[:40]!r} has more than {limits}; round it"
            self.too_long.append((line, what))


class _CsvReader:
    def __init__(self, path: Path, own_symbol: str, zone: tzinfo) -> None:
        self._path = path
        self._own_symbol = own_symbol
        self._zone = zone
        self._rows: dict[str, CsvRows] = {}
        self._digits: dict[str, tuple[_Digits, _Digits]] = {}
        self._mark = ""
        self._faults: list[RowFault] = []
        self._fault_count = 0

    def read(self, file: TextIO, progress: Progress | None) -> dict[str, CsvRows]:
        first = file.readline()
        if not first.strip():
            raise RecordingError(
                f"{self._path}, line 1: there is no header that names the columns."
            )
        self._delimiter = max(",;\t", key=first.count)
        header, lines_above = self._header(first, file)
        columns = header.columns
        self._price_columns = [each for each in columns.items() if each[0] in _PRICES]
        self._times = TimeParser(
            UTC if header.is_utc else self._zone, lambda: self._time_texts(columns)
        )
        size, seen = self._path.stat().st_size, len(first)

        def lines() -> Iterator[str]:
            nonlocal seen
            if not header.is_there:
                yield first
            for number, line in enumerate(file):
                seen += len(line)
                if progress is not None and number % _ROWS_BETWEEN_PROGRESS == 0:
                    progress(self._path, min(seen, size), size)
                yield line

        reader = csv.reader(lines(), delimiter=self._delimiter)
        try:
            for cells in reader:
                if cells:
                    self._read_row(columns, cells, reader.line_num + lines_above)
        except csv.Error as error:
            line = reader.line_num + lines_above
            raise RecordingError(f"{self._path}, line {line}: {error}.") from error
        if progress is not None:
            progress(self._path, size, size)
        self._rows = {symbol: rows for symbol, rows in self._rows.items() if len(rows)}
        for symbol, rows in self._rows.items():
            self._round_float_noise(rows, *self._digits[symbol])
            self._reject_contradictions(rows)
        if self._faults:
            self._faults.sort(key=lambda fault: fault.line)
            raise FaultyRowsError(self._faults[:FAULTS_KEPT_MAX], self._fault_count)
        if not self._rows:
            raise RecordingError(f"{self._path} has no rows.")
        return self._rows

    def _header(self, first: str, file: TextIO) -> tuple[CsvHeader, int]:
        """Return the header, and the number of lines above the rows."""
        cells = next(csv.reader([first], delimiter=self._delimiter))
        above = 1
        if cells[0] == "Price":
            # Of yfinance: the names, then the ticker, then the name of the first column.
            position = file.tell()
            ticker, name = file.readline(), file.readline()
            if ticker.startswith("Ticker") and name.startswith(("Date", "Datetime")):
                cells[0], above = "Date", 3
            else:
                file.seek(position)
        try:
            header = parse_header(cells)
        except CsvHeaderError as error:
            raise RecordingError(f"{self._path}, line 1: {error}.") from error
        return header, above if header.is_there else 0

    def _time_texts(self, columns: CsvColumns) -> Iterator[str]:
        with self._path.open(encoding=_encoding(self._path), newline="") as file:
            for cells in csv.reader(file, delimiter=self._delimiter):
                if len(cells) > columns["time"]:
                    yield _time_text(columns, cells)

    def _read_row(self, columns: CsvColumns, cells: list[str], line: int) -> None:
        try:
            if len(cells) <= max(columns.values()):
                raise _CellError("the row has too few cells")
            self._append(columns, cells, line)
        except (_CellError, TimeFormatError) as error:
            self._reject(line, str(error))

    def _reject(self, line: int, what: str) -> None:
        self._fault_count += 1
        if len(self._faults) < FAULTS_KEPT_MAX:
            self._faults.append(RowFault(self._path, line, what))

    def _append(self, columns: CsvColumns, cells: list[str], line: int) -> None:
        own = "symbol" not in columns
        symbol = self._own_symbol if own else _symbol(cells[columns["symbol"]])
        rows = self._rows.get(symbol)
        if rows is None:
            rows = self._rows[symbol] = CsvRows(
                self._path, "open" not in columns, "ask" in columns, "volume" in columns
            )
            self._digits[symbol] = _Digits(), _Digits()
        price_digits, volume_digits = self._digits[symbol]
        if all(cells[number].strip().lower() in _EMPTY for _, number in self._price_columns):
            rows.unpriced.append(line)
            return
        time_ms, written_ms, later_ms = self._times.parse(_time_text(columns, cells))
        open_, high, low, close = self._prices(cells, line, price_digits)
        volume = 0.0
        if rows.has_volume:
            volume = self._number("volume", cells[columns["volume"]], line, volume_digits)
        if volume < 0:
            raise _CellError("the volume is below zero")
        rows.line.append(line)
        rows.time_ms.append(time_ms)
        rows.written_ms.append(written_ms)
        rows.later_ms.append(later_ms)
        rows.open.append(open_)
        rows.high.append(high)
        rows.low.append(low)
        rows.close.append(close)
        rows.volume.append(volume)

    def _prices(
        self, cells: list[str], line: int, digits: _Digits
    ) -> tuple[float, float, float, float]:
        found = [
            self._number(name, cells[number], line, digits) for name, number in self._price_columns
        ]
        for (name, _), price in zip(self._price_columns, found, strict=True):
            if price <= 0:
                raise _CellError(f"a price is not above zero (the {name})")
        if len(found) == 4:
            open_, high, low, close = found
            return open_, high, low, close
        bid, ask = found[0], found[-1]
        return bid, ask, bid, bid

    def _number(self, name: str, text: str, line: int, digits: _Digits) -> float:
        number = parse_number(text, self._delimiter == ",")
        if number is not None and number.mark == "." and self._mark == ",":
            number = parse_grouped_number(text) or number
        if number is None:
            raise _CellError(f"the {name} {text[:40]!r} is not a finite, usable number")
        if number.mark and number.mark != self._mark:
            if self._mark:
                raise _CellError(
                    f"the {name} {text[:40]!r} has {number.mark!r} for its decimal mark, where "
                    f"others have {self._mark!r}"
                )
            self._mark = number.mark
        digits.note(number, line, name, text)
        return number.value

    def _round_float_noise(
        self, rows: CsvRows, price_digits: _Digits, volume_digits: _Digits
    ) -> None:
        prices = [rows.open, rows.high, rows.low, rows.close]
        for columns, digits in ((prices, price_digits), ([rows.volume], volume_digits)):
            # Views of the memory of the rows.
            views: list[Floats] = [np.frombuffer(column) for column in columns]
            decimals = single_decimals(np.concatenate(views), digits.decimals)
            if decimals is None and digits.are_doubles:
                decimals = double_decimals(np.concatenate(views))
                rows.rounded += digits.too_long_count
            if decimals is not None:
                for view in views:
                    view[:] = at_decimals(view, decimals)
                continue
            for line, what in digits.too_long:
                self._reject(line, what)
            self._fault_count += digits.too_long_count - len(digits.too_long)

    def _reject_contradictions(self, rows: CsvRows) -> None:
        open_, high, low, close = (
            np.frombuffer(column) for column in (rows.open, rows.high, rows.low, rows.close)
        )
        bad = ~((low <= np.minimum(open_, close)) & (np.maximum(open_, close) <= high))
        what = "the row has a high and a low that do not hold its open and close"
        if rows.are_ticks:
            bad, what = high < low, "the ask is below the bid"
        for number in np.flatnonzero(bad).tolist():
            self._reject(rows.line[number], what)
        for number in np.flatnonzero(low <= 0).tolist():
            self._reject(rows.line[number], "the row has a price too small to be kept")


_PRICES = frozenset(("open", "high", "low", "close", "price", "bid", "ask"))


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _time_text(columns: CsvColumns, cells: Sequence[str]) -> str:
    written = cells[columns["time"]].strip()
    if "clock" in columns:
        return f"{written} {cells[columns['clock']].strip()}"
    return written


def _symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not is_symbol(symbol):
        raise _CellError(f"the symbol {text[:40]!r} is not made of A-Z 0-9 . _ -")
    return symbol
