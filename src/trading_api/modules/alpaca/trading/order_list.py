"""Lists orders by status, time, side and symbol, in pages of bounded work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from trading_api.domain.account_snapshot import OrderView
from trading_api.domain.orders import Side
from trading_api.modules.alpaca.errors import unprocessable
from trading_api.modules.alpaca.ids import number_of
from trading_api.modules.alpaca.trading.order_reader import OrderReader

WINDOW = 500
"""How many orders one query of the ledger reads."""
WINDOWS_MAX = 40
"""The most windows that one list reads: 20,000 orders."""
LIMIT_MAX = 500


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list shows: those placed after `after_ms` and until `until_ms`, both in
    milliseconds since 1970. `symbols` are bare; None is every symbol."""

    status: Literal["open", "closed", "all"] = "open"
    limit: int = 50
    after_ms: int | None = None
    until_ms: int | None = None
    is_ascending: bool = False
    is_nested: bool = False
    side: Side | None = None
    symbols: frozenset[str] | None = None

    def admits(self, order: OrderView) -> bool:
        """Return whether the order has the wanted status, time, side and symbol."""
        return (
            (self.status == "all" or order.is_live == (self.status == "open"))
            and (self.after_ms is None or order.placed_ms > self.after_ms)
            and (self.until_ms is None or order.placed_ms <= self.until_ms)
            and self.side in (None, order.side)
            and (self.symbols is None or order.symbol in self.symbols)
        )


async def list_orders(reader: OrderReader, wanted: OrderFilter) -> Sequence[OrderView]:
    """Return the first `limit` orders that the filter admits, in its direction.

    Raises AlpacaError if more than WINDOW * WINDOWS_MAX orders would have to be searched, and
    Unavailable."""
    found: list[OrderView] = []
    if wanted.status == "open":
        live = sorted(reader.live.values(), key=_number, reverse=not wanted.is_ascending)
        await _add(found, reader, live, wanted)
        return found[: wanted.limit]
    low, high = await _range(reader, wanted)
    for _ in range(WINDOWS_MAX):
        if low > high or len(found) >= wanted.limit:
            return found[: wanted.limit]
        if wanted.is_ascending:
            first, last = low, min(high, low + WINDOW - 1)
            low = last + 1
        else:
            first, last = max(low, high - WINDOW + 1), high
            high = first - 1
        orders = await _window(reader, first, last)
        await _add(found, reader, orders if wanted.is_ascending else orders[::-1], wanted)
    raise unprocessable(
        f"more than {WINDOW * WINDOWS_MAX} orders would be searched: narrow them by after and until"
    )


async def _add(
    found: list[OrderView], reader: OrderReader, orders: Iterable[OrderView], wanted: OrderFilter
) -> None:
    for order in orders:
        if len(found) >= wanted.limit:
            return
        if wanted.admits(order) and not (wanted.is_nested and await reader.is_leg(order)):
            found.append(order)


async def _window(reader: OrderReader, first: int, last: int) -> list[OrderView]:
    """Return the orders whose numbers are within [first, last], ascending."""
    ended = await reader.history.ended_orders(last - first + 1, f"order-{last + 1}")
    orders = [order for order in ended if _number(order) >= first]
    reader.remember(orders)
    live = [order for order in reader.live.values() if first <= _number(order) <= last]
    return sorted({order.id: order for order in [*live, *orders]}.values(), key=_number)


async def _range(reader: OrderReader, wanted: OrderFilter) -> tuple[int, int]:
    """Return the first and the last number of the orders that were placed in the filter's time.

    Orders are numbered in the order of their placing, so that few of them have to be read."""
    newest = await reader.history.ended_orders(1)
    high = max((_number(order) for order in [*newest, *reader.live.values()]), default=0)
    low = 1
    if wanted.until_ms is not None:
        high = await _first_after(reader, wanted.until_ms, high) - 1
    if wanted.after_ms is not None:
        low = await _first_after(reader, wanted.after_ms, high)
    return low, high


async def _first_after(reader: OrderReader, time_ms: int, high: int) -> int:
    """Return the number of the first order that was placed after a time, or `high` + 1."""
    low, end = 1, high + 1
    while low < end:
        middle = (low + end) // 2
        order = await reader.order(f"order-{middle}")
        # An order that was pruned from the ledger is older than those that were not.
        if order is not None and order.placed_ms > time_ms:
            end = middle
        else:
            low = middle + 1
    return low


def _number(order: OrderView) -> int:
    return number_of(order.id)
