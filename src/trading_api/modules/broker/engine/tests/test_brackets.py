"""Take-profits and stop-losses: on orders, on positions, and one cancels the other."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    FREE,
    GONE,
    Row,
    brackets,
    buy,
    cancel,
    cancel_all,
    cancel_many,
    close,
    expire,
    modify,
    play,
    protect,
    quote,
    reverse,
    sell,
)
from trading_api.domain.orders import NO_BRACKETS, Duration, OrderStatus, Side

TICK = "99x40 / 100x40"
DONE = "There is nothing left for it to protect."
PAIR = "Its bracket has closed what was filled of it."
REPLACED = "The position has brackets of its own now."
REVERSED = "The position it was to close is being reversed."
BOTH = brackets("110", "90")
HALF_FILLED: Row = (
    "99x9 / 100x4",
    buy(10, limit="100", brackets=BOTH),
    [
        "placed 1",
        "placed 2",
        "placed 3",
        "filled 1: 4 @ 100, holds 4 @ 100",
        "activated 2: 4",
        "activated 3: 4",
        "rested 2",
    ],
)


def entered(quantity: int) -> list[str]:
    return [
        "placed 1",
        "placed 2",
        "placed 3",
        f"filled 1: {quantity} @ 100, holds {quantity} @ 100",
        f"activated 2: {quantity}",
        f"activated 3: {quantity}",
        "rested 2",
    ]


def test_brackets_wait_for_their_order_and_then_belong_to_its_position() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), ["placed 1", "placed 2", "placed 3"]),
        ("89x9 / 95x9", quote, ["filled 1: 5 @ 95, holds 5 @ 95", *stopped_at_once()]),
    )
    profit, loss = engine.state.orders["order-2"], engine.state.orders["order-3"]
    assert profit.parent_id == loss.parent_id == "order-1"
    assert [profit.limit_price, loss.stop_price] == [110, 90]


def stopped_at_once() -> list[str]:
    """The stop that the fill called up meets the same touch."""
    return [
        "activated 2: 5",
        "activated 3: 5",
        "triggered 3",
        "filled 3: 5 @ 89, flat, realized -30",
        f"canceled 2: {DONE}",
    ]


def test_children_are_inactive_of_the_opposite_side_and_of_the_same_quantity() -> None:
    engine = play((TICK, buy(5, limit="95", brackets=BOTH), ["placed 1", "placed 2", "placed 3"]))
    for child in list(engine.state.orders.values())[1:]:
        assert child.status is OrderStatus.INACTIVE
        assert child.side is Side.SELL
        assert child.quantity == 5
        assert child.reduce_only


def test_take_profit_cancels_the_stop_loss() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            "111x9 / 112x9",
            quote,
            ["filled 2: 5 @ 110, flat, realized 50", f"canceled 3: {DONE}"],
        ),
        ("80x9 / 81x9", quote, []),
    )


def test_stop_loss_cancels_the_take_profit_and_fills_at_the_gap() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            "85x9 / 86x9",
            quote,
            ["triggered 3", "filled 3: 5 @ 85, flat, realized -75", f"canceled 2: {DONE}"],
        ),
        ("120x9 / 121x9", quote, []),
    )


def test_brackets_of_a_short_stand_the_other_way_round() -> None:
    play(
        (
            TICK,
            sell(2, brackets=brackets("90", "110")),
            [
                "placed 1",
                "placed 2",
                "placed 3",
                "filled 1: 2 @ 99, holds -2 @ 99",
                "activated 2: 2",
                "activated 3: 2",
                "rested 2",
            ],
        ),
        (
            "109x9 / 110x9",
            quote,
            ["triggered 3", "filled 3: 2 @ 110, flat, realized -22", f"canceled 2: {DONE}"],
        ),
    )


def test_children_grow_with_the_fills_of_their_parent() -> None:
    play(
        (
            "99x9 / 100x4",
            buy(10, brackets=BOTH),
            [
                "placed 1",
                "placed 2",
                "placed 3",
                "filled 1: 4 @ 100, holds 4 @ 100",
                "activated 2: 4",
                "activated 3: 4",
                "rested 2",
            ],
        ),
        (
            "later 99x9 / 100x4",
            quote,
            ["filled 1: 4 @ 100, holds 8 @ 100", "modified 2", "modified 3"],
        ),
        (
            "80x40 / 101x2",
            quote,
            [
                "triggered 3",
                "filled 1: 2 @ 101, holds 10 @ 100.2",
                "modified 2",
                "modified 3",
                "filled 3: 10 @ 80, flat, realized -202",
                f"canceled 2: {DONE}",
            ],
        ),
    )


def test_partial_fill_of_one_shrinks_the_other() -> None:
    engine = play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            "110x2 / 111x9",
            quote,
            ["filled 2: 2 @ 110, holds 3 @ 100, realized 20", "modified 3"],
        ),
        (
            "90x2 / 91x9",
            quote,
            ["triggered 3", "filled 3: 2 @ 90, holds 1 @ 100, realized -20", "modified 2"],
        ),
        (
            "later 90x2 / 91x9",
            quote,
            ["filled 3: 1 @ 90, flat, realized -10", f"canceled 2: {DONE}"],
        ),
    )
    profit, loss = engine.state.orders["order-2"], engine.state.orders["order-3"]
    assert [profit.filled_quantity, loss.filled_quantity] == [2, 3]


def test_stop_that_works_off_and_take_profit_reached_in_one_quote_close_once() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            "90x2 / 91x9",
            quote,
            ["triggered 3", "filled 3: 2 @ 90, holds 3 @ 100, realized -20", "modified 2"],
        ),
        (
            "110x9 / 111x9",
            quote,
            ["filled 3: 3 @ 110, flat, realized 30", f"canceled 2: {DONE}"],
        ),
    )


def test_stop_and_take_profit_moved_across_each_other_close_once() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (None, modify(2, sell(5, limit="95")), ["modified 2"]),
        (None, modify(3, sell(5, stop="97")), ["modified 3"]),
        (
            "96x4 / 97x9",
            quote,
            [
                "triggered 3",
                "filled 3: 4 @ 96, holds 1 @ 100, realized -16",
                "modified 2",
            ],
        ),
        (
            "96x9 / 98x9",
            quote,
            ["filled 3: 1 @ 96, flat, realized -4", f"canceled 2: {DONE}"],
        ),
    )


def test_canceling_the_parent_cancels_both() -> None:
    play(
        (TICK, buy(5, limit="95", brackets=BOTH), ["placed 1", "placed 2", "placed 3"]),
        (None, cancel(1), ["canceled 1", f"canceled 2: {DONE}", f"canceled 3: {DONE}"]),
    )


def test_canceling_one_leaves_the_other_and_the_parent_shows_it() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), ["placed 1", "placed 2", "placed 3"]),
        (None, cancel(2), ["canceled 2", "modified 1"]),
        ("94x9 / 95x9", quote, ["filled 1: 5 @ 95, holds 5 @ 95", "activated 3: 5"]),
    )
    assert engine.state.orders["order-1"].brackets == brackets(loss="90")


def test_canceling_a_trailing_bracket_takes_it_from_the_parent() -> None:
    trailing = brackets(profit="110", trail="2")
    engine = play(
        (TICK, buy(5, limit="95", brackets=trailing), ["placed 1", "placed 2", "placed 3"]),
        (None, cancel(3), ["canceled 3", "modified 1"]),
    )
    assert engine.state.orders["order-1"].brackets == brackets(profit="110")


def test_parent_canceled_half_filled_leaves_what_was_filled_protected() -> None:
    play(
        HALF_FILLED,
        (None, cancel(1), ["canceled 1"]),
        (
            "111x9 / 112x9",
            quote,
            ["filled 2: 4 @ 110, flat, realized 40", f"canceled 3: {DONE}"],
        ),
    )


def test_pair_that_closes_while_its_parent_works_ends_the_rest_of_it() -> None:
    play(
        HALF_FILLED,
        (
            "110x9 / 111x9",
            quote,
            [
                "filled 2: 4 @ 110, flat, realized 40",
                f"canceled 1: {PAIR}",
                f"canceled 3: {DONE}",
            ],
        ),
    )


def test_lone_take_profit_that_closes_while_its_parent_works_ends_the_rest_of_it() -> None:
    play(
        (
            "99x9 / 100x4",
            buy(10, limit="100", brackets=brackets(profit="110")),
            [
                "placed 1",
                "placed 2",
                "filled 1: 4 @ 100, holds 4 @ 100",
                "activated 2: 4",
                "rested 2",
            ],
        ),
        ("110x9 / 111x9", quote, ["filled 2: 4 @ 110, flat, realized 40", f"canceled 1: {PAIR}"]),
        ("99x9 / 100x9", quote, []),
    )


def test_bracket_that_closes_all_that_is_left_ends_its_parent_too() -> None:
    play(
        HALF_FILLED,
        (None, close(3), ["placed 4"]),
        (
            "99x3 / 101x9",
            quote,
            [
                "filled 4: 3 @ 99, holds 1 @ 100, realized -3",
                "modified 2",
                "modified 3",
                "rested 1",
            ],
        ),
        (
            "90x9 / 91x0",
            quote,
            [
                "triggered 3",
                "filled 3: 1 @ 90, flat, realized -10",
                f"canceled 1: {PAIR}",
                f"canceled 2: {DONE}",
            ],
        ),
    )


def test_brackets_suspend_while_the_position_is_closed_and_the_entry_still_works() -> None:
    play(
        HALF_FILLED,
        (
            "95x9 / 101x9",
            close(),
            [
                "placed 4",
                "filled 4: 4 @ 95, flat, realized -20",
                "suspended 2",
                "suspended 3",
                "rested 1",
            ],
        ),
        ("89x9 / 101x9", quote, []),
        (
            "99x9 / 100x2",
            quote,
            [
                "filled 1: 2 @ 100, holds 2 @ 100",
                "activated 2: 2",
                "activated 3: 2",
                "rested 2",
            ],
        ),
        (None, cancel(1), ["canceled 1"]),
        (
            "90x9 / 91x9",
            quote,
            ["triggered 3", "filled 3: 2 @ 90, flat, realized -20", f"canceled 2: {DONE}"],
        ),
    )


def test_suspended_brackets_end_with_their_order() -> None:
    play(
        HALF_FILLED,
        (
            "95x9 / 101x0",
            close(),
            ["placed 4", "filled 4: 4 @ 95, flat, realized -20", "suspended 2", "suspended 3"],
        ),
        (None, cancel(1), ["canceled 1", f"canceled 2: {DONE}", f"canceled 3: {DONE}"]),
    )


def test_manual_close_shrinks_the_brackets_and_ends_them() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            TICK,
            close(2),
            [
                "placed 4",
                "filled 4: 2 @ 99, holds 3 @ 100, realized -2",
                "modified 2",
                "modified 3",
            ],
        ),
        (
            TICK,
            close(),
            [
                "placed 5",
                "filled 5: 3 @ 99, flat, realized -3",
                f"canceled 2: {DONE}",
                f"canceled 3: {DONE}",
            ],
        ),
    )


def test_closing_order_and_stop_in_one_quote_never_over_sell() -> None:
    play(
        (TICK, buy(5, brackets=brackets(loss="90")), entered_with_one(5)),
        (None, close(4), ["placed 3"]),
        (
            "89x40 / 91x9",
            quote,
            [
                "triggered 2",
                "filled 2: 5 @ 89, flat, realized -55",
                f"canceled 3: {GONE}",
            ],
        ),
    )


def entered_with_one(quantity: int) -> list[str]:
    return [
        "placed 1",
        "placed 2",
        f"filled 1: {quantity} @ 100, holds {quantity} @ 100",
        f"activated 2: {quantity}",
    ]


def test_two_pairs_on_one_position_protect_their_own_part() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            TICK,
            buy(3, brackets=brackets("120", "80")),
            [
                "placed 4",
                "placed 5",
                "placed 6",
                "filled 4: 3 @ 100, holds 8 @ 100",
                "activated 5: 3",
                "activated 6: 3",
                "rested 5",
            ],
        ),
        (
            "110x9 / 111x9",
            quote,
            ["filled 2: 5 @ 110, holds 3 @ 100, realized 50", f"canceled 3: {DONE}"],
        ),
        (
            "80x9 / 81x9",
            quote,
            ["triggered 6", "filled 6: 3 @ 80, flat, realized -60", f"canceled 5: {DONE}"],
        ),
    )


def test_two_pairs_on_a_position_that_shrank_close_no_more_than_it() -> None:
    play(
        (TICK, buy(5, brackets=brackets(loss="90")), entered_with_one(5)),
        (
            TICK,
            buy(5, brackets=brackets(loss="91")),
            ["placed 3", "placed 4", "filled 3: 5 @ 100, holds 10 @ 100", "activated 4: 5"],
        ),
        (
            TICK,
            close(7),
            [
                "placed 5",
                "filled 5: 7 @ 99, holds 3 @ 100, realized -7",
                "modified 2",
                "modified 4",
            ],
        ),
        (
            "85x40 / 86x9",
            quote,
            [
                "triggered 2",
                "triggered 4",
                "filled 2: 3 @ 85, flat, realized -45",
                f"canceled 4: {DONE}",
            ],
        ),
    )


def test_entry_that_only_reduces_an_opposite_position_protects_nothing() -> None:
    play(
        (TICK, sell(5), ["placed 1", "filled 1: 5 @ 99, holds -5 @ 99"]),
        (
            TICK,
            buy(3, brackets=BOTH),
            [
                "placed 2",
                "placed 3",
                "placed 4",
                "filled 2: 3 @ 100, holds -2 @ 99, realized -3",
                f"canceled 3: {DONE}",
                f"canceled 4: {DONE}",
            ],
        ),
        (
            TICK,
            buy(5, brackets=brackets(loss="90")),
            [
                "placed 5",
                "placed 6",
                "filled 5: 5 @ 100, holds 3 @ 100, realized -2",
                "activated 6: 3",
            ],
        ),
    )


def test_position_brackets_follow_its_size_and_end_with_it() -> None:
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, protect("110", "90"), protected(2, 3, 5)),
        (
            TICK,
            buy(2),
            ["placed 4", "filled 4: 2 @ 100, holds 7 @ 100", "modified 2", "modified 3"],
        ),
        (
            "110x9 / 111x9",
            quote,
            ["filled 2: 7 @ 110, flat, realized 70", f"canceled 3: {DONE}"],
        ),
    )


def protected(profit: int, loss: int, quantity: int) -> list[str]:
    return [
        f"placed {profit}",
        f"placed {loss}",
        f"activated {profit}: {quantity}",
        f"activated {loss}: {quantity}",
        f"rested {profit}",
    ]


def test_position_brackets_are_changed_dropped_and_added() -> None:
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, protect("110", "90"), protected(2, 3, 5)),
        (TICK, protect("110", "91"), ["modified 3"]),
        (TICK, protect("110", "91"), []),
        (TICK, protect(loss="91"), ["canceled 2"]),
        (TICK, protect(trail="4"), ["modified 3"]),
        (TICK, protect(trail="4"), []),
        ("102x9 / 103x9", quote, ["trailed 3: 98"]),
        (TICK, protect("115", "93"), ["modified 3", "placed 4", "activated 4: 5", "rested 4"]),
    )


def test_position_brackets_take_the_place_of_those_of_its_order() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (
            TICK,
            protect("120"),
            [
                f"canceled 2: {REPLACED}",
                f"canceled 3: {REPLACED}",
                "placed 4",
                "activated 4: 5",
                "rested 4",
            ],
        ),
    )


def test_position_brackets_leave_those_of_an_order_that_has_not_filled() -> None:
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, buy(5, limit="95", brackets=brackets(loss="80")), ["placed 2", "placed 3"]),
        (TICK, protect("120"), ["placed 4", "activated 4: 5", "rested 4"]),
        (
            "94x9 / 95x9",
            quote,
            ["filled 2: 5 @ 95, holds 10 @ 97.5", "activated 3: 5", "modified 4"],
        ),
    )


def test_brackets_of_a_position_need_one_and_prices_on_their_sides() -> None:
    wrong = ["rejected: bracket_price_wrong"]
    play(
        (TICK, protect("110"), ["rejected: position_not_found"]),
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, protect("99"), wrong),
        (TICK, protect(loss="99"), wrong),
        (TICK, protect("0.001"), ["rejected: price_off_tick"]),
        (TICK, protect(trail="0"), ["rejected: price_not_positive"]),
        (TICK, protect("99.01", "98.99"), protected(2, 3, 5)),
    )


def test_reverse_is_one_order_of_twice_the_position() -> None:
    play(
        (TICK, reverse, ["rejected: position_not_found"]),
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, reverse, ["placed 2", "filled 2: 10 @ 99, holds -5 @ 99, realized -5"]),
        (TICK, reverse, ["placed 3", "filled 3: 10 @ 100, holds 5 @ 100, realized -5"]),
    )


def test_reverse_that_the_market_takes_piece_by_piece_ends_at_the_opposite_position() -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (None, close(2), ["placed 4"]),
        (
            "later 99x3 / 100x9",
            reverse,
            [
                f"canceled 4: {REVERSED}",
                *HELD_BACK,
                "placed 5",
                "filled 5: 3 @ 99, holds 2 @ 100, realized -3",
            ],
        ),
        (
            "80x40 / 81x9",
            quote,
            ["filled 5: 7 @ 80, holds -5 @ 80, realized -40", *ended(2, 3)],
        ),
    )


HELD_BACK = ["suspended 2", "suspended 3"]


def ended(*numbers: int) -> list[str]:
    return [f"canceled {number}: {DONE}" for number in numbers]


def test_nothing_else_closes_a_position_that_is_being_reversed() -> None:
    reversing = ["rejected: position_reversing"]
    engine = play(
        (TICK, buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        (
            "99x2 / 100x9",
            reverse,
            ["placed 2", "filled 2: 2 @ 99, holds 8 @ 100, realized -2"],
        ),
        ("99x2 / 100x9", reverse, reversing),
        ("99x2 / 100x9", close(), reversing),
        ("99x2 / 100x9", close(1), reversing),
        ("99x2 / 100x9", sell(1, limit="105", reduce_only=True), reversing),
        ("99x2 / 100x9", protect("110", "90"), reversing),
        ("later 99x9 / 100x9", quote, ["filled 2: 9 @ 99, holds -1 @ 99, realized -8"]),
        ("later 99x9 / 100x9", protect("90", "110"), [*placed(3, 4), *RESTED]),
        ("later 99x9 / 100x9", close(), reversing),
        (
            "later 99x99 / 100x9",
            quote,
            ["filled 2: 9 @ 99, holds -10 @ 99", "modified 3", "modified 4"],
        ),
        ("later 99x99 / 100x9", reverse, BACK),
    )
    assert engine.state.position("AAPL").quantity == -1
    assert engine.state.orders["order-2"].is_reversal


RESTED = ["activated 3: 1", "activated 4: 1", "rested 3"]
BACK = [
    "suspended 3",
    "suspended 4",
    "placed 5",
    "filled 5: 9 @ 100, holds -1 @ 99, realized -9",
]


def test_reversal_on_its_way_is_not_joined_by_another() -> None:
    play(
        (TICK, buy(10), ["placed 1"]),
        (TICK, quote, []),
        (TICK, quote, ["accepted 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        (TICK, reverse, ["placed 2"]),
        (TICK, reverse, ["rejected: position_reversing"]),
        (TICK, quote, ["accepted 2", "filled 2: 20 @ 99, holds -10 @ 99, realized -10"]),
        rules=replace(FREE, latency_ms=2),
    )


REVERSING: list[Row] = [
    (TICK, buy(5, brackets=BOTH), entered(5)),
    (
        "99x2 / 100x9",
        reverse,
        [*HELD_BACK, "placed 4", "filled 4: 2 @ 99, holds 3 @ 100, realized -2"],
    ),
]


def test_canceled_reversal_gives_what_is_left_of_the_position_its_brackets_back() -> None:
    play(
        *REVERSING,
        (None, cancel(4), ["canceled 4", "activated 2: 3", "activated 3: 3"]),
        (
            "90x9 / 91x9",
            quote,
            [
                "triggered 3",
                "filled 3: 3 @ 90, flat, realized -30",
                f"canceled 2: {DONE}",
            ],
        ),
    )


def test_canceled_reversal_leaves_the_position_free_to_be_closed_and_protected() -> None:
    play(
        *REVERSING,
        (None, cancel(4), ["canceled 4", "activated 2: 3", "activated 3: 3"]),
        (
            TICK,
            protect("111"),
            [
                f"canceled 2: {REPLACED}",
                f"canceled 3: {REPLACED}",
                "placed 5",
                "activated 5: 3",
                "rested 5",
            ],
        ),
        (TICK, close(), ["placed 6", "filled 6: 3 @ 99, flat, realized -3", *ended(5)]),
    )


def test_brackets_that_a_reversal_holds_back_can_be_changed_and_canceled() -> None:
    play(
        *REVERSING,
        (None, modify(2, sell(5, limit="120")), ["modified 2"]),
        (None, cancel(3), ["canceled 3"]),
        ("115x0 / 116x9", quote, []),
        (None, cancel(4), ["canceled 4", "activated 2: 3"]),
        ("120x9 / 121x9", quote, ["filled 2: 3 @ 120, flat, realized 60"]),
    )


def test_canceling_everything_does_not_call_up_what_a_reversal_held_back() -> None:
    play(*REVERSING, (None, cancel_all, ["canceled 2", "canceled 3", "canceled 4"]))


def test_brackets_of_an_order_beside_a_reversal_wait_for_its_end() -> None:
    """Here the reversal ends before the position does, which the other order made larger."""
    play(
        *REVERSING,
        (
            "99x0 / 100x20",
            buy(9, brackets=BOTH),
            ["placed 5", "placed 6", "placed 7", "filled 5: 9 @ 100, holds 12 @ 100"],
        ),
        (
            "99x20 / 100x0",
            quote,
            [
                "filled 4: 8 @ 99, holds 4 @ 100, realized -8",
                *(f"activated {number}: 4" for number in (2, 3, 6, 7)),
                "rested 2",
                "rested 6",
            ],
        ),
    )


def test_trailing_stop_that_a_reversal_held_back_goes_on_from_where_it_was() -> None:
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, protect(trail="2"), ["placed 2", "activated 2: 5"]),
        (
            "100x2 / 101x9",
            reverse,
            ["suspended 2", "placed 3", "filled 3: 2 @ 100, holds 3 @ 100"],
        ),
        ("105x0 / 106x9", quote, []),
        (None, cancel(3), ["canceled 3", "activated 2: 3"]),
        ("99x9 / 100x9", quote, []),
        ("97x9 / 98x9", quote, ["triggered 2", "filled 2: 3 @ 97, flat, realized -9"]),
    )


def test_brackets_of_an_order_that_works_on_wait_for_it_after_a_reversal() -> None:
    play(
        HALF_FILLED,
        ("99x9 / 101x9", buy(1, limit="50", brackets=brackets("60")), [*placed(4, 5), "rested 1"]),
        (
            "99x9 / 101x9",
            reverse,
            [*HELD_BACK, "placed 6", "filled 6: 8 @ 99, holds -4 @ 99, realized -4"],
        ),
        (
            "99x9 / 100x9",
            quote,
            [
                "filled 1: 6 @ 100, holds 2 @ 100, realized -4",
                "activated 2: 2",
                "activated 3: 2",
                "rested 2",
            ],
        ),
    )


@pytest.mark.parametrize("tick", [None, "99x0 / 100x9", "0x9 / 100x9", "100x9 / 99x9"])
def test_position_is_not_reversed_where_nothing_trades_and_keeps_its_brackets(
    tick: str | None,
) -> None:
    play(
        (TICK, buy(5, brackets=BOTH), entered(5)),
        (tick, reverse, ["rejected: no_price"]),
    )


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


def test_modified_bracket_is_told_to_its_parent() -> None:
    engine = play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (TICK, modify(2, sell(1, limit="111")), ["modified 2", "modified 1"]),
        (TICK, modify(3, sell(1, stop="89")), ["modified 3", "modified 1"]),
        (TICK, modify(3, sell(1, stop="89")), ["modified 3"]),
    )
    assert engine.state.orders["order-1"].brackets == brackets("111", "89")
    assert engine.state.orders["order-3"].quantity == 5, "a bracket's size is not the caller's"


def test_modified_trailing_bracket_is_told_to_its_parent() -> None:
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


def test_stop_of_a_position_that_has_triggered_can_not_be_moved_and_can_be_canceled() -> None:
    fixed = ["rejected: order_triggered"]
    play(
        (TICK, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, protect(trail="2"), ["placed 2", "activated 2: 5"]),
        ("97x1 / 98x9", quote, ["triggered 2", "filled 2: 1 @ 97, holds 4 @ 100, realized -3"]),
        (None, protect(trail="3"), fixed),
        (None, protect("110", "90"), fixed),
        (None, protect("110", trail="2"), ["placed 3", "activated 3: 4"]),
        (None, protect("110"), ["canceled 2"]),
    )


def test_canceling_everything_cancels_brackets_once() -> None:
    engine = play(
        HALF_FILLED,
        (None, sell(1, limit="120"), ["placed 4"]),
        (None, cancel_many(3, 3, 9), ["canceled 3", "modified 1"]),
        (None, cancel_all, ["canceled 1", "canceled 4", "canceled 2"]),
        (None, cancel_all, []),
    )
    assert engine.state.positions["AAPL"].quantity == Decimal(4)
    assert engine.state.live_orders() == []


def test_canceling_a_parent_among_many_takes_its_waiting_brackets_along() -> None:
    play(
        (TICK, buy(5, limit="95", brackets=BOTH), placed(1, 2, 3)),
        (
            None,
            cancel_many(1, 2, 3),
            ["canceled 1", f"canceled 2: {DONE}", f"canceled 3: {DONE}"],
        ),
    )


def test_canceling_all_ends_an_order_before_brackets_that_became_older_than_it() -> None:
    tick, wanted = "95x0 / 95x0", brackets("96", "94")
    engine = play(
        (tick, buy(1, brackets=wanted), ["placed 1", "placed 2", "placed 3"]),
        (tick, modify(1, buy(2, brackets=wanted)), ["modified 1", "modified 2", "modified 3"]),
        (tick, cancel_all, ["canceled 1", f"canceled 2: {DONE}", f"canceled 3: {DONE}"]),
    )
    assert engine.state.orders["order-1"].brackets == wanted
