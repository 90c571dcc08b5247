"""What an account's equity has to cover. In the account's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule
from trading_api.modules.broker.engine.money import (
    EXACT,
    MONEY_STEP,
    ONE,
    ZERO,
    rounded,
    rounded_up,
)
from trading_api.modules.broker.engine.open_orders import OpenOrderExposure, OpenOrders
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position, unrealized_pl
from trading_api.modules.broker.engine.touch import Touch


def equity(state: AccountState, marks: Mapping[str, Touch]) -> Decimal:
    """Return the balance plus the unrealized P&L of all positions.

    A position without a price to close at counts at its cost."""
    total = state.balance
    for position in state.positions.values():
        total = EXACT.add(total, unrealized_at(position, marks.get(position.symbol)))
    return total


def unrealized_at(position: Position, mark: Touch | None) -> Decimal:
    """Return the unrealized P&L of a position at the mark, or 0 without a price to close at."""
    if mark is None or not is_priced(position, mark):
        return ZERO
    return unrealized_pl(position, mark.bid, mark.ask, mark.rate)


def is_priced(position: Position, mark: Touch | None) -> bool:
    """Return whether the mark has a price at which the position could be closed."""
    return mark is not None and mark.price(position.side.opposite) > 0


@dataclass(frozen=True, slots=True)
class OrderReplacement:
    """An order that is about to work, and the version that it replaces."""

    added: Order | None = None
    removed: Order | None = None


NO_REPLACEMENT = OrderReplacement()


def used_margin(state: AccountState, rules: ExchangeRules) -> Decimal:
    """Return the margin that an account reserves for the worst that its orders can lead to."""
    return margin_of_other_symbols("", state, rules)


def margin_of_other_symbols(own: str, state: AccountState, rules: ExchangeRules) -> Decimal:
    """Return the margin that an account reserves for all symbols but `own`."""
    symbols = (state.positions.keys() | state.working.keys()) - {own}
    return sum((symbol_margin(state, symbol, rules) for symbol in symbols), ZERO)


def symbol_margin(
    state: AccountState,
    symbol: str,
    rules: ExchangeRules,
    change: OrderReplacement = NO_REPLACEMENT,
) -> Decimal:
    """Return the margin for the worst exposure in a symbol, plus the cost of filling its orders.

    `change` is an order that is about to work."""
    position, open_orders = state.position(symbol), state.open_orders(symbol)
    side = position.side
    adding = _exposure_with(open_orders, side, change)
    opposing = _exposure_with(open_orders, side.opposite, change)
    margin = _worst_exposure(position, adding, opposing) / leverage_of(state, symbol, rules)
    return rounded(margin, MONEY_STEP) + _reserved_cost(position, adding, opposing, rules)


def exposure_margin(state: AccountState, symbol: str, leverage: Decimal) -> Decimal:
    """Return the margin for the worst exposure in a symbol at a leverage.

    In the worst case all buys are filled and no sell, or the other way round."""
    position, open_orders = state.position(symbol), state.open_orders(symbol)
    adding = open_orders.exposure(position.side)
    opposing = open_orders.exposure(position.side.opposite)
    return rounded(_worst_exposure(position, adding, opposing) / leverage, MONEY_STEP)


def filled_margin(
    state: AccountState, symbol: str, side: Side, rules: ExchangeRules, change: OrderReplacement
) -> Decimal:
    """Return the margin and the cost once all orders of `side` are filled, and none of the other.

    It is 0 where these orders only close the position. `change` is an order that is about to
    work."""
    position = state.position(symbol)
    orders = _exposure_with(state.open_orders(symbol), side, change)
    if side is position.side:
        exposure = position.exposure + orders.value
    elif orders.quantity > abs(position.quantity):
        exposure = orders.value_beyond(abs(position.quantity))
    else:
        return ZERO
    margin = rounded(exposure / leverage_of(state, symbol, rules), MONEY_STEP)
    return margin + orders.cost + orders.unfilled * rules.fees.minimum


def reserve_price(
    request: OrderRequest, stop_price: Decimal | None, market: Market, rules: ExchangeRules
) -> Decimal:
    """Return the price that a unit of the order reserves margin for, in the account's currency.

    It is the worst price at which a fill can open a position, at this touch or at the order's own
    prices. An order that only reduces a position reserves nothing."""
    mark = market.mark
    if request.reduce_only or mark is None:
        return ZERO
    if request.side is Side.BUY and request.limit_price is not None:
        return request.limit_price * mark.rate
    # A sell may do better than its price, and a stop may already be beyond its own.
    price = max(
        mark.indicative_price(request.side), request.limit_price or ZERO, stop_price or ZERO
    )
    if request.side is Side.BUY:
        price += rules.slippage.ticks_max * market.tick_size
    return price * mark.rate


def reserve_cost(
    request: OrderRequest,
    price: Decimal,
    market: Market,
    rules: ExchangeRules,
    before: Order | None = None,
) -> Decimal:
    """Return what equity loses when a unit of the order fills at its reserve price.

    That is the spread, the slippage, and the commission above the minimum. `before` is the order
    that is modified. An order that only reduces a position reserves nothing."""
    mark = market.mark
    if request.reduce_only or mark is None:
        return ZERO
    spread = max(mark.indicative_price(Side.BUY) - mark.indicative_price(Side.SELL), ZERO)
    slippage = ZERO if request.limit_price else rules.slippage.ticks_max * market.tick_size
    filled = before.filled_quantity if before else ZERO
    paid = before.accrued_commission if before else ZERO
    quantity = request.quantity - filled
    more = _above_minimum(rules.fees, request.type, quantity, price, paid)
    return rounded_up((spread + slippage) * mark.rate + more / quantity, MONEY_STEP)


def remaining_commission(order: Order, rules: ExchangeRules) -> Decimal:
    """Return what filling the rest of a live order adds to its commission, at the dearer rate."""
    fees, paid = rules.fees, order.accrued_commission
    quantity, price = order.remaining_quantity, order.reserve_price
    more = _above_minimum(fees, order.type, quantity, price, paid)
    return more if order.filled_quantity else more + fees.minimum


def _above_minimum(
    fees: FeeSchedule, type: OrderType, quantity: Decimal, price: Decimal, paid: Decimal
) -> Decimal:
    """Return what filling `quantity` adds to the commission, without the minimum."""
    is_maker = type.has_limit and fees.maker_bps > fees.taker_bps
    accrued = fees.accrued(quantity, quantity * price, is_maker)
    return max(paid + accrued, fees.minimum) - max(paid, fees.minimum)


def leverage_of(state: AccountState, symbol: str, rules: ExchangeRules) -> Decimal:
    """Return the leverage that the account has set for a symbol, or the default."""
    return state.leverages.get(symbol, rules.leverage_default)


def maintenance_margin(state: AccountState, rules: ExchangeRules) -> Decimal:
    """Return the equity below which positions are liquidated."""
    return sum(
        (_position_maintenance(state, position, rules) for position in state.positions.values()),
        ZERO,
    )


def _position_maintenance(state: AccountState, position: Position, rules: ExchangeRules) -> Decimal:
    leverage = leverage_of(state, position.symbol, rules)
    if leverage == ONE and position.quantity > 0:
        return ZERO  # the position is paid for, so no fall of the price makes a debt
    return rounded(position.exposure / leverage * rules.maintenance_ratio, MONEY_STEP)


def _worst_exposure(
    position: Position, adding: OpenOrderExposure, opposing: OpenOrderExposure
) -> Decimal:
    """Return the larger exposure: all adding orders filled, or all opposing orders filled."""
    worst = position.exposure + adding.value
    if opposing.value <= worst:
        return worst  # whatever the opposing orders close first
    return max(worst, opposing.value_beyond(abs(position.quantity)))


def _reserved_cost(
    position: Position, adding: OpenOrderExposure, opposing: OpenOrderExposure, rules: ExchangeRules
) -> Decimal:
    """Opposing orders open nothing, and reserve no cost, up to the size of the position."""
    cost, unfilled = adding.cost, adding.unfilled
    if opposing.quantity > abs(position.quantity):
        cost, unfilled = cost + opposing.cost, unfilled + opposing.unfilled
    return cost + unfilled * rules.fees.minimum


def _exposure_with(
    open_orders: OpenOrders, side: Side, change: OrderReplacement
) -> OpenOrderExposure:
    exposure = open_orders.exposure(side)
    if change.added is None or change.added.side is not side:
        return exposure
    return exposure.with_order(change.added, change.removed)
