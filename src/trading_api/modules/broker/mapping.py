"""The engine's values as the wire's, and back. Wire names stop here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import assert_never

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.orders import Duration, OrderStatus, OrderType
from trading_api.models import broker as wire
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.cash import CashLine
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    CashDeposited,
    IdempotencyKeyRecorded,
    LeverageSet,
    OrderFilled,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import kind_of
from trading_api.modules.broker.journal.ports import JournalEntry


def to_decimal(number: float) -> Decimal:
    """The decimal that was written, not the double that holds it."""
    return Decimal(repr(number).removesuffix(".0"))


def to_optional_decimal(number: float | None) -> Decimal | None:
    return None if number is None else to_decimal(number)


def to_placed_order(order: Order) -> wire.PlacedOrder:
    trail = order.trail or order.brackets.trail
    parent_id, parent_type = _parent(order)
    return wire.PlacedOrder(
        id=order.id,
        symbol=order.symbol,
        type=wire.OrderType(order.type),
        side=wire.Side(order.side),
        qty=float(order.quantity),
        status=wire.OrderStatus(order.status),
        limit_price=_optional_float(order.limit_price),
        stop_price=_optional_float(order.stop_price),
        stop_loss=_optional_float(order.brackets.stop_loss),
        take_profit=_optional_float(order.brackets.take_profit),
        trailing_stop_pips=float(trail.pips) if trail else None,
        stop_type=_stop_type(order),
        duration=_duration(order),
        filled_qty=float(order.filled_quantity),
        avg_price=_optional_float(order.average_price),
        update_time=order.updated_ms,
        message=wire.OrderMessage(type="info", text=order.message) if order.message else None,
        parent_id=parent_id,
        parent_type=parent_type,
        client_order_id=order.client_id or None,
        version=order.version,
    )


def _stop_type(order: Order) -> wire.StopType | None:
    # On a stop order it says that the order itself follows the market, not its bracket.
    trail = order.trail if order.type is OrderType.STOP else order.brackets.trail
    return wire.StopType.TRAILING_STOP if trail else None


def _parent(order: Order) -> tuple[str | None, wire.ParentType | None]:
    if not order.is_bracket:
        return None, None
    if order.parent_id and (order.status is OrderStatus.INACTIVE or not order.was_activated):
        return order.parent_id, wire.ParentType.ORDER
    return order.symbol, wire.ParentType.POSITION


def _duration(order: Order) -> wire.OrderDuration:
    is_dated = order.duration is Duration.GTD and order.expires_ms is not None
    return wire.OrderDuration(
        type=wire.DurationType(order.duration),
        datetime=order.expires_ms if is_dated else None,
    )


def to_position(
    position: Position, side: wire.Side, profit: Decimal | None, brackets: Sequence[Order] = ()
) -> wire.Position:
    """`side` is told apart, for a closed position has none of its own; `brackets` are one of a
    type."""
    prices = {order.type: order.limit_price or order.stop_price for order in brackets}
    return wire.Position(
        id=position.symbol,
        symbol=position.symbol,
        qty=float(abs(position.quantity)),
        side=side,
        avg_price=float(position.average_price),
        update_time=position.updated_ms,
        pl=_optional_float(profit),
        take_profit=_optional_float(prices.get(OrderType.LIMIT)),
        stop_loss=_optional_float(prices.get(OrderType.STOP)),
    )


def side_after(event: OrderFilled) -> wire.Side:
    """The position's side after the fill; a closed one's is the side that it had."""
    if not event.position.quantity:
        return wire.Side(-event.execution.side)
    return side_of(event.position)


def ended_positions(event: AccountReset) -> list[wire.Position]:
    return [
        to_position(position, wire.Side(side), Decimal(0))
        for position, side in zip(event.positions, event.sides, strict=True)
    ]


def side_of(position: Position) -> wire.Side:
    return wire.Side.BUY if position.quantity > 0 else wire.Side.SELL


def to_execution(execution: Execution) -> wire.Execution:
    return wire.Execution(
        symbol=execution.symbol,
        price=float(execution.price),
        qty=float(execution.quantity),
        side=wire.Side(execution.side),
        time=execution.time_ms,
        commission=float(execution.commission),
        net_amount=float(execution.realized_pl - execution.commission),
        order_id=execution.order_id,
    )


def to_equity(state: AccountState, equity: Decimal, used_margin: Decimal) -> wire.EquityData:
    return wire.EquityData(
        equity=float(equity),
        balance=float(state.balance),
        unrealized_pl=float(EXACT.subtract(equity, state.balance)),
        realized_pl=float(state.realized_pl),
        used_margin=float(used_margin),
        free_margin=float(EXACT.subtract(equity, used_margin)),
    )


def to_cash_line(line: CashLine) -> wire.CashLine:
    return wire.CashLine(
        seq=line.seq,
        kind=line.kind,
        amount=float(line.amount),
        balance=float(line.balance),
        time=line.at_ms,
        symbol=line.symbol or None,
        order_id=line.order_id or None,
        execution_id=line.execution_id or None,
    )


def to_broker_event(entry: JournalEntry) -> wire.BrokerEvent:
    """Without what a symbol's market had to say at that time: a position has no profit here."""
    event = entry.event
    name = kind_of(event)
    told = partial(
        wire.BrokerEvent,
        seq=entry.seq,
        type=name[0].lower() + name[1:],
        time=event.at_ms,
        request_id=entry.request_id or None,
    )
    match event:
        case AccountOpened() | CashDeposited():
            return told(balance=float(event.balance))
        case AccountReset():
            return told(balance=float(event.balance), positions=ended_positions(event))
        case LeverageSet():
            return told(symbol=event.symbol, leverage=float(event.leverage))
        case IdempotencyKeyRecorded():
            return told()
        case OrderFilled():
            return told(
                order=to_placed_order(event.order),
                execution=to_execution(event.execution),
                position=to_position(event.position, side_after(event), None),
                balance=float(event.balance),
            )
        case _:
            return told(order=to_placed_order(event.order))


def to_connection_status(status: MarketStatus, at_ms: int) -> wire.BrokerConnectionStatus:
    match status.state:
        case MarketState.OPEN:
            connection, message, cause = wire.ConnectionStatus.CONNECTED, None, None
        case MarketState.CLOSED:
            connection, cause = wire.ConnectionStatus.CONNECTED, None
            message = f"The market is closed: {status.reason}"
        case MarketState.STARTING:
            connection, cause = wire.ConnectionStatus.CONNECTING, None
            message = "Waiting for the first prices"
        case MarketState.STALE:
            connection = wire.ConnectionStatus.DISCONNECTED
            message, cause = status.reason, wire.DisconnectType.BROKEN_CONNECTION
        case _:
            assert_never(status.state)
    return wire.BrokerConnectionStatus(
        status=connection, message=message, disconnect_type=cause, timestamp=at_ms
    )


def _optional_float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
