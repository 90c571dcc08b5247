"""A venue in memory, and a VenueClient of it. Its time, its fills and its faults are the test's.

The venue continues without a connection: it processes what it has received."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import count

from msgspec.structs import replace

from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    RateLimitUse,
    ReplaceOrder,
    VenueAccount,
    VenueBalance,
    VenueFeatures,
    VenueLink,
    VenueNotReached,
    VenueOrderStatus,
    VenuePosition,
    VenueRejected,
    VenueSink,
    VenueTimeout,
)

ZERO = Decimal(0)
FEATURES = VenueFeatures(
    order_types=(OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT),
    durations=(Duration.GTC, Duration.IOC, Duration.FOK),
    can_replace=True,
    has_brackets=False,
    is_spot=True,
)


class Fault(StrEnum):
    """What happens to the next request."""

    NOT_REACHED = "not_reached"
    LOST = "lost"  # the venue never receives it, the client times out
    ANSWER_LOST = "answer_lost"  # the venue does it, the client times out
    LATE = "late"  # the client times out, then the venue does it
    REJECTED = "rejected"


@dataclass
class FakeOrder:
    """An order at the venue."""

    new: NewOrder
    venue_order_id: str
    status: VenueOrderStatus
    time_ms: int
    filled: Decimal = ZERO
    text: str = ""
    client_order_ids: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return not self.status.is_terminal

    @property
    def open_quantity(self) -> Decimal:
        return self.new.quantity - self.filled


class FakeVenue:
    """The venue: orders, fills and holdings. Fills happen by `trade`, and for market orders at
    `prices` on arrival, in parts if `parts` is above 1."""

    def __init__(self, now_ms: Callable[[], int], cash: str = "100000") -> None:
        self._now_ms = now_ms
        self._time_ms = 0
        self.cash = Decimal(cash)
        self.holdings: dict[str, Decimal] = {}
        self.prices: dict[str, Decimal] = {}
        self.parts = 1
        self.fills_market_orders = True
        self.commission_rate = ZERO
        self.commission_currency = "USD"
        self.cash_currency = "USD"
        self.orders: list[FakeOrder] = []
        self.fills: list[ExecutionReport] = []
        self.received: list[str] = []
        """The client order ids of all requests to place an order."""
        self.accepted: list[str] = []
        """Those of the orders that were accepted, in their order."""
        self.listeners: list[Callable[[ExecutionReport], None]] = []
        self._numbers = count(1)

    def now_ms(self) -> int:
        """Return the venue's time. No two things happen at one."""
        self._time_ms = max(self._now_ms(), self._time_ms + 1)
        return self._time_ms

    # Requests

    def place(self, order: NewOrder) -> ExecutionReport:
        self.received.append(order.client_order_id)
        known = self.find(order.symbol, order.client_order_id)
        if known is not None:
            raise VenueRejected("Duplicate order.", "duplicate_client_order_id")
        number = str(next(self._numbers))
        status = VenueOrderStatus.NEW
        own = FakeOrder(order, number, status, self.now_ms())
        own.client_order_ids.append(order.client_order_id)
        self.orders.append(own)
        self.accepted.append(order.client_order_id)
        report = self._report(own, ExecType.NEW)
        self._publish(report)
        if order.type is OrderType.MARKET and self.fills_market_orders:
            for part in range(self.parts, 0, -1):
                self.trade(own, own.open_quantity / part)
        return report

    def cancel(self, ref: OrderRef) -> ExecutionReport:
        order = self.find(ref.symbol, ref.client_order_id, ref.venue_order_id)
        if order is None or not order.is_open:
            raise VenueRejected("Unknown order.", "order_not_working")
        return self.end(order, VenueOrderStatus.CANCELED)

    def replace(self, change: ReplaceOrder) -> ExecutionReport:
        ref = change.ref
        order = self.find(ref.symbol, ref.client_order_id, ref.venue_order_id)
        if order is None or not order.is_open:
            raise VenueRejected("Unknown order.", "order_not_working")
        if change.quantity <= order.filled:
            raise VenueRejected("The quantity is filled.", "quantity_below_filled")
        order.new = replace(
            order.new,
            quantity=change.quantity,
            limit_price=change.limit_price,
            stop_price=change.stop_price,
        )
        order.client_order_ids.append(change.new_client_order_id)
        report = self._report(order, ExecType.REPLACED)
        self._publish(report)
        return report

    # What happens at the venue

    def trade(
        self, order: FakeOrder, quantity: Decimal | int, price: Decimal | None = None
    ) -> None:
        """Fill an open order, completely or in part."""
        quantity = Decimal(quantity)
        assert order.is_open
        assert 0 < quantity <= order.open_quantity
        new = order.new
        price = price or new.limit_price or self.prices[new.symbol]
        order.filled += quantity
        done = order.filled == new.quantity
        order.status = VenueOrderStatus.FILLED if done else VenueOrderStatus.PARTIALLY_FILLED
        commission = quantity * price * self.commission_rate
        if self.commission_currency == new.symbol.removesuffix("USD"):
            commission = quantity * self.commission_rate
            self._hold(new.symbol, -commission)
        else:
            self.cash -= commission
        self._hold(new.symbol, new.side * quantity)
        self.cash -= new.side * quantity * price
        report = replace(
            self._report(order, ExecType.TRADE),
            execution_id=f"t{len(self.fills) + 1}",
            last_quantity=quantity,
            last_price=price,
            commission=commission,
            commission_currency=self.commission_currency,
        )
        self.fills.append(report)
        self._publish(report)

    def end(self, order: FakeOrder, status: VenueOrderStatus, text: str = "") -> ExecutionReport:
        """End an open order without a fill."""
        order.status, order.text = status, text
        report = self._report(order, ExecType(status.value))
        self._publish(report)
        return report

    def find(self, symbol: str, client_order_id: str, venue_order_id: str = "") -> FakeOrder | None:
        for order in self.orders:
            is_named = client_order_id and client_order_id in order.client_order_ids
            if order.new.symbol == symbol and (
                is_named or (venue_order_id and venue_order_id == order.venue_order_id)
            ):
                return order
        return None

    def state_of(self, order: FakeOrder) -> ExecutionReport:
        return self._report(order, ExecType.ORDER_STATUS)

    def account(self) -> VenueAccount:
        balances = [VenueBalance(self.cash_currency, self.cash, self.cash)]
        held = [VenuePosition(symbol, each, ZERO) for symbol, each in self.holdings.items()]
        return VenueAccount(balances, held, self.now_ms())

    def _hold(self, symbol: str, change: Decimal) -> None:
        self.holdings[symbol] = self.holdings.get(symbol, ZERO) + change

    def _report(self, order: FakeOrder, exec_type: ExecType) -> ExecutionReport:
        new = order.new
        return ExecutionReport(
            exec_type=exec_type,
            status=order.status,
            symbol=new.symbol,
            side=new.side,
            client_order_id=order.client_order_ids[-1],
            venue_order_id=order.venue_order_id,
            venue_time_ms=self.now_ms(),
            type=new.type,
            quantity=new.quantity,
            cumulative_quantity=order.filled,
            limit_price=new.limit_price,
            stop_price=new.stop_price,
            duration=new.duration,
            text=order.text,
        )

    def _publish(self, report: ExecutionReport) -> None:
        for listener in list(self.listeners):
            listener(report)

    def place_elsewhere(self, symbol: str, side: Side, quantity: int, limit: str) -> FakeOrder:
        """Place an order as another program of the same venue account would."""
        id = f"web_{len(self.orders) + 1}"
        price = Decimal(limit)
        self.place(NewOrder(id, symbol, side, OrderType.LIMIT, Decimal(quantity), price))
        return self.orders[-1]


