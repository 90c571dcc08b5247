"""Within its bounds an account needs no liquidation and no margin warning; a failure prints its
seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, localcontext
from itertools import product

import pytest

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.maintenance_bounds import (
    PositionBounds,
    maintenance_bounds,
)
from trading_api.modules.broker.engine.margin import equity, maintenance_margin, used_margin
from trading_api.modules.broker.engine.margin_level import warned_level
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Touch

TENFOLD = ExchangeRules(leverage_default=Decimal(10))
WARNING = replace(TENFOLD, margin_warning_levels=(Decimal(150), Decimal(120)))
CENT = Decimal("0.01")


def mark(symbol: str, price: Decimal, rate: Decimal = Decimal(1)) -> Touch:
    return Touch(symbol, 1, price, price, Decimal(1), Decimal(1), rate)


def holding(balance: str, *positions: Position) -> AccountState:
    held = {position.symbol: position for position in positions}
    return AccountState(account_id="A", balance=Decimal(balance), positions=held)


def position(symbol: str, quantity: str, price: str, rate: str = "1") -> Position:
    cost = Decimal(quantity) * Decimal(price)
    return Position(symbol, Decimal(quantity), cost, rate=Decimal(rate))


def is_below(state: AccountState, marks: dict[str, Touch]) -> bool:
    return equity(state, marks) < maintenance_margin(state, TENFOLD)


def bounds_of(
    state: AccountState,
    marks: dict[str, Touch],
    converted: Sequence[str] = (),
    rules: ExchangeRules = TENFOLD,
) -> Sequence[PositionBounds] | None:
    return maintenance_bounds(state, rules, marks, lambda symbol: symbol in converted)


def warned_at(state: AccountState, marks: dict[str, Touch]) -> Decimal:
    own, used = equity(state, marks), used_margin(state, WARNING)
    return warned_level(state.margin_warned, WARNING.margin_warning_levels, own, used)


@pytest.mark.parametrize(("quantity", "worse"), [("90", -CENT), ("-90", CENT)])
@pytest.mark.parametrize("seen_at", ["100", "97", "103", None])
def test_bound_of_an_only_position_is_the_price_of_its_liquidation(
    quantity: str, worse: Decimal, seen_at: str | None
) -> None:
    state = holding("1000", position("AAPL", quantity, "100"))
    marks = {"AAPL": mark("AAPL", Decimal(seen_at))} if seen_at else {}
    bounds = bounds_of(state, marks)
    assert bounds is not None
    (bound,) = bounds
    assert bound.side is (Side.BUY if worse < 0 else Side.SELL)
    assert not is_below(state, {"AAPL": mark("AAPL", bound.price)})
    assert is_below(state, {"AAPL": mark("AAPL", bound.price + worse / 100)})


@pytest.mark.parametrize(("quantity", "worse"), [("50", -CENT), ("-50", CENT)])
@pytest.mark.parametrize(
    ("warned", "seen", "loss", "gain"),
    [
        # 50 of 100 use a margin of 500: a level of 150 is an equity of 750.
        ("0", "0", "5.00", None),
        ("150", "-7", "8.00", "4.50"),
        ("120", "-9", "15.00", "7.50"),
    ],
)
def test_bounds_end_at_the_next_warning_and_at_the_recovery(
    quantity: str, worse: Decimal, warned: str, seen: str, loss: str, gain: str | None
) -> None:
    state = holding("1000", position("AAPL", quantity, "100"))
    state.margin_warned = Decimal(warned)
    side = -1 if worse > 0 else 1
    marks = {"AAPL": mark("AAPL", 100 + side * Decimal(seen))}
    bounds = bounds_of(state, marks, rules=WARNING)
    assert bounds is not None
    (bound,) = bounds
    assert abs(bound.price - (100 - side * Decimal(loss))) < CENT
    if gain is None:
        assert bound.gain_price is None
    else:
        assert bound.gain_price is not None
        assert abs(bound.gain_price - (100 - side * Decimal(gain))) < CENT


@pytest.mark.parametrize("seed", range(100))
def test_no_prices_within_the_bounds_are_due_a_warning_or_a_recovery(seed: int) -> None:
    chance = random.Random(seed)
    rates = {"AAPL": "1", "DAX": "1.1", "NIKKEI": "0.007"}
    state = holding(
        str(chance.randint(600, 3000)),
        *(
            position(symbol, str(chance.choice([-1, 1]) * chance.randint(1, 90)), "100", rate)
            for symbol, rate in rates.items()
        ),
    )
    state.margin_warned = Decimal(chance.choice([0, 150, 120]))
    marks = {
        symbol: mark(symbol, Decimal(chance.choice([97, 100, 103])), Decimal(rate))
        for symbol, rate in rates.items()
    }
    bounds = bounds_of(state, marks, ["DAX", "NIKKEI"], WARNING)
    if bounds is None:
        return
    assert warned_at(state, marks) == state.margin_warned
    for corner in product([0, 1], [0, 1], repeat=len(bounds)):
        with localcontext(EXACT):
            moved = {}
            for number, each in enumerate(bounds):
                is_gain, is_high = corner[2 * number : 2 * number + 2]
                price = each.gain_price if is_gain else each.price
                rate = each.rate_high if is_high else each.rate_low
                moved[each.symbol] = mark(
                    each.symbol, max(price or each.price, CENT), rate or Decimal(1)
                )
        assert warned_at(state, moved) == state.margin_warned, f"seed {seed}: {bounds}"


def test_account_without_maintenance_margin_needs_no_bounds() -> None:
    state = holding("1000", position("AAPL", "9", "100"))
    rules = ExchangeRules(leverage_default=Decimal(1))
    assert maintenance_bounds(state, rules, {}, lambda symbol: False) == ()


def test_account_without_slack_or_with_an_unknown_rate_has_no_bounds() -> None:
    state = holding("1000", position("AAPL", "90", "100"))
    assert bounds_of(state, {"AAPL": mark("AAPL", Decimal(90))}) is None
    assert bounds_of(state, {}, converted=["AAPL"]) is None


@pytest.mark.parametrize("seed", range(100))
def test_no_prices_within_the_bounds_lead_below_the_maintenance_margin(seed: int) -> None:
    chance = random.Random(seed)
    symbols = ["AAPL", "DAX", "NIKKEI"][: chance.randint(1, 3)]
    converted = [symbol for symbol in symbols if symbol != "AAPL"]
    rates = {
        symbol: "1" if symbol == "AAPL" else chance.choice(["0.007", "1.1"]) for symbol in symbols
    }
    state = holding(
        str(chance.randint(100, 3000)),
        *(
            position(
                symbol,
                str(chance.choice([-1, 1]) * chance.randint(1, 90)),
                str(chance.randint(50, 150)),
                rates[symbol],
            )
            for symbol in symbols
        ),
    )
    marks = {
        symbol: mark(symbol, Decimal(chance.choice([0, 60, 100, 140])), Decimal(rates[symbol]))
        for symbol in symbols
    }
    bounds = bounds_of(state, marks, converted)
    if bounds is None:
        return
    assert not is_below(state, marks)
    for each in bounds:
        present = marks[each.symbol].bid
        assert not present or (present - each.price) * each.side > 0, "the present is within"
    for corner in product([0, 1], repeat=len(bounds)):
        with localcontext(EXACT):
            moved = {
                each.symbol: replace(
                    mark(each.symbol, max(each.price, Decimal(0))),
                    rate=(each.rate_high if high else each.rate_low) or Decimal(1),
                )
                for each, high in zip(bounds, corner, strict=True)
            }
        assert not is_below(state, moved), f"seed {seed}: {bounds}"
