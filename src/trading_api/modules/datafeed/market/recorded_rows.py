"""The rows of a CSV file of bars or ticks: columns told by their names, each line checked by
itself."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from trading_api.modules.datafeed.market.whole_units import as_meant

_NAMES = {
    "time": ("time", "date", "datetime", "timestamp", "ts", "date_time", "open_time", "open time"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "price": ("price", "last", "trade_price"),
    "bid": ("bid", "bid_price"),
    "ask": ("ask", "ask_price", "offer"),
    "volume": ("volume", "vol", "v", "size", "qty", "quantity", "amount"),
    "symbol": ("symbol", "ticker"),
}
_KINDS = (
    ("bars", ("open", "high", "low", "close")),
    ("ticks", ("price",)),
    ("ticks", ("bid", "ask")),
    ("ticks", ("bid",)),
)
_SECONDS_MAX = 100_000_000_000  # the year 5138; more are milliseconds
_VALUE_MAX = 1e15
_PLAIN_LENGTH_MAX = 10  # too short to have come through a float
_SYMBOL_LENGTH_MAX = 64
_SYMBOL_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_QUARTER_MS = 900_000
_ROWS_BETWEEN_PROGRESS = 5_000
FAULTS_KEPT_MAX = 20

Progress = Callable[[Path, int, int], None]
"""Told the file, how many bytes of it are read, and its size."""


class RecordingError(Exception):
    """One sentence for whoever wrote or named the file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row can't be taken as it stands; nothing is repaired."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.what}."


class FaultyRowsError(RecordingError):
    """The first faults, in the order of their lines, and how many there are in all."""

    def __init__(self, faults: list[Fault], count: int) -> None:
        super().__init__(str(faults[0]))
        self.faults = faults
        self.count = count


@dataclass(slots=True)
class Rows:
    """One symbol's rows in the order of the file. `written_ms` is the time as its digits stand,
    without their offset from UTC. A tick has its price in all four."""

    path: Path
    are_ticks: bool
    has_volume: bool
    line: array[int] = field(default_factory=lambda: array("q"))
    time_ms: array[int] = field(default_factory=lambda: array("q"))
    written_ms: array[int] = field(default_factory=lambda: array("q"))
    open: array[float] = field(default_factory=lambda: array("d"))
    high: array[float] = field(default_factory=lambda: array("d"))
    low: array[float] = field(default_factory=lambda: array("d"))
    close: array[float] = field(default_factory=lambda: array("d"))
    volume: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self.line)


