"""Brackets of positions, set by EditBrackets."""

from __future__ import annotations

from tests.kit.bracket_tables import BOTH, DONE, REPLACED, TICK, entered
from tests.kit.engine_tables import brackets, buy, play, protect, quote


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
