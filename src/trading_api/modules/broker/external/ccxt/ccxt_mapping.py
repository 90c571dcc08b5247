"""ccxt's orders, trades and balances as the terms of the port, and the port's orders as ccxt's
arguments.

Every amount is read from a text: ccxt runs with `number = str`, so no float ever exists. Symbols
are ours already; the connector translates them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec.structs import replace

from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    ReplaceOrder,
    VenueBalance,
    VenueOrderStatus,
    VenuePosition,
)

Json = Mapping[str, Any]


class UnreadableAnswer(Exception):
    """The venue's answer lacks what a report needs, or has a value that is not known."""


@dataclass(frozen=True, slots=True)
class OrderArguments:
    """The arguments of ccxt's `create_order` and `edit_order`. Amounts are texts."""

    type: str
    side: str
    amount: str
    price: str | None
    params: dict[str, Any] = field(default_factory=dict)


def order_arguments(order: NewOrder, is_spot: bool) -> OrderArguments:
    """Return the arguments with which ccxt places the order. A spot market has no orders that only
    reduce a position: nothing can be sold there that is not held."""
    params: dict[str, Any] = {"clientOrderId": order.client_order_id}
    if order.stop_price is not None:
        params["stopPrice"] = text_of(order.stop_price)
    if order.type.has_limit:
        params["timeInForce"] = order.duration.value
    if order.reduce_only and not is_spot:
        params["reduceOnly"] = True
    return OrderArguments(
        _type_of(order.type),
        "buy" if order.side is Side.BUY else "sell",
        text_of(order.quantity),
        None if order.limit_price is None else text_of(order.limit_price),
        params,
    )


def replacement(order: ExecutionReport, change: ReplaceOrder, filled_before: Decimal) -> NewOrder:
    """Return the order that takes the place of a working one: the part of the new quantity that is
    not filled yet, at the new prices. `filled_before` is what filled of the orders that this one
    has replaced itself."""
    return NewOrder(
        client_order_id=change.new_client_order_id,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        quantity=change.quantity - filled_before - order.cumulative_quantity,
        limit_price=change.limit_price if order.type.has_limit else None,
        stop_price=change.stop_price if order.type.has_stop else None,
        duration=order.duration,
    )


def order_report(
    order: Json, symbol: str, exec_type: ExecType | None = None, client_order_id: str = ""
) -> ExecutionReport:
    """Return an order of ccxt as a report. Without `exec_type` it is what the order's own data show
    to have happened. `client_order_id` replaces the venue's: an answer to a cancellation carries
    the id of the cancellation in that place. Raises UnreadableAnswer."""
    status = order_status(order)
    info = order.get("info") or {}
    type = _order_type(order)
    return ExecutionReport(
        exec_type=exec_type or _exec_type(info, status),
        status=status,
        symbol=symbol,
        side=_side(order),
        client_order_id=client_order_id or str(order.get("clientOrderId") or ""),
        venue_order_id=_required(order, "id"),
        venue_time_ms=_time_ms(order, "lastUpdateTimestamp", "lastTradeTimestamp", "timestamp"),
        type=type,
        quantity=_decimal(order, "amount"),
        cumulative_quantity=_decimal(order, "filled"),
        limit_price=_price(order, "price") if type.has_limit else None,
        stop_price=_price(order, "triggerPrice", "stopPrice") if type.has_stop else None,
        duration=_duration(order, type),
        text=_reason(info),
    )


def trade_report(
    trade: Json, symbol: str, order: Json | None = None, client_order_id: str = ""
) -> ExecutionReport:
    """Return a fill of ccxt as a TRADE. `order` is the order's state where it is known; without it,
    the state of a fill is PARTIALLY_FILLED and its cumulative quantity 0. A venue whose messages
    carry both (Binance's executionReport) needs none. Raises UnreadableAnswer."""
    info = trade.get("info") or {}
    status, cumulative = VenueOrderStatus.PARTIALLY_FILLED, Decimal(0)
    quantity = _decimal(trade, "amount")
    if is_execution_report(info):
        cumulative = _decimal(info, "z")
        status = _status_of(str(info["X"]), cumulative)
        client_order_id = str(info["c"])
    elif order is not None:
        status, cumulative = order_status(order), _decimal(order, "filled")
        client_order_id = client_order_id or str(order.get("clientOrderId") or "")
    type = _order_type(trade if order is None else order)
    commission, currency = _commission(trade)
    return ExecutionReport(
        exec_type=ExecType.TRADE,
        status=status,
        symbol=symbol,
        side=_side(trade),
        client_order_id=client_order_id,
        venue_order_id=_required(trade, "order"),
        venue_time_ms=_time_ms(trade, "timestamp"),
        type=type,
        quantity=_order_quantity(info, order),
        cumulative_quantity=cumulative,
        limit_price=_price(order, "price") if order and type.has_limit else None,
        stop_price=_price(order, "triggerPrice", "stopPrice") if order and type.has_stop else None,
        duration=_duration(order, type) if order else Duration.GTC,
        execution_id=execution_id(symbol, _required(trade, "order"), _required(trade, "id")),
        last_quantity=quantity,
        last_price=_decimal(trade, "price"),
        commission=commission,
        commission_currency=currency,
    )


