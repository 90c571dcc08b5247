"""Parses the numbers of a file: exact decimals, or printed binary floats."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DECIMALS_MAX = 12
DIGITS_MAX = 15
"""A double distinguishes any two decimals of so many digits."""

_VALUE_MAX = 1e15
_NOISE_ULPS = 4
_NOISE_DIGITS = 12
_PROOF_BITS = 16
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*")
_SUFFIXES = {"K": 3, "M": 6, "B": 9}
_PLAIN_CHARACTERS = frozenset("0123456789.")


@dataclass(frozen=True, slots=True)
class ParsedNumber:
    """A number and how it was written.

    `decimals` counts the written ones, and `mark` is the decimal mark before them, empty where that
    is unknown. `is_exact`: the double represents this decimal and no other that can be kept.
    `is_print`: the text has the very digits that a program prints of the double."""

    value: float
    decimals: int
    mark: str
    is_exact: bool
    is_print: bool
    has_few_digits: bool


def parse_plain_numbers(texts: Sequence[str]) -> Floats | None:
    """Return what `parse_number` returns for numbers of digits and points that can be kept exactly,
    or None if any of the texts is another one. It takes a tenth of the time."""
    if max(map(len, texts)) > DIGITS_MAX or not _PLAIN_CHARACTERS.issuperset("".join(texts)):
        return None
    try:
        values = np.array(list(map(float, texts)))
    except ValueError:
        return None
    return values if (at_decimals(values, DECIMALS_MAX) == values).all() else None


@lru_cache(65_536)
def parse_number(text: str, comma_delimits: bool) -> ParsedNumber | None:
    """Return the number, or None for a text that is no finite number of a usable size. A point is
    the decimal mark; so is a comma, unless a point follows it, or commas delimit the file's cells.
    Marks between groups of three digits are ignored."""
    text = text.strip().lstrip("$€£")
    try:
        text, mark = (
            (text, "." if "." in text else "") if "," not in text else _plain(text, comma_delimits)
        )
        shift = _SUFFIXES.get(text[-1:].upper(), 0)
        exact = Decimal(text[:-1] if shift else text).scaleb(shift)
        value = float(exact)
    except (ArithmeticError, ValueError):  # an exponent can be too large for Decimal
        return None
    if not abs(value) <= _VALUE_MAX or "_" in text:
        return None
    decimals, digits = _size(exact)
    if digits > DIGITS_MAX:
        # The noise of arithmetic in doubles: 0.30000000000000004.
        meant = f"{value:.{_NOISE_DIGITS}g}"
        if abs(float(meant) - value) <= _NOISE_ULPS * math.ulp(value):
            value = float(meant)
            decimals, digits = _size(Decimal(meant))
    is_exact = decimals <= DECIMALS_MAX and digits <= DIGITS_MAX
    is_print = not is_exact and digits > DIGITS_MAX and _is_print(value, exact, decimals)
    return ParsedNumber(value, decimals, mark, is_exact, is_print, digits <= DIGITS_MAX)


def _is_print(value: float, exact: Decimal, decimals: int) -> bool:
    """Return whether a program would print these digits: all of them, or so many decimals."""
    return exact in (Decimal(repr(value)), Decimal(f"{value:.{min(decimals, 20)}f}"))


def parse_grouped_number(text: str) -> ParsedNumber | None:
    """Parse a number of a file with decimal commas, where 1.234 is more than a thousand."""
    return parse_number(text.replace(".", ""), False) if _GROUPED.fullmatch(text.strip()) else None


def single_decimals(values: Floats, decimals_written: int) -> int | None:
    """Return to how many decimals to round numbers that provably passed through single precision,
    as 304.80999755859375 did, which was 304.81, or 186.419998, which was 186.42. None for all
    others.

    Each value must be what is printed, with all digits or with `decimals_written` of them, of the
    single-precision number that its own rounding gives. There are two proofs. Digits were cut off;
    or the grid of the decimals is so much coarser than that of the written numbers that chance is
    impossible. Fractions of 1/512 are singles too, and exact."""
    values = np.unique(values)
    if not len(values):
        return None
    with np.errstate(over="ignore", under="ignore"):
        is_whole_print = bool((values.astype(np.float32) == values).all())
        for decimals in range(min(DECIMALS_MAX + 1, decimals_written)):
            rounded = at_decimals(values, decimals)
            printed = rounded.astype(np.float32).astype(np.float64)
            if not is_whole_print:
                printed = at_decimals(printed, min(decimals_written, DECIMALS_MAX))
            if (printed == values).all():
                break
        else:
            return None
    if not is_whole_print:
        noisy = int((rounded != values).sum())
        bits = noisy * (decimals_written - decimals) * math.log2(10)
        return decimals if bits >= _PROOF_BITS else None
    binary = _binary_places(values)
    bits = len(values) * (binary - decimals * math.log2(10))
    return decimals if decimals_written != binary or bits >= _PROOF_BITS else None


def double_decimals(values: Floats) -> int:
    """Return to how many decimals to round computed numbers, so that a double holds all of their
    digits."""
    return max(0, min(DECIMALS_MAX, DIGITS_MAX - len(str(int(values.max(initial=0))))))


def at_decimals(values: Floats, decimals: int) -> Floats:
    scale = 10.0**decimals
    rounded: Floats = np.rint(values * scale) / scale
    return rounded


def decimals_of(values: Floats) -> npt.NDArray[np.int64]:
    """Return the fewest decimals with which each can be written, DECIMALS_MAX at most."""
    found = np.full(len(values), DECIMALS_MAX, dtype=np.int64)
    for decimals in reversed(range(DECIMALS_MAX)):
        found[at_decimals(values, decimals) == values] = decimals
    return found


def whole_units(values: Floats, decimals: int) -> npt.NDArray[np.int64]:
    """Return the values in units of the last decimal. Exact where no number has more decimals or
    more than DIGITS_MAX digits, and none is too large."""
    own = np.minimum(decimals_of(values), decimals)
    units = np.rint(values * 10.0**own).astype(np.int64)
    whole: npt.NDArray[np.int64] = units * 10 ** (decimals - own)
    return whole


def _plain(text: str, comma_delimits: bool) -> tuple[str, str]:
    """Return the text with a point for the decimal mark, and which mark it was."""
    if "." in text:
        mark = max(".,", key=text.rindex)
        whole, _, fraction = text.rpartition(mark)
        other = "," if mark == "." else "."
        if not _GROUPED.fullmatch(whole) or mark in whole or other in fraction:
            raise ValueError
        return f"{whole.replace(other, '')}.{fraction}", mark
    if comma_delimits or text.count(",") > 1:
        if not _GROUPED.fullmatch(text):
            raise ValueError
        return text.replace(",", ""), "."
    return text.replace(",", "."), ","


def _size(exact: Decimal) -> tuple[int, int]:
    """Return the numbers of decimals and of digits, without the zeros at the end."""
    _, digits, exponent = exact.normalize().as_tuple()
    assert isinstance(exponent, int)
    return max(0, -exponent), len(digits)


def _binary_places(values: Floats) -> int:
    places = 0
    while (np.rint(values) != values).any():
        values = values * 2
        places += 1
    return places


def finest(columns: Sequence[Floats]) -> int:
    """Return the number of decimals that the columns need."""
    return max(int(decimals_of(values).max(initial=0)) for values in columns)
