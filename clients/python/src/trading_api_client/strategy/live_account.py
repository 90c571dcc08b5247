"""The account of a live strategy: its events in order, and its state after them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from trading_api_client.client import Client
from trading_api_client.models import BrokerEvent, OrderStatus, PlacedOrder, Position
from trading_api_client.strategy.retried_read import read_with_retries

_LIVE = (OrderStatus.PLACING, OrderStatus.INACTIVE, OrderStatus.WORKING)


class LiveAccount:
    """Reads the events of an account over REST, each exactly once and in the order of `seq`.

    Updates of the socket only show that new events exist. So neither an outage nor the order of the
    topics matters. `reported` has the events that the strategy has not received yet."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seq = 0
        self._orders: dict[str, PlacedOrder] = {}
        self._held: set[str] = set()
        self.reported: deque[BrokerEvent] = deque()

    def start(self) -> None:
        """Skip the events so far. Call it once the account's updates are subscribed."""
        newest = self._client.notifications(limit=1)
        self._seq = newest[-1].id if newest else 0
        self.synchronize()
        self.reported.clear()
        self._held = {position.symbol for position in self._client.positions()}

    @property
    def seq(self) -> int:
        """The number of the last event that was read."""
        return self._seq

    def synchronize(self, seq: int = 0) -> None:
        """Read all events that exist now, and at least those up to `seq`."""
        while True:
            self._apply(read_with_retries(lambda: self._client.events(since=self._seq, limit=None)))
            if self._seq >= seq:
                return

    def order(self, order_id: str) -> PlacedOrder:
        """Return an order in its last state. Raises Refused for an unknown one."""
        known = self._orders.get(order_id)
        return self._client.order(order_id) if known is None else known

    def orders(self) -> list[PlacedOrder]:
        """Return the orders that can still change."""
        return [order for order in self._client.orders() if order.status in _LIVE]

    def position(self, symbol: str) -> Position | None:
        """Return the open position in a symbol at the present price, or None."""
        return self._client.position(symbol) if symbol in self._held else None

    def positions(self) -> list[Position]:
        """Return the open positions at the present prices."""
        return self._client.positions() if self._held else []

    def _apply(self, events: Iterable[BrokerEvent]) -> None:
        for event in events:
            self._seq = event.seq
            if event.order is not None:
                self._orders[event.order.id] = event.order
            changed = [event.position] if event.position else []
            for position in changed + list(event.positions or ()):
                if position.qty:
                    self._held.add(position.symbol)
                else:
                    self._held.discard(position.symbol)
            self.reported.append(event)
