"""What market, limit, stop and stop-limit orders fill at, when, and how far."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    TRADING_RULES,
    buy,
    described,
    modify,
    play,
    quote,
    sell,
    touch_of,
)
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.commands import Market, MatchQuote


def test_market_order_larger_than_the_display_works_on_through_the_next_quotes() -> None:
    engine = play(
        ("99x10 / 100x4", buy(10), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        ("99x10 / 100x4", quote, []),
        ("99x10 / 102x4", quote, ["filled 1: 4 @ 102, holds 8 @ 101"]),
        ("later 99x10 / 102x4", quote, ["filled 1: 2 @ 102, holds 10 @ 101.2"]),
        ("99x10 / 103x4", quote, []),
    )
    order = engine.state.orders["order-1"]
    assert (order.status, order.average_price) == (OrderStatus.FILLED, Decimal("101.2"))
    assert (order.version, order.placed_ms, order.updated_ms) == (4, 1, 4)


def test_order_without_fills_has_no_average_price() -> None:
    engine = play((None, buy(10), ["placed 1"]))
    assert engine.state.orders["order-1"].average_price is None


def test_repeated_touch_offers_only_what_is_left_of_it() -> None:
    tick = "99x10 / 100x4"
    play(
        (tick, buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        (tick, buy(3), ["placed 2", "filled 2: 1 @ 100, holds 4 @ 100"]),
        (tick, buy(3, limit="101"), ["placed 3"]),
        (tick, sell(1), ["placed 4", "filled 4: 1 @ 99, holds 3 @ 100, realized -1"]),
    )


def test_a_touch_that_shrank_below_what_was_taken_offers_nothing() -> None:
    engine = play(
        ("99x10 / 100x4", buy(5), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
    )
    assert engine.apply(MatchQuote(Market(TRADING_RULES, touch_of("99x10 / 100x2", 1), 9))) == []


@pytest.mark.parametrize("tick", ["98x10 / 100x4", "99x10 / 101x4"])
def test_other_prices_at_the_same_instant_are_another_touch(tick: str) -> None:
    engine = play(
        ("99x10 / 100x4", buy(5), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
    )
    words = described(engine.apply(MatchQuote(Market(TRADING_RULES, touch_of(tick, 1), 9))))
    assert [each[:12] for each in words] == ["filled 1: 1 "]


def test_displayed_size_goes_to_market_orders_then_better_limits_then_older_ones() -> None:
    play(
        ("101x9 / 102x9", buy(2, limit="100"), ["placed 1"]),
        ("101x9 / 102x9", buy(2, limit="101"), ["placed 2"]),
        ("101x9 / 102x9", buy(2, limit="101"), ["placed 3"]),
        (None, buy(2), ["placed 4"]),
        (None, buy(2, stop="90"), ["placed 5"]),
        (
            "98x9 / 99x7",
            quote,
            [
                "triggered 5",
                "filled 4: 2 @ 99, holds 2 @ 99",
                "filled 5: 2 @ 99, holds 4 @ 99",
                "filled 2: 2 @ 101, holds 6 @ 99.66666666666666666666666667",
                "filled 3: 1 @ 101, holds 7 @ 99.85714285714285714285714286",
            ],
        ),
        (
            "later 98x9 / 99x7",
            quote,
            [
                "filled 3: 1 @ 101, holds 8 @ 100",
                "filled 1: 2 @ 100, holds 10 @ 100",
            ],
        ),
    )


def test_sells_take_the_bid_the_lower_limit_first() -> None:
    play(
        ("98x9 / 99x9", sell(2, limit="100"), ["placed 1"]),
        ("98x9 / 99x9", sell(2, limit="99"), ["placed 2"]),
        ("101x3 / 102x9", quote, ["filled 2: 2 @ 99, holds -2 @ 99", FILLED_AT_100]),
    )


FILLED_AT_100 = "filled 1: 1 @ 100, holds -3 @ 99.33333333333333333333333333"


def test_incoming_order_waits_behind_older_ones_that_the_same_touch_reaches() -> None:
    play(
        ("100x9 / 101x9", buy(2, limit="100"), ["placed 1"]),
        (
            "98x9 / 99x3",
            buy(2, limit="100"),
            ["placed 2", "filled 1: 2 @ 100, holds 2 @ 100", FILLED_BETTER],
        ),
    )


FILLED_BETTER = "filled 2: 1 @ 99, holds 3 @ 99.66666666666666666666666667"


def test_orders_of_one_account_never_meet_each_other() -> None:
    play(
        ("99x0 / 105x9", sell(2, limit="101"), ["placed 1"]),
        ("99x0 / 105x9", buy(2, limit="102"), ["placed 2"]),
        ("101x1 / 102x1", quote, [BUY_AT_102, "filled 1: 1 @ 101, flat, realized -1"]),
    )


BUY_AT_102 = "filled 2: 1 @ 102, holds 1 @ 102"


def test_limit_marketable_on_arrival_fills_at_the_touch_until_the_market_stands_away() -> None:
    play(
        ("99x9 / 100x4", buy(6, limit="102"), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        ("99x9 / 103x9", quote, ["rested 1"]),
        ("99x9 / 101x9", quote, ["filled 1: 2 @ 102, holds 6 @ 100.6666666666666666666666667"]),
    )


def test_limit_far_through_the_market_fills_at_each_next_touch_and_not_at_its_limit() -> None:
    play(
        ("99x9 / 100x2", buy(6, limit="150"), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        ("100x9 / 101x2", quote, ["filled 1: 2 @ 101, holds 4 @ 100.5"]),
        ("93.5x9 / 94.5x9", quote, ["filled 1: 2 @ 94.5, holds 6 @ 98.5"]),
        ("93x4 / 94x9", sell(6, limit="1"), ["placed 2", SOLD_AT_93]),
        ("92.5x9 / 93.5x9", quote, ["filled 2: 2 @ 92.5, flat, realized -12"]),
    )


SOLD_AT_93 = "filled 2: 4 @ 93, holds 2 @ 98.5, realized -22"


def test_limit_that_arrives_in_silence_fills_at_the_first_touch_where_that_is_better() -> None:
    play(
        (None, buy(2, limit="105"), ["placed 1"]),
        ("99x9 / 100x9", quote, ["filled 1: 2 @ 100, holds 2 @ 100"]),
        (None, sell(2, limit="95"), ["placed 2"]),
        ("101x9 / 102x9", quote, ["filled 2: 2 @ 101, flat, realized 2"]),
    )


def test_limit_that_arrives_in_silence_rests_once_the_market_stands_away_from_it() -> None:
    play(
        (None, buy(1, limit="98"), ["placed 1"]),
        ("99x9 / 100x9", quote, ["rested 1"]),
        ("98x9 / 99x9", quote, []),
        ("90x9 / 91x9", quote, ["filled 1: 1 @ 98, holds 1 @ 98"]),
    )


def test_limit_comes_to_rest_at_no_crossed_touch_and_at_none_without_its_side() -> None:
    play(
        ("101x9 / 100x9", buy(1, limit="98"), ["placed 1"]),
        ("99x9 / 100x0", buy(1, limit="98"), ["placed 2"]),
        ("101x9 / 100x9", quote, []),
        (
            "90x9 / 91x9",
            quote,
            ["filled 1: 1 @ 91, holds 1 @ 91", "filled 2: 1 @ 91, holds 2 @ 91"],
        ),
    )


def test_limits_come_to_rest_the_older_first_and_a_trader_sees_no_change() -> None:
    engine = play(
        (None, buy(2, limit="98"), ["placed 1"]),
        (None, buy(2, limit="98"), ["placed 2"]),
        (None, modify(1, buy(1, limit="98")), ["modified 1"]),
        ("99x9 / 100x9", quote, ["rested 1", "rested 2"]),
    )
    assert [order.updated_ms for order in engine.state.orders.values()] == [3, 2]


def test_resting_limit_fills_at_its_limit_though_the_market_gaps_beyond() -> None:
    play(
        ("99x9 / 100x9", buy(1, limit="98"), ["placed 1"]),
        ("98x9 / 98.01x9", quote, []),
        ("90x9 / 91x9", quote, ["filled 1: 1 @ 98, holds 1 @ 98"]),
        ("90x9 / 91x9", sell(1, limit="92"), ["placed 2"]),
        ("92x9 / 93x9", quote, ["filled 2: 1 @ 92, flat, realized -6"]),
    )


def test_stop_fires_once_and_a_gap_fills_at_the_gap() -> None:
    play(
        ("99x9 / 100x9", buy(2), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        ("99x9 / 100x9", sell(2, stop="95"), ["placed 2"]),
        ("95.01x9 / 96x9", quote, []),
        ("90x1 / 91x9", quote, ["triggered 2", "filled 2: 1 @ 90, holds 1 @ 100, realized -10"]),
        ("97x9 / 98x9", quote, ["filled 2: 1 @ 97, flat, realized -3"]),
        ("90x9 / 91x9", quote, []),
    )


def test_buy_stop_triggers_when_the_ask_reaches_it() -> None:
    play(
        ("99x9 / 100x9", buy(2, stop="101"), ["placed 1"]),
        ("101x9 / 101x9", quote, ["triggered 1", "filled 1: 2 @ 101, holds 2 @ 101"]),
    )


def test_stop_already_beyond_on_arrival_triggers_immediately() -> None:
    play(
        (
            "99x9 / 100x9",
            buy(2, stop="98"),
            ["placed 1", "triggered 1", "filled 1: 2 @ 100, holds 2 @ 100"],
        ),
    )


def test_stops_reached_together_trigger_and_fill_in_the_order_they_were_placed() -> None:
    play(
        (None, sell(1, stop="95"), ["placed 1"]),
        (None, buy(1, stop="90"), ["placed 2"]),
        (None, sell(1, stop="96"), ["placed 3"]),
        (
            "94x1 / 95x1",
            quote,
            [
                "triggered 1",
                "triggered 2",
                "triggered 3",
                "filled 2: 1 @ 95, holds 1 @ 95",
                "filled 1: 1 @ 94, flat, realized -1",
            ],
        ),
    )


def test_stop_limit_triggers_then_arrives_as_a_limit_order() -> None:
    play(
        ("99x9 / 100x9", buy(3, stop="101", limit="103"), ["placed 1"]),
        ("99x9 / 102x1", quote, ["triggered 1", "filled 1: 1 @ 102, holds 1 @ 102"]),
        ("99x9 / 104x9", quote, ["rested 1"]),
        ("99x9 / 103x1", quote, ["filled 1: 1 @ 103, holds 2 @ 102.5"]),
        ("99x9 / 100x9", quote, ["filled 1: 1 @ 103, holds 3 @ 102.6666666666666666666666667"]),
    )


def test_stop_limit_that_gaps_beyond_its_limit_rests_there() -> None:
    play(
        ("99x9 / 100x9", sell(3, stop="98", limit="97"), ["placed 1"]),
        ("95x9 / 96x9", quote, ["triggered 1"]),
        ("96.99x9 / 98x9", quote, []),
        ("99x9 / 100x9", quote, ["filled 1: 3 @ 97, holds -3 @ 97"]),
    )


def test_crossed_touch_triggers_and_fills_nothing_and_a_locked_one_does() -> None:
    play(
        ("101x9 / 100x9", buy(1), ["placed 1"]),
        ("101x9 / 100x9", buy(1, stop="99"), ["placed 2"]),
        ("100x9 / 100x1", quote, ["triggered 2", "filled 1: 1 @ 100, holds 1 @ 100"]),
    )


@pytest.mark.parametrize("ask", ["100x0", "100x-1", "0x9", "-1x9"])
def test_side_that_is_not_displayed_triggers_and_fills_nothing(ask: str) -> None:
    tick = f"99x9 / {ask}"
    play(
        (tick, buy(1), ["placed 1"]),
        (tick, buy(1, stop="0.01"), ["placed 2"]),
        (tick, sell(1), ["placed 3", "filled 3: 1 @ 99, holds -1 @ 99"]),
    )


def test_silent_market_fills_nothing_and_orders_wait_for_it() -> None:
    play(
        (None, buy(1), ["placed 1"]),
        (None, buy(1, stop="1"), ["placed 2"]),
        (None, modify(1, buy(2)), ["modified 1"]),
        ("99x9 / 100x2", quote, ["triggered 2", "filled 2: 1 @ 100, holds 1 @ 100", LARGER]),
    )


LARGER = "filled 1: 1 @ 100, holds 2 @ 100"
