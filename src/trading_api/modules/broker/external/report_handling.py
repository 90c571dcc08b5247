"""Turns an execution report into events: a pure function of the account and the report.

Reports may be repeated, late and out of order. A fill counts once, by its execution id. What an
order has filled never decreases. An order ends only when all its fills are there."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from msgspec.structs import replace

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.events import (
    OrderAccepted,
    OrderFilled,
    OrderModified,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import (
    Order,
    accepted,
    filled,
    modified,
)
from trading_api.modules.broker.engine.position import apply_fill
from trading_api.modules.broker.engine.touch import LiquidityUsed, use_liquidity
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import (
    OrderRequestRejected,
    VenueReported,
    VenueRequest,
)
from trading_api.modules.broker.engine.venue_state import REPLACED, VenueOrder, VenueState
from trading_api.modules.broker.external.adjustments import adjust_cash, adjust_position, warn
from trading_api.modules.broker.external.held_sizes import fit_to_fill
from trading_api.modules.broker.external.live_terms import Commission, LiveTerms
from trading_api.modules.broker.external.order_endings import end_canceled, end_rejected
from trading_api.modules.broker.external.venue_client import (
    CANCEL_REJECTED,
    ExecType,
    ExecutionReport,
    VenueOrderStatus,
)

_PENDING = (VenueOrderStatus.PENDING_REPLACE, VenueOrderStatus.PENDING_CANCEL)


def handle_report(
    transaction: Transaction,
    report: ExecutionReport,
    terms: LiveTerms,
    now_ms: int,
    *,
    is_answer: bool = False,
) -> bool:
    """Emit the events of an execution report. Return whether the venue has to be queried: about an
    order that the account does not know, or about fills that were not reported.

    `is_answer` means that the report answers a query that was made after all requests for the
    order had ended. It shows the order's present values, also those that were changed elsewhere."""
    with localcontext(EXACT):
        return _ReportHandler(transaction, report, terms, now_ms, is_answer).handle()


