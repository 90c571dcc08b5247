"""Which column of a CSV file is which: by its name, or without a header by its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

Columns = Mapping[str, int]


class HeaderError(Exception):
    """What is wrong with the first line."""


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` are numbers of cells by meaning: time, and clock where the time of day stands
    apart; open to close, or price, or bid with or without ask; volume and symbol if there are.
    `is_utc` where its own name says so."""

    columns: Columns
    is_utc: bool
    is_there: bool = True


def read_header(cells: Sequence[str]) -> Header:
    """Of the first line. Raises HeaderError."""
    if all(not any(letter.isalpha() for letter in cell) for cell in cells):
        return Header(_by_place(cells), is_utc=False, is_there=False)
    zones = [_zone(cell) for cell in cells]
    columns = _by_name([_name(cell) for cell in cells], list(cells))
    zone = zones[columns["time"]]
    if zone and zone not in _UTC:
        raise HeaderError(
            f"the column {cells[columns['time']]!r} names a time zone of its own; call it Time, "
            "and give --timezone"
        )
    return Header(columns, is_utc=bool(zone))


def _by_name(names: list[str], cells: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for meaning, spellings in _NAMES.items():
        numbers = [names.index(each) for each in spellings if each in names]
        if (
            len(numbers) > 1
            and meaning == "time"
            and {"date", "time"} >= {names[number] for number in numbers}
        ):
            # The day and the time of day, each in a column of its own.
            numbers = [names.index("date")]
        if meaning == "time" and "unix" in names:
            # The same instant is often there once more, for people.
            numbers = [names.index("unix")]
        if any(names.count(each) > 1 for each in spellings) or (
            len(numbers) > 1 and meaning not in _ALTERNATIVES
        ):
            raise HeaderError(f"several columns could be the {meaning}: {_listed(cells)}")
        if numbers:
            found[meaning] = numbers[0]
    if "time" not in found and not names[0]:
        found["time"] = 0  # the index of a data frame
    if "time" not in found:
        raise HeaderError(
            f"no column is named time; there are {_listed(cells)}. Any of these would be it: "
            f"{', '.join(_NAMES['time'])}"
        )
    if found.get("clock") == found["time"]:
        del found["clock"]
    prices = next((needed for needed in _KINDS if found.keys() >= set(needed)), None)
    if prices is None:
        missing = [name for name in _KINDS[0] if name not in found]
        either = "" if len(missing) < 4 else ", nor price, nor bid"
        raise HeaderError(
            f"no column is named {missing[0]}{either}; there are {_listed(cells)}. Bars need open, "
            "high, low and close; ticks price, or bid and ask"
        )
    if prices == _KINDS[1]:
        found["close"] = found["price"]
        prices = _KINDS[0]
    wanted = ("time", "clock", *prices, "volume", "symbol")
    return {meaning: found[meaning] for meaning in wanted if meaning in found}


def _by_place(cells: Sequence[str]) -> dict[str, int]:
    """Time, or day and time of day; open, high, low, close; volume."""
    meanings = ["time", "open", "high", "low", "close", "volume"]
    if len(cells) > 1 and ":" in cells[1]:
        meanings.insert(1, "clock")
    if len(cells) < len(meanings) - 1 or not cells[0].strip():
        raise HeaderError(
            "there is no header that names the columns, and too few of them for time, open, high, "
            "low, close, volume"
        )
    return dict(zip(meanings, range(len(cells)), strict=False))


def _name(cell: str) -> str:
    """`EURUSD.bid` is read as bid, `<CLOSE>` as close, `1. open` as open, `Time (UTC)` as time."""
    name = cell.strip().strip("<>").lower().rstrip(".").partition("(")[0]
    return name.rpartition(".")[2].strip()


def _zone(cell: str) -> str:
    name = cell.strip().lower()
    if "(" in name:
        return name.partition("(")[2].partition(")")[0].strip()
    return "utc" if name in ("gmt time", "utc time", "time_utc") else ""


def _listed(cells: list[str]) -> str:
    return ", ".join(cell.strip()[:20] for cell in cells[:12])
