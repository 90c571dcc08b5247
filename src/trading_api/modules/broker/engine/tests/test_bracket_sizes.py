"""Brackets are as large as what they protect, and end with it."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.bracket_tables import BOTH, DONE, HALF_FILLED, TICK, entered
from tests.kit.engine_tables import (
    GONE,
    brackets,
    buy,
    cancel,
    cancel_all,
    cancel_many,
    close,
    modify,
    play,
    quote,
    sell,
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


def placed(*numbers: int) -> list[str]:
    return [f"placed {number}" for number in numbers]


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
