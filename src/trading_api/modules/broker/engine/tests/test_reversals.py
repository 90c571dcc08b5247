"""ReversePosition, and the brackets that a reversal suspends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.kit.bracket_tables import BOTH, DONE, HALF_FILLED, REPLACED, TICK, entered
from tests.kit.engine_tables import (
    FREE,
    Row,
    brackets,
    buy,
    cancel,
    cancel_all,
    close,
    modify,
    play,
    protect,
    quote,
    reverse,
    sell,
)

REVERSED = "The position it was to close is being reversed."


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


def test_brackets_of_an_order_next_to_a_reversal_wait_for_its_end() -> None:
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


def placed(*numbers: int) -> list[str]:
    return [f"placed {number}" for number in numbers]
