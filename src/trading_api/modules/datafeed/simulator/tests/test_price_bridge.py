"""Parts of an interval always add up to it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.datafeed.simulator.price_bridge import DRAWS, Node, split, walk

DRAW = st.tuples(*[st.integers(0, 65_535)] * DRAWS)


@st.composite
def nodes(draw: st.DrawFn) -> Node:
    low = draw(st.integers(1, 10**6))
    high = low + draw(st.integers(0, 2_000))
    inside = st.integers(low, high)
    return draw(inside), high, low, draw(inside), draw(st.integers(0, 10**9))


def assert_divides(whole: Node, parts: list[Node]) -> None:
    assert parts[0][0] == whole[0]
    assert all(earlier[3] == later[0] for earlier, later in pairwise(parts))
    assert parts[-1][3] == whole[3]
    assert max(part[1] for part in parts) == whole[1]
    assert min(part[2] for part in parts) == whole[2]
    assert sum(part[4] for part in parts) == whole[4]
    for open_, high, low, close, volume in parts:
        assert low <= min(open_, close) <= max(open_, close) <= high
        assert volume >= 0


@given(nodes(), st.integers(2, 6), st.integers(0, 10**9), st.lists(DRAW, min_size=5, max_size=5))
def test_whatever_is_drawn_the_parts_make_the_whole(
    whole: Node, parts: int, usual_range: int, draws: list[tuple[int, ...]]
) -> None:
    divided = split(whole, parts, usual_range, iter(draws))
    assert len(divided) == parts
    assert_divides(whole, divided)


@given(nodes(), DRAW)
def test_the_moves_of_a_second_show_every_price_as_their_last(
    whole: Node, draw: tuple[int, ...]
) -> None:
    moves = walk(whole, draw)
    assert len(moves) == 4
    assert_divides(whole, moves)
    assert all({move[1], move[2]} == {move[0], move[3]} for move in moves)
