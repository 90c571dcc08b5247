"""Check that the events of an account at a real venue follow from the events before them."""

from __future__ import annotations

from collections.abc import Iterator

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import order_id
from trading_api.modules.broker.engine.position import apply_fill
from trading_api.modules.broker.engine.venue_events import (
    CashAdjusted,
    KillSwitchSet,
    OrderCancelRequested,
    OrderReplaceRequested,
    OrderRequestRejected,
    PositionAdjusted,
    RiskRejected,
    VenueAssigned,
    VenueEvent,
    VenueReported,
    VenueRequest,
)
from trading_api.modules.broker.engine.venue_state import VenueState
from trading_api.modules.broker.journal.event_codec import kind_of
from trading_api.modules.broker.journal.verify.discrepancy import Discrepancy, above, same


def venue_discrepancies(state: AccountState, event: VenueEvent) -> Iterator[Discrepancy]:
    """Yield the values of an event that cannot follow `state`."""
    venue = state.venue
    if isinstance(event, VenueAssigned):
        if venue is not None:
            yield Discrepancy("kind", "an account belongs to one venue", kind_of(event))
        return
    if isinstance(event, KillSwitchSet | RiskRejected):
        return  # they follow from nothing
    if venue is None:
        yield Discrepancy("kind", "an account is assigned to its venue first", kind_of(event))
        return
    match event:
        case VenueReported():
            yield from _report_discrepancies(state, venue, event)
        case OrderCancelRequested():
            yield from _live(venue, event.order_id)
        case OrderReplaceRequested():
            yield from _replacement_discrepancies(venue, event)
        case OrderRequestRejected():
            yield from _answer_discrepancies(venue, event)
        case PositionAdjusted():
            yield from _adjustment_discrepancies(state, event)
        case CashAdjusted():
            if not event.amount:
                yield Discrepancy("amount", "an amount", event.amount)
            yield from same("balance", state.balance + event.amount, event.balance)


def _report_discrepancies(
    state: AccountState, venue: VenueState, event: VenueReported
) -> Iterator[Discrepancy]:
    if event.order_id != order_id(state.order_count + 1):
        yield from _live(venue, event.order_id)
    if event.execution_id:
        yield from above("last_quantity", event.last_quantity, ZERO)
        yield from above("last_price", event.last_price, ZERO)
        if venue.has_seen(event.symbol, event.execution_id, event.venue_time_ms):
            yield Discrepancy("execution_id", "one that is new", event.execution_id)


def _replacement_discrepancies(
    venue: VenueState, event: OrderReplaceRequested
) -> Iterator[Discrepancy]:
    yield from _live(venue, event.order_id)
    if known := venue.orders.get(event.order_id):
        expected = venue.client_order_id(event.order_id, known.replacements + 1)
        yield from same("client_order_id", expected, event.client_order_id)
        yield from same("replacement", None, known.replacement)
    yield from above("quantity", event.quantity, ZERO)


def _answer_discrepancies(venue: VenueState, event: OrderRequestRejected) -> Iterator[Discrepancy]:
    yield from _live(venue, event.order_id)
    if known := venue.orders.get(event.order_id):
        is_cancel = event.request is VenueRequest.CANCEL
        if not (known.is_cancel_requested if is_cancel else known.replacement):
            yield Discrepancy("request", "one that waits for an answer", event.request)


def _adjustment_discrepancies(
    state: AccountState, event: PositionAdjusted
) -> Iterator[Discrepancy]:
    before = state.position(event.symbol)
    if not event.quantity:
        yield Discrepancy("quantity", "a change", event.quantity)
    yield from above("price", event.price, ZERO)
    yield from above("rate", event.rate, ZERO)
    yield from same("side", before.side, event.side)
    side = before.side if event.quantity * before.side > 0 else before.side.opposite
    result = apply_fill(before, side, abs(event.quantity), event.price, event.rate, event.at_ms)
    yield from same("position", result.position, event.position)
    yield from same("realized_pl", result.realized_pl, event.realized_pl)
    yield from same("balance", state.balance + event.realized_pl, event.balance)


def _live(venue: VenueState, order_id: str) -> Iterator[Discrepancy]:
    if order_id not in venue.orders:
        yield Discrepancy("order_id", "a live order of the account", order_id)
