"""Closing positions, and what fills make of them."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.engine_tables import GONE, buy, cancel, close, modify, play, quote, sell


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
