"""What an account's equity has to cover. In the account's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import Commission, Terms
from trading_api.modules.broker.engine.money import (
    EXACT,
    MONEY_STEP,
    ONE,
    ZERO,
    rounded,
    rounded_up,
)
from trading_api.modules.broker.engine.open_orders import Book, Opening
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position, unrealized_pl
from trading_api.modules.broker.engine.touch import Touch


def equity(state: AccountState, marks: Mapping[str, Touch]) -> Decimal:
    """A position that nothing shows a price to close at counts at its cost."""
    total = state.balance
    for position in state.positions.values():
        total = EXACT.add(total, unrealized_at(position, marks.get(position.symbol)))
    return total


def unrealized_at(position: Position, mark: Touch | None) -> Decimal:
    if mark is None or not is_priced(position, mark):
        return ZERO
    return unrealized_pl(position, mark.bid, mark.ask, mark.rate)


def is_priced(position: Position, mark: Touch | None) -> bool:
    """Whether anything shows what closing it would give."""
    return mark is not None and mark.price(position.side.opposite) > 0


@dataclass(frozen=True, slots=True)
class Change:
    """An order that is to work, and the one whose place it takes."""

    added: Order | None = None
    dropped: Order | None = None


NO_CHANGE = Change()


def used_margin(state: AccountState, terms: Terms) -> Decimal:
    """Reserved for the worst that all working orders can lead to."""
    return margin_beside("", state, terms)


def margin_beside(own: str, state: AccountState, terms: Terms) -> Decimal:
    """What all symbols but this one reserve."""
    symbols = (state.positions.keys() | state.working.keys()) - {own}
    return sum((symbol_margin(state, symbol, terms) for symbol in symbols), ZERO)


def symbol_margin(
    state: AccountState, symbol: str, terms: Terms, change: Change = NO_CHANGE
) -> Decimal:
    """What exposure demands, and what filling the orders would cost."""
    position, book = state.position(symbol), state.book(symbol)
    side = position.side
    ahead = _opening(book, side, change)
    against = _opening(book, side.opposite, change)
    margin = _worst_exposure(position, ahead, against) / leverage_of(state, symbol, terms)
    return rounded(margin, MONEY_STEP) + _reserved_cost(position, ahead, against, terms)


def exposure_margin(state: AccountState, symbol: str, terms: Terms) -> Decimal:
    """Of the larger exposure: all buys filled and no sell, or the other way round."""
    position, book = state.position(symbol), state.book(symbol)
    ahead, against = book.opening(position.side), book.opening(position.side.opposite)
    margin = _worst_exposure(position, ahead, against) / leverage_of(state, symbol, terms)
    return rounded(margin, MONEY_STEP)


def reserve_price(
    request: OrderRequest, stop_price: Decimal | None, market: Market, terms: Terms
) -> Decimal:
    """The worst price at which a unit of the order can come to be held at this touch or at its
    own prices, in the account's currency. 0 for an order that can only reduce."""
    mark = market.mark
    if request.reduce_only or mark is None:
        return ZERO
    if request.side is Side.BUY and request.limit_price is not None:
        return request.limit_price * mark.rate
    # A sell may do better than its price, and a stop may already be beyond its own.
    price = max(mark.worth(request.side), request.limit_price or ZERO, stop_price or ZERO)
    if request.side is Side.BUY:
        price += terms.slippage.ticks_max * market.tick_size
    return price * mark.rate


def reserve_cost(
    request: OrderRequest, price: Decimal, market: Market, terms: Terms, before: Order | None = None
) -> Decimal:
    """What equity loses when a unit of the order is filled at its reserve price: the spread,
    slippage, and commission beyond the least one; of the order `before`, when that is modified. 0
    for an order that can only reduce."""
    mark = market.mark
    if request.reduce_only or mark is None:
        return ZERO
    spread = max(mark.worth(Side.BUY) - mark.worth(Side.SELL), ZERO)
    slippage = ZERO if request.limit_price else terms.slippage.ticks_max * market.tick_size
    filled = before.filled_quantity if before else ZERO
    paid = before.accrued_commission if before else ZERO
    quantity = request.quantity - filled
    more = _above_minimum(terms.commission, request.type, quantity, price, paid)
    return rounded_up((spread + slippage) * mark.rate + more / quantity, MONEY_STEP)


def rest_commission(order: Order, terms: Terms) -> Decimal:
    """What filling the rest of a live order would add to its commission, at the dearer rate."""
    commission, paid = terms.commission, order.accrued_commission
    quantity, price = order.remaining_quantity, order.reserve_price
    more = _above_minimum(commission, order.type, quantity, price, paid)
    return more if order.filled_quantity else more + commission.minimum


def _above_minimum(
    commission: Commission, type: OrderType, quantity: Decimal, price: Decimal, paid: Decimal
) -> Decimal:
    """What filling so much more adds to the commission, but for the minimum."""
    is_maker = type.has_limit and commission.maker_bps > commission.taker_bps
    accrued = commission.accrued(quantity, quantity * price, is_maker)
    return max(paid + accrued, commission.minimum) - max(paid, commission.minimum)


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


def _worst_exposure(position: Position, ahead: Opening, against: Opening) -> Decimal:
    """With every order filled that adds to the position, or with every one against it."""
    worst = position.exposure + ahead.value
    if against.value <= worst:
        return worst  # whatever they close first
    return max(worst, against.value_beyond(abs(position.quantity)))


def _reserved_cost(position: Position, ahead: Opening, against: Opening, terms: Terms) -> Decimal:
    """Orders against the position open nothing while they are not more than it."""
    cost, unfilled = ahead.cost, ahead.unfilled
    if against.quantity > abs(position.quantity):
        cost, unfilled = cost + against.cost, unfilled + against.unfilled
    return cost + unfilled * terms.commission.minimum


def _opening(book: Book, side: Side, change: Change) -> Opening:
    opening = book.opening(side)
    if change.added is None or change.added.side is not side:
        return opening
    opening = opening.copy()
    opening.add(change.added)
    if change.dropped is not None:
        opening.remove(change.dropped)
    return opening
