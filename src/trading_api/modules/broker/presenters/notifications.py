"""Notifications as the wire shows them, from the events that cause them.

docs/protocol.md lists every code."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from trading_api.domain.account_event import AccountEvent, MarginLevelView
from trading_api.domain.account_snapshot import ExecutionView, OrderView
from trading_api.domain.notification import Notification, ReferenceValue, Severity
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.domain.ports.market_data import MarketData
from trading_api.models import broker as wire
from trading_api.modules.broker.presenters.numbers import plain_text

_TYPES = {
    OrderType.LIMIT: "limit",
    OrderType.MARKET: "market",
    OrderType.STOP: "stop",
    OrderType.STOP_LIMIT: "stop-limit",
}
_INFO, _WARNING, _CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL


class NotificationPresenter:
    """Makes the notification of an event. Prices have the decimals of their instrument.

    `currency` is that of all accounts."""

    def __init__(self, market: MarketData, currency: str) -> None:
        self._market = market
        self._currency = currency

    def to_wire(self, event: AccountEvent) -> wire.Notification | None:
        """Return the notification of an event, or None for an event that notifies of nothing."""
        notification = self.notification(event)
        return None if notification is None else to_wire_notification(event, notification)

    def notification(self, event: AccountEvent) -> Notification | None:
        """Return what the event notifies of, or None for an event that notifies of nothing."""
        if event.notification is not None:
            return event.notification
        order = event.order
        match event.type:
            case "orderFilled" if order is not None and event.execution is not None:
                return self._fill(order, event.execution)
            case "orderCanceled" if order is not None and _is_noted(order):
                return self._end(order, event.at_ms)
            case "marginLevelCrossed" if event.margin_level is not None:
                return self._margin_level(event.margin_level)
            case "positionSettled" if event.symbol is not None and event.price is not None:
                return self._settlement(event.symbol, event.price)
        return None

    def _fill(self, order: OrderView, execution: ExecutionView) -> Notification:
        quantity, is_partial = plain_text(execution.quantity), order.status is OrderStatus.WORKING
        if is_partial:
            quantity = f"{quantity} of {plain_text(order.quantity)}"
        price = self._price_text(execution.symbol, execution.price)
        verb = "Bought" if execution.side is Side.BUY else "Sold"
        done = f"{quantity} {execution.symbol} at {price} ({order.id})"
        reference: dict[str, ReferenceValue] = {
            "orderId": order.id,
            "executionId": execution.id,
            "symbol": execution.symbol,
            "side": int(execution.side),
            "quantity": execution.quantity,
            "price": execution.price,
        }
        if order.is_liquidation:
            reason = "because equity fell below the maintenance margin"
            text = f"Liquidation: {verb.lower()} {done}, {reason}."
            return Notification(_CRITICAL, "position_liquidated", text, reference)
        if order.is_bracket:
            name = "Take profit" if order.type is OrderType.LIMIT else "Stop loss"
            verb = f"{name}: {verb.lower()}"
        rest = " The rest is still working." if is_partial else ""
        code = "order_partly_filled" if is_partial else "order_filled"
        return Notification(_INFO, code, f"{verb} {done}.{rest}", reference)

    def _end(self, order: OrderView, at_ms: int) -> Notification:
        reference: dict[str, ReferenceValue] = {
            "orderId": order.id,
            "symbol": order.symbol,
            "side": int(order.side),
            "quantity": order.quantity,
            "filledQuantity": order.filled_quantity,
        }
        filled = ""
        if order.filled_quantity:
            filled = f" {plain_text(order.filled_quantity)} of it had been filled."
        name = self._order_text(order)
        if order.expires_ms is not None and order.expires_ms <= at_ms:
            return Notification(_INFO, "order_expired", f"{name} expired.{filled}", reference)
        text = f"{name} was canceled. {order.message}{filled}"
        return Notification(_WARNING, "order_canceled", text, reference)

    def _margin_level(self, change: MarginLevelView) -> Notification:
        is_warning = bool(change.after) and (not change.before or change.after < change.before)
        level = change.after if is_warning else change.before
        equity = f"{change.equity:.2f} {self._currency}"
        used = f"{change.used_margin:.2f} {self._currency}"
        reference: dict[str, ReferenceValue] = {
            "level": level,
            "equity": change.equity,
            "usedMargin": change.used_margin,
        }
        figures = f"Equity is {equity}, the used margin {used}."
        if is_warning:
            text = f"The margin level fell below {plain_text(level)}%. {figures}"
            return Notification(_WARNING, "margin_level_low", text, reference)
        text = f"The margin level rose above {plain_text(level)}% again. {figures}"
        return Notification(_INFO, "margin_level_recovered", text, reference)

    def _settlement(self, symbol: str, price: Decimal) -> Notification:
        text = (
            f"An operator ended the position in {symbol} at {self._price_text(symbol, price)}, "
            "without a trade."
        )
        return Notification(_WARNING, "position_settled", text, {"symbol": symbol, "price": price})

    def _order_text(self, order: OrderView) -> str:
        """Return such as `The limit order to buy 10 AAPL at 187.40 (order-1)`."""
        side = "buy" if order.side is Side.BUY else "sell"
        prices = [each for each in (order.stop_price, order.limit_price) if each is not None]
        at = " at " + ", limit ".join(self._price_text(order.symbol, each) for each in prices)
        return (
            f"The {_TYPES[order.type]} order to {side} {plain_text(order.quantity)} {order.symbol}"
            f"{at if prices else ''} ({order.id})"
        )

    def _price_text(self, symbol: str, price: Decimal) -> str:
        """Return a price with the decimals of its instrument, or more if it has more."""
        instrument = self._market.instrument(symbol)
        text = plain_text(price)
        if instrument is None:
            return text
        _, _, decimals = plain_text(instrument.tick_size).partition(".")
        whole, _, fraction = text.partition(".")
        fraction = fraction.ljust(len(decimals), "0")
        return f"{whole}.{fraction}" if fraction else whole


def to_wire_notification(event: AccountEvent, notification: Notification) -> wire.Notification:
    """Return a notification with the number and the time of its event."""
    return wire.Notification(
        id=event.seq,
        severity=wire.NotificationSeverity(notification.severity),
        code=notification.code,
        message=notification.text,
        reference=_to_reference(notification.reference),
        time=event.at_ms,
    )


def _is_noted(order: OrderView) -> bool:
    """Return whether the end of an order notifies.

    An order that its owner canceled has no message. A bracket ends with what it protected."""
    return bool(order.message) and not order.is_bracket


def _to_reference(reference: Mapping[str, ReferenceValue]) -> dict[str, str | int | float]:
    return {name: _to_number(value) for name, value in reference.items()}


def _to_number(value: ReferenceValue) -> str | int | float:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else float(value)