def fills_in(order: Json, symbol: str, report: ExecutionReport) -> list[ExecutionReport]:
    """Return the fills that the answer to a new order lists. `report` is that answer."""
    fills: list[ExecutionReport] = []
    cumulative = Decimal(0)
    for trade in order.get("trades") or ():
        if any(trade.get(name) is None for name in ("id", "price", "amount")):
            continue
        cumulative += _decimal(trade, "amount")
        commission, currency = _commission(trade)
        is_last = cumulative == report.cumulative_quantity
        fills.append(
            replace(
                report,
                exec_type=ExecType.TRADE,
                status=report.status if is_last else VenueOrderStatus.PARTIALLY_FILLED,
                cumulative_quantity=cumulative,
                execution_id=execution_id(symbol, report.venue_order_id, str(trade["id"])),
                last_quantity=_decimal(trade, "amount"),
                last_price=_decimal(trade, "price"),
                commission=commission,
                commission_currency=currency,
            )
        )
    return fills


def balances(balance: Json) -> list[VenueBalance]:
    """Return the currencies of ccxt's balance of which the account holds anything."""
    held = []
    for currency, total in sorted((balance.get("total") or {}).items()):
        if total is not None and _number(str(total)):
            available = _decimal(balance.get("free") or {}, currency)
            held.append(VenueBalance(currency, _number(str(total)), available))
    return held


def spot_positions(
    held: Collection[VenueBalance], assets: Mapping[str, str]
) -> list[VenuePosition]:
    """Return what a spot account holds of the assets of its symbols. `assets` names the asset of
    each symbol; a symbol without holdings has the quantity 0."""
    totals = {balance.currency: balance.total for balance in held}
    return [
        VenuePosition(symbol, totals.get(asset, Decimal(0)), Decimal(0))
        for symbol, asset in sorted(assets.items())
    ]


def contract_positions(
    positions: Sequence[Json], symbols: Mapping[str, str]
) -> list[VenuePosition]:
    """Return ccxt's open positions. `symbols` names ours for each of ccxt's; others are left
    out."""
    return [
        VenuePosition(
            symbols[position["symbol"]],
            _decimal(position, "contracts") * (-1 if position.get("side") == "short" else 1),
            _decimal(position, "entryPrice"),
        )
        for position in positions
        if position.get("symbol") in symbols and _decimal(position, "contracts")
    ]


def order_status(order: Json) -> VenueOrderStatus:
    """Return the state of an order of ccxt. Raises UnreadableAnswer for one that is not known."""
    info = order.get("info") or {}
    raw = info.get("X", info.get("status"))
    if isinstance(raw, str) and raw in _BINANCE_STATUSES:
        return _BINANCE_STATUSES[raw]
    return _status_of(str(order.get("status")), _decimal(order, "filled"))


def is_execution_report(info: Json) -> bool:
    """Return whether a message is one of Binance's, which has an order's state next to its fill."""
    return all(name in info for name in ("x", "X", "z", "c"))


def execution_id(symbol: str, venue_order_id: str, trade_id: str) -> str:
    """Return an id of a fill that is unique in the account: venues number the trades of each symbol
    on their own, and both sides of a trade can be orders of the same account."""
    return f"{symbol}-{venue_order_id}-{trade_id}"


def text_of(amount: Decimal) -> str:
    """Return an amount as digits without an exponent, as venues want it."""
    return format(amount, "f")


# Binance distinguishes states for which ccxt has one word.
_BINANCE_STATUSES = {
    "PENDING_NEW": VenueOrderStatus.PENDING_NEW,
    "NEW": VenueOrderStatus.NEW,
    "PARTIALLY_FILLED": VenueOrderStatus.PARTIALLY_FILLED,
    "FILLED": VenueOrderStatus.FILLED,
    "PENDING_CANCEL": VenueOrderStatus.PENDING_CANCEL,
    "CANCELED": VenueOrderStatus.CANCELED,
    "REJECTED": VenueOrderStatus.REJECTED,
    "EXPIRED": VenueOrderStatus.EXPIRED,
    "EXPIRED_IN_MATCH": VenueOrderStatus.EXPIRED,
}

_CCXT_STATUSES = {
    "closed": VenueOrderStatus.FILLED,
    "canceled": VenueOrderStatus.CANCELED,
    "canceling": VenueOrderStatus.PENDING_CANCEL,
    "rejected": VenueOrderStatus.REJECTED,
    "expired": VenueOrderStatus.EXPIRED,
}

