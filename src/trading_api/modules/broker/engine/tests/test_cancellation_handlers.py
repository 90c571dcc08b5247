"""Commands that cancel orders."""

from __future__ import annotations

from tests.kit.engine_tables import buy, cancel, cancel_all, cancel_many, play, quote
from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.modules.broker.engine.commands import CancelOrders
from trading_api.modules.broker.engine.engine import Duplicate

TICK = "99x40 / 100x40"


def test_cancel_many_ends_those_that_live_and_passes_over_the_others() -> None:
    play(
        (TICK, buy(1), ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
        (TICK, buy(1, limit="90"), ["placed 2"]),
        (TICK, buy(1, limit="91"), ["placed 3"]),
        (TICK, buy(1, limit="92"), ["placed 4"]),
        (None, cancel_many(), []),
        (None, cancel_many(4, 1, 2, 9), ["canceled 2", "canceled 4"]),
        (None, cancel_many(2), []),
        (None, cancel_all, ["canceled 3"]),
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


def test_a_key_of_several_cancellations_records_every_order() -> None:
    engine = play(
        (TICK, buy(1, limit="90"), ["placed 1"]), (TICK, buy(1, limit="91"), ["placed 2"])
    )
    key = IdempotencyKey("cancel", "key", "print")
    for _ in range(2):
        result = engine.apply(CancelOrders(None, 9, key))
    assert isinstance(result, Duplicate)
    assert engine.state.recorded_keys["cancel", "key"].event.order_id.count("order-") == 2
