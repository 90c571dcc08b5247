"""The accounts of InstantVenue: values with the attributes that the broker port asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from trading_api.domain.account_event import NOTIFYING_TYPES, MarginLevelView
from trading_api.domain.account_snapshot import PositionValuation, PositionView
from trading_api.domain.booking import Booking, BookingKind, RemovedRecords
from trading_api.domain.kill_switch import KILL_SWITCH_OFF, KillSwitch
from trading_api.domain.notification import Notification
from trading_api.domain.orders import Brackets, Duration, OrderStatus, OrderType, Side, Trail
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.resolution import DAY_MS

ZERO, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An OrderView."""

    id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    status: OrderStatus
    placed_ms: int
    updated_ms: int
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    client_id: str = ""
    version: int = 1
    stop_price: Decimal | None = None
    trail: Trail | None = None
    brackets: Brackets = field(default=Brackets())
    duration: Duration = Duration.GTC
    expires_ms: int | None = None
    reduce_only: bool = False
    is_bracket: bool = False
    is_liquidation: bool = False
    was_activated: bool = False
    parent_id: str = ""
    message: str = ""

    @property
    def is_live(self) -> bool:
        return not self.status.is_terminal

    @property
    def average_price(self) -> Decimal | None:
        return self.filled_value / self.filled_quantity if self.filled_quantity else None


