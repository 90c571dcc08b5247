"""Fulfils the requests of the port by those of Alpaca, in the connector's process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from trading_api.connectors.errors import ConnectorError
from trading_api.domain.orders import Side
from trading_api.modules.broker.external.alpaca.alpaca_documents import (
    AlpacaAccountDocument,
    AlpacaClock,
    AlpacaFill,
    AlpacaOrderDocument,
    AlpacaPosition,
    AlpacaTradeUpdate,
    milliseconds,
)
from trading_api.modules.broker.external.alpaca.alpaca_errors import NOT_UNIQUE, ORDER_NOT_FOUND
from trading_api.modules.broker.external.alpaca.alpaca_mapping import (
    account_state,
    exec_type_of,
    fill_report,
    order_fields,
    order_report,
    our_symbol,
    rejected_replacement,
    replace_fields,
    status_of,
    update_report,
)
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    IN_DOUBT,
    NOT_REACHED,
    FillsParams,
    OrderParams,
    PlaceParams,
    QueryParams,
    ReplaceParams,
)
from trading_api.modules.broker.external.alpaca.alpaca_rest import AlpacaRest
from trading_api.modules.broker.external.alpaca.known_orders import FetchOrder, KnownOrders
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    VenueAccount,
    VenueOrderStatus,
    VenueRejected,
)

ORDERS_PER_PAGE = 500
FILLS_PER_PAGE = 100
Report = Callable[[ExecutionReport], None]
T = TypeVar("T")


class AlpacaOrders:
    """Answers the requests of the port, and turns updates of the stream into reports. Every failure
    is a ConnectorError; its code is that of the rejection, or one of `alpaca_messages`."""

    def __init__(self, rest: AlpacaRest, report: Report) -> None:
        self._rest, self._report = rest, report
        self._known = KnownOrders()

    async def place(self, params: PlaceParams) -> ExecutionReport:
        """Place an order. An order that Alpaca has under its id already is that order."""
        new = params.order
        fields = _or_rejection(partial(order_fields, new))
        if new.reduce_only:
            await _not_sent_yet(self._check_reduces(new, params.deadline_s))
        try:
            order = await self._rest.post("/orders", AlpacaOrderDocument, params.deadline_s, fields)
        except ConnectorError as error:
            if error.code != NOT_UNIQUE:
                raise
            order = await _sent_before(self._first_of(new, params.deadline_s))
        self._known.see(order)
        for leg in order.legs or ():
            self._report(
                order_report(leg, exec_type_of(status_of(leg)), bracket_of=order.client_order_id)
            )
        return order_report(order, exec_type_of(status_of(order)))

    async def replace(self, params: ReplaceParams) -> ExecutionReport:
        """Ask for the replacement of an order. The exchange confirms it later, by an event."""
        change, deadline_s = params.change, params.deadline_s
        old = await _not_sent_yet(self._present(change.ref, deadline_s))
        if old is None or old.is_ended:
            raise ConnectorError("order_not_working", "The order has ended.")
        fields = _or_rejection(partial(replace_fields, old, change))
        try:
            new = await self._rest.patch(
                f"/orders/{old.id}", AlpacaOrderDocument, deadline_s, fields
            )
        except ConnectorError as error:
            if error.code != NOT_UNIQUE:
                raise
            looking = self._by_client_id(change.new_client_order_id, deadline_s)
            found = await _sent_before(looking)
            if found is None or found.replaces != old.id:
                raise
            new = found
        self._known.see(new)
        report = await self._state(new, deadline_s)
        if report.status.is_terminal:
            return report
        status = VenueOrderStatus.PENDING_REPLACE
        return replace(report, exec_type=ExecType.PENDING_REPLACE, status=status)

    async def cancel(self, params: OrderParams) -> ExecutionReport:
        """Ask for the cancellation of an order. The exchange confirms it later, by an event."""
        ref, deadline_s = params.order, params.deadline_s
        order = self._known.by_client_id(ref.client_order_id, ref.venue_order_id)
        if order is None or order.is_ended:
            order = await _not_sent_yet(self._present(ref, deadline_s))
        if order is None or order.is_ended:
            raise ConnectorError("order_not_working", "The order has ended.")
        report = await _not_sent_yet(self._state(order, deadline_s))
        if order.status != "pending_cancel":  # Alpaca rejects a second request
            await self._delete(order.id, deadline_s)
        status = VenueOrderStatus.PENDING_CANCEL
        return replace(report, exec_type=ExecType.PENDING_CANCEL, status=status)

    async def find_order(self, params: OrderParams) -> ExecutionReport | None:
        """Return the state of an order, or of the one that has replaced it."""
        order = await self._present(params.order, params.deadline_s)
        return None if order is None else await self._state(order, params.deadline_s)

    async def open_orders(self, params: QueryParams) -> list[ExecutionReport]:
        """Return the state of every order that has not ended, page by page."""
        orders: dict[str, AlpacaOrderDocument] = {}
        # Not nested: the legs of brackets are orders like others here.
        fields: dict[str, Any] = {"status": "open", "limit": ORDERS_PER_PAGE, "direction": "asc"}
        while True:
            page = await self._rest.get(
                "/orders", list[AlpacaOrderDocument], params.deadline_s, fields
            )
            known = len(orders)
            for order in page:
                self._known.see(order)
                orders[order.id] = order
            if len(page) < ORDERS_PER_PAGE or len(orders) == known:
                break
            # Several orders may have one time, so that a page begins with some of the last one.
            fields["after"] = _rfc3339(milliseconds(page[-1].submitted_at) - 1)
        return [
            await self._state(order, params.deadline_s)
            for order in orders.values()
            if not order.is_strategy
        ]

    async def fills_since(self, params: FillsParams) -> list[ExecutionReport]:
        """Return the fills at or after a time, from the account's activities, page by page."""
        fills: list[AlpacaFill] = []
        # Documented for whole seconds; what is too early is left out below.
        after = _rfc3339((params.since_ms - 1) // 1000 * 1000)
        fields: dict[str, Any] = {"after": after, "direction": "asc", "page_size": FILLS_PER_PAGE}
        while True:
            page = await self._rest.get(
                "/account/activities/FILL", list[AlpacaFill], params.deadline_s, fields
            )
            fills += page
            if len(page) < FILLS_PER_PAGE:
                break
            fields["page_token"] = page[-1].id
        symbols = set(params.symbols)
        reports = [
            await self._fill(fill, params.deadline_s)
            for fill in fills
            if our_symbol(fill.symbol) in symbols
        ]
        reports = [each for each in reports if each.venue_time_ms >= params.since_ms]
        # Fills of one millisecond come in any order.
        return sorted(reports, key=lambda each: (each.venue_time_ms, each.cumulative_quantity))

    async def account(self, params: QueryParams) -> VenueAccount:
        """Return balance and positions, which are those of the venue's time or later."""
        deadline_s = params.deadline_s
        clock = await self._rest.get("/clock", AlpacaClock, deadline_s)
        account, positions = await asyncio.gather(
            self._rest.get("/account", AlpacaAccountDocument, deadline_s),
            self._rest.get("/positions", list[AlpacaPosition], deadline_s),
        )
        return account_state(account, positions, milliseconds(clock.timestamp))

    async def on_update(self, update: AlpacaTradeUpdate, deadline_s: float) -> None:
        """Report an event of the stream. Raises ConnectorError where the orders that it refers to
        cannot be read."""
        order = update.order
        if order.is_strategy:
            return
        self._known.see(order)
        fetch = self._fetch(deadline_s)
        new_id = order.replaced_by if update.event == "replaced" else None
        new = await fetch(new_id) if new_id else None
        if new is not None:
            replaces, bracket_of = order.client_order_id, self._known.bracket_of(new.id)
            kind = ExecType.REPLACED
            report = order_report(new, kind, replaces=replaces, bracket_of=bracket_of)
        else:
            replaces = await self._known.replaces(order, fetch)
            bracket_of = self._known.bracket_of(order.id)
            report = update_report(update, replaces=replaces, bracket_of=bracket_of)
        self._report(report)
        if report.code == "replace_rejected":
            refused = self._known.replacement_of(order.id)
            if refused is not None:
                self._report(rejected_replacement(refused, order.client_order_id, report.text))

    async def _delete(self, order_id: str, deadline_s: float) -> None:
        try:
            await self._rest.delete(f"/orders/{order_id}", deadline_s)
        except ConnectorError as error:
            if error.code in ("order_not_working", ORDER_NOT_FOUND):
                raise ConnectorError("order_not_working", error.text) from None
            raise

    async def _check_reduces(self, new: NewOrder, deadline_s: float) -> None:
        """Refuse an order that is to reduce a position, where it would open or reverse one. Alpaca
        has no such orders, so that one which fills in between is not noticed."""
        positions = await self._rest.get("/positions", list[AlpacaPosition], deadline_s)
        symbol = our_symbol(new.symbol)
        held = next(
            (
                -abs(position.quantity) if position.side == "short" else position.quantity
                for position in positions
                if our_symbol(position.symbol) == symbol
            ),
            Decimal(0),
        )
        side = Side.SELL if held > 0 else Side.BUY
        if new.side is not side or new.quantity > abs(held):
            text = f"The order would not only reduce the position of {held:f}."
            raise ConnectorError("reduce_only", text)

    async def _first_of(self, new: NewOrder, deadline_s: float) -> AlpacaOrderDocument:
        """Return the order that Alpaca has under the id of a new one, which must be the same."""
        order = await self._by_client_id(new.client_order_id, deadline_s)
        side = "buy" if new.side is Side.BUY else "sell"
        same = (our_symbol(new.symbol), side)
        if order is None or (our_symbol(order.symbol or ""), order.side) != same:
            raise ConnectorError(NOT_UNIQUE, "Another order has that client order id.")
        return order

    async def _state(self, order: AlpacaOrderDocument, deadline_s: float) -> ExecutionReport:
        replaces = await self._known.replaces(order, self._fetch(deadline_s))
        bracket_of = self._known.bracket_of(order.id)
        return order_report(order, replaces=replaces, bracket_of=bracket_of)

    async def _fill(self, fill: AlpacaFill, deadline_s: float) -> ExecutionReport:
        fetch = self._fetch(deadline_s)
        order = self._known.get(fill.order_id) or await fetch(fill.order_id)
        if order is None:
            return fill_report(fill)
        return fill_report(fill, order, replaces=await self._known.replaces(order, fetch))

    async def _present(self, ref: OrderRef, deadline_s: float) -> AlpacaOrderDocument | None:
        """Return an order, or the last of those that have replaced it, or None."""
        order = await self._by_client_id(ref.client_order_id, deadline_s)
        fetch = self._fetch(deadline_s)
        if order is None and ref.venue_order_id:
            order = await fetch(ref.venue_order_id)
        while order is not None and order.replaced_by:
            order = await fetch(order.replaced_by)
        return order

    async def _by_client_id(
        self, client_order_id: str, deadline_s: float
    ) -> AlpacaOrderDocument | None:
        fields = {"client_order_id": client_order_id}
        return await self._find("/orders:by_client_order_id", deadline_s, fields)

    def _fetch(self, deadline_s: float) -> FetchOrder:
        """Return a function that reads an order by its id."""
        return lambda order_id: self._find(f"/orders/{order_id}", deadline_s)

    async def _find(
        self, path: str, deadline_s: float, fields: dict[str, Any] | None = None
    ) -> AlpacaOrderDocument | None:
        try:
            order = await self._rest.get(path, AlpacaOrderDocument, deadline_s, fields)
        except ConnectorError as error:
            if error.code != ORDER_NOT_FOUND:
                raise
            return None
        self._known.see(order)
        return order


async def _not_sent_yet(looking: Awaitable[T]) -> T:
    """Return the result of a look-up before a request is sent. Where that fails, the request was
    not sent."""
    try:
        return await looking
    except ConnectorError as error:
        code = NOT_REACHED if error.code == IN_DOUBT else error.code
        raise ConnectorError(code, error.text, error.retry_after_s) from None


async def _sent_before(looking: Awaitable[T]) -> T:
    """Return the result of a look-up after a request was sent. Where that fails, the outcome of the
    request is unknown."""
    try:
        return await looking
    except ConnectorError as error:
        is_unknown = error.code in (NOT_REACHED, AUTHENTICATION)
        code = IN_DOUBT if is_unknown else error.code
        raise ConnectorError(code, error.text, error.retry_after_s) from None


def _or_rejection(make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `make` returns. Raises its VenueRejected as a ConnectorError."""
    try:
        return make()
    except VenueRejected as error:
        raise ConnectorError(error.code, error.text) from None


def _rfc3339(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    precision = "milliseconds" if time_ms % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
