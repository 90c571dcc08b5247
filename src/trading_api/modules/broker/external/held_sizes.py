"""Resizes the held orders of a live account to the quantity that they protect, by the rules of the
engine."""

from __future__ import annotations

from decimal import localcontext

from trading_api.modules.broker.engine.brackets import (
    cancel_order,
    cancel_rest_of_parent,
    fit_brackets,
    fit_to_position,
    is_at_venue,
)
from trading_api.modules.broker.engine.matching import POSITION_GONE
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.position import Position, ends_position
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.live_terms import LiveTerms


def fit_to_fill(
    transaction: Transaction, order_id: str, before: Position, terms: LiveTerms, now_ms: int
) -> None:
    """Activate, resize and cancel held orders after a fill of an order. `before` is the position
    before the fill."""
    state = transaction.state
    order = state.orders[order_id]
    cancel_rest_of_parent(transaction, order, now_ms)
    _cancel_reductions(transaction, before, now_ms)
    market = terms.market(order.symbol, now_ms, state.executions[-1].price)
    if market is not None and state.bracket_index(order.symbol).claims:
        fit_brackets(transaction, order, before, market)


def fit_held_orders(
    transaction: Transaction, before: Position, terms: LiveTerms, now_ms: int
) -> None:
    """Resize and cancel held orders after the position has changed from `before`."""
    state = transaction.state
    _cancel_reductions(transaction, before, now_ms)
    if not state.bracket_index(before.symbol).claims:
        return
    market = terms.market(before.symbol, now_ms, before.average_price)
    if market is not None:
        with localcontext(EXACT):
            fit_to_position(transaction, before, market)


def _cancel_reductions(transaction: Transaction, before: Position, now_ms: int) -> None:
    """Cancel the held orders that would close a position which has ended."""
    state = transaction.state
    if not ends_position(before, state.position(before.symbol)):
        return
    for order in state.closing_orders(before.symbol):
        if not order.is_bracket and not is_at_venue(state, order):
            cancel_order(transaction, order, now_ms, POSITION_GONE)
