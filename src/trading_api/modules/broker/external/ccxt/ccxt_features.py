"""What a venue can do, by ccxt's descriptions of it and of its markets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from trading_api.domain.orders import Duration, OrderType
from trading_api.modules.broker.external.venue_client import RateLimitUse, VenueFeatures

TRIED_VENUES = frozenset({"binance"})
"""The venues whose orders were tried, against the venue simulator of the test kit. Others start
with a warning."""

BEFORE_CONNECTING = VenueFeatures(
    order_types=(OrderType.LIMIT, OrderType.MARKET),
    durations=(Duration.GTC,),
    can_replace=False,
    has_brackets=False,
    is_spot=True,
)
"""What every venue of ccxt can do: shown until the venue has described itself."""

_ORDER_TYPES = {
    OrderType.LIMIT: "LIMIT",
    OrderType.MARKET: "MARKET",
    OrderType.STOP: "STOP_LOSS",
    OrderType.STOP_LIMIT: "STOP_LOSS_LIMIT",
}
"""Our types by Binance's names of them, which it lists with each symbol."""

_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3_600, "DAY": 86_400}
_LETTERS = {"S": 1, "M": 60, "H": 3_600, "D": 86_400}


def features_of(
    venue: str,
    has: Mapping[str, Any],
    create_order: Mapping[str, Any],
    markets: Sequence[Mapping[str, Any]],
) -> VenueFeatures:
    """Return what the venue can do in all of the markets. `has` and `create_order` are ccxt's
    `exchange.has`, and its features of `createOrder` for this type of market.

    Orders are replaced only at tried venues: elsewhere it is not known what happens to the fills
    and ids of an order that ccxt edits."""
    durations = create_order.get("timeInForce") or {}
    is_spot = all(market.get("spot") is True for market in markets)
    return VenueFeatures(
        order_types=tuple(
            type for type in OrderType if _has_type(type, has, create_order, markets)
        ),
        durations=(
            Duration.GTC,
            *(each for each in (Duration.IOC, Duration.FOK) if durations.get(each.value) is True),
        ),
        can_replace=venue in TRIED_VENUES and has.get("editOrder") is True,
        has_brackets=False,
        is_spot=is_spot,
        moves_full_value=is_spot,
    )


def symbol_limits(answer: Mapping[str, Any]) -> dict[str, RateLimitUse]:
    """Return the limits that Binance's `exchangeInfo` states, by the names of the headers that
    report their use, such as `used-weight-1m`."""
    limits = {}
    for limit in answer.get("rateLimits") or ():
        interval, number = str(limit["interval"]), int(limit["intervalNum"])
        header = _HEADERS.get(str(limit["rateLimitType"]))
        if header and interval in _SECONDS:
            name = f"{header}-{number}{interval[0].lower()}"
            seconds = number * _SECONDS[interval]
            limits[name] = RateLimitUse(name, 0, int(limit["limit"]), seconds)
    return limits


def used_limits(
    headers: Mapping[str, str], limits: Mapping[str, RateLimitUse]
) -> dict[str, RateLimitUse]:
    """Return the limits with the use that Binance's response headers report, such as
    `x-mbx-used-weight-1m`. A limit that was not stated has the limit 0."""
    used = dict(limits)
    for header, value in headers.items():
        name = header.lower().removeprefix("x-mbx-")
        if name == header.lower() or not value.isdigit():
            continue
        kind, _, interval = name.rpartition("-")
        if kind not in _HEADERS.values() or not interval[:-1].isdigit():
            continue
        known = limits.get(name)
        seconds = int(interval[:-1]) * _LETTERS.get(interval[-1].upper(), 0)
        limit = known.limit if known else 0
        used[name] = RateLimitUse(name, int(value), limit, known.interval_s if known else seconds)
    return used


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Return the seconds that a response asks to wait, or 0."""
    for header, value in headers.items():
        if header.lower() == "retry-after" and value.strip().isdigit():
            return float(value)
    return 0.0


_HEADERS = {"REQUEST_WEIGHT": "used-weight", "ORDERS": "order-count"}


def _has_type(
    type: OrderType,
    has: Mapping[str, Any],
    create_order: Mapping[str, Any],
    markets: Collection[Mapping[str, Any]],
) -> bool:
    if type is OrderType.MARKET and has.get("createMarketOrder") is False:
        return False
    if type.has_stop and create_order.get("triggerPrice") is not True:
        return False
    return all(_market_has_type(type, market) for market in markets)


def _market_has_type(type: OrderType, market: Mapping[str, Any]) -> bool:
    listed = (market.get("info") or {}).get("orderTypes")
    return not isinstance(listed, list) or not market.get("spot") or _ORDER_TYPES[type] in listed
