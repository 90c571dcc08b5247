"""What Alpaca requires of an order, and the answers that it gives where that is not met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

PRICES_OF_TYPE = {
    "market": (),
    "limit": ("limit_price",),
    "stop": ("stop_price",),
    "stop_limit": ("limit_price", "stop_price"),
}
TIMES_IN_FORCE = {
    "us_equity": frozenset({"day", "gtc", "ioc", "fok", "opg", "cls"}),
    "crypto": frozenset({"gtc", "ioc"}),
}
CLIENT_ORDER_ID_LENGTH_MAX = 128


class AlpacaError(Exception):
    """An answer of Alpaca other than success: HTTP status, its own code, and more fields."""

    def __init__(self, status: int, code: int, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.document: dict[str, Any] = {"code": code, "message": message} | fields


@dataclass(frozen=True)
class Asset:
    """An asset that can be traded."""

    symbol: str
    asset_class: str = "us_equity"
    is_fractionable: bool = True
    is_shortable: bool = True


def order_not_found(order: str) -> AlpacaError:
    return AlpacaError(404, 40410000, f"order not found for {order}")


def decimal_field(fields: Mapping[str, Any], name: str) -> Decimal | None:
    """Return a number of a request, which may be a JSON string or number. Raises AlpacaError."""
    value = fields.get(name)
    if value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise AlpacaError(422, 40010001, f"{name} is invalid") from None
    if number <= 0:
        raise AlpacaError(422, 42210000, f"{name} must be > 0")
    return number


def check_order(fields: Mapping[str, Any], asset: Asset) -> None:
    """Raise AlpacaError where the fields of a new order do not make one."""
    type_, time_in_force = fields.get("type"), fields.get("time_in_force")
    if type_ not in PRICES_OF_TYPE:
        raise AlpacaError(422, 40010001, "invalid order type")
    if time_in_force not in TIMES_IN_FORCE[asset.asset_class]:
        raise AlpacaError(422, 42210000, "invalid time_in_force for order")
    if fields.get("side") not in ("buy", "sell"):
        raise AlpacaError(422, 40010001, "side is required")
    quantity = decimal_field(fields, "qty")
    if quantity is None:
        raise AlpacaError(422, 40010001, "qty or notional is required")
    for name in ("limit_price", "stop_price"):
        is_needed = name in PRICES_OF_TYPE[type_]
        if (decimal_field(fields, name) is None) == is_needed and not _is_oco(fields):
            wanted = "require" if is_needed else "must not have"
            words = name.replace("_", " ")
            raise AlpacaError(422, 42210000, f"{type_} orders {wanted} {words}")
    if quantity % 1 and asset.asset_class == "us_equity":
        if not asset.is_fractionable:
            raise AlpacaError(403, 40310000, f'asset "{asset.symbol}" is not fractionable')
        if time_in_force != "day":
            raise AlpacaError(422, 42210000, "fractional orders must be DAY orders")
        if fields.get("order_class") not in (None, "", "simple"):
            raise AlpacaError(422, 42210000, "fractional orders must be simple orders")
    _check_class(fields)


def _check_class(fields: Mapping[str, Any]) -> None:
    order_class = fields.get("order_class") or "simple"
    take_profit, stop_loss = fields.get("take_profit") or {}, fields.get("stop_loss") or {}
    if order_class == "simple":
        if take_profit or stop_loss:
            raise AlpacaError(422, 42210000, "simple orders have no take_profit or stop_loss")
        return
    if order_class not in ("bracket", "oco", "oto"):
        raise AlpacaError(422, 40010001, "invalid order_class")
    if fields["time_in_force"] not in ("day", "gtc"):
        raise AlpacaError(422, 42210000, f"{order_class} orders must be DAY or GTC orders")
    has_both = "limit_price" in take_profit and "stop_price" in stop_loss
    if order_class in ("bracket", "oco") and not has_both:
        words = f"{order_class} orders require take_profit.limit_price and stop_loss.stop_price"
        raise AlpacaError(422, 42210000, words)
    if order_class == "oto" and bool(take_profit) == bool(stop_loss):
        raise AlpacaError(422, 42210000, "oto orders require one of take_profit and stop_loss")
    if has_both:
        gap = Decimal(str(take_profit["limit_price"])) - Decimal(str(stop_loss["stop_price"]))
        # A bracket's exits are of the other side; those of an OCO are the order itself.
        is_exit_sell = (fields["side"] == "sell") == _is_oco(fields)
        if (gap > 0) != is_exit_sell:
            raise AlpacaError(422, 42210000, "take_profit and stop_loss are on the wrong sides")


def _is_oco(fields: Mapping[str, Any]) -> bool:
    return fields.get("order_class") == "oco"
