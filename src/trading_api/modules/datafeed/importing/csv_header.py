"""Finds the meaning of each column of a file: by its name, or without a header by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from trading_api.modules.datafeed.importing.table import Row

_NAMES = {
    "time": (
        *("time", "datetime", "timestamp", "ts", "date_time", "date time", "open_time"),
        *(
            "open time",
            "gmt time",
            "local time",
            "utc time",
            "time_utc",
            "ts_event",
            "unix",
            "date",
        ),
    ),
    "clock": ("time",),
    "open": ("open", "o", "open_price"),
    "high": ("high", "h", "high_price"),
    "low": ("low", "l", "low_price"),
    "close": ("close", "c", "close/last", "close_price"),
    "price": ("price", "last", "trade_price"),
    "bid": ("bid", "bid_price"),
    "ask": ("ask", "ask_price", "offer"),
    "volume": ("volume", "vol", "v", "size", "qty", "quantity", "amount", "tickvol"),
    "symbol": ("symbol", "ticker"),
}
_KINDS = (
    ("open", "high", "low", "close"),
    ("open", "high", "low", "price"),
    ("price",),
    ("bid", "ask"),
    ("bid",),
)
_ALTERNATIVES = ("volume",)
_UTC = ("gmt", "utc", "z")
_HEADER_ROWS = 5
_HISTDATA_TICK = re.compile(r"[0-9]{8} [0-9]{9}")

CsvColumns: TypeAlias = Mapping[str, int]
"""The number of the cell by its meaning."""


class CsvHeaderError(Exception):
    """The first line of a file cannot be read. The message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """Describes the columns of a file.

    `columns` are those of each symbol; the symbol is empty where the header names none. The
    meanings are: time, and clock where the time of day has a column of its own; open to close, or
    price, or bid with or without ask; volume and symbol where there are any. A price next to a bid
    is that of the last trade. `is_utc` is set where the name of the time column states it. The rows
    begin at `first_line`."""

    columns: Mapping[str, CsvColumns]
    is_utc: bool
    first_line: int


def parse_header(head: Sequence[Row], symbol: str | None = None) -> CsvHeader:
    """Find the header in the first rows of a file, which may have a title above it. Of two columns
    of volume, that of the symbol's base currency counts. Raises CsvHeaderError."""
    first: CsvHeaderError | None = None
    for number, (line, cells) in enumerate(head[:_HEADER_ROWS]):
        try:
            if not any(letter.isalpha() for cell in cells for letter in cell):
                if first is None:
                    return CsvHeader({"": _by_place(cells)}, is_utc=False, first_line=line)
                break
            if header := _of_yfinance(head[number : number + 3]):
                return header
            return _named(cells, line + 1, symbol)
        except CsvHeaderError as error:
            first = first or error
    assert first is not None
    raise first


def _named(cells: list[str], first_line: int, symbol: str | None) -> CsvHeader:
    names = [_name(cell) for cell in cells]
    columns = _by_name(names, cells, symbol)
    zone = _zone(cells[columns["time"]])
    if zone and zone not in _UTC:
        raise CsvHeaderError(
            f"the column {cells[columns['time']]!r} names a time zone of its own; call it Time, "
            "and give --timezone"
        )
    return CsvHeader({"": columns}, is_utc=bool(zone), first_line=first_line)


def _of_yfinance(rows: Sequence[Row]) -> CsvHeader | None:
    """Parse the three lines of yfinance: names, symbols, and the name of the first column. The
    first two come in either order."""
    if len(rows) < 3 or rows[2][1][0] not in ("Date", "Datetime"):
        return None
    lines = {cells[0]: cells for _, cells in rows[:2]}
    if lines.keys() != {"Price", "Ticker"}:
        return None
    found: dict[str, dict[str, int]] = {}
    for number, (name, symbol) in enumerate(zip(lines["Price"], lines["Ticker"], strict=False)):
        if number:
            found.setdefault(symbol.strip().upper(), {"time": 0})[_name(name)] = number
    wanted = ("time", *_KINDS[0], "volume")
    if any(not columns.keys() >= set(_KINDS[0]) for columns in found.values()):
        raise CsvHeaderError("a symbol has no columns of open, high, low and close")
    return CsvHeader(
        {
            symbol: {name: columns[name] for name in wanted if name in columns}
            for symbol, columns in found.items()
        },
        is_utc=False,
        first_line=rows[2][0] + 1,
    )


