"""Divides an interval of the market into shorter ones, in whole ticks and whole volumes.

For any draws, the parts begin where the whole begins, join without a gap, and end where it ends.
They reach its high and its low and not beyond, and share its volume exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import isqrt

Node = tuple[int, int, int, int, int]
"""Open, high, low, close, volume."""

Draw = tuple[int, ...]
"""DRAWS numbers of 16 random bits."""

DRAWS = 10

ONE = 1 << 16
# In 1/65536: the range of a half as a share of its whole's, and how far a bridge swings in the
# middle. Tuned until ranges grew with the square root of time (test_simulator measures it).
_RANGE_AT_ONE_EXTREME = 42_000
_RANGE_BETWEEN_EXTREMES = 26_000
_SWING = 36_000


def split(whole: Node, parts: int, usual_range: int, draws: Iterator[Draw]) -> list[Node]:
    """Divide an interval into equal parts. `usual_range` is that of one part, in 1/65536 ticks; it
    draws quiet and volatile times back to the usual."""
    if parts == 1:
        return [whole]
    before = parts // 2
    left, right = _halve(whole, before, parts - before, usual_range, next(draws))
    return [
        *split(left, before, usual_range, draws),
        *split(right, parts - before, usual_range, draws),
    ]


def walk(whole: Node, draw: Draw) -> list[Node]:
    """Divide an interval into four ticks whose closes include the high and the low. A listener that
    receives only the last price of each tick therefore receives every price."""
    open_, high, low, close, volume = whole
    turns = [price for price in (high, low) if price not in (open_, close)]
    if draw[0] & 1:
        turns.reverse()
    path = [open_, *turns, close]
    while len(path) < 5:
        still = draw[len(path)] % len(path)
        path.insert(still, path[still])
    moves = list(pairwise(path))
    weights = [
        (2 * abs(end - start) + 1) * (ONE // 8 + noise)
        for (start, end), noise in zip(moves, draw[6:], strict=True)
    ]
    # Something traded at every price, as far as the volume is enough for that.
    traded = [int(start != end) for start, end in moves]
    if volume < sum(traded):
        traded = [0] * len(moves)
    parts = _share(volume - sum(traded), weights)
    return [
        (start, max(start, end), min(start, end), end, part + least)
        for (start, end), part, least in zip(moves, parts, traded, strict=True)
    ]


def _halve(whole: Node, before: int, after: int, usual_range: int, draw: Draw) -> tuple[Node, Node]:
    open_, high, low, close, volume = whole
    middle = _middle(whole, before, after, draw)
    slack = (high - low) // 4 + 1
    high_is_left = _choose(
        draw[3],
        before * (high - max(middle, close) + slack),
        after * (high - max(open_, middle) + slack),
    )
    low_is_left = _choose(
        draw[4],
        before * (min(middle, close) - low + slack),
        after * (min(open_, middle) - low + slack),
    )
    parts = before + after
    left = _extremes(
        whole,
        (open_, middle),
        (high_is_left, low_is_left),
        _reaches(before, parts, usual_range),
        (draw[5], draw[9]),
    )
    right = _extremes(
        whole,
        (middle, close),
        (not high_is_left, not low_is_left),
        _reaches(after, parts, usual_range),
        (draw[6], draw[9]),
    )
    base = high - low + 1
    left_volume, right_volume = _share(
        volume,
        [
            before * (2 * (left[0] - left[1]) + base) * (ONE + draw[7]),
            after * (2 * (right[0] - right[1]) + base) * (ONE + draw[8]),
        ],
    )
    return (open_, *left, middle, left_volume), (middle, *right, close, right_volume)


def _middle(whole: Node, before: int, after: int, draw: Draw) -> int:
    """Return a point of a random bridge from open to close, reflected at the high and the low."""
    open_, high, low, close, _ = whole
    drift = (close - open_) * before * ONE // (before + after)
    swing = (high - low) * (draw[0] + draw[1] + draw[2] - 3 * ONE // 2) * _SWING // ONE
    middle = open_ + (drift + swing + draw[9]) // ONE
    # A swing is shorter than the range, so one reflection is enough.
    if middle > high:
        return 2 * high - middle
    return 2 * low - middle if middle < low else middle


def _extremes(
    whole: Node,
    ends: tuple[int, int],
    holds: tuple[bool, bool],
    reaches: tuple[int, int, int, int],
    draw: tuple[int, int],
) -> tuple[int, int]:
    _, high, low, _, _ = whole
    top, bottom = max(ends), min(ends)
    holds_high, holds_low = holds
    if holds_high and holds_low:
        return high, low
    noise, dither = draw
    scale, constant = reaches[:2] if holds_high or holds_low else reaches[2:]
    reach = (((high - low) * scale + constant) * (ONE // 2 + noise) // ONE + dither) // ONE
    if holds_high:
        return high, max(low, min(bottom, high - reach))
    if holds_low:
        return min(high, max(top, low + reach)), low
    spare = max(0, reach - (top - bottom))
    above = (spare * noise + dither) // ONE
    return min(high, top + above), max(low, bottom - spare + above)


@lru_cache(4_096)
def _reaches(part: int, parts: int, usual_range: int) -> tuple[int, int, int, int]:
    """Return a factor of the whole's range and an addend, for a part that holds one extreme of the
    whole; and the same two for a part that holds none."""
    share = isqrt((2 * part << 32) // parts)
    usual = usual_range * isqrt(part << 32) // ONE
    return (
        _RANGE_AT_ONE_EXTREME * share // (2 * ONE),
        usual // 2,
        _RANGE_BETWEEN_EXTREMES * share // (2 * ONE),
        usual // 3,
    )


def _choose(draw: int, this: int, other: int) -> bool:
    return draw * (this + other) < this * ONE


def _share(volume: int, weights: list[int]) -> list[int]:
    left, weight_left = volume, sum(weights)
    shares = []
    for weight in weights:
        share = (2 * left * weight + weight_left) // (2 * weight_left)
        shares.append(share)
        left -= share
        weight_left -= weight
    return shares
