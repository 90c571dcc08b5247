"""One symbol's prices as a tree over time, from 65,536 days down to ticks of 250 ms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import count, pairwise
from math import isqrt
from struct import Struct

from trading_api.domain.resolution import DAY_MS, MINUTE_MS, SECOND_MS
from trading_api.modules.datafeed.simulator.price_bridge import DRAWS, Draw, Node, split, walk

TICK_MS = 250
END_MS = DAY_MS << 16

LEVELS_MS = (
    *(DAY_MS << power for power in range(16, -1, -1)),
    *(minutes * MINUTE_MS for minutes in (240, 120, 60, 30, 15, 5, 1)),
    *(seconds * SECOND_MS for seconds in (30, 15, 5, 1)),
    TICK_MS,
)
_RADIX = tuple(long // short for long, short in pairwise(LEVELS_MS))
LEAF_LEVEL = len(LEVELS_MS) - 1
DAY_LEVEL = LEVELS_MS.index(DAY_MS)
_YEAR_MS = DAY_MS << 8

_PLACE = Struct("<BQB")
_DRAW = Struct(f"<{DRAWS}H")


class PriceTree:
    """A price path that is a pure function of its key and root, from 1970 on.

    Each node is divided by draws that are hashed from its place, so that all levels agree with
    each other, in whatever order nodes are read."""

    def __init__(
        self, key: bytes, root: Node, usual_day_range: int, cached_max: int = 2_048
    ) -> None:
        self._hash = blake2b(key=key, digest_size=_DRAW.size)
        self._root = root
        self._usual_ranges = [usual_day_range * _growth(level_ms) for level_ms in LEVELS_MS]
        self.children = lru_cache(cached_max)(self._divide)

    def node(self, level: int, index: int) -> Node:
        if level == 0:
            assert index == 0, "the tree ends here"
            return self._root
        parent, child = divmod(index, _RADIX[level - 1])
        return self.children(level - 1, parent)[child]

    def between(self, level: int, start_ms: int, end_ms: int) -> Node:
        """Return the interval from a start on this level's grid to an end on the grid of ticks, as
        the sum of the fewest nodes of this level and below."""
        nodes = []
        while start_ms < end_ms:
            length_ms = LEVELS_MS[level]
            while start_ms + length_ms <= end_ms:
                nodes.append(self.node(level, start_ms // length_ms))
                start_ms += length_ms
            level += 1
        return nodes[0] if len(nodes) == 1 else sum_nodes(nodes)

    def draws(self, level: int, index: int) -> Iterator[Draw]:
        for turn in count():
            state = self._hash.copy()
            state.update(_PLACE.pack(level, index, turn))
            yield _DRAW.unpack(state.digest())

    def _divide(self, level: int, index: int) -> tuple[Node, ...]:
        whole, draws = self.node(level, index), self.draws(level, index)
        if level == LEAF_LEVEL - 1:
            return tuple(walk(whole, next(draws)))
        return tuple(split(whole, _RADIX[level], self._usual_ranges[level + 1], draws))


def _growth(level_ms: int) -> int:
    """Return the usual range of an interval, in 1/65536 of a day's. It grows with the square root
    of time up to a year, then slower, because prices return to their level over decades."""
    root = isqrt((min(level_ms, _YEAR_MS) << 32) // DAY_MS)
    years_doubled = max(0, (level_ms // _YEAR_MS).bit_length() - 1)
    return root + root * years_doubled * 3 // 16


def sum_nodes(nodes: list[Node]) -> Node:
    """Return consecutive intervals as one."""
    return (
        nodes[0][0],
        max(node[1] for node in nodes),
        min(node[2] for node in nodes),
        nodes[-1][3],
        sum(node[4] for node in nodes),
    )
