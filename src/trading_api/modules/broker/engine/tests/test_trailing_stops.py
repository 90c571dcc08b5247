"""Trailing stops: orders and brackets."""

from __future__ import annotations

from tests.kit.engine_tables import brackets, buy, modify, play, protect, quote, sell
from trading_api.domain.orders import OrderType


def test_trail_that_the_type_does_not_use_makes_no_stop_of_it() -> None:
    tick = "99x9 / 100x9"
    market = buy(1, type=OrderType.MARKET, trail="0.001")
    engine = play(
        (tick, market, ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
        (tick, buy(1, type=OrderType.LIMIT, limit="90", trail="1"), ["placed 2"]),
        (tick, modify(2, buy(1, type=OrderType.LIMIT, limit="91", trail="1")), ["modified 2"]),
    )
    order = engine.state.orders["order-2"]
    assert (order.stop_price, order.trail) == (None, None)


def test_stop_price_next_to_a_trail_is_not_used() -> None:
    engine = play(("99x9 / 100x9", buy(1, stop="0.001", trail="2"), ["placed 1"]))
    assert engine.state.orders["order-1"].stop_price == 102


def test_trailing_stop_follows_the_best_touch_and_never_moves_back() -> None:
    play(
        ("99x9 / 100x9", sell(1, trail="2"), ["placed 1"]),
        ("101x9 / 102x9", quote, ["trailed 1: 99"]),
        ("100x9 / 101x9", quote, []),
        ("101.5x9 / 102x9", quote, ["trailed 1: 99.5"]),
        ("99.5x9 / 100x9", quote, ["triggered 1", "filled 1: 1 @ 99.5, holds -1 @ 99.5"]),
    )


def test_trailing_buy_stop_follows_the_ask_down() -> None:
    play(
        ("99x9 / 100x9", buy(1, trail="2"), ["placed 1"]),
        ("95x9 / 96x9", quote, ["trailed 1: 98"]),
        ("96.99x9 / 97.99x9", quote, []),
        ("97x9 / 98x9", quote, ["triggered 1", "filled 1: 1 @ 98, holds 1 @ 98"]),
    )


def test_old_stop_is_tested_before_it_moves() -> None:
    """The ask that lowers the sell stop's distance is not the bid that it is tested against."""
    engine = play(
        ("99x9 / 100x9", sell(1, trail="2"), ["placed 1"]),
        ("97x9 / 110x9", quote, ["triggered 1", "filled 1: 1 @ 97, holds -1 @ 97"]),
        ("120x9 / 121x9", quote, []),
    )
    assert engine.state.orders["order-1"].stop_price == 97


def test_gap_fills_a_trailing_stop_at_the_gap() -> None:
    play(
        ("99x9 / 100x9", sell(3, trail="2"), ["placed 1"]),
        ("105x9 / 106x9", quote, ["trailed 1: 103"]),
        ("80x2 / 81x9", quote, ["triggered 1", "filled 1: 2 @ 80, holds -2 @ 80"]),
        ("120x9 / 121x9", quote, ["filled 1: 1 @ 120, holds -3 @ 93.33333333333333333333333333"]),
    )


def test_trailing_stop_sees_neither_a_crossed_touch_nor_a_side_without_size() -> None:
    play(
        ("99x9 / 100x9", sell(1, trail="2"), ["placed 1"]),
        ("110x9 / 109x9", quote, []),
        ("110x0 / 111x9", quote, []),
        ("99x9 / 100x9", quote, []),
    )


def test_trailing_stop_is_at_least_one_tick() -> None:
    engine = play(("1x9 / 2x9", sell(1, trail="5"), ["placed 1"]))
    assert str(engine.state.orders["order-1"].stop_price) == "0.01"


def test_trailing_stop_limit_keeps_its_limit() -> None:
    play(
        ("99x9 / 100x9", sell(1, limit="98", trail="2"), ["placed 1"]),
        ("101x9 / 102x9", quote, ["trailed 1: 99"]),
        ("97x9 / 98x9", quote, ["triggered 1"]),
        ("98.5x9 / 99x9", quote, ["filled 1: 1 @ 98, holds -1 @ 98"]),
    )


def test_modified_distance_starts_again_and_the_same_one_goes_on() -> None:
    engine = play(
        ("99x9 / 100x9", sell(2, trail="2"), ["placed 1"]),
        ("101x9 / 102x9", quote, ["trailed 1: 99"]),
        ("100x9 / 101x9", modify(1, sell(1, trail="2")), ["modified 1"]),
        ("100x9 / 101x9", modify(1, sell(1, trail="3")), ["modified 1"]),
        ("101x9 / 102x9", quote, ["trailed 1: 98"]),
        (None, modify(1, sell(1, stop="98")), ["rejected: not_modifiable"]),
    )
    assert engine.state.orders["order-1"].trail is not None


def test_distance_of_a_triggered_stop_stays() -> None:
    play(
        ("99x9 / 100x9", sell(2, trail="2"), ["placed 1"]),
        ("97x1 / 98x9", quote, ["triggered 1", "filled 1: 1 @ 97, holds -1 @ 97"]),
        (None, modify(1, sell(3, trail="3")), ["rejected: order_triggered"]),
        (None, modify(1, sell(3, trail="2")), ["modified 1"]),
    )


def test_distance_is_a_price_on_the_grid_and_needs_one() -> None:
    play(
        (None, sell(1, trail="0"), ["rejected: price_not_positive"]),
        (None, sell(1, trail="-1"), ["rejected: price_not_positive"]),
        (None, sell(1, trail="0.001"), ["rejected: price_off_tick"]),
        (None, sell(1, trail="1E+13"), ["rejected: price_too_large"]),
        (None, sell(1, trail="1"), ["rejected: no_price"]),
        marks={},
    )


def test_trailing_bracket_starts_behind_the_market_when_its_order_fills() -> None:
    play(
        (
            "99x9 / 100x9",
            buy(1, limit="95", brackets=brackets(trail="2")),
            ["placed 1", "placed 2"],
        ),
        ("94x9 / 95x9", quote, ["filled 1: 1 @ 95, holds 1 @ 95", "activated 2: 1"]),
        ("95x9 / 96x9", quote, ["trailed 2: 93"]),
        ("93x9 / 94x9", quote, ["triggered 2", "filled 2: 1 @ 93, flat, realized -2"]),
    )


def test_trailing_bracket_above_its_take_profit_and_one_gap_close_once() -> None:
    play(
        ("99x9 / 100x9", buy(2), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        (
            "99x9 / 100x9",
            protect("110", trail="1"),
            ["placed 2", "placed 3", "activated 2: 2", "activated 3: 2", "rested 2"],
        ),
        (
            "112x1 / 113x9",
            quote,
            ["trailed 3: 111", "filled 2: 1 @ 110, holds 1 @ 100, realized 10", "modified 3"],
        ),
        (
            "110.5x9 / 111x9",
            quote,
            [
                "triggered 3",
                "filled 3: 1 @ 110.5, flat, realized 10.5",
                "canceled 2: There is nothing left for it to protect.",
            ],
        ),
    )
