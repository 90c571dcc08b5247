"""Maps Alpaca's orders, events and fills to execution reports."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.alpaca.alpaca_documents import (
    AlpacaAccountDocument,
    AlpacaFill,
    AlpacaOrderDocument,
    AlpacaPosition,
    AlpacaTradeUpdate,
    milliseconds,
)
from trading_api.modules.broker.external.venue_client import (
    CANCEL_REJECTED,
    ExecType,
    ExecutionReport,
    NewOrder,
    ReplaceOrder,
    VenueAccount,
    VenueBalance,
    VenueFeatures,
    VenueOrderStatus,
    VenuePosition,
    VenueRejected,
)

FEATURES = VenueFeatures(
    order_types=(OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT),
    durations=(Duration.DAY, Duration.GTC, Duration.IOC, Duration.FOK),
    can_replace=True,
    has_brackets=True,
    is_spot=False,
)

_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop": OrderType.STOP,
}
_TYPE_NAMES = {type: name for name, type in _TYPES.items() if name != "trailing_stop"}
_DURATIONS = {
    "day": Duration.DAY,
    "gtc": Duration.GTC,
    "ioc": Duration.IOC,
    "fok": Duration.FOK,
    "opg": Duration.DAY,
    "cls": Duration.DAY,
}
_DURATION_NAMES = {Duration(name.upper()): name for name in ("day", "gtc", "ioc", "fok")}

_STATUSES = {
    "pending_new": VenueOrderStatus.PENDING_NEW,
    "pending_review": VenueOrderStatus.PENDING_NEW,
    "filled": VenueOrderStatus.FILLED,
    "canceled": VenueOrderStatus.CANCELED,
    "expired": VenueOrderStatus.EXPIRED,
    "rejected": VenueOrderStatus.REJECTED,
    "pending_cancel": VenueOrderStatus.PENDING_CANCEL,
    "pending_replace": VenueOrderStatus.PENDING_REPLACE,
    # By another order, whose report has a status of its own; or by nothing (a corporate action).
    "replaced": VenueOrderStatus.CANCELED,
}
"""The statuses with a meaning of their own. Every other one is of an order that can still fill:
new, accepted (it waits for the market to open), held (a leg that waits for its parent), stopped,
suspended, calculated, done_for_day, and those that Alpaca adds."""

_EXEC_TYPES = {
    "accepted": ExecType.NEW,
    "new": ExecType.NEW,
    "pending_new": ExecType.PENDING_NEW,
    "fill": ExecType.TRADE,
    "partial_fill": ExecType.TRADE,
    "pending_cancel": ExecType.PENDING_CANCEL,
    "canceled": ExecType.CANCELED,
    "pending_replace": ExecType.PENDING_REPLACE,
    "replaced": ExecType.REPLACED,
    "rejected": ExecType.REJECTED,
    "expired": ExecType.EXPIRED,
}
"""The events that change an order. Every other one reports its state: stopped, suspended,
calculated, done_for_day, restated, order_cancel_rejected, order_replace_rejected, trade_bust..."""

_CODES = {
    "order_cancel_rejected": CANCEL_REJECTED,
    "order_replace_rejected": "replace_rejected",
    "trade_bust": "trade_bust",
    "trade_correct": "trade_correct",
}


def status_of(order: AlpacaOrderDocument) -> VenueOrderStatus:
    """Return the state of an order. One that can still fill is NEW or PARTIALLY_FILLED."""
    if (status := _STATUSES.get(order.status)) is not None:
        return status
    return VenueOrderStatus.PARTIALLY_FILLED if order.filled else VenueOrderStatus.NEW


def exec_type_of(status: VenueOrderStatus) -> ExecType:
    """Return the ExecType of the answer to a request, by the order's present status."""
    if status in (VenueOrderStatus.PARTIALLY_FILLED, VenueOrderStatus.FILLED):
        return ExecType.ORDER_STATUS  # the fills themselves arrive as reports of their own
    return ExecType(status)


