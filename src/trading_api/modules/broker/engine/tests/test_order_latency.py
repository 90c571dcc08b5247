"""Orders on their way to the market."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.engine_tables import brackets, buy, cancel, close, modify, play, quote, reset, sell
from trading_api.domain.orders import Duration, OrderStatus
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules

DAY, GTC, GTD, IOC, FOK = Duration.DAY, Duration.GTC, Duration.GTD, Duration.IOC, Duration.FOK


NOT_ALL = "Fill or kill: the market did not have all of it."


EXPIRED = "Its time is over."


LATE = ExchangeRules(latency_ms=2, leverage_default=Decimal(1_000_000))


TICK = "99x9 / 100x9"


nothing = cancel(9)
"""Time passes."""


def test_order_on_its_way_arrives_at_the_first_quote_at_or_after_its_time() -> None:
    engine = play(
        (TICK, buy(2), ["placed 1"]),
        ("98x9 / 99x9", quote, []),
        ("97x9 / 98x9", quote, ["accepted 1", "filled 1: 2 @ 98, holds 2 @ 98"]),
        (TICK, sell(1, stop="99"), ["placed 2"]),
        (TICK, nothing, ["rejected: order_not_found"]),
        (TICK, nothing, ["rejected: order_not_found"]),
        (
            "96x9 / 97x9",
            quote,
            ["accepted 2", "triggered 2", "filled 2: 1 @ 96, holds 1 @ 98, realized -2"],
        ),
        rules=LATE,
    )
    assert [order.version for order in engine.state.orders.values()] == [3, 4]


def test_order_on_its_way_can_be_modified_and_canceled() -> None:
    engine = play(
        (TICK, buy(2, limit="100"), ["placed 1"]),
        (TICK, modify(1, buy(1, limit="98")), ["modified 1"]),
        (TICK, quote, ["accepted 1"]),
        (TICK, buy(2), ["placed 2"]),
        (TICK, cancel(2), ["canceled 2"]),
        (TICK, quote, []),
        (TICK, quote, []),
        rules=LATE,
    )
    order = engine.state.orders["order-1"]
    assert (order.status, order.is_resting) == (OrderStatus.WORKING, True)


def test_order_on_its_way_can_expire_and_be_reset() -> None:
    play(
        (TICK, buy(2, duration=DAY, expires=3), ["placed 1"]),
        (TICK, quote, []),
        ("98x9 / 99x9", quote, [f"canceled 1: {EXPIRED}"]),
        (TICK, buy(2), ["placed 2"]),
        (TICK, reset, ["canceled 2: The account was reset.", "reset to 1000"]),
        rules=LATE,
    )


def test_closing_order_on_its_way_leaves_the_rest_to_close() -> None:
    play(
        (TICK, buy(5), ["placed 1"]),
        (None, nothing, ["rejected: order_not_found"]),
        (TICK, quote, ["accepted 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (TICK, close(3), ["placed 2"]),
        (TICK, close(3), ["rejected: exceeds_position"]),
        (TICK, quote, ["accepted 2", "filled 2: 3 @ 99, holds 2 @ 100, realized -3"]),
        rules=LATE,
    )


def test_fill_or_kill_that_closes_a_position_which_shrank_on_its_way_is_killed() -> None:
    play(
        (TICK, buy(4), ["placed 1"]),
        (TICK, nothing, ["rejected: order_not_found"]),
        (TICK, sell(1), ["placed 2", "accepted 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        (TICK, sell(4, reduce_only=True, duration=FOK), ["placed 3"]),
        (TICK, quote, ["accepted 2", "filled 2: 1 @ 99, holds 3 @ 100, realized -1"]),
        (TICK, quote, ["accepted 3", f"canceled 3: {NOT_ALL}"]),
        rules=LATE,
    )


def test_brackets_of_an_order_on_its_way_wait_and_then_work_immediately() -> None:
    play(
        (TICK, buy(4, brackets=brackets(loss="90")), ["placed 1", "placed 2"]),
        (None, nothing, ["rejected: order_not_found"]),
        (
            TICK,
            quote,
            ["accepted 1", "filled 1: 4 @ 100, holds 4 @ 100", "activated 2: 4"],
        ),
        rules=LATE,
    )
