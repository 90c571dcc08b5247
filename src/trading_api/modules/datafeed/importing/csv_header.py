"""Finds the meaning of each column of a CSV file: by its name, or without a header by its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_NAMES = {
    "time": (
        *("time", "datetime", "timestamp", "ts", "date_time", "date time", "open_time"),
        *("open time", "gmt time", "utc time", "time_utc", "unix", "date"),
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

CsvColumns: TypeAlias = Mapping[str, int]
"""The number of the cell by its meaning."""


class CsvHeaderError(Exception):
    """The first line of a file cannot be read. The message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """Describes the columns of a file.

    The meanings are: time, and clock where the time of day has a column of its own; open to close,
    or price, or bid with or without ask; volume and symbol where there are any. `is_utc` is set
    where the name of the time column states it. `is_there` is false for a file without a
    header."""

    columns: CsvColumns
    is_utc: bool
    is_there: bool = True


def parse_header(cells: Sequence[str]) -> CsvHeader:
    """Parse the cells of a file's first line. Raises CsvHeaderError."""
    if all(not any(letter.isalpha() for letter in cell) for cell in cells):
        return CsvHeader(_by_place(cells), is_utc=False, is_there=False)
    zones = [_zone(cell) for cell in cells]
    columns = _by_name([_name(cell) for cell in cells], list(cells))
    zone = zones[columns["time"]]
    if zone and zone not in _UTC:
        raise CsvHeaderError(
            f"the column {cells[columns['time']]!r} names a time zone of its own; call it Time, "
            "and give --timezone"
        )
    return CsvHeader(columns, is_utc=bool(zone))


def _by_name(names: list[str], cells: list[str]) -> dict[str, int]:
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
    if "time" not in found and not names[0]:
        found["time"] = 0  # the index of a data frame
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
    return {meaning: found[meaning] for meaning in wanted if meaning in found}


def _by_place(cells: Sequence[str]) -> dict[str, int]:
    """Assume time, or day and time of day; open, high, low, close; volume."""
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
