"""Modifying orders: what changes, and what it costs in time priority."""

from __future__ import annotations

import pytest

from tests.kit.engine_tables import buy, modify, play, quote, sell
from trading_api.domain.orders import OrderType


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


def test_new_price_makes_a_resting_order_incoming_again() -> None:
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
        (tick, modify(1, buy(1, stop="97", limit="98")), ["rejected: order_triggered"]),
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
