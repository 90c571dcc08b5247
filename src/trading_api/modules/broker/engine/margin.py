"""What an account's equity has to cover. In the account's currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.book import Opening
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.money import EXACT, MONEY_STEP, ONE, ZERO, rounded
from trading_api.modules.broker.engine.order import Order, Side, Ticket
from trading_api.modules.broker.engine.position import Position, unrealized_pl
from trading_api.modules.broker.engine.terms import Terms
from trading_api.modules.broker.engine.touch import Touch


def equity(state: AccountState, marks: Mapping[str, Touch]) -> Decimal:
    """A position that nothing shows a price to close at counts at its cost."""
    total = state.balance
    for position in state.positions.values():
        total = EXACT.add(total, unrealized_at(position, marks.get(position.symbol)))
    return total


def unrealized_at(position: Position, mark: Touch | None) -> Decimal:
    if mark is None or mark.price(position.side.opposite) <= 0:
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
    worst = _worst_exposure(state, state.position(symbol), change)
    return rounded(worst / leverage_of(state, symbol, terms), MONEY_STEP)


def reserve_price(
    ticket: Ticket, stop_price: Decimal | None, market: Market, terms: Terms
) -> Decimal:
    """The worst price at which a unit of the order can come to be held at this touch or at its
    own prices, in the account's currency. 0 for an order that can only reduce."""
    mark = market.mark
    if ticket.reduce_only or mark is None:
        return ZERO
    if ticket.side is Side.BUY and ticket.limit_price is not None:
        return ticket.limit_price * mark.rate
    # A sell may do better than its price, and a stop may already be beyond its own.
    price = max(mark.worth(ticket.side), ticket.limit_price or ZERO, stop_price or ZERO)
    if ticket.side is Side.BUY:
        price += terms.slippage.ticks_max * market.tick_size
    return price * mark.rate


def opening_cost(order: Order, market: Market, terms: Terms) -> Decimal:
    """What equity loses when the order is filled: the spread, slippage, and commission."""
    mark = market.mark
    assert mark is not None, "an opening order without any price is refused before"
    spread = max(mark.worth(Side.BUY) - mark.worth(Side.SELL), ZERO)
    slippage = ZERO if order.limit_price else terms.slippage.ticks_max * market.tick_size
    lost = (spread + slippage) * mark.rate
    return lost * order.remaining_quantity + rest_commission(order, terms)


def rest_commission(order: Order, terms: Terms) -> Decimal:
    """What filling the rest of a live order would add to its commission, as a taker."""
    commission, quantity = terms.commission, order.remaining_quantity
    accrued = commission.accrued(quantity, quantity * order.reserve_price, is_maker=False)
    total = commission.charged(order.accrued_commission + accrued, order.quantity)
    return total - commission.charged(order.accrued_commission, order.filled_quantity)


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


def _worst_exposure(state: AccountState, position: Position, change: Change) -> Decimal:
    """With every order filled that adds to the position, or with every one against it."""
    side = position.side
    worst = position.exposure + _opening(state, position.symbol, side, change).value
    against = _opening(state, position.symbol, side.opposite, change)
    if against.value <= worst:
        return worst  # whatever they close first
    return max(worst, against.value_beyond(abs(position.quantity)))


def _opening(state: AccountState, symbol: str, side: Side, change: Change) -> Opening:
    opening = state.book(symbol).opening(side)
    if change.added is None or change.added.side is not side:
        return opening
    opening = opening.copy()
    opening.add(change.added)
    if change.dropped is not None:
        opening.remove(change.dropped)
    return opening
