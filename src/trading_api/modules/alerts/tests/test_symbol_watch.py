"""Crossings of one symbol, against a search of all alerts, and what has to be stored."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.alerts.alert import (
    AlertCondition,
    AlertFrequency,
    CrossingDirection,
    PriceAlert,
)
from trading_api.modules.alerts.symbol_watch import Crossing, SymbolWatch

UP, DOWN = CrossingDirection
EITHER = AlertCondition.EITHER


def alert(number: int, price: str, condition: AlertCondition = EITHER) -> PriceAlert:
    return PriceAlert(
        account_id="A",
        number=number,
        symbol="AAPL",
        condition=condition,
        price=Decimal(price),
        frequency=AlertFrequency.REPEATING,
        created_ms=1,
    )


def watching(last: str | None, *alerts: PriceAlert) -> SymbolWatch:
    watch = SymbolWatch()
    for each in alerts:
        watch.add(each, 0, None if last is None else Decimal(last))
    return watch


def crossed(watch: SymbolWatch, price: str) -> list[tuple[int, CrossingDirection]]:
    return [(each.alert[1], each.direction) for each in watch.move(Decimal(price))]


def test_the_first_price_crosses_nothing_where_none_was_seen_before() -> None:
    watch = watching(None, alert(1, "100"))
    assert crossed(watch, "105") == []
    assert crossed(watch, "95") == [(1, DOWN)]


def test_a_price_that_arrives_at_the_threshold_crosses_it_and_one_that_leaves_it_does_not() -> None:
    watch = watching("99", alert(1, "100"))
    assert crossed(watch, "100") == [(1, UP)]
    assert crossed(watch, "100") == []
    assert crossed(watch, "99") == []
    assert crossed(watch, "101") == [(1, UP)]
    assert crossed(watch, "100") == [(1, DOWN)]


def test_a_gap_crosses_all_thresholds_in_the_order_of_the_prices() -> None:
    watch = watching("90", alert(1, "103"), alert(2, "101"), alert(3, "102"))
    assert crossed(watch, "110") == [(2, UP), (3, UP), (1, UP)]
    assert crossed(watch, "90") == [(1, DOWN), (3, DOWN), (2, DOWN)]


def test_only_the_direction_that_an_alert_waits_for_crosses() -> None:
    up, down = AlertCondition.UP, AlertCondition.DOWN
    watch = watching("90", alert(1, "100", up), alert(2, "100", down))
    assert crossed(watch, "110") == [(1, UP)]
    assert crossed(watch, "90") == [(2, DOWN)]


def test_an_alert_that_saw_another_price_crosses_from_that_one() -> None:
    watch = watching("90", alert(1, "100"))
    crossed(watch, "105")
    watch.add(alert(2, "100"), 0, Decimal(98))
    watch.add(alert(3, "100"), 0, Decimal(103))
    assert crossed(watch, "105") == [(2, UP)]
    assert crossed(watch, "95") == [(1, DOWN), (2, DOWN), (3, DOWN)]


def test_a_price_is_stored_only_where_a_threshold_is_between_it_and_the_stored_one() -> None:
    watch = watching("90", alert(1, "100"), alert(2, "110"))
    stored = []
    for price in ("95", "99", "100", "101", "109", "120", "119", "111"):
        watch.move(Decimal(price))
        if (taken := watch.take_price_to_store()) is not None:
            stored.append(str(taken))
    assert stored == ["100", "101", "120"]


def test_a_removed_alert_is_not_crossed() -> None:
    watch = watching("90", alert(1, "100"), alert(2, "100"))
    assert watch.remove(("A", 1), 0)
    assert not watch.remove(("A", 1), 0)
    assert crossed(watch, "110") == [(2, UP)]
    assert watch.remove(("A", 2), 0)
    assert len(watch) == 0
    assert not watch.shards


PRICE = st.integers(1, 9).map(Decimal)


@given(
    st.lists(st.tuples(PRICE, st.sampled_from(AlertCondition), PRICE), max_size=12),
    st.lists(PRICE, max_size=12),
)
def test_crossings_are_those_that_each_alert_by_itself_would_see(
    alerts: list[tuple[Decimal, AlertCondition, Decimal]], prices: list[Decimal]
) -> None:
    """Each alert has seen a price of its own; a naive comparison of two prices is the twin."""
    watch, seen = SymbolWatch(), dict[tuple[str, int], Decimal]()
    made = [alert(n, str(price), condition) for n, (price, condition, _) in enumerate(alerts)]
    for each, (_, _, seen_price) in zip(made, alerts, strict=True):
        watch.add(each, 0, seen_price)
        seen[each.key] = seen_price
    for price in prices:
        expected = set()
        for each in made:
            if seen[each.key] < each.price <= price:
                expected.add(Crossing(each.key, each.price, UP))
            if seen[each.key] > each.price >= price:
                expected.add(Crossing(each.key, each.price, DOWN))
            seen[each.key] = price
        directions = {each.key: each.directions for each in made}
        expected = {each for each in expected if each.direction in directions[each.alert]}
        found = watch.move(price)
        found = [each for each in found if each.direction in directions[each.alert]]
        assert len(found) == len(expected)
        assert set(found) == expected


@given(
    st.lists(st.tuples(PRICE, st.sampled_from(AlertCondition)), min_size=1, max_size=6),
    st.lists(PRICE, min_size=2, max_size=12),
)
def test_a_watch_that_continues_from_the_stored_price_crosses_the_same(
    alerts: list[tuple[Decimal, AlertCondition]], prices: list[Decimal]
) -> None:
    first, *middle, last = prices
    made = [alert(n, str(price), condition) for n, (price, condition) in enumerate(alerts)]
    watch = watching(str(first), *made)
    stored = first
    for price in middle:
        watch.move(price)
        stored = watch.take_price_to_store() or stored
    restarted = watching(str(stored), *made)
    assert set(watch.move(last)) == set(restarted.move(last))
