"""Fees and slippage."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    FIRST_MARK,
    TRADING_RULES,
    Row,
    buy,
    close,
    modify,
    play,
    quote,
    reverse,
    sell,
    touch_of,
)
from trading_api.domain.orders import Duration
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.margin import remaining_commission

ANY = Decimal(1_000_000)


def charged(engine: Engine) -> list[Decimal]:
    return [execution.commission for execution in engine.state.executions]


def costing(
    per_unit: str = "0", maker: str = "0", taker: str = "0", minimum: str = "0"
) -> ExchangeRules:
    fees = FeeSchedule(Decimal(per_unit), Decimal(maker), Decimal(taker), Decimal(minimum))
    return ExchangeRules(fees=fees, leverage_default=ANY)


THREE_FILLS: list[Row] = [
    ("99x9 / 100x2", buy(9), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
    ("later 99x9 / 100x3", quote, ["filled 1: 3 @ 100, holds 5 @ 100"]),
    ("99x9 / 100x4", quote, ["filled 1: 4 @ 100, holds 9 @ 100"]),
]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (costing(), ["0", "0", "0"]),
        (costing(per_unit="0.005"), ["0.01", "0.015", "0.02"]),
        (costing(taker="5"), ["0.1", "0.15", "0.2"]),
        (costing(maker="5"), ["0", "0", "0"]),
        (costing(per_unit="0.005", taker="5"), ["0.11", "0.165", "0.22"]),
        (costing(minimum="1"), ["1", "0", "0"]),
        (costing(taker="5", minimum="0.05"), ["0.1", "0.15", "0.2"]),
        (costing(taker="5", minimum="0.2"), ["0.2", "0.05", "0.2"]),
        (costing(taker="5", minimum="0.4"), ["0.4", "0", "0.05"]),
    ],
    ids=str,
)
def test_minimum_falls_to_the_first_fills_of_an_order(
    rules: ExchangeRules, expected: list[str]
) -> None:
    engine = play(*THREE_FILLS, rules=rules)
    assert charged(engine) == [Decimal(each) for each in expected]
    assert engine.state.commission == sum(charged(engine))
    assert engine.state.balance == 1000 - sum(charged(engine))


def test_resting_limit_is_maker_and_an_incoming_one_taker() -> None:
    engine = play(
        ("99x9 / 100x2", buy(3, limit="100"), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        ("100x9 / 101x9", quote, ["rested 1"]),
        ("99x9 / 100x9", quote, ["filled 1: 1 @ 100, holds 3 @ 100"]),
        rules=costing(maker="1", taker="3"),
    )
    assert charged(engine) == [Decimal("0.06"), Decimal("0.01")]


def test_stop_is_taker_and_a_stop_limit_that_came_to_rest_maker() -> None:
    engine = play(
        ("99x9 / 100x9", buy(1, stop="100"), ["placed 1", "triggered 1", BOUGHT]),
        ("99x9 / 100x9", sell(1, stop="98", limit="98"), ["placed 2"]),
        ("97x9 / 98x9", quote, ["triggered 2"]),
        ("99x9 / 100x9", quote, ["filled 2: 1 @ 98, flat, realized -2"]),
        rules=costing(maker="1", taker="3"),
    )
    assert charged(engine) == [Decimal("0.03"), Decimal("0.0098")]


BOUGHT = "filled 1: 1 @ 100, holds 1 @ 100"


def test_commission_of_another_currency_converts_and_keeps_eight_decimals() -> None:
    engine = play(
        ("99x9 / 100x3", buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        rate="0.333333333333",
        rules=costing(taker="1"),
    )
    assert charged(engine) == [Decimal("0.01")]


def test_each_order_pays_its_own_minimum() -> None:
    engine = play(
        ("99x9 / 100x9", buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        ("99x9 / 100x9", close(1), ["placed 2", "filled 2: 1 @ 99, holds 2 @ 100, realized -1"]),
        ("99x9 / 100x9", reverse, ["placed 3", "filled 3: 4 @ 99, holds -2 @ 99, realized -2"]),
        rules=costing(minimum="0.35"),
    )
    assert engine.state.commission == Decimal("1.05")
    assert engine.state.balance == 1000 - 3 - Decimal("1.05")


def slipping(ticks: int, seed: int = 7) -> ExchangeRules:
    return ExchangeRules(slippage=Slippage(ticks, seed), leverage_default=ANY)


def slipped(rules: ExchangeRules) -> list[Decimal]:
    """The prices of 50 buys and 50 sells at 99 / 100."""
    engine = play(rules=rules)
    market = Market(TRADING_RULES, touch_of("99x99 / 100x99", 1), 1, {"AAPL": FIRST_MARK})
    for _ in range(50):
        engine.apply(buy(1)(market))
        engine.apply(sell(1, duration=Duration.IOC)(market))
    return [execution.price for execution in engine.state.executions]


def test_slippage_is_whole_ticks_against_the_order_and_bounded() -> None:
    found = slipped(slipping(3))
    assert set(found[::2]) == {Decimal(each) for each in ("100", "100.01", "100.02", "100.03")}
    assert set(found[1::2]) == {Decimal(each) for each in ("99", "98.99", "98.98", "98.97")}


def test_slippage_is_the_same_for_the_same_seed() -> None:
    assert slipped(slipping(3)) == slipped(slipping(3))
    assert slipped(slipping(3)) != slipped(slipping(3, seed=8))
    assert set(slipped(slipping(0))) == {Decimal(99), Decimal(100)}


def test_stops_slip_and_limits_do_not() -> None:
    play(
        ("99x9 / 100x9", buy(1, limit="101"), ["placed 1", BOUGHT]),
        ("99x9 / 100x9", sell(1, stop="98", limit="97"), ["placed 2"]),
        ("98x9 / 99x9", quote, ["triggered 2", "filled 2: 1 @ 98, flat, realized -2"]),
        ("98x9 / 99x9", buy(1, stop="98"), ["placed 3", "triggered 3", SLIPPED]),
        rules=slipping(100),
    )


SLIPPED = "filled 3: 1 @ 99.43, holds 1 @ 99.43"


def test_slippage_never_makes_a_price_of_nothing() -> None:
    play(
        ("0.01x9 / 0.02x9", sell(1), ["placed 1", "filled 1: 1 @ 0.01, holds -1 @ 0.01"]),
        rules=slipping(100),
    )


def test_modified_order_goes_on_with_what_it_has_paid() -> None:
    engine = play(
        *THREE_FILLS[:2],
        (None, modify(1, buy(6)), ["modified 1"]),
        ("99x9 / 101x9", quote, ["filled 1: 1 @ 101, holds 6 @ 100.1666666666666666666666667"]),
        rules=costing(taker="5", minimum="0.28"),
    )
    assert charged(engine) == [Decimal("0.28"), 0, Decimal("0.0205")]


def test_the_rest_of_an_order_costs_the_minimum_only_before_its_first_fill() -> None:
    rules = ExchangeRules(
        fees=FeeSchedule(per_unit=Decimal("0.5"), minimum=Decimal(3)),
        leverage_default=Decimal(1_000_000),
    )
    engine = play(
        ("99x9 / 100x4", buy(10), ["placed 1", "filled 1: 4 @ 100, holds 4 @ 100"]),
        ("99x9 / 100x4", buy(2, limit="90"), ["placed 2"]),
        rules=rules,
    )
    half, fresh = (engine.state.orders[f"order-{number}"] for number in (1, 2))
    assert remaining_commission(half, rules) == 2
    assert remaining_commission(fresh, rules) == 3