def _by_name(names: list[str], cells: list[str], symbol: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for meaning, spellings in _NAMES.items():
        numbers = [names.index(each) for each in spellings if each in names]
        if (
            len(numbers) > 1
            and meaning == "time"
            and {"date", "time"} >= {names[number] for number in numbers}
        ):
            # The day and the time of day are in two columns.
            numbers = [names.index("date")]
        if meaning == "time" and "unix" in names:
            # The same instant is often in a second column, for human readers.
            numbers = [names.index("unix")]
        if any(names.count(each) > 1 for each in spellings) or (
            len(numbers) > 1 and meaning not in _ALTERNATIVES
        ):
            raise CsvHeaderError(f"several columns could be the {meaning}: {_listed(cells)}")
        if numbers:
            found[meaning] = numbers[0]
    if "time" not in found:  # the index of a data frame
        index = [n for n, name in enumerate(names) if name == ("__index_level_0__" if n else "")]
        if index:
            found["time"] = index[0]
    if "volume" not in found and (number := _volume_of(names, symbol)) is not None:
        found["volume"] = number
    if "time" not in found:
        raise CsvHeaderError(
            f"no column is named time; there are {_listed(cells)}. Any of these would be it: "
            f"{', '.join(_NAMES['time'])}"
        )
    if found.get("clock") == found["time"]:
        del found["clock"]
    prices = next((needed for needed in _KINDS if found.keys() >= set(needed)), None)
    if prices is None:
        missing = [name for name in _KINDS[0] if name not in found]
        either = "" if len(missing) < 4 else ", nor price, nor bid"
        raise CsvHeaderError(
            f"no column is named {missing[0]}{either}; there are {_listed(cells)}. Bars need open, "
            "high, low and close; ticks price, or bid and ask"
        )
    if prices == _KINDS[1]:
        found["close"] = found["price"]
        prices = _KINDS[0]
    wanted = ("time", "clock", *prices, "volume", "symbol")
    if prices == ("price",):
        wanted = (*wanted, "bid", "ask")
    return {meaning: found[meaning] for meaning in wanted if meaning in found}


def _volume_of(names: list[str], symbol: str | None) -> int | None:
    """Return the column `volume btc` of BTCUSDT, and not `volume usdt`."""
    found = [number for number, name in enumerate(names) if name.startswith("volume ")]
    for number in found:
        if symbol and symbol.lower().startswith(names[number].removeprefix("volume ")):
            return number
    return found[0] if len(found) == 2 else None


def _by_place(cells: Sequence[str]) -> dict[str, int]:
    """Assume time, or day and time of day; open, high, low, close; volume. A file of HistData with
    ticks has time, bid, ask, volume."""
    if len(cells) == 4 and _HISTDATA_TICK.fullmatch(cells[0]):
        return {"time": 0, "bid": 1, "ask": 2, "volume": 3}
    meanings = ["time", "open", "high", "low", "close", "volume"]
    if len(cells) > 1 and ":" in cells[1]:
        meanings.insert(1, "clock")
    if len(cells) < len(meanings) - 1 or not cells[0].strip():
        raise CsvHeaderError(
            "there is no header that names the columns, and too few of them for time, open, high, "
            "low, close, volume"
        )
    return dict(zip(meanings, range(len(cells)), strict=False))


def _name(cell: str) -> str:
    """Return bid for `EURUSD.bid`, close for `<CLOSE>`, open for `1. open`, and time for
    `Time (UTC)`."""
    name = cell.strip().strip("<>").lower().rstrip(".").partition("(")[0]
    return name.rpartition(".")[2].strip()


def _zone(cell: str) -> str:
    name = cell.strip().lower()
    if "(" in name:
        return name.partition("(")[2].partition(")")[0].strip()
    return "utc" if name in ("gmt time", "utc time", "time_utc") else ""


def _listed(cells: list[str]) -> str:
    return ", ".join(cell.strip()[:20] for cell in cells[:12])
