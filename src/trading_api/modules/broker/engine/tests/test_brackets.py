"""Brackets of orders: they wait for their order, and one of a pair reduces the other."""

from __future__ import annotations

from tests.kit.bracket_tables import BOTH, DONE, HALF_FILLED, PAIR, TICK, entered
from tests.kit.engine_tables import brackets, buy, cancel, close, modify, play, quote, sell
from trading_api.domain.orders import OrderStatus, Side


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