def order_report(
    order: AlpacaOrderDocument,
    exec_type: ExecType = ExecType.ORDER_STATUS,
    *,
    replaces: str = "",
    bracket_of: str = "",
) -> ExecutionReport:
    """Return the state of an order as a report. `replaces` is the client order id of the order that
    it has replaced, and `bracket_of` that of the order whose exit it is."""
    return ExecutionReport(
        exec_type,
        status_of(order),
        our_symbol(order.symbol or ""),
        Side.BUY if order.side == "buy" else Side.SELL,
        order.client_order_id,
        order.id,
        milliseconds(order.updated_at or order.submitted_at),
        _TYPES.get(order.type or "", OrderType.MARKET),
        order.filled if order.quantity is None else order.quantity,
        order.filled,
        order.limit_price,
        order.stop_price,
        _DURATIONS.get(order.time_in_force, Duration.DAY),
        replaces=replaces,
        text=f"bracket of {bracket_of}" if bracket_of else _text(order),
    )


def update_report(
    update: AlpacaTradeUpdate, *, replaces: str = "", bracket_of: str = ""
) -> ExecutionReport:
    """Return an event of the stream as a report. A `replaced` event is one of the old order: the
    report of its replacement is made of that order, by `order_report`."""
    exec_type = _EXEC_TYPES.get(update.event, ExecType.ORDER_STATUS)
    report = order_report(update.order, exec_type, replaces=replaces, bracket_of=bracket_of)
    changes: dict[str, Any] = {}
    if update.timestamp:
        changes["venue_time_ms"] = milliseconds(update.timestamp)
    if exec_type is ExecType.TRADE and update.quantity is not None and update.price is not None:
        changes |= {
            "execution_id": execution_id(update.order.id, update.order.filled),
            "last_quantity": update.quantity,
            "last_price": update.price,
        }
    elif exec_type is ExecType.TRADE:
        changes["exec_type"] = ExecType.ORDER_STATUS  # a fill without its price: it is requested
    elif code := _CODES.get(update.event, ""):
        changes |= {"code": code, "text": update.reason or update.event.replace("_", " ")}
    elif exec_type is ExecType.ORDER_STATUS and not report.text:
        changes["text"] = update.event.replace("_", " ")
    elif update.reason:
        changes["text"] = update.reason
    return _changed(report, changes)


def fill_report(
    fill: AlpacaFill, order: AlpacaOrderDocument | None = None, *, replaces: str = ""
) -> ExecutionReport:
    """Return an account activity as a TRADE. Without its order the client order id is empty, and
    the type and the prices of the order are unknown."""
    status = VenueOrderStatus.PARTIALLY_FILLED if fill.remaining_quantity else _FILLED
    changes: dict[str, Any] = {
        "exec_type": ExecType.TRADE,
        "status": status,
        "venue_time_ms": milliseconds(fill.transaction_time),
        "cumulative_quantity": fill.cumulative_quantity,
        "execution_id": execution_id(fill.order_id, fill.cumulative_quantity),
        "last_quantity": fill.quantity,
        "last_price": fill.price,
    }
    if order is not None:
        return _changed(order_report(order, ExecType.TRADE, replaces=replaces), changes)
    quantity = fill.cumulative_quantity + fill.remaining_quantity
    side = Side.BUY if fill.side == "buy" else Side.SELL
    report = ExecutionReport(
        ExecType.TRADE, status, our_symbol(fill.symbol), side, "", fill.order_id, 0
    )
    return _changed(report, changes | {"quantity": quantity})


def execution_id(order_id: str, filled: Decimal) -> str:
    """Return the id of the fill after which `filled` of an order was filled.

    The stream and the account activities have ids of their own for a fill, which are not documented
    to be equal; an order and what was filled of it name a fill in both."""
    return f"{order_id}:{filled.normalize():f}"


