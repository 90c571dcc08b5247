"""Orders and executions as the wire shows them."""

from __future__ import annotations

from trading_api.domain.account_snapshot import ExecutionView, OrderView
from trading_api.domain.orders import Duration, OrderStatus, OrderType
from trading_api.models import broker as wire
from trading_api.modules.broker.presenters.numbers import optional_float


def to_placed_order(order: OrderView) -> wire.PlacedOrder:
    """Return an order as TradingView's terminal expects it."""
    trail = order.trail or order.brackets.trail
    parent_id, parent_type = _parent(order)
    return wire.PlacedOrder(
        id=order.id,
        symbol=order.symbol,
        type=wire.OrderType(order.type),
        side=wire.Side(order.side),
        qty=float(order.quantity),
        status=wire.OrderStatus(order.status),
        limit_price=optional_float(order.limit_price),
        stop_price=optional_float(order.stop_price),
        stop_loss=optional_float(order.brackets.stop_loss),
        take_profit=optional_float(order.brackets.take_profit),
        trailing_stop_pips=float(trail.pips) if trail else None,
        stop_type=_stop_type(order),
        duration=_duration(order),
        filled_qty=float(order.filled_quantity),
        avg_price=optional_float(order.average_price),
        update_time=order.updated_ms,
        message=wire.OrderMessage(type="info", text=order.message) if order.message else None,
        parent_id=parent_id,
        parent_type=parent_type,
        client_order_id=order.client_id or None,
        version=order.version,
        is_close=True if order.reduce_only and not order.is_bracket else None,
    )


def to_execution(execution: ExecutionView) -> wire.Execution:
    """Return one fill."""
    return wire.Execution(
        id=execution.id,
        symbol=execution.symbol,
        price=float(execution.price),
        qty=float(execution.quantity),
        side=wire.Side(execution.side),
        time=execution.time_ms,
        commission=float(execution.commission),
        net_amount=float(execution.realized_pl - execution.commission),
        order_id=execution.order_id,
    )


def _stop_type(order: OrderView) -> wire.StopType | None:
    # On a stop order the type means that the order's own price trails, not its bracket's.
    trail = order.trail if order.type is OrderType.STOP else order.brackets.trail
    return wire.StopType.TRAILING_STOP if trail else None


def _parent(order: OrderView) -> tuple[str | None, wire.ParentType | None]:
    if not order.is_bracket:
        return None, None
    if order.parent_id and (order.status is OrderStatus.INACTIVE or not order.was_activated):
        return order.parent_id, wire.ParentType.ORDER
    return order.symbol, wire.ParentType.POSITION


def _duration(order: OrderView) -> wire.OrderDuration:
    is_dated = order.duration is Duration.GTD and order.expires_ms is not None
    return wire.OrderDuration(
        type=wire.DurationType(order.duration),
        datetime=order.expires_ms if is_dated else None,
    )
