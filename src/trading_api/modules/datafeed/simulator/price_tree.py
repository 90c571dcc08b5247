"""One symbol's prices as a tree over time, from 65,536 days down to ticks of 250 ms."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import count, pairwise
from math import isqrt
from struct import Struct

import numpy as np

from trading_api.domain.resolution import DAY_MS, MINUTE_MS, SECOND_MS
from trading_api.modules.datafeed.simulator.price_bridge import DRAWS, Draw, Node, split, walk
from trading_api.modules.datafeed.simulator.price_bridge_columns import (
    Draws,
    Int64s,
    Nodes,
    can_split,
    split_columns,
)

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

COLUMNS_MIN = 32
"""Fewer nodes than this are divided faster one by one than in columns."""

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

    def columns(self, level: int, first: int, end: int) -> Nodes:
        """Return the nodes of a level from index `first` to `end`, exclusive, as five rows.

        They equal `node` of each index. The level must not be that of the leaves."""
        assert level < LEAF_LEVEL, "a second's ticks are not divided in columns"
        if end - first < COLUMNS_MIN:
            nodes = [self.node(level, index) for index in range(first, end)]
            return np.array(nodes, np.int64).reshape(-1, 5).T
        radix, usual_range = _RADIX[level - 1], self._usual_ranges[level]
        first_parent, end_parent = first // radix, -(-end // radix)
        wholes = self.columns(level - 1, first_parent, end_parent)
        if can_split(wholes, radix, usual_range):
            draws = self._draw_columns(level - 1, first_parent, end_parent, radix - 1)
            parts = np.stack(split_columns(wholes, radix, usual_range, draws), axis=2)
            divided = parts.reshape(5, -1)
        else:
            parents = range(first_parent, end_parent)
            children = [self.children(level - 1, parent) for parent in parents]
            divided = np.array(children, np.int64).reshape(-1, 5).T
        start = first - first_parent * radix
        return divided[:, start : start + end - first]

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

    def _draw_columns(self, level: int, first: int, end: int, turns: int) -> Iterator[Draws]:
        """Yield the first draw of each node, then the second one of each, and so on."""
        new, pack, digests = self._hash.copy, _PLACE.pack, []
        for index in range(first, end):
            for turn in range(turns):
                state = new()
                state.update(pack(level, index, turn))
                digests.append(state.digest())
        numbers = np.frombuffer(b"".join(digests), "<u2").reshape(end - first, turns, DRAWS)
        return iter(np.ascontiguousarray(numbers.transpose(1, 2, 0), np.int64))

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


def sum_columns(nodes: Nodes, firsts: Int64s) -> Nodes:
    """Return consecutive intervals as fewer. Each begins at one of the columns `firsts`."""
    open_, high, low, close, volume = nodes
    lasts = np.append(firsts[1:], nodes.shape[1]) - 1
    return np.stack(
        (
            open_[firsts],
            np.maximum.reduceat(high, firsts),
            np.minimum.reduceat(low, firsts),
            close[lasts],
            np.add.reduceat(volume, firsts),
        )
    )
