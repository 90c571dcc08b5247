"""Thresholds by account."""

from __future__ import annotations

from decimal import Decimal

from trading_api.modules.broker.paper.thresholds import Thresholds


def test_thresholds_up_to_the_bound_are_taken_once() -> None:
    thresholds = Thresholds()
    for number in (3, 1, 2):
        thresholds.set(f"A{number}", number)
    assert thresholds.has_reached(2)
    assert thresholds.take_reached(2) == ["A1", "A2"]
    assert not thresholds.has_reached(2)
    assert thresholds.take_reached(Decimal("Infinity")) == ["A3"]
    assert len(thresholds) == 0


def test_only_the_last_threshold_of_an_account_counts() -> None:
    thresholds = Thresholds()
    for threshold in (1, 5, None, 7, 1, 3):
        thresholds.set("A", threshold)
    assert not thresholds.has_reached(2)
    assert thresholds.take_reached(3) == ["A"]
    thresholds.set("A", None)
    assert thresholds.take_reached(9) == []


def test_outdated_thresholds_do_not_accumulate() -> None:
    thresholds = Thresholds()
    for number in range(10_000):
        thresholds.set(f"A{number % 5}", number)
    assert len(thresholds) == 5
    assert len(thresholds._heap) <= 2 * 5 + 64
    assert len(thresholds.take_reached(10_000)) == 5
