"""Sends the ledger's intents to the venue, and resolves orders of unknown state.

An intent is sent once, by the process that committed it and right after the commit, or never. The
outcome of a request without an answer is unknown: the venue is queried until it answers. A
cancellation may be sent again, an order never."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from trading_api.domain.orders import OrderStatus
from trading_api.errors import Unavailable
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.order import Order, noted
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import (
    OrderReplaceRequested,
    OrderStateUnknown,
    VenueRequest,
)
from trading_api.modules.broker.engine.venue_state import VenueOrder
from trading_api.modules.broker.external.live_account import LiveAccount
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.live_connection import LiveConnection
from trading_api.modules.broker.external.new_orders import new_order_of
from trading_api.modules.broker.external.order_answer import OrderAnswer
from trading_api.modules.broker.external.order_endings import (
    end_canceled,
    end_rejected,
    end_unsent,
)
from trading_api.modules.broker.external.report_handling import reject_request
from trading_api.modules.broker.external.unsent_intents import UnsentIntents, Withdrawal
from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    OrderRef,
    ReplaceOrder,
    VenueClient,
    VenueNotReached,
    VenueRejected,
    VenueTimeout,
)

log = logging.getLogger(__name__)

CONTACT_S = 10.0
"""How long the venue must deny an order before the order counts as never received."""
DELAYS_S = (0.25, 5.0)
"""The first and the longest time between two questions about one order."""
NEVER_RECEIVED = "the venue never received it"
WAITING = "The venue has not answered yet; it is being asked."

Ending = Callable[[Transaction, Order, str, str, int], None]


class OrderRequests:
    """Sends and resolves the requests of one account, at most one for each order at a time.

    `apply` commits the events of an execution report, and returns whether the venue has to be
    queried for more."""

    def __init__(
        self,
        account: LiveAccount,
        client: VenueClient,
        connection: LiveConnection,
        clock: LiveClock,
        now_ms: Callable[[], int],
        apply: Callable[[Transaction, ExecutionReport, bool], bool],
    ) -> None:
        self._account = account
        self._client = client
        self._connection = connection
        self._clock = clock
        self._now_ms = now_ms
        self._apply = apply
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._unsent = UnsentIntents(connection, clock)
        self._cancels_sent: set[str] = set()
        # What tasks wait for between two questions.
        self._waiting: dict[str, tuple[VenueRequest, asyncio.Event]] = {}

    def on_event(self, event: Event) -> None:
        """Record an intent that this process has committed and may send once."""
        self._unsent.on_event(event)

    def is_busy(self, order_id: str) -> bool:
        """Return whether a request for the order is being made or resolved."""
        return order_id in self._tasks

    def forget_cancels(self) -> None:
        """Let cancellations be sent again whose orders still work."""
        self._cancels_sent.clear()

    def start_due(self) -> None:
        """Send the requests that the committed state is waiting for. While the venue is not
        connected, withdraw unsent intents, so that they are not sent later."""
        for order_id, (request, answered) in self._waiting.items():
            if not self._is_open(order_id, request):
                answered.set()
        state = self._account.state
        if state.venue is None:
            return
        for known in list(state.venue.orders.values()):
            if known.order_id in self._tasks:
                continue
            if withdrawal := self._unsent.withdraw(known):
                self._run(known.order_id, self._withdraw(known.order_id, withdrawal))
            elif self._connection.is_up:
                self._start(state.orders[known.order_id], known)

    async def close(self) -> None:
        """End all requests. The state of their orders is unknown until the next start resolves
        it."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _start(self, order: Order, known: VenueOrder) -> None:
        if not known.is_cancel_requested:
            self._cancels_sent.discard(order.id)  # the venue has refused it since
        if order.status is OrderStatus.PLACING:
            if self._unsent.take(order.id, VenueRequest.PLACE):
                self._run(order.id, self._place(order, known))
            else:
                self._run(order.id, self._resolve(order.id, VenueRequest.PLACE))
        elif known.replacement is not None:
            if self._unsent.take(order.id, VenueRequest.REPLACE):
                self._run(order.id, self._replace(order, known, known.replacement))
            else:
                self._run(order.id, self._resolve(order.id, VenueRequest.REPLACE))
        elif known.is_cancel_requested and order.id not in self._cancels_sent:
            self._run(order.id, self._cancel(known))

    def _run(self, order_id: str, request: Coroutine[Any, Any, None]) -> None:
        task = self._tasks[order_id] = asyncio.create_task(request)
        task.add_done_callback(lambda _: self._finish(order_id, task))

    def _finish(self, order_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[order_id]
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("venue_request_failed", exc_info=error, extra={"order": order_id})
            self._run(order_id, self._clock.sleep(DELAYS_S[1]))
            return
        self.start_due()

    # Requests

    async def _place(self, order: Order, known: VenueOrder) -> None:
        held = bool(self._account.state.brackets_of.get(order.id))
        new_order = new_order_of(order, known, self._client.features, holds_brackets=held)
        try:
            report = await self._client.place(new_order)
        except VenueRejected as error:
            await self._end(order.id, error.code, error.text, end_rejected)
        except VenueNotReached as error:
            await self._end(order.id, "venue_not_reached", f"{error}".strip(), end_unsent)
        except VenueTimeout:
            await self._resolve(order.id, VenueRequest.PLACE)
        else:
            await self._take_report(report)
            # Where the venue has only received it, ask what becomes of it.
            await self._resolve(order.id, VenueRequest.PLACE, is_in_doubt=False)

    async def _replace(
        self, order: Order, known: VenueOrder, wanted: OrderReplaceRequested
    ) -> None:
        change = ReplaceOrder(
            ref=_ref(known),
            new_client_order_id=wanted.client_order_id,
            quantity=wanted.quantity,
            limit_price=wanted.limit_price,
            stop_price=wanted.stop_price,
            filled_quantity=order.filled_quantity,
            filled_before=EXACT.subtract(order.filled_quantity, known.filled_quantity),
        )
        try:
            report = await self._client.replace(change)
        except VenueRejected as error:
            await self._reject_request(order.id, VenueRequest.REPLACE, error.code, error.text)
        except VenueNotReached as error:
            code, text = "venue_not_reached", f"{error}".strip()
            await self._reject_request(order.id, VenueRequest.REPLACE, code, text)
        except VenueTimeout:
            await self._resolve(order.id, VenueRequest.REPLACE)
        else:
            await self._take_report(report)
            await self._resolve(order.id, VenueRequest.REPLACE, is_in_doubt=False)

    async def _cancel(self, known: VenueOrder) -> None:
        try:
            report = await self._client.cancel(_ref(known))
        except VenueRejected as error:
            if error.code == "order_not_working":
                await self._resolve_cancel(known.order_id, error)
            else:
                code, text = error.code, error.text
                await self._reject_request(known.order_id, VenueRequest.CANCEL, code, text)
        except VenueNotReached:
            await self._clock.sleep(DELAYS_S[0])
            await self._connection.wait_until_up()
        except VenueTimeout:
            await self._resolve(known.order_id, VenueRequest.CANCEL)
        else:
            self._cancels_sent.add(known.order_id)
            await self._take_report(report)

    # Orders of unknown state

    async def _resolve(
        self, order_id: str, request: VenueRequest, *, is_in_doubt: bool = True
    ) -> None:
        """Query the venue about an order until the outcome of a request is known."""
        if is_in_doubt:
            await self._decide(lambda transaction: self._note_doubt(transaction, order_id, request))
        delay_s, last_delay_s = DELAYS_S
        denied_since: float | None = None
        is_logged = False
        while self._is_open(order_id, request):
            if not self._connection.is_up:
                denied_since = None  # only seconds of contact count
                await self._connection.wait_until_up()
            answer = await self._ask(order_id, request)
            if answer is None:
                denied_since = None
            elif not answer.denies(request):
                denied_since = None
                await self._take_report(answer.report, is_answer=True)
                if request is VenueRequest.CANCEL:
                    return  # it is sent again if the order still works
            else:
                now_s = self._clock.now_s()
                denied_since = now_s if denied_since is None else denied_since
                is_over = now_s - denied_since >= CONTACT_S
                is_received = request is VenueRequest.PLACE and self._received(order_id)
                if is_over and not is_received:
                    await self._deny(order_id, request, answer)
                    return
                if is_over and not is_logged:
                    is_logged = True
                    log.error("received_order_not_found", extra={"order": order_id})
                await self._take_denial(request, answer)
            if request is VenueRequest.PLACE:
                await self._cancel_received(order_id)
            await self._pause(order_id, request, delay_s)
            delay_s = min(2 * delay_s, last_delay_s)

    async def _pause(self, order_id: str, request: VenueRequest, delay_s: float) -> None:
        """Wait before the next query, or until an execution report has answered it."""
        answered = asyncio.Event()
        self._waiting[order_id] = request, answered
        waits = [
            asyncio.ensure_future(each) for each in (self._clock.sleep(delay_s), answered.wait())
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[order_id]
            for each in waits:
                each.cancel()

    def _is_open(self, order_id: str, request: VenueRequest) -> bool:
        """Return whether the committed state still waits for the answer to a request."""
        state = self._account.state
        known = state.venue.orders.get(order_id) if state.venue else None
        if known is None:
            return False
        match request:
            case VenueRequest.PLACE:
                return state.orders[order_id].status is OrderStatus.PLACING
            case VenueRequest.REPLACE:
                return known.replacement is not None
            case VenueRequest.CANCEL:
                return known.is_cancel_requested

    def _received(self, order_id: str) -> VenueOrder | None:
        """Return the order if the venue has given it an id: then it has received it."""
        venue = self._account.state.venue
        known = venue.orders.get(order_id) if venue else None
        return known if known and known.venue_order_id else None

    async def _cancel_received(self, order_id: str) -> None:
        """Send the requested cancellation of an order that the venue has not accepted yet."""
        if (known := self._received(order_id)) and known.is_cancel_requested:
            with suppress(VenueRejected, VenueNotReached, VenueTimeout):
                await self._take_report(await self._client.cancel(_ref(known)))

    async def _ask(self, order_id: str, request: VenueRequest) -> OrderAnswer | None:
        """Return the venue's state of the order, or None while it does not answer."""
        state = self._account.state
        assert state.venue is not None
        known = state.venue.orders[order_id]
        try:
            if request is VenueRequest.REPLACE and (wanted := known.replacement) is not None:
                ref = OrderRef(known.symbol, wanted.client_order_id)
                if (replaced := await self._client.find_order(ref)) is not None:
                    return OrderAnswer(None, replaced)
            return OrderAnswer(await self._client.find_order(_ref(known)))
        except (VenueRejected, VenueNotReached, VenueTimeout) as error:
            log.warning("venue_not_answering", extra={"order": order_id, "reason": f"{error}"})
            return None

    async def _take_denial(self, request: VenueRequest, answer: OrderAnswer) -> None:
        """Apply the state of an order that has not been replaced, at least not yet."""
        if request is VenueRequest.REPLACE and answer.order and not answer.order.status.is_terminal:
            await self._take_report(answer.order, is_answer=True)

    async def _deny(self, order_id: str, request: VenueRequest, answer: OrderAnswer) -> None:
        """Take note that the venue never received a request."""
        match request:
            case VenueRequest.PLACE:
                await self._end(order_id, "venue_never_received", NEVER_RECEIVED, end_unsent)
            case VenueRequest.REPLACE:
                code = "venue_never_received"
                await self._reject_request(order_id, request, code, NEVER_RECEIVED)
                if answer.order is not None:
                    await self._take_report(answer.order, is_answer=True)
            case VenueRequest.CANCEL:
                await self._decide(lambda transaction: self._end_unknown(transaction, order_id))

    async def _resolve_cancel(self, order_id: str, error: VenueRejected) -> None:
        """Determine how an order ended that the venue could not cancel."""
        is_open = self._is_open(order_id, VenueRequest.CANCEL)
        answer = await self._ask(order_id, VenueRequest.CANCEL) if is_open else None
        if answer is not None and answer.order is not None:
            await self._take_report(answer.order, is_answer=True)
        if self._is_open(order_id, VenueRequest.CANCEL):
            await self._reject_request(order_id, VenueRequest.CANCEL, error.code, error.text)

    # Decisions

    async def _take_report(self, report: ExecutionReport, *, is_answer: bool = False) -> None:
        await self._decide(lambda transaction: self._apply(transaction, report, is_answer))

    async def _withdraw(self, order_id: str, withdrawal: Withdrawal) -> None:
        request, code, text = withdrawal
        if request is VenueRequest.PLACE:
            await self._end(order_id, code, text, end_unsent)
        else:
            await self._reject_request(order_id, request, code, text)

    async def _end(self, order_id: str, code: str, text: str, end: Ending) -> None:
        """End an order that the venue rejected or never received."""

        def decide(transaction: Transaction) -> None:
            venue = transaction.state.venue
            assert venue is not None
            known = venue.orders.get(order_id)
            if known is not None and not known.filled_quantity:
                order = transaction.state.orders[order_id]
                end(transaction, order, code, text, self._now_ms())

        await self._decide(decide)

    async def _reject_request(
        self, order_id: str, request: VenueRequest, code: str, text: str
    ) -> None:
        def decide(transaction: Transaction) -> None:
            if self._is_open(order_id, request):
                now_ms = self._now_ms()
                reject_request(transaction, order_id, request, code, text, now_ms)

        await self._decide(decide)

    def _end_unknown(self, transaction: Transaction, order_id: str) -> None:
        order = transaction.state.orders.get(order_id)
        if order is not None and order.is_live:
            text = "The venue does not know it any more."
            end_canceled(transaction, order, text, self._now_ms(), is_certain=False)

    def _note_doubt(self, transaction: Transaction, order_id: str, request: VenueRequest) -> None:
        venue = transaction.state.venue
        assert venue is not None
        known = venue.orders.get(order_id)
        if known is None or request in known.unknown or not self._is_open(order_id, request):
            return
        now_ms = self._now_ms()
        order = noted(transaction.state.orders[order_id], now_ms, WAITING)
        transaction.emit(OrderStateUnknown(order, request, now_ms))

    async def _decide(self, decide: Callable[[Transaction], object]) -> None:
        """Commit what a decision emits, as soon as the journal can be written."""
        while True:
            try:
                await self._account.execute(decide)
                return
            except Unavailable:
                await self._clock.sleep(DELAYS_S[0])


def _ref(known: VenueOrder) -> OrderRef:
    return OrderRef(known.symbol, known.client_order_id, known.venue_order_id)
