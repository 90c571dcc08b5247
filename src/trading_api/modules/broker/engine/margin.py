"""What an account's equity has to cover. In the account's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.money import EXACT, MONEY_STEP, ONE, ZERO, rounded
from trading_api.modules.broker.engine.order import Order, Side
from trading_api.modules.broker.engine.position import Position, unrealized_pl
from trading_api.modules.broker.engine.terms import Terms
from trading_api.modules.broker.engine.touch import Touch


def equity(state: AccountState, marks: Mapping[str, Touch]) -> Decimal:
    """A position without a mark counts at its cost."""
    total = state.balance
    for position in state.positions.values():
        total = EXACT.add(total, unrealized_at(position, marks.get(position.symbol)))
    return total


def unrealized_at(position: Position, mark: Touch | None) -> Decimal:
    if mark is None:
        return ZERO
    return unrealized_pl(position, mark.bid, mark.ask, mark.rate)


@dataclass(frozen=True, slots=True)
class Change:
    """An order that is to work, and the one whose place it takes."""

    added: Order | None = None
    dropped: Order | None = None


NO_CHANGE = Change()


def used_margin(state: AccountState, terms: Terms) -> Decimal:
    """Reserved for the worst that all working orders can lead to."""
    symbols = state.positions.keys() | state.working.keys()
    return sum((symbol_margin(state, symbol, terms) for symbol in symbols), ZERO)


def symbol_margin(
    state: AccountState, symbol: str, terms: Terms, change: Change = NO_CHANGE
) -> Decimal:
    """Of the larger exposure: all buys filled and no sell, or the other way round."""
    position = state.position(symbol)
    worst = max(_worst_exposure(state, position, side, change) for side in Side)
    return rounded(worst / leverage_of(state, symbol, terms), MONEY_STEP)


def reserve_price(order: Order, market: Market, terms: Terms) -> Decimal:
    """The worst price at which a unit of the order can come to be held, in the account's
    currency. 0 for an order that can only reduce."""
    mark = market.mark
    if order.reduce_only or mark is None:
        return ZERO
    if order.limit_price is None and order.stop_price is None:
        slippage = terms.slippage.ticks_max * market.tick_size
        return (mark.price(order.side) + slippage) * mark.rate
    prices = [price for price in (order.limit_price, order.stop_price) if price is not None]
    # A sell may do better than its limit, and is the larger for it.
    price = prices[0] if order.side is Side.BUY else max(*prices, mark.bid)
    return price * mark.rate


def opening_cost(order: Order, market: Market, terms: Terms) -> Decimal:
    """What equity loses when the order is filled: the spread, and commission."""
    mark = market.mark
    if mark is None:
        return ZERO
    spread = max(mark.ask - mark.bid, ZERO) * order.remaining_quantity * mark.rate
    return spread + rest_commission(order, terms)


def rest_commission(order: Order, terms: Terms) -> Decimal:
    """What filling the rest of the order would add to its commission, as a taker."""
    quantity = order.remaining_quantity
    if not quantity or not order.is_live:
        return ZERO
    commission, filled = terms.commission, order.filled_quantity
    accrued = commission.accrued(quantity, quantity * order.reserve_price, is_maker=False)
    total = commission.charged(order.accrued_commission + accrued, order.quantity)
    return total - commission.charged(order.accrued_commission, filled)


def leverage_of(state: AccountState, symbol: str, terms: Terms) -> Decimal:
    return state.leverages.get(symbol, terms.leverage_default)


def maintenance_margin(state: AccountState, terms: Terms) -> Decimal:
    """What equity must not fall below."""
    return sum(
        (_position_maintenance(state, position, terms) for position in state.positions.values()),
        ZERO,
    )


def _position_maintenance(state: AccountState, position: Position, terms: Terms) -> Decimal:
    leverage = leverage_of(state, position.symbol, terms)
    if leverage == ONE and position.quantity > 0:
        return ZERO  # it is paid for: however far it falls, nothing is owed
    return rounded(position.exposure / leverage * terms.maintenance_ratio, MONEY_STEP)


def _worst_exposure(state: AccountState, position: Position, side: Side, change: Change) -> Decimal:
    """The exposure once every opening order of `side` is filled."""
    opening = replace(state.book(position.symbol).opening(side))
    for order, sign in ((change.added, 1), (change.dropped, -1)):
        if order is not None and order.side is side:
            opening.add(order, sign)
    closable = position.open_to(side)
    if not closable:
        return position.exposure + opening.value
    if opening.quantity <= closable:
        return position.exposure
    left = opening.quantity - closable
    return max(position.exposure, _dearest(_opening_orders(state, position, side, change), left))


def _opening_orders(
    state: AccountState, position: Position, side: Side, change: Change
) -> list[Order]:
    orders = [
        order
        for order in state.working_orders(position.symbol)
        if order.side is side and not order.reduce_only and order is not change.dropped
    ]
    return [*orders, change.added] if change.added and change.added.side is side else orders


def _dearest(orders: list[Order], quantity: Decimal) -> Decimal:
    """What `quantity` reserves when the cheaper orders have closed the position."""
    value = ZERO
    for order in sorted(orders, key=lambda order: order.reserve_price, reverse=True):
        part = min(quantity, order.remaining_quantity)
        value += part * order.reserve_price
        quantity -= part
    return value
