"""Thresholds in the order of their prices, against a plain search."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.alerts.thresholds import AlertThresholds

PRICES = st.integers(1, 12).map(Decimal)


def thresholds(*prices: str) -> AlertThresholds:
    made = AlertThresholds()
    for number, price in enumerate(prices, 1):
        made.add(Decimal(price), ("A", number))
    return made


def test_a_rise_passes_the_lowest_first_without_the_price_before_and_with_the_one_now() -> None:
    found = thresholds("3", "1", "2", "4", "1.5").risen_to(Decimal(1), Decimal("3.0"))
    assert [number for _, (_, number) in found] == [5, 3, 1]


def test_a_fall_passes_the_highest_first_without_the_price_before_and_with_the_one_now() -> None:
    found = thresholds("3", "1", "2", "4", "1.5").fallen_to(Decimal(3), Decimal("1.0"))
    assert [number for _, (_, number) in found] == [3, 5, 2]


def test_alerts_at_one_price_keep_their_order_however_the_price_is_written() -> None:
    found = thresholds("2.0", "2", "2.00").risen_to(Decimal(1), Decimal(5))
    assert [number for _, (_, number) in found] == [1, 2, 3]


@given(
    st.lists(st.tuples(PRICES, st.booleans()), max_size=40),
    PRICES,
    PRICES,
)
def test_what_is_found_is_what_a_search_of_all_finds(
    steps: list[tuple[Decimal, bool]], low: Decimal, high: Decimal
) -> None:
    low, high = min(low, high), max(low, high)
    made, known = AlertThresholds(), dict[tuple[str, int], Decimal]()
    for number, (price, is_removed) in enumerate(steps):
        if is_removed and known:
            alert, its_price = next(iter(known.items()))
            made.remove(its_price, alert)
            del known[alert]
        else:
            made.add(price, ("A", number))
            known["A", number] = price
    assert bool(made) == bool(known)
    rising = sorted((price, alert) for alert, price in known.items() if low < price <= high)
    assert list(made.risen_to(low, high)) == rising
    falling = {(price, alert) for alert, price in known.items() if low <= price < high}
    assert set(made.fallen_to(high, low)) == falling
    assert made.has_between(low, high) == any(low <= each <= high for each in known.values())
