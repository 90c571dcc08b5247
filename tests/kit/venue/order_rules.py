"""What the venue checks of a new order before it is placed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NamedTuple, cast

from tests.kit.venue.errors import VenueError, illegal, missing
from tests.kit.venue.instruments import ORDER_TYPES, Instrument
from tests.kit.venue.matching import ZERO, Side

CLIENT_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")

_LIMIT_TYPES = frozenset({"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
_TIMED_TYPES = frozenset({"LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
STOP_TYPES = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})


class OrderRequest(NamedTuple):
    """The checked parameters of a new order; zero where one was not given."""

    side: Side
    type: str
    time_in_force: str
    quantity: Decimal
    quote_quantity: Decimal
    price: Decimal
    stop_price: Decimal
    client_id: str

    @property
    def is_stop(self) -> bool:
        return self.type in STOP_TYPES

    @property
    def has_limit(self) -> bool:
        return self.type in _LIMIT_TYPES


def check_order(
    query: Mapping[str, str], instrument: Instrument, last_price: Decimal
) -> OrderRequest:
    """Return the parameters of a new order. Raises VenueError with Binance's codes.

    The order of the checks is: parameters, precision, filters.
    """
    side, type = query.get("side"), query.get("type")
    if side is None:
        raise missing("side")
    if side not in ("BUY", "SELL"):
        raise VenueError(-1117, "Invalid side.")
    if type is None:
        raise missing("type")
    if type not in ORDER_TYPES:
        raise VenueError(-1116, "Invalid orderType.")
    request = OrderRequest(
        cast(Side, side),
        type,
        _time_in_force(query, type),
        _number(query, "quantity"),
        _number(query, "quoteOrderQty"),
        _number(query, "price"),
        _number(query, "stopPrice"),
        _client_id(query),
    )
    _check_needed(request)
    _check_filters(request, instrument, last_price)
    return request


def _time_in_force(query: Mapping[str, str], type: str) -> str:
    given = query.get("timeInForce")
    if type not in _TIMED_TYPES:
        if given is not None:
            raise VenueError(-1106, "Parameter 'timeInForce' sent when not required.")
        return "GTC"
    if given is None:
        raise missing("timeInForce")
    if given not in ("GTC", "IOC", "FOK"):
        raise VenueError(-1115, "Invalid timeInForce.")
    return given


def _number(query: Mapping[str, str], name: str) -> Decimal:
    text = query.get(name)
    if text is None:
        return ZERO
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise illegal(name) from None
    if not value.is_finite() or value < 0:
        raise illegal(name)
    if value != round(value, 8):
        raise VenueError(-1111, f"Parameter '{name}' has too much precision.")
    return value


def _client_id(query: Mapping[str, str]) -> str:
    given = query.get("newClientOrderId", "")
    if given and not CLIENT_ID.fullmatch(given):
        raise illegal("newClientOrderId")
    return given


def _check_needed(request: OrderRequest) -> None:
    if request.has_limit and not request.price:
        raise missing("price")
    if request.is_stop and not request.stop_price:
        raise missing("stopPrice")
    by_quote = request.type == "MARKET" and request.quote_quantity
    if not request.quantity and not by_quote:
        raise missing("quantity")
    if request.quantity and request.quote_quantity:
        raise VenueError(-1128, "Combination of optional parameters invalid.")


def _check_filters(request: OrderRequest, instrument: Instrument, last_price: Decimal) -> None:
    for price in (request.price, request.stop_price):
        if price % instrument.tick:
            raise VenueError(-1013, "Filter failure: PRICE_FILTER")
    quantity = request.quantity
    if quantity and (
        quantity < instrument.step
        or quantity > instrument.quantity_max
        or quantity % instrument.step
    ):
        raise VenueError(-1013, "Filter failure: LOT_SIZE")
    price = request.price or request.stop_price or last_price
    if (request.quote_quantity or price * quantity) < instrument.notional_min:
        raise VenueError(-1013, "Filter failure: NOTIONAL")