class _ReportHandler:
    def __init__(
        self,
        transaction: Transaction,
        report: ExecutionReport,
        terms: LiveTerms,
        now_ms: int,
        is_answer: bool,
    ) -> None:
        self._transaction = transaction
        self._report = report
        self._terms = terms
        self._now_ms = now_ms
        self._is_answer = is_answer
        self._is_recorded = False
        assert transaction.state.venue is not None
        self._venue: VenueState = transaction.state.venue
        ids = report.client_order_id, report.venue_order_id
        self._id = self._venue.find(report.symbol, *ids)

    def handle(self) -> bool:
        report, is_live = self._report, self._id in self._venue.orders
        if report.exec_type is ExecType.TRADE:
            time_ms = report.venue_time_ms
            if self._venue.has_seen(report.symbol, report.execution_id, time_ms):
                return False
            if not is_live or not report.execution_id:
                return True
            if self._is_replacement():
                self._replace()
            self._fill()
            return self._id in self._venue.orders and self._has_missed_fills()
        if is_live and self._is_earlier_attempt():
            return False
        if not is_live:
            # An order that is unknown, or that works on although it has ended here.
            return not report.status.is_terminal and not self._is_own_and_known()
        if report.venue_order_id and not self._known.venue_order_id:
            self._record()  # by this id, fills are found to be the order's
        if self._is_replacement():
            if report.status is VenueOrderStatus.REJECTED:
                self._reject(VenueRequest.REPLACE)
                return True
            if report.status not in (VenueOrderStatus.PENDING_NEW, *_PENDING):
                self._replace()
        if not self._known.is_present(report.client_order_id, report.venue_order_id):
            return False  # the order that a replacement has ended
        if report.code == CANCEL_REJECTED and self._known.is_cancel_requested:
            self._reject(VenueRequest.CANCEL)
        return self._end() if report.status.is_terminal else self._work()

    # The order as it stands

    @property
    def _known(self) -> VenueOrder:
        return self._venue.orders[self._id]

    @property
    def _order(self) -> Order:
        return self._transaction.state.orders[self._id]

    def _is_own_and_known(self) -> bool:
        """Whether the order is ours and has ended: late reports of it mean nothing."""
        return bool(self._id) and not self._is_answer

    def _is_replacement(self) -> bool:
        """Whether the report is about the values that were requested last."""
        wanted, report = self._known.replacement, self._report
        if wanted is None:
            return False
        if report.client_order_id == wanted.client_order_id:
            return True
        if not self._known.is_present(report.client_order_id, report.venue_order_id):
            return False
        if report.exec_type is ExecType.REPLACED:
            return True
        values = (wanted.quantity, wanted.limit_price, wanted.stop_price)
        found = (report.quantity, report.limit_price, report.stop_price)
        return self._is_answer and values == found

    def _is_earlier_attempt(self) -> bool:
        """Return whether the report is about an earlier, unfilled attempt of a held order."""
        id = self._report.client_order_id
        return self._order.is_bracket and id not in ("", self._known.client_order_id)

    def _has_missed_fills(self) -> bool:
        is_present = self._known.is_present(
            self._report.client_order_id, self._report.venue_order_id
        )
        return is_present and self._report.cumulative_quantity > self._known.filled_quantity

    # The values of the report

    def _work(self) -> bool:
        """Take note that the order works at the venue, and of its present values."""
        report = self._report
        if report.status is VenueOrderStatus.PENDING_NEW:
            return self._has_missed_fills()
        self._acknowledge()
        # The order that was sent for a held order has other values.
        has_values = bool(report.quantity) and not self._order.is_triggered
        if self._is_answer and self._known.replacement is None and has_values:
            before_ids = self._order.filled_quantity - self._known.filled_quantity
            self._set_values(report.quantity + before_ids, report.limit_price, report.stop_price)
        return self._has_missed_fills()

    def _end(self) -> bool:
        """End the order, unless some of its fills are missing."""
        report, order, known = self._report, self._order, self._known
        is_silent = report.status is VenueOrderStatus.FILLED and not report.cumulative_quantity
        if is_silent or self._has_missed_fills():
            # The venue has it. It ends with its fills, or by the comparison if they never come.
            self._acknowledge()
            return True
        if known.replacement is not None:
            return True  # the order may go on under the ids of its replacement
        self._record()
        if report.status is VenueOrderStatus.REJECTED and not order.filled_quantity:
            end_rejected(self._transaction, order, report.code, report.text, self._now_ms)
            return False
        if order.status is OrderStatus.PLACING:
            self._emit(OrderAccepted, replace(accepted(order, self._now_ms), message=""))
        reason = self._reason()
        end_canceled(self._transaction, self._order, reason, self._now_ms, is_certain=True)
        return False

    def _reason(self) -> str:
        """Return why the order ended, or an empty text if its owner canceled it."""
        report = self._report
        if report.status is VenueOrderStatus.CANCELED and self._known.is_cancel_requested:
            return ""
        if report.text:
            return report.text
        if report.status is VenueOrderStatus.EXPIRED:
            return "It expired at the venue."
        return (
            "The venue canceled it."
            if report.status is VenueOrderStatus.CANCELED
            else (f"The venue reports that it is {report.status.value.replace('_', ' ')}.")
        )

    def _acknowledge(self) -> None:
        """Let the order work, if it is placing, and remove the message about its unknown state."""
        order = self._order
        if order.status is OrderStatus.PLACING:
            self._record()
            self._emit(OrderAccepted, replace(accepted(order, self._now_ms), message=""))
        elif order.message and not self._known.unknown:
            self._emit(OrderModified, modified(order, self._now_ms, message=""))

    def _replace(self) -> None:
        """Give the order the values that were requested."""
        wanted, report = self._known.replacement, self._report
        assert wanted is not None
        self._acknowledge()
        self._emit_report(REPLACED, is_fill=False)
        # A fill is an event of its own.
        self._is_recorded = report.exec_type is not ExecType.TRADE
        before_ids = self._order.filled_quantity - self._known.filled_quantity
        # It may be less while fills of the replaced order are missing: they must not end this one.
        quantity = max(report.quantity + before_ids, wanted.quantity)
        self._set_values(quantity, wanted.limit_price, wanted.stop_price)

    def _set_values(
        self, quantity: Decimal, limit_price: Decimal | None, stop_price: Decimal | None
    ) -> None:
        order = self._order
        # What is filled already cannot be taken back.
        quantity = max(quantity, order.filled_quantity)
        limit_price = limit_price if order.type.has_limit else None
        stop_price = stop_price if order.type.has_stop else None
        before = (order.quantity, order.limit_price, order.stop_price)
        if (quantity, limit_price, stop_price) == before:
            return
        changes: dict[str, Any] = {}
        if quantity > order.quantity or (limit_price, stop_price) != before[1:]:
            changes["sequence"] = self._transaction.next_sequence()
        self._record()
        after = modified(
            order,
            self._now_ms,
            quantity=quantity,
            limit_price=limit_price,
            stop_price=stop_price,
            message="",
            **changes,
        )
        self._emit(OrderModified, after)

    def _reject(self, request: VenueRequest) -> None:
        report = self._report
        reject_request(self._transaction, self._id, request, report.code, report.text, self._now_ms)

    # Fills

    def _fill(self) -> None:
        report = self._report
        self._record()
        if self._order.status is OrderStatus.PLACING:
            self._emit(OrderAccepted, replace(accepted(self._order, self._now_ms), message=""))
        total = self._order.filled_quantity + report.last_quantity
        if total > self._order.quantity:
            self._set_values(total, self._order.limit_price, self._order.stop_price)
        before = self._transaction.state.position(report.symbol)
        commission = self._terms.commission(self._transaction.state, report)
        self._emit_fill(commission)
        fit_to_fill(self._transaction, self._id, before, self._terms, self._now_ms)
        self._pay(commission)

    def _emit_fill(self, commission: Commission) -> None:
        state, report, at_ms = self._transaction.state, self._report, self._report.venue_time_ms
        symbol, side, price = self._order.symbol, self._order.side, report.last_price
        rate = self._terms.rate(symbol)
        result = apply_fill(state.position(symbol), side, report.last_quantity, price, rate, at_ms)
        after = filled(self._order, report.last_quantity, price, commission.amount, at_ms)
        used = state.liquidity_used.get(symbol)
        if used is None or (used.time_ms, used.bid, used.ask) != (at_ms, ZERO, ZERO):
            used = LiquidityUsed(at_ms, ZERO, ZERO)
        self._transaction.emit(
            OrderFilled(
                execution=Execution(
                    id=f"execution-{state.execution_count + 1}",
                    order_id=after.id,
                    symbol=symbol,
                    side=side,
                    price=price,
                    quantity=report.last_quantity,
                    time_ms=at_ms,
                    realized_pl=result.realized_pl,
                    commission=commission.amount,
                    rate=rate,
                ),
                order=replace(after, message=""),
                position=result.position,
                balance=state.balance + result.realized_pl - commission.amount,
                liquidity_used=use_liquidity(used, side, report.last_quantity),
                at_ms=at_ms,
            )
        )

    def _pay(self, commission: Commission) -> None:
        """Take the commission from what it was paid with, where that was not the cash."""
        at_ms, asset = self._report.venue_time_ms, self._report.commission_currency
        if commission.is_foreign and commission.amount:
            text = f"The commission was paid in {asset}."
            adjust_cash(self._transaction, commission.amount, "commission", text, at_ms)
        if commission.symbol:
            is_same = commission.symbol == self._report.symbol
            price = (
                self._report.last_price if is_same else self._terms.mark_price(commission.symbol)
            )
            assert price is not None
            adjust_position(
                self._transaction,
                self._terms,
                commission.symbol,
                -commission.asset_quantity,
                price,
                "commission",
                f"The commission was paid in {asset}.",
                at_ms,
            )

    # Events

    def _record(self) -> None:
        """Commit the report with what follows from it, once."""
        if not self._is_recorded:
            self._is_recorded = True
            is_fill = self._report.exec_type is ExecType.TRADE
            self._emit_report(self._report.exec_type.value, is_fill)

    def _emit_report(self, exec_type: str, is_fill: bool) -> None:
        event = reported(self._report, self._id, exec_type, self._now_ms, is_fill)
        self._transaction.emit(event)

    def _emit(self, event_class: type[Any], order: Order) -> None:
        self._transaction.emit(event_class(order, self._now_ms))


