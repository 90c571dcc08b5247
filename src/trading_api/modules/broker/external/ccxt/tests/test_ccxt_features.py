"""A venue offers what ccxt describes, in all of the account's symbols."""

from __future__ import annotations

from typing import Any

from trading_api.domain.orders import Duration, OrderType
from trading_api.modules.broker.external.ccxt.ccxt_features import (
    features_of,
    retry_after_s,
    symbol_limits,
    used_limits,
)
from trading_api.modules.broker.external.venue_client import RateLimitUse

HAS = {"editOrder": True, "createMarketOrder": True}
CREATE_ORDER = {"triggerPrice": True, "timeInForce": {"IOC": True, "FOK": True, "GTD": False}}
ALL_TYPES = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"]


def market(*types: str, spot: bool = True) -> dict[str, Any]:
    return {"spot": spot, "info": {"orderTypes": list(types)}}


def test_binance_has_all_order_types_and_replaces() -> None:
    features = features_of("binance", HAS, CREATE_ORDER, [market(*ALL_TYPES)])
    assert set(features.order_types) == set(OrderType)
    assert set(features.durations) == {Duration.GTC, Duration.IOC, Duration.FOK}
    assert features.can_replace
    assert features.is_spot
    assert not features.has_brackets


def test_a_type_is_offered_if_every_symbol_has_it() -> None:
    markets = [market(*ALL_TYPES), market("LIMIT", "MARKET", "STOP_LOSS_LIMIT")]
    types = features_of("binance", HAS, CREATE_ORDER, markets).order_types
    assert OrderType.STOP not in types
    assert OrderType.STOP_LIMIT in types


def test_an_untried_venue_replaces_nothing() -> None:
    features = features_of("kraken", HAS, {}, [{"spot": True, "info": {}}])
    assert set(features.order_types) == {OrderType.LIMIT, OrderType.MARKET}
    assert features.durations == (Duration.GTC,)
    assert not features.can_replace


def test_a_contract_is_not_spot() -> None:
    features = features_of("binance", HAS, CREATE_ORDER, [market("LIMIT", spot=False)])
    assert not features.is_spot
    assert not features.moves_full_value
    assert OrderType.STOP in features.order_types


LIMITS = symbol_limits(
    {
        "rateLimits": [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": 6000,
            },
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 9},
        ]
    }
)


def test_the_use_of_limits_comes_from_headers() -> None:
    headers = {
        "X-MBX-USED-WEIGHT": "25",
        "X-MBX-USED-WEIGHT-1M": "25",
        "X-Mbx-Order-Count-10s": "3",
    }
    assert used_limits(headers, LIMITS) == {
        "used-weight-1m": RateLimitUse("used-weight-1m", 25, 6000, 60),
        "order-count-10s": RateLimitUse("order-count-10s", 3, 100, 10),
    }


def test_a_limit_that_was_not_stated_is_shown_without_its_bound() -> None:
    used = used_limits({"x-mbx-order-count-1d": "7", "x-mbx-uuid": "5"}, {})
    assert used == {"order-count-1d": RateLimitUse("order-count-1d", 7, 0, 86_400)}
    assert used_limits({"Date": "x"}, LIMITS) == LIMITS


def test_a_response_asks_to_wait() -> None:
    assert retry_after_s({"retry-After": "30"}) == 30
    assert retry_after_s({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}) == 0
    assert retry_after_s({}) == 0