class FakeVenueClient:
    """A VenueClient. `faults` are those of the next requests that change something; None is no
    fault. `alter` changes the reports of the stream: it may lose, repeat, delay and reorder
    them."""

    def __init__(self, venue: FakeVenue, features: VenueFeatures = FEATURES) -> None:
        self.venue = venue
        self.features = features
        self.faults: deque[Fault | None] = deque()
        self.alter: Callable[[ExecutionReport], Sequence[ExecutionReport]] = lambda each: [each]
        self.names_fills = True
        """Whether the list of fills has client order ids; some venues leave them out."""
        self.answers = True
        """Whether questions are answered; else they time out."""
        self.is_connected = True
        self._changed = asyncio.Event()
        self._sink: VenueSink | None = None
        self._late: set[asyncio.Task[None]] = set()

    def rate_limits(self) -> Sequence[RateLimitUse]:
        return []

    def connect(self, is_connected: bool) -> None:
        """Let the connection come up or break."""
        self.is_connected = is_connected
        self._changed.set()

    async def run(self, sink: VenueSink) -> None:
        self._sink = sink
        self.venue.listeners.append(self._on_report)
        try:
            was_connected: bool | None = None
            while True:
                if was_connected is not self.is_connected:
                    was_connected = self.is_connected
                    link = VenueLink.CONNECTED if was_connected else VenueLink.DISCONNECTED
                    sink.on_link(link, "" if was_connected else "The venue closed the socket")
                self._changed.clear()
                await self._changed.wait()
        finally:
            self.venue.listeners.remove(self._on_report)

    async def place(self, order: NewOrder) -> ExecutionReport:
        return await self._request(lambda: self.venue.place(order))

    async def replace(self, change: ReplaceOrder) -> ExecutionReport:
        return await self._request(lambda: self.venue.replace(change))

    async def cancel(self, order: OrderRef) -> ExecutionReport:
        return await self._request(lambda: self.venue.cancel(order))

    async def find_order(self, order: OrderRef) -> ExecutionReport | None:
        await self._question()
        found = self.venue.find(order.symbol, order.client_order_id, order.venue_order_id)
        return None if found is None else self.venue.state_of(found)

    async def open_orders(self) -> Sequence[ExecutionReport]:
        await self._question()
        return [self.venue.state_of(each) for each in self.venue.orders if each.is_open]

    async def fills_since(
        self, symbols: Collection[str], since_ms: int
    ) -> Sequence[ExecutionReport]:
        await self._question()
        found = [
            each
            for each in self.venue.fills
            if each.symbol in symbols and each.venue_time_ms >= since_ms
        ]
        if self.names_fills:
            return found
        return [replace(each, client_order_id="") for each in found]

    async def account(self) -> VenueAccount:
        await self._question()
        return self.venue.account()

    async def _question(self) -> None:
        await asyncio.sleep(0)
        if not self.is_connected:
            raise VenueNotReached("not connected")
        if not self.answers:
            raise VenueTimeout

    async def _request(self, process: Callable[[], ExecutionReport]) -> ExecutionReport:
        fault = self.faults.popleft() if self.faults else None
        await asyncio.sleep(0)
        if not self.is_connected or fault is Fault.NOT_REACHED:
            raise VenueNotReached("not connected")
        match fault:
            case Fault.LOST:
                raise VenueTimeout
            case Fault.REJECTED:
                raise VenueRejected("The venue does not want it.", "venue_rejected")
            case Fault.LATE:
                task = asyncio.create_task(self._process_late(process))
                self._late.add(task)
                raise VenueTimeout
        report = process()
        await asyncio.sleep(0)
        if fault is Fault.ANSWER_LOST:
            raise VenueTimeout
        return report

    async def _process_late(self, process: Callable[[], ExecutionReport]) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
        with suppress(VenueRejected):
            process()

    def _on_report(self, report: ExecutionReport) -> None:
        if self._sink is not None and self.is_connected:
            for each in self.alter(report):
                self._sink.on_report(each)
