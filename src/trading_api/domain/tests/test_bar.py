"""Bars that are made of columns are those of the constructor."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bar import Bar, bars_from_columns


@given(st.lists(st.tuples(*[st.integers()] * 6)))
def test_bars_of_columns_are_those_of_the_constructor(rows: list[tuple[int, ...]]) -> None:
    columns = list(zip(*rows, strict=True)) or [()] * 6
    bars = bars_from_columns(*columns)
    assert bars == [Bar(*row) for row in rows]
    assert [hash(bar) for bar in bars] == [hash(Bar(*row)) for row in rows]
    assert len({id(bar) for bar in bars}) == len(rows)


def test_bars_of_columns_are_frozen() -> None:
    (bar,) = bars_from_columns(*[[1]] * 6)
    with pytest.raises(FrozenInstanceError):
        bar.open = 2  # type: ignore[misc]


def test_columns_of_different_lengths_or_another_number_are_refused() -> None:
    with pytest.raises(AssertionError, match="one length"):
        bars_from_columns([1], [1], [1], [1], [1], [1, 2])
    with pytest.raises(ValueError, match="argument"):
        bars_from_columns([1], [1])