def reported(
    report: ExecutionReport, order_id: str, exec_type: str, now_ms: int, is_fill: bool
) -> VenueReported:
    """Return the event of a report. Only that of a fill has the fields of a fill."""
    event = VenueReported(
        order_id=order_id,
        symbol=report.symbol,
        exec_type=exec_type,
        status=report.status.value,
        client_order_id=report.client_order_id,
        venue_order_id=report.venue_order_id,
        venue_time_ms=report.venue_time_ms,
        at_ms=now_ms,
        cumulative_quantity=report.cumulative_quantity,
        code=report.code,
        text=report.text,
    )
    if not is_fill:
        return event
    return replace(
        event,
        execution_id=report.execution_id,
        last_quantity=report.last_quantity,
        last_price=report.last_price,
        commission=report.commission,
        commission_currency=report.commission_currency,
    )


def reject_request(
    transaction: Transaction,
    order_id: str,
    request: VenueRequest,
    code: str,
    text: str,
    now_ms: int,
) -> None:
    """Take note that the venue did not cancel or replace an order, and notify its owner."""
    transaction.emit(OrderRequestRejected(order_id, request, code, text, now_ms))
    verb = "cancel" if request is VenueRequest.CANCEL else "modify"
    sentence = f"The venue did not {verb} {order_id}: {text or code}"
    warn(transaction, f"order_{verb}_rejected", sentence, now_ms, orderId=order_id)