def read_rows(
    path: Path, own_symbol: str, zone: tzinfo = UTC, progress: Progress | None = None
) -> dict[str, Rows]:
    """By symbol, which is `own_symbol` where no column names one. Times without an offset are the
    zone's. Raises RecordingError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _Reading(path, own_symbol, zone).read(file, progress)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not a text file in UTF-8.") from error


class _CellError(Exception):
    pass


class _Reading:
    def __init__(self, path: Path, own_symbol: str, zone: tzinfo) -> None:
        self._path = path
        self._own_symbol = own_symbol
        self._zone = zone
        self._offsets_ms = lru_cache(4_096)(self._offsets_of_quarter)
        self._rows: dict[str, Rows] = {}
        self._faults: list[Fault] = []
        self._fault_count = 0

    def read(self, file: TextIO, progress: Progress | None) -> dict[str, Rows]:
        header = file.readline()
        if not header.strip():
            raise RecordingError(
                f"{self._path}, line 1: there is no header that names the columns."
            )
        delimiter = max(",;\t", key=header.count)
        columns = _columns(self._path, next(csv.reader([header], delimiter=delimiter)))
        size, seen = self._path.stat().st_size, len(header)

        def lines() -> Iterator[str]:
            nonlocal seen
            for number, line in enumerate(file):
                seen += len(line)
                if progress is not None and number % _ROWS_BETWEEN_PROGRESS == 0:
                    progress(self._path, min(seen, size), size)
                yield line

        reader = csv.reader(lines(), delimiter=delimiter)
        try:
            for cells in reader:
                if cells:
                    self._take(columns, cells, reader.line_num + 1)
        except csv.Error as error:
            raise RecordingError(f"{self._path}, line {reader.line_num + 1}: {error}.") from error
        if progress is not None:
            progress(self._path, size, size)
        if self._faults:
            raise FaultyRowsError(self._faults, self._fault_count)
        if not self._rows:
            raise RecordingError(f"{self._path} has no rows.")
        return self._rows

    def _take(self, columns: dict[str, int], cells: list[str], line: int) -> None:
        try:
            if len(cells) <= max(columns.values()):
                raise _CellError("the row has too few cells")
            self._append(columns, cells, line)
        except _CellError as error:
            self._fault_count += 1
            if len(self._faults) < FAULTS_KEPT_MAX:
                self._faults.append(Fault(self._path, line, str(error)))

    def _append(self, columns: dict[str, int], cells: list[str], line: int) -> None:
        own = "symbol" not in columns
        symbol = self._own_symbol if own else _symbol(cells[columns["symbol"]])
        rows = self._rows.get(symbol)
        if rows is None:
            rows = Rows(self._path, "open" not in columns, "volume" in columns)
        before_ms = rows.time_ms[-1] if rows.time_ms else None
        written = cells[columns["time"]].strip()
        time_ms, written_ms = self._time(written, before_ms, rows.are_ticks)
        open_, high, low, close = _prices(columns, cells)
        volume = _number("volume", cells[columns["volume"]]) if rows.has_volume else 0.0
        if volume < 0:
            raise _CellError("the volume is below zero")
        if rows.are_ticks and before_ms is not None and time_ms < before_ms:
            raise _CellError("the row is a tick before the one above it")
        self._rows[symbol] = rows
        rows.line.append(line)
        rows.time_ms.append(time_ms)
        rows.written_ms.append(written_ms)
        rows.open.append(open_)
        rows.high.append(high)
        rows.low.append(low)
        rows.close.append(close)
        rows.volume.append(volume)

    def _time(self, text: str, before_ms: int | None, are_ticks: bool) -> tuple[int, int]:
        """Seconds or milliseconds since 1970, eight digits of a date, or ISO 8601."""
        try:
            if len(text) != 8 and text.lstrip("-").replace(".", "", 1).isdigit():
                return _epoch(float(text))
            written = datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            raise _CellError(
                f"the time {text[:40]!r} is not a date or a number of seconds"
            ) from None
        written_ms = _milliseconds(written.replace(tzinfo=UTC))
        if written.tzinfo is not None:
            return _milliseconds(written), written_ms
        if self._zone is UTC:
            return written_ms, written_ms
        first_ms, second_ms = (
            written_ms - offset_ms for offset_ms in self._offsets_ms(written_ms // _QUARTER_MS)
        )
        if first_ms > second_ms:
            raise _CellError(f"the time {text!r} does not exist in {self._zone}")
        # Of the two hours that read the same, it is the second once the first is over.
        over = before_ms is not None and first_ms < before_ms + (not are_ticks)
        return (second_ms if over else first_ms), written_ms

    def _offsets_of_quarter(self, number: int) -> tuple[int, int]:
        wall = datetime(1970, 1, 1) + timedelta(milliseconds=number * _QUARTER_MS)  # noqa: DTZ001
        offsets = (wall.replace(tzinfo=self._zone, fold=fold).utcoffset() for fold in (0, 1))
        first, second = (round((each or timedelta()).total_seconds() * 1_000) for each in offsets)
        return first, second


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """`EURUSD.bid` and `<CLOSE>` are read as bid and close."""
    names = [name.strip().strip("<>").lower().rpartition(".")[2] for name in header]
    columns: dict[str, int] = {}
    for meaning, spellings in _NAMES.items():
        found = [number for number, name in enumerate(names) if name in spellings]
        if len(found) > 1:
            raise RecordingError(f"{path}, line 1: several columns could be the {meaning}.")
        if found:
            columns[meaning] = found[0]
    if "time" not in columns:
        raise RecordingError(f"{path}, line 1: no column is named time.")
    prices = next((needed for _, needed in _KINDS if columns.keys() >= set(needed)), None)
    if prices is None:
        some = [name for name in _KINDS[0][1] if name in columns]
        missing = [name for name in _KINDS[0][1] if name not in columns]
        either = "" if some else ", nor price, nor bid"
        raise RecordingError(f"{path}, line 1: no column is named {missing[0]}{either}.")
    wanted = ("time", *prices, "volume", "symbol")
    return {meaning: columns[meaning] for meaning in wanted if meaning in columns}


def _prices(columns: dict[str, int], cells: list[str]) -> tuple[float, float, float, float]:
    if "open" in columns:
        open_, high, low, close = (
            _price(name, cells[columns[name]]) for name in ("open", "high", "low", "close")
        )
        if not (low <= min(open_, close) and max(open_, close) <= high):
            raise _CellError("the row has a high and a low that do not hold its open and close")
        return open_, high, low, close
    if "price" in columns:
        price = _price("price", cells[columns["price"]])
    else:
        price = bid = _price("bid", cells[columns["bid"]])
        if "ask" in columns:
            ask = _price("ask", cells[columns["ask"]])
            if ask < bid:
                raise _CellError("the ask is below the bid")
            price = as_meant((bid + ask) / 2)
    return price, price, price, price


def _price(name: str, text: str) -> float:
    price = _number(name, text)
    if price <= 0:
        raise _CellError(f"a price is not above zero (the {name})")
    return price


@lru_cache(65_536)
def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _VALUE_MAX or "_" in text:
        raise _CellError(f"the {name} {text[:40]!r} is not a finite, usable number")
    return value if len(text) <= _PLAIN_LENGTH_MAX else as_meant(value)


def is_symbol(text: str) -> bool:
    """Also the name of a folder."""
    return (
        0 < len(text) <= _SYMBOL_LENGTH_MAX
        and _SYMBOL_CHARACTERS.issuperset(text)
        and not text.startswith(".")
    )


def _symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not is_symbol(symbol):
        raise _CellError(f"the symbol {text[:40]!r} is not made of A-Z 0-9 . _ -")
    return symbol


def _epoch(value: float) -> tuple[int, int]:
    time_ms = round(value if abs(value) > _SECONDS_MAX else value * 1_000)
    if abs(time_ms) > _SECONDS_MAX * 1_000:
        raise ValueError
    return time_ms, time_ms


def _milliseconds(instant: datetime) -> int:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
