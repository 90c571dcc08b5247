"""Divides an interval of the market into shorter ones, in whole ticks and whole volumes.

For any draws, the parts begin where the whole begins, join without a gap, and end where it ends.
They reach its high and its low and not beyond, and share its volume exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from math import isqrt

Node = tuple[int, int, int, int, int]
"""Open, high, low, close, volume."""

Draw = tuple[int, ...]
"""DRAWS numbers of 16 random bits."""

DRAWS = 10

ONE = 1 << 16
# In 1/65536: the deviation of the middle and of an extreme, as shares of the whole's range and of
# the usual one. Tuned until ranges grew with the root of time, and until bars, their extremes and
# their returns were as those of recorded markets (test_realism measures it).
_MIDDLE_OF_RANGE, _MIDDLE_OF_USUAL = 98_304, 26_214
_EXTREME_OF_RANGE, _EXTREME_OF_USUAL = 19_661, 32_768
# How far a random bridge goes beyond its ends, for 1,024 equal parts of all bridges, in 1/65536 of
# its deviation. Decimal rounds logarithms in the same way on every machine.
BEYOND = tuple(int((-(Decimal(2 * n + 1) / 2_048).ln() / 2).sqrt() * ONE) for n in range(1_024))


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
    """Divide an interval in two. One half holds the whole's high. The other one's high is lower,
    unless it begins or ends there: equal extremes of neighbours are as rare as in a market. The
    same holds for the low. How active both halves are is drawn, so that quiet and volatile times
    come together and large moves are more frequent than by a normal distribution."""
    open_, high, low, close, volume = whole
    range_, activity = high - low, ONE // 4 + draw[9] * 3 // 2
    parts = before + after
    middle_of, middle_usual, left_of, left_usual, right_of, right_usual = deviations(
        before, parts, usual_range
    )
    deviation = (range_ * middle_of + middle_usual) * activity >> 16
    middle = _middle(whole, before, parts, deviation, draw)
    left_top, left_bottom = (open_, middle) if open_ > middle else (middle, open_)
    right_top, right_bottom = (middle, close) if middle > close else (close, middle)
    left = (range_ * left_of + left_usual) * activity >> 16, left_top - left_bottom
    right = (range_ * right_of + right_usual) * activity >> 16, right_top - right_bottom
    if _choose(draw[3], before * (high - right_top), after * (high - left_top)):
        left_high, right_high = high, right_top + _beyond(*right, high - right_top, draw[5])
    else:
        left_high, right_high = left_top + _beyond(*left, high - left_top, draw[5]), high
    if _choose(draw[4], before * (right_bottom - low), after * (left_bottom - low)):
        left_low, right_low = low, right_bottom - _beyond(*right, right_bottom - low, draw[6])
    else:
        left_low, right_low = left_bottom - _beyond(*left, left_bottom - low, draw[6]), low
    left_volume, right_volume = _share(
        volume,
        [
            before * (2 * (left_high - left_low) + range_ + 1) * (ONE + draw[7]),
            after * (2 * (right_high - right_low) + range_ + 1) * (ONE + draw[8]),
        ],
    )
    return (
        (open_, left_high, left_low, middle, left_volume),
        (middle, right_high, right_low, close, right_volume),
    )


def _middle(whole: Node, before: int, parts: int, deviation: int, draw: Draw) -> int:
    """Return a point of a random bridge from open to close, within the high and the low. It moves
    rather towards the extreme that is further away."""
    open_, high, low, close, _ = whole
    straight = (open_ * parts + (close - open_) * before + (draw[9] * parts >> 16)) // parts
    reach = abs(draw[0] + draw[1] - ONE) * deviation >> 16
    if draw[2] * (high - low) < (high - straight) * ONE:
        return straight + _damped(reach, high - straight, draw[9])
    return straight - _damped(reach, straight - low, draw[9])


def _beyond(deviation: int, between: int, room: int, draw: int) -> int:
    """Return how far a random bridge goes beyond its ends, which are `between` apart: less than
    `room`, unless that is 0. It goes less far where its ends are further apart."""
    reach = deviation * BEYOND[draw >> 6] >> 16
    if not reach:
        return 0
    return _damped(reach * reach // (reach + (between << 16)), room, (draw & 63) << 10)


def _damped(reach: int, room: int, dither: int) -> int:
    """Return a reach, which is in 1/65536 ticks, in whole ticks and less than the room: as it is
    up to half of the room, and ever less of what is above that."""
    if reach <= room << 15:
        return reach + dither >> 16 if room > 1 else 0
    if room < 2:
        return 0
    reach = (room << 16) - (room * room << 30) // reach
    return min(room - 1, reach + dither >> 16)


@lru_cache(4_096)
def deviations(before: int, parts: int, usual_range: int) -> tuple[int, int, int, int, int, int]:
    """Return three pairs of a factor of the whole's range and an addend, flattened.

    The product and the addend add up to a deviation in 1/65536 ticks. The pairs are those of the
    middle, of the left half's extremes, and of the right half's."""
    after, whole = parts - before, isqrt(parts << 32)
    middle, left, right = (
        isqrt((before * after << 32) // parts),
        isqrt(before << 32),
        isqrt(after << 32),
    )
    return (
        _MIDDLE_OF_RANGE * middle // whole,
        _MIDDLE_OF_USUAL * (usual_range * middle // ONE) // ONE,
        _EXTREME_OF_RANGE * left // whole,
        _EXTREME_OF_USUAL * (usual_range * left // ONE) // ONE,
        _EXTREME_OF_RANGE * right // whole,
        _EXTREME_OF_USUAL * (usual_range * right // ONE) // ONE,
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
