"""Which records a state discards, and which it takes back."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from tests.kit.engine_tables import (
    FREE,
    TRADING_RULES,
    CommandMaker,
    brackets,
    buy,
    cancel,
    modify,
    quote,
    touch_of,
)
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of, restore
from trading_api.modules.broker.engine.commands import Market, OpenAccount
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.recorded_key import RecordedKey

BOTH = brackets("110", "90")


def engine_after(*steps: tuple[str, CommandMaker]) -> Engine:
    """Return the engine after the commands, each at its touch."""
    engine = Engine(AccountState(), FREE)
    engine.apply(OpenAccount("DEMO", "USD", Decimal(100_000), 0))
    for at_ms, (tick, make) in enumerate(steps, start=1):
        touch = touch_of(tick, at_ms)
        assert isinstance(engine.apply(make(Market(TRADING_RULES, touch, at_ms))), list)
    return engine


def kept(engine: Engine) -> list[str]:
    engine.state.discard_history()
    assert restore(image_of(engine.state)) == engine.state
    return list(engine.state.orders)


TICK, HIGH = "99x40 / 100x40", "110x2 / 111x40"
ENTERED = (TICK, buy(10, limit="100", brackets=BOTH))
HALF_ENTERED = ("99x9 / 100x4", buy(10, limit="100", brackets=BOTH))


def test_an_ended_order_leaves_with_its_records() -> None:
    engine = engine_after((TICK, buy(1)), (TICK, buy(1, limit="90")))
    assert len(engine.state.executions) == 1
    assert kept(engine) == ["order-2"]
    state = engine.state
    assert [*state.executions, *state.executions_by_symbol, *state.cash, *state.ended] == []


def test_an_order_stays_as_long_as_one_of_its_brackets_lives() -> None:
    assert kept(engine_after(ENTERED)) == ["order-1", "order-2", "order-3"]
    assert kept(engine_after(ENTERED, (TICK, cancel(2)))) == ["order-1", "order-3"]
    assert kept(engine_after(ENTERED, (TICK, cancel(2)), (TICK, cancel(3)))) == []
    assert kept(engine_after(ENTERED, ("120x99 / 121x9", quote))) == []


def test_a_bracket_that_was_filled_in_part_stays_with_its_order() -> None:
    steps = HALF_ENTERED, (HIGH, quote), (TICK, cancel(2))
    assert kept(engine_after(*steps)) == ["order-1", "order-2", "order-3"]
    assert kept(engine_after(*steps, (TICK, cancel(1)))) == ["order-1", "order-2", "order-3"]


def test_a_live_order_without_brackets_left_stays_alone() -> None:
    steps = HALF_ENTERED, (TICK, modify(1, buy(10, limit="80")))
    engine = engine_after(*steps)
    assert kept(engine) == ["order-1"]
    assert engine.state.brackets_of == {}


def test_recalled_records_stay_until_they_are_discarded_again() -> None:
    engine = engine_after((TICK, buy(1)), (TICK, buy(1, limit="90")))
    filled = replace(engine.state.orders["order-1"], client_id="one")
    resting = engine.state.orders["order-2"]
    assert kept(engine) == ["order-2"]
    state = engine.state
    recorded = RecordedKey(IdempotencyKeyRecorded("place", "key", "print", "order-1", 1), 3)
    for _ in range(2):
        state.recall([filled, filled, resting], {"one": "order-1", "two": "order-3"}, [recorded])
        assert state.recorded_keys == {("place", "key"): recorded}
        assert state.client_ids == {"one": "order-1", "two": "order-3"}
        assert list(state.orders) == ["order-2", "order-1"]
        state.recall([filled], {"one": "order-1"}, [])
        assert kept(engine) == ["order-2"]
        assert [*state.recorded_keys, *state.client_ids] == []
