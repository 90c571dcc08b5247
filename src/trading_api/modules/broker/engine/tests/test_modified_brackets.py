"""Checks of bracket prices, and changes of brackets."""

from __future__ import annotations

from tests.kit.bracket_tables import BOTH, HALF_FILLED, PAIR, TICK
from tests.kit.engine_tables import (
    brackets,
    buy,
    cancel,
    expire,
    modify,
    play,
    protect,
    quote,
    sell,
)
from trading_api.domain.orders import NO_BRACKETS, Duration


def test_prices_of_brackets_stand_on_their_sides_of_the_entry() -> None:
    wrong = ["rejected: bracket_price_wrong"]
    play(
        (TICK, buy(1, brackets=brackets("100")), wrong),
        (TICK, buy(1, brackets=brackets(loss="100")), wrong),
        (TICK, buy(1, limit="95", brackets=brackets("95")), wrong),
        (TICK, buy(1, stop="105", brackets=brackets("104")), wrong),
        (TICK, sell(1, brackets=brackets("99")), wrong),
        (TICK, sell(1, brackets=brackets(loss="99")), wrong),
        (TICK, sell(1, brackets=brackets("98", "97")), wrong),
        (TICK, sell(1, limit="101", brackets=brackets("100", "102")), placed(1, 2, 3)),
    )


def placed(*numbers: int) -> list[str]:
    return [f"placed {number}" for number in numbers]


def test_brackets_without_any_price_stand_on_their_sides_of_each_other() -> None:
    no_price = ["rejected: no_price"]
    play(
        (None, buy(1, brackets=brackets("90", "91")), ["rejected: bracket_price_wrong"]),
        (None, buy(1, brackets=brackets(trail="1")), no_price),
        (None, buy(1, brackets=brackets("91", "90")), no_price),
        marks={},
    )


def test_order_that_closes_has_no_brackets() -> None:
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (
            TICK,
            sell(1, limit="120", reduce_only=True, brackets=BOTH),
            ["rejected: brackets_not_allowed"],
        ),
    )


def test_modified_parent_changes_adds_and_drops_its_brackets() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (
            TICK,
            modify(1, buy(5, limit="94", brackets=brackets("110", "91"))),
            ["modified 1", "modified 3"],
        ),
        (
            TICK,
            modify(1, buy(5, limit="94", brackets=brackets(loss="91"))),
            ["modified 1", "canceled 2"],
        ),
        (
            TICK,
            modify(1, buy(5, limit="94", brackets=brackets("105", trail="2"))),
            ["modified 1", "modified 3", "placed 4"],
        ),
        (
            TICK,
            modify(1, buy(5, limit="94")),
            ["modified 1", "canceled 3", "canceled 4"],
        ),
    )
    assert engine.state.orders["order-1"].brackets == NO_BRACKETS


def test_waiting_brackets_show_the_quantity_of_their_parent() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (
            TICK,
            modify(1, buy(7, limit="95", brackets=BOTH)),
            ["modified 1", "modified 2", "modified 3"],
        ),
    )
    assert [order.quantity for order in engine.state.orders.values()] == [7, 7, 7]


def test_modified_bracket_is_shown_on_its_parent() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (TICK, modify(2, sell(1, limit="111")), ["modified 2", "modified 1"]),
        (TICK, modify(3, sell(1, stop="89")), ["modified 3", "modified 1"]),
        (TICK, modify(3, sell(1, stop="89")), ["modified 3"]),
    )
    assert engine.state.orders["order-1"].brackets == brackets("111", "89")
    assert engine.state.orders["order-3"].quantity == 5, "a bracket's size is not the caller's"


def test_modified_trailing_bracket_is_shown_on_its_parent() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=brackets(trail="2")), placed(1, 2)),
        (TICK, modify(2, sell(1, trail="3")), ["modified 2", "modified 1"]),
    )
    assert engine.state.orders["order-1"].brackets == brackets(trail="3")


def test_bracket_works_as_long_as_there_is_something_to_protect() -> None:
    for_a_day = sell(1, limit="111", duration=Duration.DAY, expires=3)
    play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (TICK, modify(2, for_a_day), ["modified 2", "modified 1"]),
        (TICK, expire, []),
        (TICK, modify(2, sell(1, limit="111", duration=Duration.IOC)), ["modified 2"]),
    )


def test_bracket_larger_than_any_order_may_be_can_still_be_moved() -> None:
    tick = "99x1000.5 / 100x1000.5"
    play(
        (tick, buy(1000), ["placed 1", "filled 1: 1000 @ 100, holds 1000 @ 100"]),
        (tick, buy(1), ["placed 2", "filled 2: 0.5 @ 100, holds 1000.5 @ 100"]),
        (None, cancel(2), ["canceled 2"]),
        (None, protect(loss="90"), ["placed 3", "activated 3: 1000.5"]),
        (None, modify(3, sell(1, stop="91")), ["modified 3"]),
        balance=2000,
    )


def test_looser_trail_of_a_working_bracket_starts_behind_the_market() -> None:
    play(
        (
            "94x9 / 95x4",
            buy(9, limit="95", brackets=brackets(trail="5")),
            ["placed 1", "placed 2", "filled 1: 4 @ 95, holds 4 @ 95", "activated 2: 4"],
        ),
        (
            "90x9 / 95x0",
            modify(1, buy(9, limit="95", brackets=brackets(trail="6"))),
            ["modified 1", "modified 2"],
        ),
        (
            "84x9 / 95x0",
            quote,
            ["triggered 2", "filled 2: 4 @ 84, flat, realized -44", PARENT_ENDS],
        ),
    )


PARENT_ENDS = f"canceled 1: {PAIR}"


def test_stop_that_has_triggered_can_not_be_moved_with_its_order_and_can_be_canceled() -> None:
    again, fixed = brackets("110", "90"), ["rejected: order_triggered"]
    engine = play(
        HALF_FILLED,
        (
            "90x1 / 101x0",
            quote,
            ["triggered 3", "filled 3: 1 @ 90, holds 3 @ 100, realized -10", "modified 2"],
        ),
        (None, modify(1, buy(4, limit="100", brackets=brackets("110", "80"))), fixed),
        (None, modify(1, buy(10, limit="100", brackets=brackets(trail="5"))), fixed),
        (None, modify(1, buy(9, limit="100", brackets=again)), ["modified 1"]),
        (
            None,
            modify(1, buy(9, limit="100", brackets=brackets("111"))),
            ["modified 1", "modified 2", "canceled 3"],
        ),
    )
    assert engine.state.orders["order-3"].stop_price == 90
