"""Bars are encoded fast, and as their model would be."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.bars_answer import encode_bars_slowly
from trading_api.domain.bar import Bar
from trading_api.modules.datafeed import bars_encoding
from trading_api.modules.datafeed.bars_encoding import encode_bars
from trading_api.modules.datafeed.history import History
from trading_api.modules.datafeed.simulator.listings import LISTINGS

WHOLE = st.integers(0, 10**15)
BARS = st.builds(Bar, st.integers(-(10**13), 10**13), WHOLE, WHOLE, WHOLE, WHOLE, WHOLE)
INSTRUMENTS = st.builds(
    replace,
    st.just(LISTINGS[0].instrument),
    price_scale=st.integers(0, 12).map(lambda decimals: 10**decimals),
    min_move=st.sampled_from([1, 5, 25, 3_125]),
    volume_scale=st.integers(0, 12).map(lambda decimals: 10**decimals),
)
HISTORIES = st.builds(
    History, INSTRUMENTS, st.lists(BARS), st.booleans(), st.none() | st.integers(0, 10**13)
)


@given(HISTORIES)
def test_the_bytes_are_those_of_the_model(history: History) -> None:
    assert asyncio.run(encode_bars(history)) == encode_bars_slowly(history)


@pytest.mark.parametrize("count", [0, 1, 1_999, 2_000, 2_001, 4_000])
async def test_pieces_join_without_a_seam(count: int) -> None:
    assert bars_encoding.PIECE_BARS == 2_000
    bars = [Bar(60_000 * n, 10 + n, 11 + n, 9 + n, 10 + n, n) for n in range(count)]
    history = History(LISTINGS[0].instrument, bars)
    assert await encode_bars(history) == encode_bars_slowly(history)
