"""Columns of closed bars that grow at both ends."""

from __future__ import annotations

import pytest

from trading_api_client.models import Bar
from trading_api_client.strategy.bar_buffer import BarBuffer


def _bars(first: int, last: int) -> list[Bar]:
    return [
        Bar(time=n, open=n, high=n + 1, low=n - 1, close=n, volume=n) for n in range(first, last)
    ]


def test_the_last_bars_are_those_that_were_added_last() -> None:
    buffer = BarBuffer(_bars(0, 3))
    for bar in _bars(3, 3_000):
        buffer.append(bar)
    buffer.prepend(_bars(-5, 0))
    assert (len(buffer), buffer.first_time) == (3_005, -5)
    assert buffer.last(2).time.tolist() == [2_998, 2_999]
    assert buffer.last(2).high.tolist() == [2_999, 3_000]
    assert buffer.last(10_000).close.tolist() == list(range(-5, 3_000))


def test_what_was_returned_does_not_change_and_cannot_be_written() -> None:
    buffer = BarBuffer(_bars(0, 4))
    before = buffer.last(4)
    for bar in _bars(4, 9):
        buffer.append(bar)
    assert before.close.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="read-only"):
        before.close[0] = 7
    buffer.append(_bars(9, 10)[0])


def test_an_empty_buffer_has_empty_columns() -> None:
    buffer = BarBuffer()
    assert (buffer.first_time, len(buffer.last(5))) == (None, 0)
    buffer.prepend([])
    buffer.append(_bars(1, 2)[0])
    assert buffer.last(5).volume.tolist() == [1]
