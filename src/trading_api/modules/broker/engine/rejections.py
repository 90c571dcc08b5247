"""Why a command is refused. The checks run in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trading_api.modules.broker.engine.commands import ModifyOrder
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order, OrderStatus, OrderType, Side
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.trading_rules import TradingRules, is_on_grid

# Up to here (and with quantities of a market's size) every sum of price * quantity is exact.
PRICE_MAX = Decimal("1E12")


class RejectionCode(StrEnum):
    ORDER_NOT_FOUND = "order_not_found"
    ORDER_NOT_WORKING = "order_not_working"
    NOT_MODIFIABLE = "not_modifiable"
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    QUANTITY_OFF_GRID = "quantity_off_grid"
    QUANTITY_BELOW_FILLED = "quantity_below_filled"
    LIMIT_PRICE_MISSING = "limit_price_missing"
    STOP_PRICE_MISSING = "stop_price_missing"
    PRICE_NOT_POSITIVE = "price_not_positive"
    PRICE_TOO_LARGE = "price_too_large"
    PRICE_OFF_TICK = "price_off_tick"
    POSITION_NOT_FOUND = "position_not_found"
    NOT_REDUCING = "not_reducing"
    EXCEEDS_POSITION = "exceeds_position"


@dataclass(frozen=True, slots=True)
class Rejection:
    code: RejectionCode
    message: str


def reject_quantity(quantity: Decimal, rules: TradingRules) -> Rejection | None:
    if quantity <= 0:
        return Rejection(
            RejectionCode.QUANTITY_NOT_POSITIVE, f"Quantity {quantity} is not above zero."
        )
    # Before the grid: a remainder is only computable for a bounded quantity.
    if quantity > rules.quantity_max:
        return Rejection(
            RejectionCode.QUANTITY_TOO_LARGE,
            f"Quantity {quantity} is above {rules.symbol}'s largest, {rules.quantity_max}.",
        )
    if not is_on_grid(quantity, rules.quantity_step):
        return Rejection(
            RejectionCode.QUANTITY_OFF_GRID,
            f"Quantity {quantity} is not a multiple of {rules.symbol}'s step, "
            f"{rules.quantity_step}.",
        )
    return None


def reject_prices(
    type: OrderType, limit_price: Decimal | None, stop_price: Decimal | None, rules: TradingRules
) -> Rejection | None:
    if type.has_limit and limit_price is None:
        return Rejection(
            RejectionCode.LIMIT_PRICE_MISSING, f"A {_named(type)} order needs a limit price."
        )
    if type.has_stop and stop_price is None:
        return Rejection(
            RejectionCode.STOP_PRICE_MISSING, f"A {_named(type)} order needs a stop price."
        )
    prices = [price for price in used_prices(type, limit_price, stop_price) if price is not None]
    for price in prices:
        if price <= 0:
            return Rejection(RejectionCode.PRICE_NOT_POSITIVE, f"Price {price} is not above zero.")
    for price in prices:
        if price > PRICE_MAX:
            return Rejection(
                RejectionCode.PRICE_TOO_LARGE, f"Price {price} is above the largest, {PRICE_MAX:f}."
            )
    for price in prices:
        if not is_on_grid(price, rules.tick_size):
            return Rejection(
                RejectionCode.PRICE_OFF_TICK,
                f"Price {price} is not a multiple of {rules.symbol}'s tick, {rules.tick_size}.",
            )
    return None


def used_prices(
    type: OrderType, limit_price: Decimal | None, stop_price: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """Limit and stop price, None where the type has no use for it."""
    return limit_price if type.has_limit else None, stop_price if type.has_stop else None


def reject_reduction(
    position: Position, side: Side, quantity: Decimal, pending: Decimal
) -> Rejection | None:
    """`pending`: what other working orders are to close of the position."""
    if not position.quantity:
        return reject_flat(position)
    if position.quantity * side > 0:
        return Rejection(
            RejectionCode.NOT_REDUCING, f"A {side.name.lower()} would add to the position."
        )
    return reject_excess(position, quantity, abs(position.quantity) - pending)


def reject_close(
    position: Position, quantity: Decimal, closable: Decimal, rules: TradingRules
) -> Rejection | None:
    # All that is left may be closed, however large it grew and whatever its grid.
    if quantity != closable and (rejection := reject_quantity(quantity, rules)):
        return rejection
    return reject_excess(position, quantity, closable)


def reject_excess(position: Position, quantity: Decimal, closable: Decimal) -> Rejection | None:
    if 0 < quantity <= closable:
        return None
    return Rejection(
        RejectionCode.EXCEEDS_POSITION,
        f"{max(closable, ZERO)} of {position.symbol} is left to close.",
    )


def reject_flat(position: Position) -> Rejection:
    return Rejection(
        RejectionCode.POSITION_NOT_FOUND, f"There is no open position in {position.symbol}."
    )


def find_working(orders: Mapping[str, Order], order_id: str) -> Order | Rejection:
    order = orders.get(order_id)
    if order is None:
        return Rejection(RejectionCode.ORDER_NOT_FOUND, f"There is no order {order_id!r}.")
    if order.status is not OrderStatus.WORKING:
        return Rejection(
            RejectionCode.ORDER_NOT_WORKING, f"{order_id} is {order.status.name.lower()}."
        )
    return order


def reject_other_order(order: Order, command: ModifyOrder) -> Rejection | None:
    for name in ("symbol", "side", "type"):
        if getattr(order, name) != getattr(command, name):
            return Rejection(
                RejectionCode.NOT_MODIFIABLE, f"The {name} of {order.id} can't be changed."
            )
    return None


def reject_triggered_stop(order: Order, stop_price: Decimal | None) -> Rejection | None:
    if not order.is_triggered or order.stop_price == stop_price:
        return None
    return Rejection(
        RejectionCode.NOT_MODIFIABLE,
        f"The stop price of {order.id} can't be changed: it has triggered.",
    )


def reject_below_filled(order: Order, quantity: Decimal) -> Rejection | None:
    if quantity > order.filled_quantity:
        return None
    return Rejection(
        RejectionCode.QUANTITY_BELOW_FILLED,
        f"{order.filled_quantity} of {order.id} is filled; its quantity must be larger.",
    )


def _named(type: OrderType) -> str:
    return type.name.lower().replace("_", "-")
