"""Reads pages of several symbols: sorted by symbol, then by time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import orjson

from trading_api.modules.alpaca.data.page_token import PageToken
from trading_api.modules.alpaca.data.symbols import NamedInstrument
from trading_api.modules.alpaca.data.windows import Window

PART_ITEMS = 1_000
"""The most items that are encoded before other tasks run: about two milliseconds of work."""


class Timed(Protocol):
    """A quote or a trade."""

    @property
    def time_ms(self) -> int: ...


Item = TypeVar("Item")
TickT = TypeVar("TickT", bound=Timed)


@dataclass(frozen=True, slots=True)
class SymbolPage(Generic[Item]):
    """A part of a symbol's items, and where the next part begins; None where there is none."""

    items: Sequence[Item]
    next: PageToken | None


ToDocument = Callable[[Item, NamedInstrument], Mapping[str, Any]]
ReadSymbol = Callable[[NamedInstrument, Window], Awaitable[SymbolPage[Item]]]
"""Reads the part of a window that belongs to one symbol."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items of one page, of each symbol that has any, and where the next page begins."""

    symbols: Sequence[tuple[NamedInstrument, Sequence[Item]]]
    next: PageToken | None
    to_document: ToDocument[Item]

    async def encode(self, key: str) -> bytes:
        """Return the JSON of a request for several symbols, whose lists are under `key`."""
        lists = [
            orjson.dumps(named.name) + b":" + await self._list(named, items)
            for named, items in self.symbols
        ]
        return b'{"%b":{%b},"next_page_token":%b}' % (key.encode(), b",".join(lists), self._token)

    async def encode_symbol(self, key: str, name: str) -> bytes:
        """Return the JSON of a request for one symbol."""
        lists = [await self._list(named, items) for named, items in self.symbols]
        (items,) = lists or [b"null"]
        template = b'{"%b":%b,"symbol":%b,"next_page_token":%b}'
        return template % (key.encode(), items, orjson.dumps(name), self._token)

    @property
    def _token(self) -> bytes:
        return orjson.dumps(None if self.next is None else self.next.encode())

    async def _list(self, named: NamedInstrument, items: Sequence[Item]) -> bytes:
        """Return a JSON array. Other tasks run between its parts."""
        parts = []
        for start in range(0, len(items), PART_ITEMS):
            part = items[start : start + PART_ITEMS]
            parts.append(to_json([self.to_document(each, named) for each in part])[1:-1])
            await asyncio.sleep(0)
        return b"[%b]" % b",".join(parts)


def to_json(document: Any) -> bytes:
    """Return JSON with times in RFC 3339."""
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


async def read_page(
    instruments: Sequence[NamedInstrument],
    windows: Mapping[str, Window],
    read: ReadSymbol[Item],
) -> tuple[list[tuple[NamedInstrument, Sequence[Item]]], PageToken | None]:
    """Return one page, without the symbols that have no item in it, and the token of the next.

    The limit counts the items of all symbols, which are in the order of their names."""
    found: list[tuple[NamedInstrument, Sequence[Item]]] = []
    count = 0
    for each in instruments:
        window = windows[each.name]
        if window.token is not None and each.name < window.token.symbol:
            continue
        if count == window.limit:
            return found, PageToken(each.name)
        page = await read(each, window.rest(each.name, window.limit - count))
        if page.items:
            found.append((each, page.items))
            count += len(page.items)
        if page.next is not None:
            return found, page.next
    return found, None


ReadTicks = Callable[[str, int, int, int, bool], Awaitable[Sequence[TickT]]]
"""Takes a symbol, start, end, limit, and whether to read the oldest items or the newest ones.

Returns at most `limit` items within [start, end), ascending."""


def tick_reader(read: ReadTicks[TickT]) -> ReadSymbol[TickT]:
    """Return a reader of pages of quotes or trades, of which several may have the same time."""

    async def read_symbol(named: NamedInstrument, window: Window) -> SymbolPage[TickT]:
        symbol, token = named.symbol, window.token
        start_ms, end_ms = window.start_ms, window.end_ms
        if start_ms is None:
            latest = await read(symbol, 0, end_ms + 1, window.whole_limit, False)
            if not latest:
                return SymbolPage([], None)
            start_ms = latest[0].time_ms
        skip = 0
        if token is not None and token.time_ms is not None:
            skip = token.skip
            if window.is_descending:
                end_ms = min(end_ms, token.time_ms)
            else:
                start_ms = max(start_ms, token.time_ms)
        wanted = skip + window.limit + 1
        ascending = await read(symbol, start_ms, end_ms + 1, wanted, not window.is_descending)
        items = ascending[::-1] if window.is_descending else ascending
        page = items[skip : skip + window.limit]
        if len(items) < wanted:
            return SymbolPage(page, None)
        next_ms = items[-1].time_ms
        seen = sum(1 for each in items[:-1] if each.time_ms == next_ms)
        return SymbolPage(page, PageToken(named.name, next_ms, seen))

    return read_symbol
