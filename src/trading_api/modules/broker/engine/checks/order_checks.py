"""Check orders that are placed, modified or canceled.

The checks of one command run in a fixed order, which tests assert."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trading_api.domain.orders import Duration, OrderRequest, OrderType
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.bracket_checks import check_request_brackets
from trading_api.modules.broker.engine.checks.price_checks import check_prices_on_grid
from trading_api.modules.broker.engine.checks.rejection import (
    Rejection,
    RejectionCode,
    already_triggered,
    no_price,
    not_modifiable,
)
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.trading_rules import TradingRules, is_on_grid


def find_live_order(orders: Mapping[str, Order], order_id: str) -> Order | Rejection:
    """Return the live order of this id, or the rejection that says why there is none."""
    order = orders.get(order_id)
    if order is None:
        return Rejection(RejectionCode.ORDER_NOT_FOUND, f"There is no order {order_id!r}.")
    if not order.is_live:
        return Rejection(
            RejectionCode.ORDER_NOT_WORKING, f"{order_id} is {order.status.name.lower()}."
        )
    return order


def check_client_id(state: AccountState, request: OrderRequest) -> Rejection | None:
    """Reject a request whose client order id belongs to an order of the account."""
    taken = state.client_ids.get(request.client_id)
    if taken is None:
        return None
    return Rejection(
        RejectionCode.CLIENT_ID_TAKEN,
        f"The client order id {request.client_id!r} belongs to {taken}.",
    )


def check_quantity(quantity: Decimal, trading_rules: TradingRules) -> Rejection | None:
    """Reject a quantity that is not positive, too large, or off the instrument's grid."""
    if quantity <= 0:
        return Rejection(
            RejectionCode.QUANTITY_NOT_POSITIVE, f"Quantity {quantity} is not above zero."
        )
    # Before the grid: a remainder is only computable for a bounded quantity.
    if quantity > trading_rules.quantity_max:
        return Rejection(
            RejectionCode.QUANTITY_TOO_LARGE,
            f"Quantity {quantity} is above {trading_rules.symbol}'s largest, "
            f"{trading_rules.quantity_max}.",
        )
    if not is_on_grid(quantity, trading_rules.quantity_step):
        return Rejection(
            RejectionCode.QUANTITY_OFF_GRID,
            f"Quantity {quantity} is not a multiple of {trading_rules.symbol}'s step, "
            f"{trading_rules.quantity_step}.",
        )
    return None


def check_request(request: OrderRequest, market: Market) -> Rejection | None:
    """Reject a request that is not valid on its own or for this market.

    The quantity is not checked here."""
    return (
        _check_prices_present(request)
        or check_prices_on_grid(
            [price for price in (request.limit_price, request.stop_price) if price is not None],
            market.trading_rules,
        )
        or _check_trail(request, market)
        or _check_duration(request, market.at_ms)
        or _check_trail_price(request, market)
        or check_request_brackets(request, market)
    )


def check_fixed_properties(order: Order, request: OrderRequest) -> Rejection | None:
    """Reject a request that changes a property of the order that is fixed when it is placed."""
    for name in ("symbol", "side", "type"):
        if getattr(order, name) != getattr(request, name):
            return not_modifiable(f"The {name} of {order.id} can't be changed.")
    if order.is_liquidation:
        return not_modifiable(f"{order.id} is a liquidation and can't be changed.")
    if (order.trail is None) != (request.trail is None):
        return not_modifiable(f"{order.id} can't become or cease to be a trailing stop.")
    immediate = {Duration.IOC, Duration.FOK} & {request.duration, order.duration}
    if immediate and request.duration is not order.duration:
        return not_modifiable(f"The duration of {order.id} can't be changed.")
    return None


def check_not_liquidation(order: Order | None) -> Rejection | None:
    """Reject the cancellation of a liquidation.

    Only its market or a reset of the account ends one."""
    if order is None or not order.is_liquidation:
        return None
    return not_modifiable(f"{order.id} is a liquidation and can't be canceled.")


def check_stop_change(order: Order, request: OrderRequest) -> Rejection | None:
    """Reject a new stop price or trail for an order whose stop has triggered."""
    is_same = order.trail == request.trail
    if request.trail is None:
        is_same = order.stop_price == request.stop_price
    if not order.is_triggered or is_same:
        return None
    return already_triggered(order)


def check_above_filled(order: Order, quantity: Decimal) -> Rejection | None:
    """Reject a quantity that is not above what the order has filled."""
    if quantity > order.filled_quantity:
        return None
    return Rejection(
        RejectionCode.QUANTITY_BELOW_FILLED,
        f"{order.filled_quantity} of {order.id} is filled; its quantity must be larger.",
    )


def _check_prices_present(request: OrderRequest) -> Rejection | None:
    if request.type.has_limit and request.limit_price is None:
        return Rejection(
            RejectionCode.LIMIT_PRICE_MISSING,
            f"A {_named(request.type)} order needs a limit price.",
        )
    if request.type.has_stop and request.stop_price is None and request.trail is None:
        return Rejection(
            RejectionCode.STOP_PRICE_MISSING, f"A {_named(request.type)} order needs a stop price."
        )
    return None


def _check_trail(request: OrderRequest, market: Market) -> Rejection | None:
    if request.trail is None:
        return None
    return check_prices_on_grid([request.trail], market.trading_rules)


def _check_duration(request: OrderRequest, at_ms: int) -> Rejection | None:
    duration = request.duration
    if duration is None:
        return None
    if duration.is_immediate and request.type.has_stop:
        return Rejection(
            RejectionCode.DURATION_NOT_ALLOWED,
            f"A {_named(request.type)} order has to wait, so it can't be {duration}.",
        )
    if duration.has_expiry:
        if request.expires_ms is None:
            return Rejection(
                RejectionCode.EXPIRY_MISSING, f"A {duration} order needs the time it is good till."
            )
        if request.expires_ms <= at_ms:
            return Rejection(
                RejectionCode.EXPIRY_PAST,
                f"The time {request.expires_ms} is not in the future; datetime is in milliseconds.",
            )
    return None


def _check_trail_price(request: OrderRequest, market: Market) -> Rejection | None:
    return no_price(market.symbol) if request.trail and market.mark is None else None


def _named(type: OrderType) -> str:
    return type.name.lower().replace("_", "-")
