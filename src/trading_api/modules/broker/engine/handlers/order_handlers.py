"""Handle the commands that place and modify orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from trading_api.domain.orders import NO_BRACKETS, Duration, OrderRequest, OrderStatus, OrderType
from trading_api.modules.broker.engine.brackets import set_brackets, show_on_parent
from trading_api.modules.broker.engine.checks.bracket_checks import check_bracket_changes
from trading_api.modules.broker.engine.checks.margin_checks import check_margin
from trading_api.modules.broker.engine.checks.order_checks import (
    check_above_filled,
    check_client_id,
    check_fixed_properties,
    check_quantity,
    check_request,
    check_stop_change,
    find_live_order,
)
from trading_api.modules.broker.engine.checks.position_checks import (
    check_not_reversing,
    check_reduction,
)
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import Market, ModifyOrder, PlaceOrder
from trading_api.modules.broker.engine.events import OrderModified, OrderPlaced
from trading_api.modules.broker.engine.fill_rules import trailing_stop
from trading_api.modules.broker.engine.margin import reserve_cost, reserve_price
from trading_api.modules.broker.engine.matching import mark_resting, match
from trading_api.modules.broker.engine.order import Order, OrderPurpose, modified
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction


def place(transaction: Transaction, command: PlaceOrder) -> Rejection | None:
    """Place a new order and match it with the market."""
    request, market = command.request.normalized(), command.market
    return (
        check_client_id(transaction.state, request)
        or check_quantity(request.quantity, market.trading_rules)
        or check_request(request, market)
        or _check_reduction(transaction, request)
        or submit_order(transaction, new_order(transaction, request, market), market)
    )


def modify(transaction: Transaction, command: ModifyOrder) -> Rejection | None:
    """Change a live order and match it with the market.

    A new price or a larger quantity costs the order its time priority."""
    state, market = transaction.state, command.market
    order = find_live_order(state.orders, command.order_id)
    if isinstance(order, Rejection):
        return order
    after = modified_order(transaction, order, command.request, market)
    if isinstance(after, Rejection):
        return after
    if rejection := check_margin(state, transaction.rules, after, order, market):
        return rejection
    transaction.emit(OrderModified(mark_resting(after, market.touch), market.at_ms))
    if order.is_bracket:
        show_on_parent(transaction, after, market.at_ms)
    changes_brackets = (after.brackets, after.quantity) != (order.brackets, order.quantity)
    _match(transaction, after, market, sets_brackets=changes_brackets and not order.is_bracket)
    return None


def modified_order(
    transaction: Transaction, order: Order, request: OrderRequest, market: Market
) -> Order | Rejection:
    """Return a live order with the requested changes, or the rejection of the changes.

    The function does not check the margin and emits nothing."""
    state = transaction.state
    request = _with_defaults(request, order)
    if rejection := (
        check_fixed_properties(order, request)
        # A bracket is as large as what it protects, whatever the grid.
        or (not order.is_bracket and check_quantity(request.quantity, market.trading_rules))
        or check_request(request, market)
        or check_stop_change(order, request)
        or check_bracket_changes(state.live_brackets_of(order.symbol, order.id), request.brackets)
        or check_above_filled(order, request.quantity)
        or _check_larger_reduction(transaction, order, request)
    ):
        return rejection
    return _modified(transaction, order, request, market)


def new_order(transaction: Transaction, request: OrderRequest, market: Market) -> Order:
    """Return the order that a valid request asks for, not yet placed."""
    rules = transaction.rules
    stop_price = _stop_price(request, market)
    price = reserve_price(request, stop_price, market, rules)
    return Order(
        id=transaction.next_order_id(),
        symbol=request.symbol,
        side=request.side,
        type=request.type,
        quantity=request.quantity,
        limit_price=request.limit_price,
        stop_price=stop_price,
        trail=request.trail,
        duration=request.duration or Duration.GTC,
        expires_ms=request.expires_ms,
        brackets=request.brackets,
        purpose=OrderPurpose.CLOSE if request.reduce_only else OrderPurpose.OPEN,
        client_id=request.client_id,
        sequence=transaction.next_sequence(),
        placed_ms=market.at_ms,
        updated_ms=market.at_ms,
        arrives_ms=market.at_ms + rules.latency_ms,
        status=OrderStatus.PLACING if rules.latency_ms else OrderStatus.WORKING,
        reserve_price=price,
        reserve_cost=reserve_cost(request, price, market, rules),
    )


def opposing_order(
    transaction: Transaction,
    position: Position,
    quantity: Decimal,
    market: Market,
    *,
    reduce_only: bool,
) -> Order:
    """Return a market order against a position. Nothing is emitted."""
    request = OrderRequest(
        symbol=position.symbol,
        side=position.side.opposite,
        type=OrderType.MARKET,
        quantity=quantity,
        reduce_only=reduce_only,
    )
    return new_order(transaction, request, market)


def submit_order(transaction: Transaction, order: Order, market: Market) -> Rejection | None:
    """Place the order, unless the account has too little free margin for it."""
    rejection = check_order_margin(transaction, order, market)
    if rejection is None:
        enter_order(transaction, order, market)
    return rejection


def check_order_margin(transaction: Transaction, order: Order, market: Market) -> Rejection | None:
    """Reject a new order that needs more margin than is free."""
    return check_margin(transaction.state, transaction.rules, order, None, market)


def enter_order(transaction: Transaction, order: Order, market: Market) -> None:
    """Place the order and its brackets, and match them with the market."""
    transaction.emit(OrderPlaced(mark_resting(order, market.touch), market.at_ms))
    _match(transaction, order, market, sets_brackets=order.brackets != NO_BRACKETS)


def entry_price(order: Order, market: Market) -> Decimal | None:
    """Return the estimated fill price of the order, or None without a price."""
    if order.limit_price is not None or order.stop_price is not None:
        return order.limit_price or order.stop_price
    return market.mark.indicative_price(order.side) if market.mark else None


def _match(transaction: Transaction, order: Order, market: Market, sets_brackets: bool) -> None:
    if sets_brackets:
        price = entry_price(order, market)
        set_brackets(transaction, order.brackets, order.side, price, order, market)
    match(transaction, market)


def _with_defaults(request: OrderRequest, order: Order) -> OrderRequest:
    """Return the request with the order's own values where the client leaves them open.

    A client cannot choose the size of a bracket. A bracket works as long as there is something to
    protect."""
    request = replace(request, reduce_only=order.reduce_only)
    if request.duration is None or order.is_bracket:
        request = replace(request, duration=order.duration, expires_ms=order.expires_ms)
    if order.is_bracket:
        request = replace(request, quantity=order.quantity, brackets=NO_BRACKETS)
    return request.normalized()


def _modified(
    transaction: Transaction, order: Order, request: OrderRequest, market: Market
) -> Order:
    is_kept = request.trail is not None and request.trail == order.trail
    stop_price = order.stop_price if is_kept else _stop_price(request, market)
    prices = (request.limit_price, stop_price)
    price = reserve_price(request, stop_price, market, transaction.rules)
    changes: dict[str, object] = {}
    if prices != (order.limit_price, order.stop_price) or request.quantity > order.quantity:
        changes["sequence"] = transaction.next_sequence()
    return modified(
        order,
        market.at_ms,
        quantity=request.quantity,
        limit_price=request.limit_price,
        stop_price=stop_price,
        trail=request.trail,
        duration=request.duration,
        expires_ms=request.expires_ms,
        brackets=request.brackets,
        reserve_price=price,
        reserve_cost=reserve_cost(request, price, market, transaction.rules, order),
        **changes,
    )


def _stop_price(request: OrderRequest, market: Market) -> Decimal | None:
    if request.trail is None:
        return request.stop_price
    assert market.mark is not None
    price = market.mark.indicative_price(request.side)
    return trailing_stop(request.side, request.trail.distance, price, market.tick_size)


def _check_reduction(transaction: Transaction, request: OrderRequest) -> Rejection | None:
    if not request.reduce_only:
        return None
    state = transaction.state
    others = state.closing_orders(request.symbol)
    return check_not_reversing(state, request.symbol) or check_reduction(
        state.position(request.symbol), request.side, request.quantity, others
    )


def _check_larger_reduction(
    transaction: Transaction, order: Order, request: OrderRequest
) -> Rejection | None:
    # Shrinking is always right, also where the position shrank below its closing orders.
    if not order.reduce_only or request.quantity <= order.quantity:
        return None
    state = transaction.state
    others = [other for other in state.closing_orders(order.symbol) if other.id != order.id]
    return check_reduction(
        state.position(order.symbol),
        order.side,
        request.quantity - order.filled_quantity,
        others,
    )