@dataclass(frozen=True, slots=True)
class VenueExecution:
    """An ExecutionView."""

    id: str
    order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    realized_pl: Decimal
    time_ms: int
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class VenuePosition:
    """A PositionView."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    updated_ms: int


@dataclass(frozen=True, slots=True)
class VenueCashLine:
    """A CashLineView."""

    seq: int
    kind: str
    amount: Decimal
    balance: Decimal
    at_ms: int
    symbol: str = ""
    order_id: str = ""
    execution_id: str = ""


@dataclass(frozen=True, slots=True)
class VenueEvent:
    """An AccountEvent."""

    account_id: str
    seq: int
    type: str
    at_ms: int
    order: VenueOrder | None = None
    execution: VenueExecution | None = None
    position: VenuePosition | None = None
    balance: Decimal | None = None
    request_id: str = ""
    closed_positions: Sequence[tuple[VenuePosition, Side]] = ()
    symbol: str | None = None
    price: Decimal | None = None
    leverage: Decimal | None = None
    name: str | None = None
    notification: Notification | None = None
    margin_level: MarginLevelView | None = None
    code: str | None = None
    text: str | None = None
    kill_switch: KillSwitch | None = None


class VenueHistory:
    """The records of one account, as an AccountHistory."""

    def __init__(self) -> None:
        self.by_id: dict[str, VenueOrder] = {}
        self.fills: list[VenueExecution] = []
        self.lines: list[VenueCashLine] = []
        self.events: list[VenueEvent] = []

    async def order(self, order_id: str) -> VenueOrder | None:
        return self.by_id.get(order_id)

    async def order_by_client_id(self, client_id: str) -> VenueOrder | None:
        named = (each for each in self.by_id.values() if each.client_id == client_id)
        return next(named, None) if client_id else None

    async def recent_orders(
        self, since_ms: int, limit: int, before: str | None = None
    ) -> list[VenueOrder]:
        ended = await self.ended_orders(len(self.by_id), before)
        recent = [each.id for each in ended if each.updated_ms >= since_ms][:limit]
        older = list(self.by_id.values())
        if before is not None:
            older = older[: list(self.by_id).index(before)]
        return [each for each in older if each.is_live or each.id in recent]

    async def ended_orders(self, limit: int, before: str | None = None) -> list[VenueOrder]:
        ids = list(self.by_id)
        older = ids if before is None else ids[: ids.index(before)]
        ended = [self.by_id[each] for each in reversed(older) if not self.by_id[each].is_live]
        return ended[:limit]

    async def executions(
        self, symbol: str | None = None, limit: int | None = None, before: str | None = None
    ) -> list[VenueExecution]:
        places = (place for place, each in enumerate(self.fills) if each.id == before)
        fills = self.fills if before is None else self.fills[: next(places, 0)]
        own = [each for each in fills if symbol in (None, each.symbol)]
        return own[-limit if limit else None :]

    async def notifying_events(
        self, since: int | None, limit: int, before: int | None = None
    ) -> list[VenueEvent]:
        end = self.events[-1].seq + 1 if before is None else before
        notifying = [
            each
            for each in self.events
            if each.type in NOTIFYING_TYPES and each.seq < end and _notifies(each)
        ]
        if since is None:
            return notifying[-limit:]
        return [each for each in notifying if each.seq > since][:limit]

    async def bookings(self, since: int, limit: int) -> list[Booking]:
        found: list[Booking] = []
        balance = ZERO
        for event in self.events:
            before, balance = balance, event.balance if event.balance is not None else balance
            if event.seq > since and (booking := _booking(event, balance - before)):
                found.append(booking)
        return found[:limit]

    async def removed_records(self) -> RemovedRecords | None:
        return None

    async def cash_lines(
        self, since: int | None, limit: int, before: int | None = None
    ) -> list[VenueCashLine]:
        lines = [each for each in self.lines if before is None or each.seq < before]
        if since is None:
            return lines[-limit:]
        return [each for each in lines if each.seq > since][:limit]


def _booking(event: VenueEvent, change: Decimal) -> Booking | None:
    if (fill := event.execution) is not None:
        return Booking(
            event.seq,
            BookingKind.FILL,
            fill.time_ms,
            symbol=fill.symbol,
            side=fill.side,
            quantity=fill.quantity,
            price=fill.price,
            realized_pl=fill.realized_pl,
            commission=fill.commission,
        )
    kind = BookingKind.OPENING if event.seq == 1 else BookingKind.DEPOSIT
    return Booking(event.seq, kind, event.at_ms, change) if change else None


def _notifies(event: VenueEvent) -> bool:
    return event.type != "orderCanceled" or bool(event.order and event.order.message)


class VenueAccount:
    """An account's events, applied one after the other, as an AccountSnapshot."""

    leverage_max = ONE
    name = ""

    def __init__(self, account_id: str, market: MarketData) -> None:
        self.account_id = account_id
        self.currency = "USD"
        self.seq = 0
        self.balance = self.deposited = self.realized_pl = ZERO
        self.history = VenueHistory()
        self.kill_switch: KillSwitch = KILL_SWITCH_OFF
        self._market = market
        self._positions: dict[str, VenuePosition] = {}

    def evolve(self, event: VenueEvent) -> None:
        self.seq = event.seq
        history = self.history
        history.events.append(event)
        if event.balance is not None and event.balance != self.balance:
            kind = "realized_pl" if event.execution else "deposit"
            amount = event.balance - self.balance
            if kind == "deposit":
                self.deposited += amount
            history.lines.append(VenueCashLine(event.seq, kind, amount, event.balance, event.at_ms))
            self.balance = event.balance
        if event.kill_switch is not None:
            self.kill_switch = event.kill_switch
        if event.order is not None:
            history.by_id[event.order.id] = event.order
        if event.execution is not None:
            history.fills.append(event.execution)
            self.realized_pl += event.execution.realized_pl
        if event.position is not None:
            self._positions[event.position.symbol] = event.position

    @property
    def realized_pl_today(self) -> Decimal:
        today = self._market.now_ms // DAY_MS
        fills = (each for each in self.history.fills if each.time_ms // DAY_MS == today)
        return sum((each.realized_pl for each in fills), ZERO)

    def live_orders(self) -> list[VenueOrder]:
        return [order for order in self.history.by_id.values() if order.is_live]

    def position(self, symbol: str) -> VenuePosition | None:
        position = self._positions.get(symbol)
        return position if position and position.quantity else None

    def positions(self) -> list[VenuePosition]:
        return [each for each in self._positions.values() if each.quantity]

    def position_brackets(self, symbol: str) -> list[VenueOrder]:
        return []

    def equity(self) -> Decimal:
        values = (self.valuation(each) for each in self.positions())
        return self.balance + sum((value.profit for value in values if value), ZERO)

    def used_margin(self) -> Decimal:
        return sum((abs(each.quantity) * each.average_price for each in self.positions()), ZERO)

    def maintenance_margin(self) -> Decimal | None:
        return None

    def valuation(self, position: PositionView) -> PositionValuation | None:
        quote = self._market.quote(position.symbol)
        if quote is None:
            return None
        quantity, average = position.quantity, position.average_price
        price = quote.bid if quantity > 0 else quote.ask
        return PositionValuation(price, quantity * (price - average), abs(quantity * average))

    def leverage(self, symbol: str) -> Decimal:
        return ONE

    def conversion_rate(self, currency: str) -> Decimal | None:
        return ONE if currency == self.currency else None
