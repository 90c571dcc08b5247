"""The rows of a CSV file of bars: columns told by their names, each line checked by itself."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from trading_api.modules.datafeed.market.whole_units import as_meant

_NAMES = {
    "time": ("time", "date", "datetime", "timestamp", "ts", "date_time", "open_time", "open time"),
    "open": ("open", "o"),
    "high": ("high", "h"),
    "low": ("low", "l"),
    "close": ("close", "c"),
    "volume": ("volume", "vol", "v"),
    "symbol": ("symbol", "ticker"),
}
_OPTIONAL = ("volume", "symbol")
_SECONDS_MAX = 100_000_000_000  # the year 5138; more are milliseconds
_VALUE_MAX = 1e15
_PLAIN_LENGTH_MAX = 10  # too short to have come through a float
_SYMBOL_LENGTH_MAX = 64
_SYMBOL_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class RecordingError(Exception):
    """One sentence for whoever wrote or named the file."""


@dataclass(frozen=True, slots=True)
class Row:
    """`written_ms` is the time as its digits stand, without their offset from UTC."""

    line: int
    time_ms: int
    written_ms: int
    prices: tuple[float, float, float, float]
    volume: float | None

    def fault(self, path: Path, what: str) -> RecordingError:
        return RecordingError(f"{path}, line {self.line}: the row {what}.")


def read_rows(path: Path, own_symbol: str) -> dict[str, list[Row]]:
    """By symbol, which is `own_symbol` where no column names one."""
    rows: dict[str, list[Row]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for symbol, row in _parse(path, file, own_symbol):
                earlier = rows.setdefault(symbol, [])
                if earlier and row.time_ms <= earlier[-1].time_ms:
                    repeated = row.time_ms == earlier[-1].time_ms
                    raise row.fault(
                        path, "repeats the time before it" if repeated else "is out of order"
                    )
                earlier.append(row)
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise RecordingError(f"{path} is not a text file in UTF-8.") from error
    if not rows:
        raise RecordingError(f"{path} has no rows.")
    return rows


def _parse(path: Path, file: Iterator[str], own_symbol: str) -> Iterator[tuple[str, Row]]:
    header = next(file, "")
    if not header.strip():
        raise RecordingError(f"{path}, line 1: there is no header that names the columns.")
    delimiter = max(",;\t", key=header.count)
    columns = _columns(path, next(csv.reader([header], delimiter=delimiter)))
    reader = csv.reader(file, delimiter=delimiter)
    try:
        for cells in reader:
            if not cells:
                continue
            try:
                yield _row(columns, cells, reader.line_num + 1, own_symbol)
            except _CellError as error:
                raise RecordingError(f"{path}, line {reader.line_num + 1}: {error}.") from error
    except csv.Error as error:
        raise RecordingError(f"{path}, line {reader.line_num + 1}: {error}.") from error


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    columns: dict[str, int] = {}
    for meaning, spellings in _NAMES.items():
        found = [number for number, name in enumerate(names) if name in spellings]
        if len(found) > 1:
            raise RecordingError(f"{path}, line 1: several columns could be the {meaning}.")
        if found:
            columns[meaning] = found[0]
        elif meaning not in _OPTIONAL:
            raise RecordingError(f"{path}, line 1: no column is named {meaning}.")
    return columns


class _CellError(Exception):
    pass


def _row(columns: dict[str, int], cells: list[str], line: int, own_symbol: str) -> tuple[str, Row]:
    if len(cells) <= max(columns.values()):
        raise _CellError("the row has too few cells")
    time_ms, written_ms = _time(cells[columns["time"]].strip())
    open_, high, low, close = (
        _number(name, cells[columns[name]]) for name in ("open", "high", "low", "close")
    )
    if min(open_, high, low, close) <= 0:
        raise _CellError("a price is not above zero")
    volume = _number("volume", cells[columns["volume"]]) if "volume" in columns else None
    if volume is not None and volume < 0:
        raise _CellError("the volume is below zero")
    symbol = _symbol(cells[columns["symbol"]]) if "symbol" in columns else own_symbol
    return symbol, Row(line, time_ms, written_ms, (open_, high, low, close), volume)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= _VALUE_MAX or "_" in text:
        raise _CellError(f"the {name} {text[:40]!r} is not a finite, usable number")
    return value if len(text) <= _PLAIN_LENGTH_MAX else as_meant(value)


def _symbol(text: str) -> str:
    symbol = text.strip().upper()
    if not 0 < len(symbol) <= _SYMBOL_LENGTH_MAX or not _SYMBOL_CHARACTERS.issuperset(symbol):
        raise _CellError(f"the symbol {text[:40]!r} is not made of A-Z 0-9 . _ -")
    return symbol


def _time(text: str) -> tuple[int, int]:
    """Seconds or milliseconds since 1970, eight digits of a date, or ISO 8601, UTC by default."""
    try:
        if len(text) != 8 and text.lstrip("-").replace(".", "", 1).isdigit():
            return _epoch(float(text))
        written = datetime.fromisoformat(text)
        instant = written if written.tzinfo else written.replace(tzinfo=UTC)
        return _milliseconds(instant), _milliseconds(written.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise _CellError(f"the time {text[:40]!r} is not a date or a number of seconds") from None


def _epoch(value: float) -> tuple[int, int]:
    time_ms = round(value if abs(value) > _SECONDS_MAX else value * 1_000)
    if abs(time_ms) > _SECONDS_MAX * 1_000:
        raise ValueError
    return time_ms, time_ms


def _milliseconds(instant: datetime) -> int:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
