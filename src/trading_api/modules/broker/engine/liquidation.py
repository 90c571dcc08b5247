"""Liquidation: close positions by force when equity is below the maintenance margin."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.modules.broker.engine.cancellation import cancel_orders
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.events import OrderPlaced
from trading_api.modules.broker.engine.margin import (
    equity,
    is_priced,
    maintenance_margin,
    unrealized_at,
)
from trading_api.modules.broker.engine.matching import match
from trading_api.modules.broker.engine.order import Order, OrderPurpose
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.transaction import Transaction

STALLED_MS = 5_000
"""A liquidation that has not traded for this long does not delay the next one."""

LIQUIDATION = "Liquidation: equity fell below the maintenance margin."


def enforce_maintenance(transaction: Transaction, market: Market) -> None:
    """Liquidate until equity is at or above the maintenance margin again.

    First all orders that could open a position are canceled. Then the position with the largest
    loss is closed. The next one follows if that is not enough, or if the liquidations before it
    do not trade. A position in another symbol closes on the next quote of that symbol. A position
    without a price to close at counts at its cost, and is not closed."""
    while _is_below(transaction, market) and not _is_liquidating(transaction, market.at_ms):
        _cancel_opening_orders(transaction, market.at_ms)
        losers = _closable(transaction, market)
        if losers:
            order = _liquidation(transaction, _largest_loser(losers, market), market.at_ms)
            transaction.emit(OrderPlaced(order, market.at_ms))
        # Brackets that a canceled reversal released meet this quote, too.
        match(transaction, market)
        if not losers:
            return


def _is_below(transaction: Transaction, market: Market) -> bool:
    state = transaction.state
    needed = maintenance_margin(state, transaction.rules)
    return needed > 0 and equity(state, market.marks) < needed


def _is_liquidating(transaction: Transaction, at_ms: int) -> bool:
    return any(
        order.is_liquidation and at_ms - order.updated_ms < STALLED_MS
        for open_orders in transaction.state.working.values()
        for order in open_orders.orders.values()
    )


def _closable(transaction: Transaction, market: Market) -> list[Position]:
    """Return the positions that have a price and no liquidation yet."""
    state = transaction.state
    return [
        position
        for position in state.positions.values()
        if _has_sound_price(position, market) and state.live_liquidation(position.symbol) is None
    ]


def _has_sound_price(position: Position, market: Market) -> bool:
    mark = market.marks.get(position.symbol)
    return mark is not None and is_priced(position, mark) and not mark.is_crossed


def _cancel_opening_orders(transaction: Transaction, at_ms: int) -> None:
    opening = [order for order in transaction.state.live_orders() if not order.reduce_only]
    cancel_orders(transaction, opening, at_ms, LIQUIDATION)


def _largest_loser(positions: list[Position], market: Market) -> Position:
    """Return the position with the largest loss; the symbol decides between equal losses."""

    def profit(position: Position) -> tuple[Decimal, str]:
        return unrealized_at(position, market.marks[position.symbol]), position.symbol

    return min(positions, key=profit)


def _liquidation(transaction: Transaction, position: Position, at_ms: int) -> Order:
    return Order(
        id=transaction.next_order_id(),
        symbol=position.symbol,
        side=position.side.opposite,
        type=OrderType.MARKET,
        quantity=abs(position.quantity),
        limit_price=None,
        stop_price=None,
        sequence=transaction.next_sequence(),
        placed_ms=at_ms,
        updated_ms=at_ms,
        status=OrderStatus.WORKING,
        purpose=OrderPurpose.LIQUIDATION,
        message=LIQUIDATION,
    )
