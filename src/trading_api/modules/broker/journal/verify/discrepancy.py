"""Compare the values of an event with what is expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A value of an event that does not follow from the events before it.

    `name` is the field of the event, with dots."""

    name: str
    expected: object
    found: object


def differences(
    name: str, parts: Sequence[str], expected: object, found: object
) -> Sequence[Discrepancy]:
    """Return a discrepancy for each of the attributes in which two objects differ."""
    values = [(part, getattr(expected, part), getattr(found, part)) for part in parts]
    return [Discrepancy(f"{name}.{each[0]}", *each[1:]) for each in values if each[1] != each[2]]


def same(name: str, expected: object, found: object) -> Sequence[Discrepancy]:
    """Return a discrepancy unless both are equal."""
    return () if expected == found else (Discrepancy(name, expected, found),)


def above(name: str, found: Decimal | None, bound: Decimal) -> Sequence[Discrepancy]:
    """Return a discrepancy unless the value is above the bound, or there is none."""
    is_above = found is None or found > bound
    return () if is_above else (Discrepancy(name, f"above {bound}", found),)


def at_least(name: str, found: Decimal, bound: Decimal | int) -> Sequence[Discrepancy]:
    """Return a discrepancy for a value below the bound."""
    return () if found >= bound else (Discrepancy(name, f"at least {bound}", found),)


def at_most(name: str, found: Decimal, bound: Decimal) -> Sequence[Discrepancy]:
    """Return a discrepancy for a value above the bound."""
    return () if found <= bound else (Discrepancy(name, f"at most {bound}", found),)
