"""Compares the orders and fills that the venue lists with the account: a pure function."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from msgspec.structs import replace

from trading_api.domain.orders import OrderStatus, OrderType
from trading_api.modules.broker.engine.events import OrderPlaced
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import Order, order_number
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import OrderCancelRequested
from trading_api.modules.broker.engine.venue_state import VenueState
from trading_api.modules.broker.external.adjustments import warn
from trading_api.modules.broker.external.live_terms import LiveTerms
from trading_api.modules.broker.external.order_endings import end_canceled
from trading_api.modules.broker.external.report_handling import handle_report, reported
from trading_api.modules.broker.external.venue_client import ExecutionReport

FORGOTTEN = "The venue does not know it any more."
INCOMPLETE = "The venue reports that it has ended, but does not list all of its fills."


@dataclass(frozen=True, slots=True)
class VenueOrders:
    """What the venue listed.

    `unanswered` are the states of orders and replacements whose requests it had not answered, asked
    for after `fills`.
    `answers` are the states of working orders that it did not list as open, or None for one that it
    does not know. `versions` are those of the working orders before it was asked: an order that has
    changed since is not compared. `live` are the orders that were live then, and `order_count` is
    how many there were. `overdue` are orders that end now even if some of their fills are missing,
    or if the venue does not find them once more."""

    open_orders: Sequence[ExecutionReport]
    fills: Sequence[ExecutionReport]
    unanswered: Sequence[ExecutionReport]
    answers: Mapping[str, ExecutionReport | None]
    versions: Mapping[str, int]
    live: Collection[str]
    order_count: int
    overdue: Collection[str] = ()


def take_orders(
    transaction: Transaction, found: VenueOrders, terms: LiveTerms, now_ms: int
) -> Collection[str]:
    """Emit what follows from the list: unknown orders are adopted as external, missing fills are
    recorded, and orders end that the venue has ended.

    Return the orders that have ended at the venue and wait for fills that it has not listed, and
    those that it did not find."""
    with localcontext(EXACT):
        return _OrderTaker(transaction, found, terms, now_ms).take()


class _OrderTaker:
    def __init__(
        self, transaction: Transaction, found: VenueOrders, terms: LiveTerms, now_ms: int
    ) -> None:
        self._transaction = transaction
        self._found = found
        self._terms = terms
        self._now_ms = now_ms
        self._adopted: list[str] = []
        assert transaction.state.venue is not None
        self._venue: VenueState = transaction.state.venue
        orders = transaction.state.orders
        self._unchanged = {
            id
            for id, version in found.versions.items()
            if id in self._venue.orders and orders[id].version == version
        }
        self._unseen = [
            each
            for each in sorted(found.fills, key=_time)
            if not self._venue.has_seen(each.symbol, each.execution_id, each.venue_time_ms)
        ]

    def take(self) -> Collection[str]:
        for report in self._found.unanswered:
            self._handle(report, is_answer=False)
        for report in self._found.open_orders:
            if self._is_missing(self._find(report)):
                self._adopt(report, report.quantity)
        for fill in self._unseen:
            if self._find(fill) not in self._venue.orders:
                # An order that was placed elsewhere and has ended, or a fill after an end.
                self._adopt(fill, self._unseen_quantity(fill))
            self._handle(fill, is_answer=False)
        for report in self._found.open_orders:
            self._handle(report, self._is_unchanged(self._find(report)))
        waiting = set()
        for id, answer in self._found.answers.items():
            if id not in self._venue.orders or not self._is_unchanged(id):
                continue
            is_incomplete = answer is None or (
                self._handle(answer, is_answer=True) and answer.status.is_terminal
            )
            if is_incomplete:
                waiting.add(id)
        self._cancel_adopted_while_halted()
        for id in waiting & set(self._found.overdue):
            self._end(id, FORGOTTEN if self._found.answers[id] is None else INCOMPLETE)
        return waiting - set(self._found.overdue)

    def _find(self, report: ExecutionReport) -> str:
        return self._venue.find(report.symbol, report.client_order_id, report.venue_order_id)

    def _is_missing(self, order_id: str) -> bool:
        """Return whether an open order is missing here: it is unknown, or it had ended before the
        venue was asked."""
        if not order_id:
            return True
        is_earlier = order_number(order_id) <= self._found.order_count
        return (
            is_earlier and order_id not in self._found.live and order_id not in self._venue.orders
        )

    def _is_unchanged(self, order_id: str) -> bool:
        """Return whether the order was not changed since the venue was asked."""
        return order_id in self._unchanged

    def _handle(self, report: ExecutionReport, is_answer: bool) -> bool:
        return handle_report(
            self._transaction, report, self._terms, self._now_ms, is_answer=is_answer
        )

    def _unseen_quantity(self, report: ExecutionReport) -> Decimal:
        """Return what the fills add up to that are missing for the order of a report."""
        own = (
            each.last_quantity
            for each in self._unseen
            if _names_same_order(each, report)
            and not self._venue.has_seen(each.symbol, each.execution_id, each.venue_time_ms)
        )
        return sum(own, ZERO)

    def _adopt(self, report: ExecutionReport, quantity: Decimal) -> None:
        """Place an order that the ledger does not know, as it works at the venue.

        What it had filled before the account could know stays apart."""
        state, now_ms = self._transaction.state, self._now_ms
        earlier = max(ZERO, report.cumulative_quantity - self._unseen_quantity(report))
        if report.last_quantity:
            earlier = ZERO  # a fill, of which nothing else is known
        open_quantity = quantity - earlier
        if open_quantity <= 0:
            return
        id = self._transaction.next_order_id()
        self._adopted.append(id)
        type = report.type
        has_prices = (report.limit_price or not type.has_limit) and (
            report.stop_price or not type.has_stop
        )
        if not has_prices:
            type = OrderType.MARKET
        event = reported(report, id, report.exec_type.value, now_ms, is_fill=False)
        self._transaction.emit(replace(event, cumulative_quantity=earlier))
        client_id = report.client_order_id
        is_ours = bool(self._venue.own_order_id(client_id))
        is_taken = client_id in state.client_ids
        order = Order(
            id=id,
            symbol=report.symbol,
            side=report.side,
            type=type,
            quantity=open_quantity,
            limit_price=report.limit_price if type.has_limit else None,
            stop_price=report.stop_price if type.has_stop else None,
            sequence=self._transaction.next_sequence(),
            placed_ms=now_ms,
            updated_ms=now_ms,
            status=OrderStatus.WORKING,
            duration=report.duration,
            client_id="" if is_ours or is_taken else client_id,
        )
        self._transaction.emit(OrderPlaced(order, now_ms))
        text = f"{id} was found at the venue: it was placed elsewhere."
        if is_ours:
            text = f"{id} was found at the venue: it works on after its end in this account."
        warn(self._transaction, "order_adopted", text, now_ms, orderId=id, symbol=report.symbol)

    def _cancel_adopted_while_halted(self) -> None:
        """Request the cancellation of what was found at the venue while trading is halted."""
        for id in self._adopted if self._transaction.state.kill_switch.is_on else ():
            if id in self._venue.orders and not self._venue.orders[id].is_cancel_requested:
                self._transaction.emit(OrderCancelRequested(id, self._now_ms))

    def _end(self, order_id: str, text: str) -> None:
        """End an order of which the venue will report nothing more."""
        order = self._transaction.state.orders[order_id]
        end_canceled(self._transaction, order, text, self._now_ms, is_certain=False)


def _time(report: ExecutionReport) -> int:
    return report.venue_time_ms


def _names_same_order(one: ExecutionReport, other: ExecutionReport) -> bool:
    if one.symbol != other.symbol:
        return False
    if one.venue_order_id and other.venue_order_id:
        return one.venue_order_id == other.venue_order_id
    return bool(one.client_order_id) and one.client_order_id == other.client_order_id
