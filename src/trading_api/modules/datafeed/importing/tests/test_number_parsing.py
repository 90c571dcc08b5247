"""A number is kept as its digits stand, unless a binary float provably printed them."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.datafeed.importing.number_parsing import (
    DECIMALS_MAX,
    decimals_of,
    parse_number,
    single_decimals,
    whole_units,
)


def decimals_written(texts: list[str]) -> int:
    return max(len(text.rstrip("0").partition(".")[2]) for text in texts)


def of_singles(texts: list[str]) -> int | None:
    return single_decimals(np.array([float(text) for text in texts]), decimals_written(texts))


@given(st.lists(st.tuples(st.integers(0, 10**15 - 1), st.integers(0, DECIMALS_MAX)), min_size=1))
def test_decimals_are_kept_exactly(numbers: list[tuple[int, int]]) -> None:
    exact = [Decimal(digits).scaleb(-decimals) for digits, decimals in numbers]
    exact = [each for each in exact if each < 10**6]
    read = [parse_number(f"{each:f}", True) for each in exact]
    values = np.array([number.value for number in read if number is not None])
    assert all(number is not None and number.is_exact for number in read)
    units = whole_units(values, DECIMALS_MAX).tolist()
    assert units == [int(each.scaleb(DECIMALS_MAX)) for each in exact]
    for each, decimals in zip(exact, decimals_of(values).tolist(), strict=True):
        assert decimals == max(0, -int(each.normalize().as_tuple().exponent))


@given(st.lists(st.integers(1, 10**6), min_size=20, unique=True), st.integers(1, 4))
def test_single_precision_is_seen_through(counts: list[int], decimals: int) -> None:
    exact = [count / 10**decimals for count in counts]
    singles = np.array(exact, dtype=np.float32).astype(np.float64)
    texts = [repr(value) for value in singles.tolist()]
    found = of_singles(texts)
    if found is None:
        assert (singles == np.array(exact)).all() or decimals_written(texts) <= DECIMALS_MAX
    else:
        assert (
            np.rint(singles * 10.0**found).tolist()
            == np.rint(np.array(exact) * 10.0**found).tolist()
        )


@pytest.mark.parametrize(
    "texts",
    [
        ["110.001953125", "110.00390625", "110.005859375", "110.0078125", "110.5"] * 20,
        [f"{110 + n / 512}" for n in range(2_000)],
        [f"{n / 4}" for n in range(1, 100)],
        ["1.00001", "1.00002"],
        ["304.80999755", "301.5"],
        ["1.1094800233840942", "1.10948002338409"],
        ["0.00000011920929"],
    ],
)
def test_decimals_that_only_look_like_singles_are_not_touched(texts: list[str]) -> None:
    assert of_singles(texts) is None


def test_a_whole_file_of_singles_is_taken_together() -> None:
    """5123.41 leaves eight decimals, which alone could be meant; with others they cannot."""
    exact = [round(5_123.41 + n * 0.37, 2) for n in range(50)]
    texts = [repr(float(np.float32(value))) for value in exact]
    assert of_singles(texts) == 2


@pytest.mark.parametrize(
    ("text", "comma_delimits", "value", "mark"),
    [
        ("1234.5", True, 1234.5, "."),
        ("1,234.50", True, 1234.5, "."),
        ("1,234", True, 1234.0, "."),
        ("1.234,50", False, 1234.5, ","),
        ("1,2345", False, 1.2345, ","),
        ("1,234,567", False, 1234567.0, "."),
        ("1.5e-3", True, 0.0015, "."),
        ("12.5M", True, 12_500_000.0, "."),
        ("$187.15", True, 187.15, "."),
        ("0.30000000000000004", True, 0.3, "."),
        ("7", True, 7.0, ""),
    ],
)
def test_numbers_are_read_however_they_are_written(
    text: str, comma_delimits: bool, value: float, mark: str
) -> None:
    number = parse_number(text, comma_delimits)
    assert number is not None
    assert (number.value, number.mark, number.is_exact) == (value, mark, True)


@pytest.mark.parametrize("text", ["", "x", "nan", "inf", "1_0", "1,23,4", "12,34.5", "1e16", "--1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text, True) is None


@pytest.mark.parametrize("text", ["1.0000000000001", "1234567890.123456", "0.123456789012345678"])
def test_more_digits_than_can_be_kept_are_reported(text: str) -> None:
    number = parse_number(text, True)
    assert number is not None
    assert not number.is_exact
