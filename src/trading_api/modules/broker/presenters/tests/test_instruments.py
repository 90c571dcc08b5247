"""What a terminal may offer follows from the features of the account's venue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.kit.manual_market import instrument
from trading_api.domain.broker_features import ALL_FEATURES, BrokerFeatures
from trading_api.domain.orders import Duration, OrderType
from trading_api.models.broker import BrokerFlags
from trading_api.modules.broker.presenters.instruments import to_configuration, to_instrument_info

SPOT = BrokerFeatures(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
    durations=frozenset({Duration.GTC, Duration.IOC}),
    modifies_orders=True,
    has_order_brackets=False,
    has_position_brackets=False,
    has_trailing_stops=False,
    has_leverage=False,
    sells_short=False,
    moves_cash=False,
)


def test_a_paper_account_has_every_feature() -> None:
    configuration = to_configuration(ALL_FEATURES, "USD")
    assert configuration.config_flags == BrokerFlags()
    assert [each.value for each in configuration.durations] == ["GTC", "DAY", "GTD", "IOC", "FOK"]
    assert configuration.durations[0].supported_order_types == [1, 2, 3, 4]


def test_a_venue_offers_what_it_has() -> None:
    configuration = to_configuration(SPOT, "USDT")
    shown = {
        name
        for name, is_supported in configuration.config_flags.model_dump().items()
        if is_supported != BrokerFlags().model_dump()[name]
    }
    assert shown == {
        "supportOrderBrackets",
        "supportPositionBrackets",
        "supportMarketBrackets",
        "supportModifyBrackets",
        "supportModifyDuration",
        "supportModifyTrailingStop",
        "supportReversePosition",
        "supportNativeReversePosition",
        "supportStopOrders",
        "supportStopLimitOrders",
        "supportTrailingStop",
        "supportLeverage",
        "supportMargin",
    }
    assert [(each.value, each.supported_order_types) for each in configuration.durations] == [
        ("GTC", [1, 2]),
        ("IOC", [1, 2]),
    ]


def test_a_duration_that_no_order_type_has_is_not_offered() -> None:
    stops = replace(ALL_FEATURES, order_types=frozenset({OrderType.STOP}))
    durations = to_configuration(stops, "USD").durations
    assert [each.value for each in durations] == ["GTC", "DAY", "GTD"]


def test_the_ticket_of_an_instrument_offers_the_same() -> None:
    info = to_instrument_info(instrument("AAPL"), Decimal(1), Decimal(1), SPOT)
    assert (info.allowed_order_types, info.allowed_durations) == ([1, 2], ["GTC", "IOC"])
