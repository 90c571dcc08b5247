"""Which quotes reach the open orders of an account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import CommandMaker, buy, play, sell
from trading_api.domain.orders import Duration
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.open_orders import OpenOrders
from trading_api.modules.broker.engine.quote_reach import (
    NOTHING_REACHED,
    QuoteReach,
    quote_reach,
)

TICK = "99x9 / 100x9"


def above(price: str) -> Decimal:
    return EXACT.next_plus(Decimal(price))


def below(price: str) -> Decimal:
    return EXACT.next_minus(Decimal(price))


def reach_of(*orders: CommandMaker, tick: str | None = TICK) -> QuoteReach:
    rows = [(tick, order, [f"placed {number}"]) for number, order in enumerate(orders, start=1)]
    return quote_reach(play(*rows).state.open_orders("AAPL"))


def test_no_orders_reach_nothing() -> None:
    assert quote_reach(OpenOrders()) == NOTHING_REACHED


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([buy(1, limit="90"), buy(1, limit="95")], QuoteReach(ask_low=Decimal(95))),
        ([sell(1, limit="120"), sell(1, limit="110")], QuoteReach(bid_high=Decimal(110))),
        ([buy(1, stop="120"), buy(1, stop="110")], QuoteReach(ask_high=Decimal(110))),
        ([sell(1, stop="90"), sell(1, stop="95")], QuoteReach(bid_low=Decimal(95))),
        # A trailing stop moves once the market is farther away than its distance.
        ([sell(1, trail="5")], QuoteReach(bid_low=Decimal(94), bid_high=above("99"))),
        ([buy(1, trail="5")], QuoteReach(ask_high=Decimal(105), ask_low=below("100"))),
        (
            [sell(1, trail="5"), sell(1, limit="120")],
            QuoteReach(bid_low=Decimal(94), bid_high=above("99")),
        ),
        (
            [buy(1, trail="5"), buy(1, limit="90")],
            QuoteReach(ask_high=Decimal(105), ask_low=below("100")),
        ),
        (
            [buy(1, limit="90", duration=Duration.GTD, expires=77), buy(1, limit="95")],
            QuoteReach(ask_low=Decimal(95), expires_ms=77),
        ),
    ],
)
def test_the_nearest_price_of_each_kind_counts(
    orders: list[CommandMaker], expected: QuoteReach
) -> None:
    assert reach_of(*orders) == expected


def test_every_quote_reaches_an_order_that_has_not_met_a_market() -> None:
    for order in (buy(1), buy(1, limit="90")):
        assert reach_of(order, tick=None) == QuoteReach(is_always=True)
    assert reach_of(sell(1, limit="120"), buy(1), tick="99x9 / 100x0").is_always
