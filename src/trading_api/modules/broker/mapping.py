"""The engine's values as the wire's, and back. Wire names stop here."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from trading_api.models import broker as wire
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.shared.market_data import MarketState, MarketStatus

SUPPORTED_DURATIONS = ("GTC",)


def to_decimal(number: float) -> Decimal:
    """The decimal that was written, not the double that holds it."""
    return Decimal(repr(number).removesuffix(".0"))


def to_optional_decimal(number: float | None) -> Decimal | None:
    return None if number is None else to_decimal(number)


def to_placed_order(order: Order) -> wire.PlacedOrder:
    return wire.PlacedOrder(
        id=order.id,
        symbol=order.symbol,
        type=wire.OrderType(order.type),
        side=wire.Side(order.side),
        qty=float(order.quantity),
        status=wire.OrderStatus(order.status),
        limit_price=_optional_float(order.limit_price),
        stop_price=_optional_float(order.stop_price),
        duration=wire.OrderDuration(type=SUPPORTED_DURATIONS[0]),
        filled_qty=float(order.filled_quantity),
        avg_price=_optional_float(order.average_price),
        update_time=order.updated_ms,
        message=wire.OrderMessage(type="info", text=order.message) if order.message else None,
    )


def to_position(position: Position, side: wire.Side, unrealized_pl: Decimal) -> wire.Position:
    """`side` is told apart, for a closed position has none of its own."""
    return wire.Position(
        id=position.symbol,
        symbol=position.symbol,
        qty=float(abs(position.quantity)),
        side=side,
        avg_price=float(position.average_price),
        update_time=position.updated_ms,
        pl=float(unrealized_pl),
    )


def side_of(quantity: Decimal) -> wire.Side:
    return wire.Side.BUY if quantity > 0 else wire.Side.SELL


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


def to_equity(state: AccountState, unrealized_pl: Decimal) -> wire.EquityData:
    return wire.EquityData(
        equity=float(state.balance + unrealized_pl),
        balance=float(state.balance),
        unrealized_pl=float(unrealized_pl),
        realized_pl=float(state.realized_pl),
    )


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
        case MarketState.SILENT:
            connection = wire.ConnectionStatus.DISCONNECTED
            message, cause = status.reason, wire.DisconnectType.BROKEN_CONNECTION
        case _:
            assert_never(status.state)
    return wire.BrokerConnectionStatus(
        status=connection, message=message, disconnect_type=cause, timestamp=at_ms
    )


def _optional_float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
