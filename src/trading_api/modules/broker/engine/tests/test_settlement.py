"""An operator ends a position at a stated price, without a trade."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import brackets, buy, play, reverse, sell, settle
from trading_api.modules.broker.engine.cash import CashKind
from trading_api.modules.broker.engine.handlers.position_handlers import SETTLED

TICK = "99x40 / 100x40"


def test_a_settlement_cancels_the_symbols_orders_and_realizes_profit_without_an_execution() -> None:
    engine = play(
        (
            TICK,
            buy(5, brackets=brackets("120", "80")),
            [
                "placed 1",
                "placed 2",
                "placed 3",
                "filled 1: 5 @ 100, holds 5 @ 100",
                "activated 2: 5",
                "activated 3: 5",
                "rested 2",
            ],
        ),
        (TICK, buy(1, limit="90"), ["placed 4"]),
        (
            None,
            settle("60"),
            [
                f"canceled 4: {SETTLED}",
                f"canceled 2: {SETTLED}",
                f"canceled 3: {SETTLED}",
                "settled @ 60, realized -200",
            ],
        ),
        (None, settle("60"), ["rejected: position_not_found"]),
        (TICK, buy(1), ["placed 5", "filled 5: 1 @ 100, holds 1 @ 100"]),
    )
    state = engine.state
    assert [state.balance, state.realized_pl, state.deposited] == [800, -200, 1000]
    assert [execution.order_id for execution in state.executions] == ["order-1", "order-5"]
    settled = state.cash[-1]
    assert (settled.kind, settled.symbol) == (CashKind.SETTLEMENT, "AAPL")
    assert settled.amount == -200


def test_a_short_position_is_settled_at_zero() -> None:
    play(
        (TICK, sell(2), ["placed 1", "filled 1: 2 @ 99, holds -2 @ 99"]),
        (None, settle("-0"), ["settled @ 0, realized 198"]),
    )


def test_a_position_that_is_being_reversed_is_settled() -> None:
    engine = play(
        (TICK, buy(2), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        ("99x1 / 100x1", reverse, ["placed 2", "filled 2: 1 @ 99, holds 1 @ 100, realized -1"]),
        (None, settle("100"), [f"canceled 2: {SETTLED}", "settled @ 100, realized 0"]),
    )
    assert engine.state.positions == {}
    assert engine.state.live_orders() == []


def test_a_settlement_converts_at_the_given_rate_or_at_that_of_the_last_fill() -> None:
    for rate, profit in ((None, "10"), ("0.5", "5")):
        play(
            (TICK, buy(1), ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
            (None, settle("110", rate=rate), [f"settled @ 110, realized {profit}"]),
        )


@pytest.mark.parametrize("price", ["-1", "1E-9", "1000000000001", "1E+300"])
def test_a_settlement_price_is_bounded(price: str) -> None:
    engine = play(
        (TICK, buy(1), ["placed 1", "filled 1: 1 @ 100, holds 1 @ 100"]),
        (None, settle(price), ["rejected: settlement_price_wrong"]),
    )
    assert engine.state.balance == Decimal(1000)
