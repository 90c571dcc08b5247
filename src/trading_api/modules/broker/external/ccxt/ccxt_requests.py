"""The requests of a ccxt account: orders, fills, balances and positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from msgspec.structs import replace

from trading_api.modules.broker.external.ccxt.ccxt_errors import (
    DUPLICATE_ORDER,
    ORDER_NOT_FOUND,
    ORDER_NOT_WORKING,
    ORDER_PARTLY_FILLED,
    REPLACE_FAILED,
    REPLACEMENT_REJECTED,
    Outcome,
    VenueFault,
    redact,
)
from trading_api.modules.broker.external.ccxt.ccxt_mapping import (
    UnreadableAnswer,
    balances,
    contract_positions,
    fills_in,
    order_arguments,
    order_report,
    replacement,
    spot_positions,
    trade_report,
)
from trading_api.modules.broker.external.ccxt.ccxt_session import (
    ExchangeSession,
    VenueFailed,
    rejected,
)
from trading_api.modules.broker.external.ccxt.order_ids import OrderIds
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueAccount,
    VenueOrderStatus,
)

T = TypeVar("T")

DAY_MS = 86_400_000
WINDOWS_MAX = 30
PAGE = 1_000
"""The most fills that a venue returns at a time. A full page means that there are more."""
SYMBOLS_ASKED_SINGLY = 10
"""Up to so many symbols, open orders are requested by symbol: all of an account cost more."""


class CcxtRequests:
    """Answers the server's requests. Every method raises VenueFailed. `publish` receives the fills
    that the answer to a new order lists."""

    def __init__(
        self,
        session: ExchangeSession,
        known: OrderIds,
        publish: Callable[[ExecutionReport], None],
    ) -> None:
        self._session = session
        self._exchange = session.exchange
        self._known = known
        self._publish = publish

    async def place(self, order: NewOrder, send_until_s: float) -> ExecutionReport:
        """Place an order, but not after that time of `time.monotonic`. One that was sent before, or
        that the venue calls a duplicate, is looked up: venues forget the ids of orders that have
        ended, and would accept it twice."""
        self._session.check(order)
        ref = OrderRef(order.symbol, order.client_order_id)
        if self._known.was_sent(order.client_order_id) and (found := await self.find_order(ref)):
            return found
        self._known.sent(order.client_order_id)
        try:
            with self._session.sent_until(send_until_s):
                return await self._place(order)
        except VenueFailed as failed:
            if failed.fault.code != DUPLICATE_ORDER:
                raise
            if found := await self.find_order(ref):
                return found
            raise

    async def cancel(self, ref: OrderRef) -> ExecutionReport:
        """Cancel an order. A second attempt does no harm, so it does not matter that the HTTP
        client may repeat this request on its own."""
        name = self._session.name(ref.symbol)
        try:
            answer = await self._session.call(
                self._exchange.cancel_order, ref.venue_order_id or None, name, _params(ref)
            )
        except VenueFailed as failed:
            if failed.fault.code != ORDER_NOT_FOUND:
                raise
            raise rejected(ORDER_NOT_WORKING, failed.fault.text) from None
        report = self._report(answer, ref, None)
        if report.status is VenueOrderStatus.CANCELED:
            return replace(report, exec_type=ExecType.CANCELED)
        return replace(
            report, exec_type=ExecType.PENDING_CANCEL, status=VenueOrderStatus.PENDING_CANCEL
        )

    async def replace(self, change: ReplaceOrder, send_until_s: float) -> ExecutionReport:
        """Cancel an order and place the rest of it at the new terms. An order without fills is
        replaced by one request, which the venue refuses if it fills meanwhile. A partially filled
        one is canceled first: only then it is certain how much of it is left.

        The fault `replacement_rejected_order_canceled` means that the order is canceled, which is
        also reported, and that nothing took its place."""
        current = await self.find_order(change.ref)
        if current is None or current.status.is_terminal:
            raise rejected(ORDER_NOT_WORKING, "The order does not work any more.")
        filled_before = self._filled_before(current, change)
        rest = replacement(current, change, filled_before)
        self._check_replacement(rest)
        self._known.replacing(current.client_order_id, change.new_client_order_id)
        try:
            with self._session.sent_until(send_until_s):
                report = await self._replace(current, rest, change, filled_before)
        except VenueFailed as failed:
            # If the outcome is unknown, the cancellation stays unreported: the server queries
            # both orders.
            if failed.fault.outcome is not Outcome.UNKNOWN:
                self._known.not_replaced(current.client_order_id)
            raise
        return replace(report, exec_type=ExecType.REPLACED, replaces=current.client_order_id)

    async def find_order(self, ref: OrderRef) -> ExecutionReport | None:
        """Return the state of an order, or None where the venue has never seen it."""
        name = self._session.name(ref.symbol)
        try:
            answer = await self._session.call(
                self._exchange.fetch_order, ref.venue_order_id or None, name, _params(ref)
            )
        except VenueFailed as failed:
            if failed.fault.code == ORDER_NOT_FOUND:
                return None
            raise
        return self._report(answer, ref, ExecType.ORDER_STATUS)

    async def open_orders(self) -> Sequence[ExecutionReport]:
        """Return the working orders in the account's symbols."""
        names: list[str | None] = list(self._session.symbols)
        if len(names) > SYMBOLS_ASKED_SINGLY and not self._needs_symbol("fetchOpenOrders"):
            names = [None]
        reports = []
        for name in names:
            for order in await self._session.call(self._exchange.fetch_open_orders, name):
                if symbol := self._session.symbols.get(str(order.get("symbol"))):
                    ref = OrderRef(symbol, "")
                    reports.append(self._report(order, ref, ExecType.ORDER_STATUS))
        return reports

    async def fills_since(self, symbols: Sequence[str], since_ms: int) -> list[ExecutionReport]:
        """Return the fills in the symbols at or after a time, by time."""
        fills = []
        for symbol in symbols:
            for trade in await self._trades_since(self._session.name(symbol), since_ms):
                fill = _readable(partial(trade_report, trade, symbol))
                if fill.venue_time_ms >= since_ms:
                    fills.append(self._known.noted(fill))
        return sorted(fills, key=lambda fill: fill.venue_time_ms)

    async def account(self) -> VenueAccount:
        """Return balances and positions."""
        # Binance would list hundreds of assets.
        params = {"omitZeroBalances": True} if self._exchange.id == "binance" else {}
        balance = await self._session.call(self._exchange.fetch_balance, params)
        held = _readable(lambda: balances(balance))
        if self._session.features.is_spot:
            positions = spot_positions(held, self._session.base_assets())
        else:
            symbols = self._session.symbols
            answer = await self._session.call(self._exchange.fetch_positions, list(symbols))
            positions = _readable(lambda: contract_positions(answer, symbols))
        return VenueAccount(held, positions, self._session.now_ms())

    async def _place(self, order: NewOrder) -> ExecutionReport:
        arguments = order_arguments(order, self._session.features.is_spot)
        answer = await self._session.call(
            self._exchange.create_order,
            self._session.name(order.symbol),
            arguments.type,
            arguments.side,
            arguments.amount,
            arguments.price,
            arguments.params,
        )
        return self._answered(answer, OrderRef(order.symbol, order.client_order_id))

    async def _replace(
        self, current: ExecutionReport, rest: NewOrder, change: ReplaceOrder, filled_before: Decimal
    ) -> ExecutionReport:
        if not current.cumulative_quantity:
            try:
                report = await self._replace_unfilled(current, rest)
            except VenueFailed as failed:
                if failed.fault.code != ORDER_PARTLY_FILLED:
                    raise
            else:
                self._known.replaced(rest.client_order_id, filled_before)
                return report
        return await self._cancel_and_place(current, change, filled_before)

    async def _replace_unfilled(self, current: ExecutionReport, rest: NewOrder) -> ExecutionReport:
        arguments = order_arguments(rest, self._session.features.is_spot)
        params = {**arguments.params, "cancelRestrictions": "ONLY_NEW"}
        self._known.sent(rest.client_order_id)
        try:
            answer = await self._session.call(
                self._exchange.edit_order,
                current.venue_order_id,
                self._session.name(current.symbol),
                arguments.type,
                arguments.side,
                arguments.amount,
                arguments.price,
                params,
            )
        except VenueFailed as failed:
            raise self._replace_fault(failed, current) from None
        return self._answered(answer, OrderRef(current.symbol, rest.client_order_id))

    async def _cancel_and_place(
        self, current: ExecutionReport, change: ReplaceOrder, filled_before: Decimal
    ) -> ExecutionReport:
        canceled = await self.cancel(
            OrderRef(current.symbol, current.client_order_id, current.venue_order_id)
        )
        if canceled.status is not VenueOrderStatus.CANCELED:
            text = "The venue has not confirmed the cancellation yet."
            raise VenueFailed(VenueFault(Outcome.UNKNOWN, "venue_timeout", text))
        rest = replacement(replace(canceled, type=current.type), change, filled_before)
        if rest.quantity <= 0:
            self._report_canceled(canceled)
            text = "The order filled while it was replaced; nothing of it is left."
            raise rejected(REPLACEMENT_REJECTED, text)
        self._known.sent(rest.client_order_id)
        self._known.replaced(rest.client_order_id, filled_before + canceled.cumulative_quantity)
        try:
            return await self._place(replace(rest, duration=current.duration))
        except VenueFailed as failed:
            if failed.fault.outcome is Outcome.UNKNOWN:
                raise
            self._report_canceled(canceled)
            raise rejected(REPLACEMENT_REJECTED, failed.fault.text) from None

    def _filled_before(self, current: ExecutionReport, change: ReplaceOrder) -> Decimal:
        """Return what the predecessors of an order filled: after a restart, the server's figure."""
        known = self._known.filled_before(current.client_order_id)
        return change.filled_before if known is None else known

    def _check_replacement(self, rest: NewOrder) -> None:
        if rest.quantity <= 0:
            raise rejected("quantity_not_above_filled", "So much of the order is filled already.")
        if rest.limit_price is None and rest.type.has_limit:
            raise rejected("limit_price_missing", "The order needs a limit price.")
        self._session.check(rest)

    def _replace_fault(self, failed: VenueFailed, current: ExecutionReport) -> VenueFailed:
        """Return one fault for the two parts of a failed cancelReplace."""
        fault = failed.fault
        if fault.code == REPLACE_FAILED:
            part = fault.data.get("cancelResponse") or {}
            text = redact(str(part.get("msg", fault.text)))
            is_filled = "cancel restrictions" in text.lower()
            return rejected(ORDER_PARTLY_FILLED if is_filled else ORDER_NOT_WORKING, text)
        if fault.code == REPLACEMENT_REJECTED:
            part = fault.data.get("newOrderResponse") or {}
            self._report_canceled(
                replace(current, status=VenueOrderStatus.CANCELED, venue_time_ms=self._now_ms())
            )
            return rejected(REPLACEMENT_REJECTED, redact(str(part.get("msg", fault.text))))
        return failed

    def _report_canceled(self, order: ExecutionReport) -> None:
        self._known.not_replaced(order.client_order_id)
        self._publish(replace(order, exec_type=ExecType.CANCELED))

    def _answered(self, answer: Any, ref: OrderRef) -> ExecutionReport:
        """Return the answer to a new order, and publish the fills that it lists."""
        report = self._report(answer, ref, None)
        for fill in _readable(lambda: fills_in(answer, ref.symbol, report)):
            self._publish(fill)
        if report.exec_type is ExecType.ORDER_STATUS:
            return replace(report, exec_type=ExecType.NEW)
        return report

    def _report(self, answer: Any, ref: OrderRef, exec_type: ExecType | None) -> ExecutionReport:
        report = _readable(lambda: order_report(answer, ref.symbol, exec_type, ref.client_order_id))
        return self._known.noted(report)

    async def _trades_since(self, name: str, since_ms: int) -> list[Any]:
        if self._exchange.id == "binance":
            return await self._binance_trades_since(name, since_ms)
        trades: dict[str, Any] = {}
        while True:
            page = await self._session.call(
                self._exchange.fetch_my_trades, name, since_ms, PAGE, {}
            )
            fresh = [trade for trade in page if str(trade["id"]) not in trades]
            trades.update((str(trade["id"]), trade) for trade in fresh)
            if len(page) < PAGE or not fresh:
                return list(trades.values())
            since_ms = max(int(trade["timestamp"]) for trade in fresh)

    async def _binance_trades_since(self, name: str, since_ms: int) -> list[Any]:
        """Page by windows of one day, which is the longest that Binance allows, and within a full
        one by the ids of the fills. A time long ago is paged by ids from the first fill on."""
        trades: list[Any] = []
        now_ms = self._now_ms()
        if now_ms - since_ms > WINDOWS_MAX * DAY_MS:
            trades = await self._binance_pages(name, {"fromId": "0"})
            since_ms = now_ms + 1
        while since_ms <= now_ms:
            until_ms = since_ms + DAY_MS - 1
            window = {"startTime": since_ms, "endTime": until_ms}
            trades += (pages := await self._binance_pages(name, window))
            since_ms = max([until_ms, *(int(trade["timestamp"]) for trade in pages[-1:])]) + 1
        return list({str(trade["id"]): trade for trade in trades}.values())

    async def _binance_pages(self, name: str, first: dict[str, Any]) -> list[Any]:
        """Return the fills of a request, and all later ones where there are more than a page."""
        fetch, trades = self._exchange.fetch_my_trades, []
        page = await self._session.call(fetch, name, None, PAGE, first)
        trades += page
        while len(page) >= PAGE:
            following = {"fromId": str(int(page[-1]["id"]) + 1)}
            page = await self._session.call(fetch, name, None, PAGE, following)
            trades += page
        return trades

    def _needs_symbol(self, method: str) -> bool:
        described = (self._exchange.features or {}).get("spot") or {}
        return (described.get(method) or {}).get("symbolRequired") is True

    def _now_ms(self) -> int:
        return self._session.now_ms()


def _params(ref: OrderRef) -> dict[str, str]:
    return {} if ref.venue_order_id else {"clientOrderId": ref.client_order_id}


def _readable(read: Callable[[], T]) -> T:
    """Return what the function reads. Raises VenueFailed for an answer that it cannot read."""
    try:
        return read()
    except (UnreadableAnswer, KeyError, TypeError, ValueError) as error:
        fault = VenueFault(Outcome.UNKNOWN, "unreadable_answer", redact(str(error)))
        raise VenueFailed(fault) from None
