"""Divides many intervals of the market together, in columns.

The results are those of `price_bridge.split`, bit for bit (a test compares them on random nodes).
A column costs about as much as thirty intervals that are divided one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from trading_api.modules.datafeed.simulator.price_bridge import BEYOND, ONE, deviations

Int64s = npt.NDArray[np.int64]
Nodes = Int64s
"""Five rows: open, high, low, close, volume. A column is a Node."""

Draws = Int64s
"""DRAWS rows. A column is a Draw."""

_BEYOND = np.array(BEYOND, np.int64)
# Within these bounds every product below fits into 64 bits, or `_quotient` divides it exactly.
_PRICE_MAX, _RANGE_MAX, _VOLUME_MAX, _USUAL_RANGE_MAX = 1 << 40, 1 << 24, 1 << 48, 1 << 38
_PARTS_MAX = 6


def can_split(whole: Nodes, parts: int, usual_range: int) -> bool:
    """Return whether `split_columns` is exact for these intervals."""
    _, high, low, _, volume = whole
    return (
        parts <= _PARTS_MAX
        and usual_range < _USUAL_RANGE_MAX
        and int(high.max()) < _PRICE_MAX
        and int((high - low).max()) < _RANGE_MAX
        and int(volume.max()) < _VOLUME_MAX
    )


def split_columns(
    whole: Nodes, parts: int, usual_range: int, draws: Iterator[Draws]
) -> list[Nodes]:
    """Divide each interval into equal parts, and return the first part of all, then the second one
    of all, and so on. `price_bridge.split` describes the arguments."""
    if parts == 1:
        return [whole]
    before = parts // 2
    left, right = _halve(whole, before, parts - before, usual_range, next(draws))
    return [
        *split_columns(left, before, usual_range, draws),
        *split_columns(right, parts - before, usual_range, draws),
    ]


def _halve(
    whole: Nodes, before: int, after: int, usual_range: int, draw: Draws
) -> tuple[Nodes, Nodes]:
    open_, high, low, close, volume = whole
    range_, activity = high - low, ONE // 4 + (draw[9] * 3 >> 1)
    parts = before + after
    middle_of, middle_usual, left_of, left_usual, right_of, right_usual = deviations(
        before, parts, usual_range
    )
    deviation = (range_ * middle_of + middle_usual) * activity >> 16
    middle = _middle(whole, before, parts, deviation, draw)
    tops = np.maximum(open_, middle), np.maximum(middle, close)
    bottoms = np.minimum(open_, middle), np.minimum(middle, close)
    betweens = tops[0] - bottoms[0], tops[1] - bottoms[1]
    reaches = (
        (range_ * left_of + left_usual) * activity >> 16,
        (range_ * right_of + right_usual) * activity >> 16,
    )
    is_left_high = _choose(draw[3], before * (high - tops[1]), after * (high - tops[0]))
    reach, between, top = (_other(is_left_high, each) for each in (reaches, betweens, tops))
    lower_high = top + _beyond(reach, between, high - top, draw[5])
    is_left_low = _choose(draw[4], before * (bottoms[1] - low), after * (bottoms[0] - low))
    reach, between, bottom = (_other(is_left_low, each) for each in (reaches, betweens, bottoms))
    higher_low = bottom - _beyond(reach, between, bottom - low, draw[6])
    left_high, right_high = _both(is_left_high, high, lower_high)
    left_low, right_low = _both(is_left_low, low, higher_low)
    left_weight = before * (2 * (left_high - left_low) + range_ + 1) * (ONE + draw[7])
    right_weight = after * (2 * (right_high - right_low) + range_ + 1) * (ONE + draw[8])
    weight = left_weight + right_weight
    left_volume = _quotient(2 * volume, left_weight, weight, 2 * weight)
    return (
        np.stack((open_, left_high, left_low, middle, left_volume)),
        np.stack((middle, right_high, right_low, close, volume - left_volume)),
    )


def _middle(whole: Nodes, before: int, parts: int, deviation: Int64s, draw: Draws) -> Int64s:
    open_, high, low, close, _ = whole
    straight: Int64s = (open_ * parts + (close - open_) * before + (draw[9] * parts >> 16)) // parts
    reach = np.abs(draw[0] + draw[1] - ONE) * deviation >> 16
    above = high - straight
    is_up = draw[2] * (high - low) < above * ONE
    move = _damped(reach, np.where(is_up, above, straight - low), draw[9])
    return np.where(is_up, straight + move, straight - move)


def _beyond(deviation: Int64s, between: Int64s, room: Int64s, draw: Int64s) -> Int64s:
    reach = deviation * _BEYOND[draw >> 6] >> 16
    total = np.maximum(reach + (between << 16), 1)
    return _damped(_quotient(reach, reach, 0, total), room, (draw & 63) << 10)


def _damped(reach: Int64s, room: Int64s, dither: Int64s) -> Int64s:
    half = room << 15
    # The maximum changes only what the last line does not use.
    damped = (room << 16) - _quotient(half, half, 0, np.maximum(reach, half + 1))
    far = np.minimum(room - 1, damped + dither >> 16)
    return np.where(room < 2, 0, np.where(reach <= half, reach + dither >> 16, far))


def _choose(draw: Int64s, this: Int64s, other: Int64s) -> npt.NDArray[np.bool_]:
    return draw * (this + other) < this * ONE


def _other(is_left: npt.NDArray[np.bool_], halves: Sequence[Int64s]) -> Int64s:
    """Return the right half's values where `is_left`, elsewhere the left half's."""
    return np.where(is_left, halves[1], halves[0])


def _both(is_left: npt.NDArray[np.bool_], extreme: Int64s, inner: Int64s) -> tuple[Int64s, Int64s]:
    """Return the extremes of the left and of the right half."""
    return np.where(is_left, extreme, inner), np.where(is_left, inner, extreme)


def _quotient(factor: Int64s, other: Int64s, addend: Int64s | int, divisor: Int64s) -> Int64s:
    """Return (factor * other + addend) // divisor, exactly, also where the product exceeds 64 bits.

    The quotient must be less than 2**49, and the divisor less than 2**61. Then the estimate in
    floating point is wrong by 1 at most. The rest is correct although its terms overflow, because
    it is small itself."""
    estimate: Any = np.floor((factor.astype(np.float64) * other + addend) / divisor)
    quotient: Int64s = estimate.astype(np.int64)
    rest = factor * other + addend - quotient * divisor
    return quotient + (rest >= divisor) - (rest < 0)