def order_fields(order: NewOrder) -> dict[str, Any]:
    """Return the body of the request that places an order; numbers are strings, and so exact.
    Raises VenueRejected for what Alpaca lacks."""
    if (duration := _DURATION_NAMES.get(order.duration)) is None:
        text = f"Alpaca has no orders of the duration {order.duration}."
        raise VenueRejected(text, "not_supported_by_venue")
    fields: dict[str, Any] = {
        "symbol": order.symbol,
        "qty": f"{order.quantity:f}",
        "side": "buy" if order.side is Side.BUY else "sell",
        "type": _TYPE_NAMES[order.type],
        "time_in_force": duration,
        "client_order_id": order.client_order_id,
    }
    if order.limit_price is not None and order.type.has_limit:
        fields["limit_price"] = f"{order.limit_price:f}"
    if order.stop_price is not None and order.type.has_stop:
        fields["stop_price"] = f"{order.stop_price:f}"
    if order.take_profit is not None:
        fields["take_profit"] = {"limit_price": f"{order.take_profit:f}"}
    if order.stop_loss is not None:
        fields["stop_loss"] = {"stop_price": f"{order.stop_loss:f}"}
    exits = (order.take_profit is not None) + (order.stop_loss is not None)
    if exits:
        fields["order_class"] = "bracket" if exits == 2 else "oto"
    return fields


def replace_fields(order: AlpacaOrderDocument, change: ReplaceOrder) -> dict[str, Any]:
    """Return the body of the request that replaces `order`. Alpaca wants the quantity that remains,
    and fills the new order from 0. Raises VenueRejected where nothing remains."""
    # Alpaca may have filled more than the change takes into account.
    remaining = change.quantity - max(change.filled_quantity, change.filled_before + order.filled)
    if remaining <= 0:
        raise VenueRejected("That quantity is already filled.", "order_not_working")
    fields: dict[str, Any] = {"client_order_id": change.new_client_order_id}
    # Without a quantity, Alpaca takes that of the old order, also if a part of it was filled.
    # Fractional ones cannot be replaced with a quantity, so it is left out where it is the same.
    if remaining != order.quantity:
        fields["qty"] = f"{remaining:f}"
    if change.limit_price is not None and order.type in ("limit", "stop_limit"):
        fields["limit_price"] = f"{change.limit_price:f}"
    if change.stop_price is not None and order.type in ("stop", "stop_limit"):
        fields["stop_price"] = f"{change.stop_price:f}"
    return fields


def account_state(
    account: AlpacaAccountDocument, positions: Iterable[AlpacaPosition], time_ms: int
) -> VenueAccount:
    """Return the balance and the positions of the account."""
    available = account.non_marginable_buying_power
    balance = VenueBalance(
        account.currency or "USD", account.cash, account.cash if available is None else available
    )
    return VenueAccount(
        [balance],
        [
            VenuePosition(
                our_symbol(position.symbol),
                -abs(position.quantity) if position.side == "short" else position.quantity,
                position.average_price,
            )
            for position in positions
        ],
        time_ms,
    )


def rejected_replacement(new: AlpacaOrderDocument, replaces: str, text: str) -> ExecutionReport:
    """Return the report that a replacement was refused; the order that it was to replace works."""
    report = order_report(new, ExecType.REJECTED, replaces=replaces)
    status = VenueOrderStatus.REJECTED
    return replace(report, status=status, code="replace_rejected", text=text)


def our_symbol(symbol: str) -> str:
    """Return our symbol: BTCUSD for BTC/USD. Alpaca takes ours in its requests."""
    return symbol.replace("/", "")


_FILLED = VenueOrderStatus.FILLED


def _text(order: AlpacaOrderDocument) -> str:
    """Return the status in words where VenueOrderStatus has no member for it."""
    return order.status.replace("_", " ") if order.status in _EXPLAINED else ""


_EXPLAINED = frozenset(
    {"held", "stopped", "suspended", "calculated", "done_for_day", "accepted_for_bidding"}
)


def _changed(report: ExecutionReport, changes: dict[str, Any]) -> ExecutionReport:
    return replace(report, **changes) if changes else report
