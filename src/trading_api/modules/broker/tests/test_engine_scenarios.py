"""Market, limit, stop and stop-limit orders, positions and closes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Market,
    MatchQuote,
    OpenAccount,
)
from trading_api.modules.broker.engine.engine import Engine, Outcome
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    Event,
    OrderCanceled,
    OrderFilled,
    OrderPlaced,
)
from trading_api.modules.broker.engine.order import OrderStatus, OrderType, canceled
from trading_api.modules.broker.tests.engine_tables import (
    FREE,
    GONE,
    RULES,
    buy,
    cancel,
    close,
    modify,
    play,
    quote,
    sell,
    touch_of,
)


def test_market_order_fills_at_the_touch() -> None:
    tick = "99x10 / 100x10"
    play(
        (tick, buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        (tick, sell(1), ["placed 2", "filled 2: 1 @ 99, holds 2 @ 100, realized -1"]),
    )


def test_long_round_trip_books_its_profit() -> None:
    engine = play(
        ("99x10 / 100x10", buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        ("105x4 / 106x10", sell(4), ["placed 2", "filled 2: 4 @ 105, holds 6 @ 100, realized 20"]),
        ("98x10 / 99x10", sell(6), ["placed 3", "filled 3: 6 @ 98, flat, realized -12"]),
    )
    assert engine.state.balance == 1008
    assert engine.state.realized_pl == 8
    assert engine.state.positions == {}


def test_short_round_trip_books_its_profit() -> None:
    engine = play(
        ("99x10 / 100x10", sell(10), ["placed 1", "filled 1: 10 @ 99, holds -10 @ 99"]),
        ("93x10 / 94x10", buy(4), ["placed 2", "filled 2: 4 @ 94, holds -6 @ 99, realized 20"]),
        ("101x9 / 102x9", buy(6), ["placed 3", "filled 3: 6 @ 102, flat, realized -18"]),
    )
    assert engine.state.balance == 1002


def test_adding_to_a_short_averages_its_price_and_realizes_nothing() -> None:
    play(
        ("99x10 / 100x10", sell(1), ["placed 1", "filled 1: 1 @ 99, holds -1 @ 99"]),
        ("102x10 / 103x10", sell(2), ["placed 2", "filled 2: 2 @ 102, holds -3 @ 101"]),
    )


def test_flip_through_zero_realizes_the_old_side_and_opens_the_rest_at_the_fill() -> None:
    play(
        ("99x10 / 100x10", buy(4), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        ("103x9 / 104x9", sell(9), ["placed 2", "filled 2: 9 @ 103, holds -5 @ 103, realized 12"]),
        ("100x9 / 101x9", buy(9), ["placed 3", "filled 3: 9 @ 101, holds 4 @ 101, realized 10"]),
    )


def test_half_of_the_last_decimal_rounds_to_even() -> None:
    engine = play(
        ("99x9 / 100x9", buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        ("110x9 / 111x9", sell(2), ["placed 2", HALF_TO_EVEN]),
        rate="0.00000000025",
    )
    assert engine.state.balance == 1000


def test_realized_profit_converts_to_eight_decimals() -> None:
    play(
        ("99x9 / 100x9", buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        ("101x9 / 102x9", sell(3), ["placed 2", "filled 2: 3 @ 101, flat, realized 2.54456789"]),
        rate="0.8481892966",
    )


HALF_TO_EVEN = "filled 2: 2 @ 110, holds 1 @ 100"


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
    assert engine.apply(MatchQuote(Market(RULES, touch_of("99x10 / 100x2", 1), 9))) == []


@pytest.mark.parametrize("tick", ["98x10 / 100x4", "99x10 / 101x4"])
def test_other_prices_at_the_same_instant_are_another_touch(tick: str) -> None:
    engine = play(
        ("99x10 / 100x4", buy(5), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
    )
    assert len(accepted(engine.apply(MatchQuote(Market(RULES, touch_of(tick, 1), 9))))) == 1


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


def test_arriving_order_waits_behind_older_ones_that_the_same_touch_reaches() -> None:
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


def test_stop_already_beyond_on_arrival_triggers_at_once() -> None:
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


def test_prices_that_the_type_does_not_use_are_not_kept() -> None:
    engine = play(
        (None, buy(1, type=OrderType.MARKET, limit="-3", stop="0.001"), ["placed 1"]),
        (None, buy(1, type=OrderType.LIMIT, limit="9", stop="0.001"), ["placed 2"]),
        (None, buy(1, type=OrderType.STOP, limit="-3", stop="9"), ["placed 3"]),
    )
    prices = [(order.limit_price, order.stop_price) for order in engine.state.orders.values()]
    assert prices == [(None, None), (9, None), (None, 9)]


def test_modify_to_a_marketable_price_fills_at_the_touch() -> None:
    tick = "99x9 / 100x9"
    engine = play(
        (tick, buy(2, limit="98"), ["placed 1"]),
        (tick, modify(1, buy(3, limit="101")), ["modified 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
    )
    assert engine.state.orders["order-1"].version == 3


def test_modify_that_keeps_its_place_leaves_a_resting_order_at_rest() -> None:
    play(
        ("101x9 / 102x9", buy(2, limit="101"), ["placed 1"]),
        (
            "99x9 / 100x9",
            modify(1, buy(1, limit="101")),
            ["modified 1", "filled 1: 1 @ 101, holds 1 @ 101"],
        ),
    )


def test_new_price_makes_a_resting_order_arrive_anew() -> None:
    tick = "101x9 / 102x9"
    play(
        (tick, buy(1, limit="100"), ["placed 1"]),
        (tick, buy(1, limit="100"), ["placed 2"]),
        (None, modify(1, buy(1, limit="101")), ["modified 1"]),
        (tick, modify(2, buy(1, limit="101")), ["modified 2", "rested 1"]),
        (None, modify(1, buy(1, limit="100")), ["modified 1"]),
        ("95x9 / 96x9", quote, ["filled 2: 1 @ 101, holds 1 @ 101", ARRIVED_AT_96]),
    )


ARRIVED_AT_96 = "filled 1: 1 @ 96, holds 2 @ 98.5"


@pytest.mark.parametrize(("quantity", "first"), [(1, 1), (2, 1), (3, 2)])
def test_larger_quantity_loses_time_priority_and_a_smaller_keeps_it(
    quantity: int, first: int
) -> None:
    play(
        ("100x9 / 101x9", buy(2, limit="100"), ["placed 1"]),
        ("100x9 / 101x9", buy(2, limit="100"), ["placed 2"]),
        (None, modify(1, buy(quantity, limit="100")), ["modified 1"]),
        ("98x9 / 99x1", quote, [f"filled {first}: 1 @ 100, holds 1 @ 100"]),
    )


def test_price_there_and_back_loses_time_priority() -> None:
    play(
        ("100x9 / 101x9", buy(2, limit="100"), ["placed 1"]),
        ("100x9 / 101x9", buy(2, limit="100"), ["placed 2"]),
        (None, modify(1, buy(2, limit="99")), ["modified 1"]),
        (None, modify(1, buy(2, limit="100")), ["modified 1"]),
        ("98x9 / 99x1", quote, ["filled 2: 1 @ 100, holds 1 @ 100"]),
    )


def test_modified_stop_triggers_where_it_stands_now() -> None:
    tick = "99x9 / 100x9"
    play(
        (tick, buy(1, stop="105"), ["placed 1"]),
        (
            tick,
            modify(1, buy(1, stop="100")),
            ["modified 1", "triggered 1", "filled 1: 1 @ 100, holds 1 @ 100"],
        ),
    )


def test_triggered_stop_keeps_its_stop_price_but_not_its_quantity_and_limit() -> None:
    tick = "99x9 / 100x9"
    play(
        (tick, buy(1, stop="99", limit="98"), ["placed 1", "triggered 1"]),
        (tick, modify(1, buy(1, stop="97", limit="98")), ["rejected: not_modifiable"]),
        (tick, modify(1, buy(2, stop="99", limit="97")), ["modified 1"]),
        ("96x9 / 97x9", quote, ["filled 1: 2 @ 97, holds 2 @ 97"]),
    )


def test_modify_of_an_order_filled_meanwhile_is_refused() -> None:
    play(
        ("99x9 / 100x9", buy(1, limit="99"), ["placed 1"]),
        ("98x9 / 99x9", quote, ["filled 1: 1 @ 99, holds 1 @ 99"]),
        ("98x9 / 99x9", modify(1, buy(1, limit="98")), ["rejected: order_not_working"]),
    )


def test_modify_of_a_partly_filled_order_counts_what_is_filled() -> None:
    play(
        ("99x9 / 100x2", buy(5, limit="100"), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        (None, modify(1, buy(2, limit="100")), ["rejected: quantity_below_filled"]),
        (None, modify(1, buy(3, limit="100")), ["modified 1"]),
        ("99x9 / 100x9", quote, ["filled 1: 1 @ 100, holds 3 @ 100"]),
    )


def test_modify_changes_neither_symbol_nor_side_nor_type() -> None:
    refused = ["rejected: not_modifiable"]
    play(
        (None, buy(5, limit="100"), ["placed 1"]),
        (None, modify(1, sell(5, limit="100")), refused),
        (None, modify(1, buy(5)), refused),
        (None, modify(1, buy(5, limit="100"), symbol="MSFT"), refused),
        (None, modify(1, buy(0, limit="100")), ["rejected: quantity_not_positive"]),
        (None, modify(1, buy(5, limit="100.001")), ["rejected: price_off_tick"]),
        (None, modify(2, buy(5, limit="100")), ["rejected: order_not_found"]),
    )


def test_cancel_ends_a_working_order_and_only_once() -> None:
    play(
        ("99x9 / 100x2", buy(5), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        (None, cancel(1), ["canceled 1"]),
        (None, cancel(1), ["rejected: order_not_working"]),
        (None, cancel(2), ["rejected: order_not_found"]),
        ("99x9 / 101x9", quote, []),
    )


def test_cancel_of_a_filled_order_is_refused() -> None:
    play(
        ("99x9 / 100x9", buy(1), ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
        (None, cancel(1), ["rejected: order_not_working"]),
    )


def test_close_sells_a_long_and_buys_back_a_short() -> None:
    tick = "99x9 / 100x9"
    play(
        (tick, buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        (tick, close(1), ["placed 2", "filled 2: 1 @ 99, holds 2 @ 100, realized -1"]),
        (tick, close(), ["placed 3", "filled 3: 2 @ 99, flat, realized -2"]),
        (tick, close(), ["rejected: position_not_found"]),
        (tick, sell(2), ["placed 4", "filled 4: 2 @ 99, holds -2 @ 99"]),
        (tick, close(), ["placed 5", "filled 5: 2 @ 100, flat, realized -2"]),
        (tick, close(symbol="MSFT"), ["rejected: position_not_found"]),
    )


def test_two_closes_never_close_more_than_there_is() -> None:
    play(
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (None, close(3), ["placed 2"]),
        (None, close(3), ["rejected: exceeds_position"]),
        (None, close(), ["placed 3"]),
        (None, close(), ["rejected: exceeds_position"]),
        (
            "later 99x9 / 100x9",
            quote,
            [
                "filled 2: 3 @ 99, holds 2 @ 100, realized -3",
                "filled 3: 2 @ 99, flat, realized -2",
            ],
        ),
    )


def test_close_quantity_is_checked_like_any_other() -> None:
    play(
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (None, close(0), ["rejected: quantity_not_positive"]),
        (None, close(-1), ["rejected: quantity_not_positive"]),
        (None, close("1.5"), ["rejected: quantity_off_grid"]),
        (None, close(1001), ["rejected: quantity_too_large"]),
        (None, close(6), ["rejected: exceeds_position"]),
    )


def test_all_of_a_position_may_be_closed_off_the_grid_and_above_the_largest_order() -> None:
    play(
        ("99x9 / 100x1000.5", buy(1000), ["placed 1", "filled 1: 1000 @ 100, holds 1000 @ 100"]),
        ("99x9 / 100x1000.5", buy(1), ["placed 2", "filled 2: 0.5 @ 100, holds 1000.5 @ 100"]),
        (None, cancel(2), ["canceled 2"]),
        (None, close("1000.5"), ["placed 3"]),
        (None, cancel(3), ["canceled 3"]),
        (None, close(), ["placed 4"]),
        balance=2000,
    )


def test_reduce_only_order_is_capped_by_the_position_of_the_moment() -> None:
    play(
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        ("99x9 / 100x9", sell(5, limit="110", reduce_only=True), ["placed 2"]),
        ("99x9 / 100x9", sell(3), ["placed 3", "filled 3: 3 @ 99, holds 2 @ 100, realized -3"]),
        (
            "110x9 / 111x9",
            quote,
            ["filled 2: 2 @ 110, flat, realized 20", f"canceled 2: {GONE}"],
        ),
    )


def test_other_closing_orders_are_canceled_when_the_position_is_gone() -> None:
    play(
        ("99x9 / 100x9", buy(4), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        ("99x9 / 100x9", sell(2, limit="110", reduce_only=True), ["placed 2"]),
        ("99x9 / 100x9", sell(2, stop="90", reduce_only=True), ["placed 3"]),
        ("99x9 / 100x9", sell(9, limit="120"), ["placed 4"]),
        (
            "later 99x9 / 100x9",
            sell(4),
            [
                "placed 5",
                "filled 5: 4 @ 99, flat, realized -4",
                f"canceled 2: {GONE}",
                f"canceled 3: {GONE}",
            ],
        ),
    )


def test_closing_orders_are_canceled_in_the_midst_of_the_quote_that_flips_the_position() -> None:
    play(
        ("99x9 / 100x9", buy(4), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        (None, sell(4, limit="105", reduce_only=True), ["placed 2"]),
        (None, sell(6), ["placed 3"]),
        (
            "106x99 / 107x9",
            quote,
            ["filled 3: 6 @ 106, holds -2 @ 106, realized 24", f"canceled 2: {GONE}"],
        ),
        ("later 106x99 / 107x9", quote, []),
    )


def test_reduce_only_order_must_face_a_position() -> None:
    play(
        (None, sell(1, reduce_only=True), ["rejected: position_not_found"]),
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (None, buy(1, reduce_only=True), ["rejected: not_reducing"]),
        (None, sell(6, reduce_only=True), ["rejected: exceeds_position"]),
        (None, sell(4, reduce_only=True), ["placed 2"]),
        (None, sell(2, reduce_only=True), ["rejected: exceeds_position"]),
    )


def test_modified_closing_order_may_shrink_or_take_what_others_leave() -> None:
    play(
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        ("99x9 / 100x9", sell(2, limit="110", reduce_only=True), ["placed 2"]),
        ("99x9 / 100x9", sell(2, limit="120", reduce_only=True), ["placed 3"]),
        ("99x9 / 100x9", modify(2, sell(4, limit="110")), ["rejected: exceeds_position"]),
        ("99x9 / 100x9", modify(2, sell(3, limit="110")), ["modified 2"]),
        ("later 99x9 / 100x9", sell(4), ["placed 4", FOUR_SOLD]),
        (None, modify(2, sell(2, limit="110")), ["modified 2"]),
        (None, close(), ["rejected: exceeds_position"]),
    )


FOUR_SOLD = "filled 4: 4 @ 99, holds 1 @ 100, realized -4"


def test_modified_closing_order_counts_only_what_it_still_has_to_close() -> None:
    play(
        ("99x9 / 100x9", buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (
            "99x2 / 100x9",
            sell(3, limit="99", reduce_only=True),
            ["placed 2", "filled 2: 2 @ 99, holds 3 @ 100, realized -2"],
        ),
        (None, modify(2, sell(6, limit="99")), ["rejected: exceeds_position"]),
        (None, modify(2, sell(5, limit="99")), ["modified 2"]),
    )


def test_partial_closes_of_an_uneven_cost_add_up() -> None:
    engine = play(
        ("9x9 / 10x1", buy(3), ["placed 1", "filled 1: 1 @ 10, holds 1 @ 10"]),
        ("9x9 / 10.01x2", quote, ["filled 1: 2 @ 10.01, holds 3 @ 10.00666666666666666666666667"]),
        ("11x1 / 12x9", sell(3), ["placed 2", third("2 @ 10.006666666666666666665", "33")]),
        ("later 11x1 / 12x9", quote, [third("1 @ 10.00666666666666666667", "34")]),
        ("11x1 / 12x9", quote, ["filled 2: 1 @ 11, flat, realized 0.99333333"]),
    )
    assert engine.state.balance == Decimal("1002.98")


def third(held: str, last_digits: str) -> str:
    return f"filled 2: 1 @ 11, holds {held}, realized 0.993333{last_digits}"


def test_ended_order_cannot_be_changed() -> None:
    engine = play((None, buy(1), ["placed 1"]), (None, cancel(1), ["canceled 1"]))
    event = OrderCanceled(canceled(engine.state.orders["order-1"], at_ms=9), 9)
    with pytest.raises(AssertionError):
        engine.state.evolve(event)


def test_account_is_opened_once_and_first() -> None:
    engine = Engine(AccountState(), FREE)
    with pytest.raises(AssertionError):
        engine.apply(CancelOrder("order-1", 1))
    events = engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))
    assert events == [AccountOpened("DEMO", "USD", Decimal(1000), 5)]
    with pytest.raises(AssertionError):
        engine.apply(OpenAccount("DEMO", "USD", Decimal(1000), 5))


def test_ids_go_on_after_the_events_were_replayed() -> None:
    tick = "99x9 / 100x9"
    engine = Engine(AccountState(), FREE)
    events = [
        event
        for command in [
            OpenAccount("DEMO", "USD", Decimal(1000), 0),
            buy(1)(Market(RULES, touch_of(tick, 1), 1)),
            buy(1, limit="1")(Market(RULES, touch_of(tick, 1), 2)),
            cancel(2)(Market(RULES, None, 3)),
        ]
        for event in accepted(engine.apply(command))
    ]
    state = AccountState()
    for event in events:
        state.evolve(event)
    assert state == engine.state
    placed, filled = accepted(
        Engine(state, FREE).apply(buy(1)(Market(RULES, touch_of(tick, 1), 4)))
    )
    assert isinstance(placed, OrderPlaced)
    assert placed.order.id == "order-3"
    assert isinstance(filled, OrderFilled)
    assert filled.execution.id == "execution-2"
    assert state.seq == 7


def accepted(result: Outcome) -> list[Event]:
    assert isinstance(result, list), result
    return result
