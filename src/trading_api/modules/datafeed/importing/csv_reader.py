"""Reads the rows of a file of bars or ticks, and checks each line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from pathlib import Path

import numpy as np

from trading_api.modules.datafeed.importing.csv_header import (
    CsvColumns,
    CsvHeaderError,
    parse_header,
)
from trading_api.modules.datafeed.importing.csv_rows import (
    FAULTS_KEPT_MAX,
    CsvRows,
    FaultyRowsError,
    RowFault,
)
from trading_api.modules.datafeed.importing.number_parsing import (
    Floats,
    finest,
    parse_grouped_number,
    parse_number,
    parse_plain_numbers,
)
from trading_api.modules.datafeed.importing.symbol_names import to_symbol
from trading_api.modules.datafeed.importing.symbol_reader import Digits, SymbolReader
from trading_api.modules.datafeed.importing.table import Progress, Table, open_table
from trading_api.modules.datafeed.importing.time_parsing import (
    TimeFormatError,
    TimeParser,
    UndecidedTimeError,
)
from trading_api.modules.datafeed.storage.errors import RecordingError

_EMPTY = frozenset(("", "null", "nan", "n/a", "none", "-"))
_BATCH_ROWS = 2_048
_NONE: Floats = np.zeros(0)
_PRICES = ("open", "high", "low", "close", "price", "bid", "ask")


def read_file(
    path: Path,
    own_symbol: str | None,
    latest_ms: int,
    zone: tzinfo | None = UTC,
    time_format: str | None = None,
    progress: Progress | None = None,
) -> dict[str, CsvRows]:
    """Return the rows by symbol as the file spells it, which is `own_symbol` where the file names
    none. Times without an offset are the zone's, unless the header states that they are UTC. Times
    after `latest_ms` are errors. `time_format` is that of TimeParser. Raises RecordingError."""
    reader = _FileReader(open_table(path), own_symbol)
    reader.times = TimeParser(reader.zone(zone), reader.time_texts, latest_ms, time_format)
    return reader.read(progress)


class _CellError(Exception):
    """A row cannot be imported. The message is a clause that says why."""


class _FileReader:
    """Reads one file, once its `times` are set."""

    times: TimeParser

    def __init__(self, table: Table, own_symbol: str | None) -> None:
        self._table = table
        self._symbols: dict[str, SymbolReader] = {}
        self._names: dict[str, str] = {}
        self._mark = ""
        self._faults: list[RowFault] = []
        self._fault_count = 0
        try:
            self._header = parse_header(table.head(), own_symbol)
        except CsvHeaderError as error:
            raise RecordingError(f"{table.path}, line 1: {error}.") from error
        self._skips_zero = False
        self._columns = {
            symbol: self._of_quotes_or_trades(columns)
            for symbol, columns in self._header.columns.items()
        }
        self._first_columns = next(iter(self._columns.values()))
        self._only_symbol: str | None = None
        if len(self._columns) == 1 and "symbol" not in self._first_columns:
            self._only_symbol = own_symbol or next(iter(self._columns))
            if not self._only_symbol:
                raise RecordingError(f"{table.path} names no symbol; --symbol does.")

    def zone(self, zone: tzinfo | None) -> tzinfo | None:
        return UTC if self._header.is_utc else zone

    def time_texts(self) -> Iterator[str]:
        columns = self._first_columns
        return (_time_text(columns, cells) for _, cells in self._rows() if _has(columns, cells))

    def read(self, progress: Progress | None) -> dict[str, CsvRows]:
        prices = [
            (symbol, columns, [(name, columns[name]) for name in _PRICES if name in columns])
            for symbol, columns in self._columns.items()
        ]
        rows = self._rows(progress)
        while batch := list(islice(rows, _BATCH_ROWS)):
            if self._append_plain(self._first_columns, prices[0][2], batch):
                continue
            for line, cells in batch:
                for symbol, columns, price_columns in prices:
                    self._read_row(symbol, columns, price_columns, cells, line)
        for each in self._symbols.values():
            each.rows.needed_zone = self.times.needed_zone
            self._fault_count += each.finish(self._reject)
        if self._faults:
            self._faults.sort(key=lambda fault: fault.line)
            raise FaultyRowsError(self._faults[:FAULTS_KEPT_MAX], self._fault_count)
        found = {name: each.rows for name, each in self._symbols.items() if len(each.rows)}
        if not found:
            raise RecordingError(f"{self._table.path} has no rows.")
        return found

    def _rows(self, progress: Progress | None = None) -> Iterator[tuple[int, list[str]]]:
        first_line = self._header.first_line
        return (row for row in self._table.rows(progress) if row[0] >= first_line)

    def _of_quotes_or_trades(self, columns: CsvColumns) -> CsvColumns:
        """Return the columns without those of quotes if the file has trades, or else without that
        of trades, which MetaTrader leaves empty or zero."""
        if not {"price", "bid"} <= columns.keys():
            return columns
        last = columns["price"]
        texts = (cells[last] for _, cells in self._rows() if len(cells) > last)
        has_trades = any(text.strip(" 0.") and not _is_empty(text) for text in texts)
        self._skips_zero = has_trades
        without = ("bid", "ask") if has_trades else ("price",)
        return {name: number for name, number in columns.items() if name not in without}

    def _reject(self, line: int, what: str) -> None:
        self._fault_count += 1
        if len(self._faults) < FAULTS_KEPT_MAX:
            self._faults.append(RowFault(self._table.path, line, what, self._table.place))

    def _read_row(
        self,
        symbol: str,
        columns: CsvColumns,
        price_columns: Sequence[tuple[str, int]],
        cells: list[str],
        line: int,
    ) -> None:
        try:
            self._append(symbol, columns, price_columns, cells, line)
        except UndecidedTimeError as error:
            fault = RowFault(self._table.path, line, str(error), self._table.place)
            raise RecordingError(str(fault)) from error
        except (_CellError, TimeFormatError) as error:
            self._reject(line, str(error))

    def _append_plain(
        self,
        columns: CsvColumns,
        price_columns: Sequence[tuple[str, int]],
        batch: Sequence[tuple[int, list[str]]],
    ) -> bool:
        """Append rows as `_append` does, column by column, if all numbers are plain and no row has
        a fault. Return whether that was so."""
        count = min(len(cells) for _, cells in batch)
        if self._only_symbol is None or self._mark == "," or count <= max(columns.values()):
            return False
        texts = list(zip(*(cells[:count] for _, cells in batch), strict=True))
        prices = [parse_plain_numbers(texts[number]) for _, number in price_columns]
        volume = parse_plain_numbers(texts[columns["volume"]]) if "volume" in columns else _NONE
        if volume is None or any(each is None or not each.all() for each in prices):
            return False
        try:
            times = [self.times.parse(_time_text(columns, cells)) for _, cells in batch]
        except TimeFormatError:
            return False
        reader = self._symbols.get(self._only_symbol) or self._add(self._only_symbol, columns)
        rows, bars = reader.rows, [each for each in prices if each is not None]
        of_numbers = [texts[n] for name, n in columns.items() if name in (*_PRICES, "volume")]
        if any("." in text for column_texts in of_numbers for text in column_texts):
            self._mark = "."
        if len(bars) != 4:
            reader.sides = [texts[number][-1] for _, number in price_columns]
            bars = [bars[0], bars[-1], bars[0], bars[0]]
        reader.price_digits.decimals = max(reader.price_digits.decimals, finest(bars))
        if len(volume):
            reader.volume_digits.decimals = max(reader.volume_digits.decimals, finest([volume]))
            reader.volume_count += len(volume)
        rows.line.extend(line for line, _ in batch)
        for column, values in zip(
            (rows.time_ms, rows.written_ms, rows.later_ms), zip(*times, strict=True), strict=True
        ):
            column.extend(values)
        volume = volume if len(volume) else np.zeros(len(batch))
        for prices_of, numbers in zip(
            (rows.open, rows.high, rows.low, rows.close, rows.volume), (*bars, volume), strict=True
        ):
            prices_of.frombytes(numbers.tobytes())
        return True

    def _append(
        self,
        symbol: str,
        columns: CsvColumns,
        price_columns: Sequence[tuple[str, int]],
        cells: list[str],
        line: int,
    ) -> None:
        if not _has(columns, cells):
            raise _CellError("the row has too few cells")
        if self._only_symbol is not None:
            symbol = self._only_symbol
        elif "symbol" in columns:
            symbol = cells[columns["symbol"]].strip().upper()
        reader = self._symbols.get(symbol) or self._add(symbol, columns)
        rows = reader.rows
        texts = [cells[number] for _, number in price_columns]
        is_empty = [_is_empty(text) for text in texts]
        if not rows.are_ticks:
            is_unpriced = all(is_empty)
        elif "price" in columns:
            is_unpriced = is_empty[0] or (self._skips_zero and not texts[0].strip(" 0."))
        else:
            is_unpriced = self._carry(reader, texts, is_empty)
        if is_unpriced:
            self._leave_out(rows, _time_text(columns, cells), line)
            return
        time_ms, written_ms, later_ms = self.times.parse(_time_text(columns, cells))
        open_, high, low, close = self._prices(price_columns, texts, line, reader.price_digits)
        volume = self._volume(reader, cells[columns["volume"]], line) if rows.has_volume else 0.0
        if any(is_empty):
            rows.carried.append(len(rows))
        rows.line.append(line)
        rows.time_ms.append(time_ms)
        rows.written_ms.append(written_ms)
        rows.later_ms.append(later_ms)
        rows.open.append(open_)
        rows.high.append(high)
        rows.low.append(low)
        rows.close.append(close)
        rows.volume.append(volume)

    def _add(self, symbol: str, columns: CsvColumns) -> SymbolReader:
        name = to_symbol(symbol)
        if name is None:
            raise _CellError(f"the symbol {symbol[:40]!r} is not made of A-Z 0-9 . _ -")
        if (other := self._names.setdefault(name, symbol)) != symbol:
            raise _CellError(f"the symbols {other[:40]!r} and {symbol[:40]!r} are both {name}")
        rows = CsvRows(
            self._table.path,
            "open" not in columns,
            "ask" in columns,
            "volume" in columns,
            self._table.place,
        )
        self._symbols[symbol] = reader = SymbolReader(rows)
        return reader

    def _carry(self, reader: SymbolReader, texts: list[str], is_empty: list[bool]) -> bool:
        """Put the last value of a side that is empty into `texts`. Return whether the quote still
        lacks a side."""
        for side, (text, empty) in enumerate(zip(texts, is_empty, strict=True)):
            if empty:
                texts[side] = reader.sides[side]
            else:
                reader.sides[side] = text
        return all(is_empty) or not all(texts)

    def _leave_out(self, rows: CsvRows, time: str, line: int) -> None:
        rows.unpriced.append(line)
        try:
            rows.unpriced_ms.append(self.times.parse(time)[0])
        except TimeFormatError:
            return

    def _prices(
        self,
        price_columns: Sequence[tuple[str, int]],
        texts: Sequence[str],
        line: int,
        digits: Digits,
    ) -> tuple[float, float, float, float]:
        found = [
            self._number(name, text, line, digits)
            for (name, _), text in zip(price_columns, texts, strict=True)
        ]
        for (name, _), price in zip(price_columns, found, strict=True):
            if price <= 0:
                raise _CellError(f"a price is not above zero (the {name})")
        if len(found) == 4:
            open_, high, low, close = found
            return open_, high, low, close
        bid, ask = found[0], found[-1]
        return bid, ask, bid, bid

    def _volume(self, reader: SymbolReader, text: str, line: int) -> float:
        """Return the volume. A volume that is missing is an error only where others are there."""
        if _is_empty(text):
            reader.note_empty_volume(text, line)
            return 0.0
        volume = self._number("volume", text, line, reader.volume_digits)
        if volume < 0:
            raise _CellError("the volume is below zero")
        reader.volume_count += 1
        return volume

    def _number(self, name: str, text: str, line: int, digits: Digits) -> float:
        number = parse_number(text, self._table.delimiter == ",")
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


def _is_empty(text: str) -> bool:
    return text.strip().lower() in _EMPTY


def _has(columns: Mapping[str, int], cells: Sequence[str]) -> bool:
    return len(cells) > max(columns.values())


def _time_text(columns: CsvColumns, cells: Sequence[str]) -> str:
    written = cells[columns["time"]].strip()
    if "clock" in columns:
        return f"{written} {cells[columns['clock']].strip()}"
    return written
