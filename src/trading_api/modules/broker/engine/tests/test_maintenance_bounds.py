"""Within its bounds an account is never below its maintenance margin; a failure prints its seed."""

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
from trading_api.modules.broker.engine.margin import equity, maintenance_margin
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.touch import Touch

TENFOLD = ExchangeRules(leverage_default=Decimal(10))
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
    state: AccountState, marks: dict[str, Touch], converted: Sequence[str] = ()
) -> Sequence[PositionBounds] | None:
    return maintenance_bounds(state, TENFOLD, marks, lambda symbol: symbol in converted)


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