_BINANCE_EXEC_TYPES = {
    "NEW": ExecType.NEW,
    "CANCELED": ExecType.CANCELED,
    "REPLACED": ExecType.REPLACED,
    "REJECTED": ExecType.REJECTED,
    "EXPIRED": ExecType.EXPIRED,
}

_EXEC_TYPES = {
    VenueOrderStatus.PENDING_NEW: ExecType.PENDING_NEW,
    VenueOrderStatus.NEW: ExecType.NEW,
    VenueOrderStatus.PENDING_CANCEL: ExecType.PENDING_CANCEL,
    VenueOrderStatus.CANCELED: ExecType.CANCELED,
    VenueOrderStatus.REJECTED: ExecType.REJECTED,
    VenueOrderStatus.EXPIRED: ExecType.EXPIRED,
}

_TYPES = {
    "limit": OrderType.LIMIT,
    "limit_maker": OrderType.LIMIT,
    "market": OrderType.MARKET,
    "stop_loss": OrderType.STOP,
    "stop_loss_limit": OrderType.STOP_LIMIT,
    "take_profit": OrderType.STOP,
    "take_profit_limit": OrderType.STOP_LIMIT,
}

_WITH_STOP = {OrderType.LIMIT: OrderType.STOP_LIMIT, OrderType.MARKET: OrderType.STOP}


def _type_of(type: OrderType) -> str:
    return "limit" if type.has_limit else "market"


def _status_of(status: str, filled: Decimal) -> VenueOrderStatus:
    if status in _BINANCE_STATUSES:
        return _BINANCE_STATUSES[status]
    if status == "open":
        return VenueOrderStatus.PARTIALLY_FILLED if filled else VenueOrderStatus.NEW
    try:
        return _CCXT_STATUSES[status]
    except KeyError:
        raise UnreadableAnswer(f"the status {status!r} of an order is not known") from None


def _exec_type(info: Json, status: VenueOrderStatus) -> ExecType:
    reported = _BINANCE_EXEC_TYPES.get(str(info.get("x")))
    return reported or _EXEC_TYPES.get(status, ExecType.ORDER_STATUS)


def _order_type(order: Json) -> OrderType:
    type = _TYPES.get(str(order.get("type")).lower(), OrderType.MARKET)
    has_stop = any(order.get(name) is not None for name in ("triggerPrice", "stopPrice"))
    return _WITH_STOP.get(type, type) if has_stop else type


def _commission(trade: Json) -> tuple[Decimal, str]:
    fee = trade.get("fee") or {}
    if fee.get("cost") is None or fee.get("currency") is None:
        return Decimal(0), ""
    return _decimal(fee, "cost"), str(fee["currency"])


def _order_quantity(info: Json, order: Json | None) -> Decimal:
    if is_execution_report(info):
        return _decimal(info, "q")
    return Decimal(0) if order is None else _decimal(order, "amount")


def _duration(order: Json, type: OrderType) -> Duration:
    try:
        return Duration(str(order.get("timeInForce")))
    except ValueError:
        # Post-only orders rest until they are canceled; a market order has no duration of its own.
        return Duration.GTC


def _side(record: Json) -> Side:
    if record.get("side") in ("buy", "sell"):
        return Side.BUY if record["side"] == "buy" else Side.SELL
    raise UnreadableAnswer(f"the side {record.get('side')!r} is not known")


def _reason(info: Json) -> str:
    """Return Binance's reason of a rejection, or why it ended an order."""
    reasons = (info.get(name) for name in ("r", "expiryReason"))
    return next((each for each in reasons if isinstance(each, str) and each != "NONE"), "")


def _required(record: Json, name: str) -> str:
    if record.get(name) in (None, ""):
        raise UnreadableAnswer(f"the venue's answer has no {name!r}")
    return str(record[name])


def _time_ms(record: Json, *names: str) -> int:
    for name in names:
        if record.get(name) is not None:
            return int(record[name])
    raise UnreadableAnswer(f"the venue's answer has no {names[0]!r}")


def _price(record: Json, *names: str) -> Decimal | None:
    for name in names:
        if record.get(name) is not None:
            return _decimal(record, name) or None
    return None


def _decimal(record: Json, name: str) -> Decimal:
    value = record.get(name)
    if value is None:
        return Decimal(0)
    if isinstance(value, float):
        raise UnreadableAnswer(f"{name!r} is a float")
    try:
        return _number(str(value))
    except InvalidOperation:
        raise UnreadableAnswer(f"{name!r} is no number") from None


def _number(text: str) -> Decimal:
    """Return the amount without trailing zeros, so that equal amounts have equal texts."""
    return Decimal(format(Decimal(text).normalize(), "f"))
