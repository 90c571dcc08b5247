"""The arithmetic of a position, held against exact fractions."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.money import EXACT
from trading_api.modules.broker.engine.position import Position, apply_fill, unrealized_pl

PRICES = st.decimals("0.00000001", "99999", places=8)
QUANTITIES = st.decimals("0.0001", "99999", places=4)


@pytest.mark.parametrize(
    ("quantity", "cost", "rate", "expected"),
    [
        ("2", "200", "1", "-2"),  # at the bid of 99
        ("-2", "-200", "1", "-4"),  # at the ask of 102
        ("0", "0", "1", "0"),
        ("2", "201", "0.333333333333", "-1"),
        ("-3", "-310", "1.5", "6"),
    ],
)
def test_unrealized_is_what_closing_now_would_pay(
    quantity: str, cost: str, rate: str, expected: str
) -> None:
    position = Position("AAPL", Decimal(quantity), Decimal(cost))
    assert unrealized_pl(position, Decimal(99), Decimal(102), Decimal(rate)) == Decimal(expected)


def test_average_price_of_nothing_is_zero() -> None:
    assert Position("AAPL").average_price == 0


def test_closing_all_releases_the_whole_cost_however_long_its_digits() -> None:
    position = Position("BTC", Decimal("30000000000.00000001"), Decimal("7" * 25 + "." + "7" * 20))
    with localcontext(EXACT):
        closed = apply_fill(position, Side.SELL, position.quantity, Decimal(1), Decimal(1), at_ms=0)
    assert closed.position.cost == 0


@given(st.lists(st.tuples(st.sampled_from(Side), QUANTITIES, PRICES), max_size=30))
def test_no_digit_is_lost_between_cash_and_cost(fills: list[tuple[Side, Decimal, Decimal]]) -> None:
    position, paid, realized = Position("BTC"), Fraction(0), Fraction(0)
    with localcontext(EXACT):
        for side, quantity, price in fills:
            result = apply_fill(position, side, quantity, price, rate=Decimal(1), at_ms=0)
            position = result.position
            paid += Fraction(quantity) * Fraction(price) * side
            realized += Fraction(result.realized_pl)
            assert Fraction(position.cost) == paid + realized + Fraction(position.rounding_carry)
            assert abs(position.rounding_carry) <= Decimal("5E-9")
            assert position.quantity * position.cost >= 0
            assert bool(position.quantity) == bool(position.cost)


@given(st.lists(st.tuples(QUANTITIES, PRICES), min_size=1, max_size=9), st.integers(1, 10), PRICES)
def test_average_price_stays_while_a_position_is_reduced(
    opened: list[tuple[Decimal, Decimal]], parts: int, price: Decimal
) -> None:
    position = Position("BTC")
    with localcontext(EXACT):
        for quantity, paid in opened:
            position = apply_fill(position, Side.SELL, quantity, paid, Decimal(1), 0).position
        average_price = position.average_price
        for _ in range(parts):
            step = min(Decimal("0.0001"), -position.quantity)
            position = apply_fill(position, Side.BUY, step, price, Decimal(1), 0).position
            if position.quantity:
                assert abs(position.average_price - average_price) < Decimal("1E-14")
