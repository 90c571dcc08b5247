"""Intervals that are divided together are divided as one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trading_api.domain.resolution import RESOLUTIONS
from trading_api.modules.datafeed.simulator.listings import LISTINGS
from trading_api.modules.datafeed.simulator.price_bridge import DRAWS, Node, split
from trading_api.modules.datafeed.simulator.price_bridge_columns import can_split, split_columns
from trading_api.modules.datafeed.simulator.price_tree import (
    COLUMNS_MIN,
    LEAF_LEVEL,
    LEVELS_MS,
    PriceTree,
)
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator

PARTS_MAX = 6
TURNS = PARTS_MAX - 1
# All draws of one division. A number each would take long to generate.
DRAWN = st.binary(min_size=2 * DRAWS * TURNS, max_size=2 * DRAWS * TURNS)


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    low = draw(st.integers(0, 10**6) | st.integers(0, 2**39))
    high = low + draw(st.integers(0, 3) | st.integers(0, 2_000) | st.integers(0, 2**24 - 1))
    inside = st.integers(low, high)
    volume = draw(st.integers(0, 10) | st.integers(0, 10**9) | st.integers(0, 2**48 - 1))
    return draw(inside), high, low, draw(inside), volume


@given(
    st.lists(st.tuples(nodes(), DRAWN), min_size=1, max_size=8),
    st.integers(2, PARTS_MAX),
    st.integers(0, 10**6) | st.integers(0, 2**38 - 1),
)
@example(
    wholes=[((0, 2**24 - 1, 0, 2**24 - 1, 2**48 - 1), b"\xff" * 2 * DRAWS * TURNS)],
    parts=6,
    usual_range=2**38 - 1,
)
@example(wholes=[((7, 7, 7, 7, 0), bytes(2 * DRAWS * TURNS))], parts=2, usual_range=0)
def test_columns_are_divided_as_single_nodes(
    wholes: list[tuple[Node, bytes]], parts: int, usual_range: int
) -> None:
    draws = np.array(
        [np.frombuffer(drawn, "<u2").reshape(TURNS, DRAWS) for _, drawn in wholes], np.int64
    )
    one_by_one = [
        split(whole, parts, usual_range, iter(map(tuple, own_draws.tolist())))
        for (whole, _), own_draws in zip(wholes, draws, strict=True)
    ]
    table = np.array([whole for whole, _ in wholes], np.int64).T
    assert can_split(table, parts, usual_range)
    together = split_columns(table, parts, usual_range, iter(draws.transpose(1, 2, 0)))
    assert [part.T.tolist() for part in together] == [
        [list(divided[part]) for divided in one_by_one] for part in range(parts)
    ]


@pytest.mark.parametrize(
    "whole",
    [
        (0, 2**24, 0, 0, 0),
        (0, 0, 0, 0, 2**48),
        (2**40, 2**40, 2**40, 2**40, 0),
    ],
)
def test_values_whose_products_do_not_fit_are_refused(whole: Node) -> None:
    assert not can_split(np.array([whole], np.int64).T, 2, 0)


def test_more_parts_and_a_larger_usual_range_than_are_exact_are_refused() -> None:
    whole = np.array([(1, 1, 1, 1, 1)], np.int64).T
    assert can_split(whole, PARTS_MAX, 2**38 - 1)
    assert not can_split(whole, PARTS_MAX + 1, 1)
    assert not can_split(whole, 2, 2**38)


@given(
    key=st.binary(min_size=1, max_size=8),
    level=st.integers(0, LEAF_LEVEL - 1),
    place=st.floats(0, 1, exclude_max=True),
    count=st.integers(0, 4 * COLUMNS_MIN),
    # The second root holds volumes that are too large for columns, until they are divided.
    root=st.sampled_from(
        [(20_000, 30_000, 10_000, 25_000, 10**13), (2**40, 2**41, 2**39, 2**40, 2**62)]
    ),
)
def test_the_columns_of_a_tree_are_its_nodes(
    key: bytes, level: int, place: float, count: int, root: Node
) -> None:
    nodes_of_level = LEVELS_MS[0] // LEVELS_MS[level]
    count = min(count, nodes_of_level)
    first = int(place * (nodes_of_level - count + 1))
    tree = PriceTree(key, root, 300)
    columns = tree.columns(level, first, first + count)
    expected = [list(tree.node(level, index)) for index in range(first, first + count)]
    assert columns.T.tolist() == expected


@given(
    seed=st.integers(0, 2**32),
    symbol=st.sampled_from([listing.instrument.symbol for listing in LISTINGS]),
    now_ms=st.integers(FIRST_MS + 1_000, 1_795_258_915_123),
    resolution=st.sampled_from(RESOLUTIONS),
    count=st.integers(COLUMNS_MIN - 1, 200),
)
@settings(max_examples=40)
def test_many_bars_are_those_that_are_read_one_by_one(
    seed: int, symbol: str, now_ms: int, resolution: str, count: int
) -> None:
    together = Simulator(seed, lambda: now_ms).bars(symbol, resolution, now_ms, now_ms, count)
    market = Simulator(seed, lambda: now_ms)
    one_by_one = [
        bar
        for start_ms in (bar.time_ms for bar in together)
        for bar in market.bars(symbol, resolution, start_ms, start_ms + 1)
    ]
    assert together == one_by_one
    assert len(together) == count or together[0].time_ms == FIRST_MS
