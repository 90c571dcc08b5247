"""The bound of what is published and not sent yet."""

from __future__ import annotations

import asyncio

import pytest

from trading_api.bus.outgoing_queue import ITEM_BYTES, OutgoingQueue


async def test_the_oldest_items_are_taken_first_and_waited_for() -> None:
    queue = OutgoingQueue[str]()
    waiting = asyncio.create_task(queue.wait())
    await asyncio.sleep(0)
    assert not waiting.done()
    for item in "abc":
        assert queue.put(item, 1)
    await waiting
    assert queue.take(2) == ["a", "b"]
    await queue.wait()
    assert queue.take(2) == ["c"]
    assert queue.take(2) == []


def test_a_full_queue_refuses_items_and_logs_it_one_time_until_it_is_empty(
    caplog: pytest.LogCaptureFixture,
) -> None:
    queue = OutgoingQueue[str](bytes_max=2 * (ITEM_BYTES + 10))
    for _ in range(2):
        assert [queue.put(item, 10) for item in "abcd"] == [True, True, False, False]
        assert queue.take(1) == ["a"]
        assert [queue.put(item, 10) for item in "ef"] == [True, False]
        assert queue.take(9) == ["b", "e"]
    assert caplog.messages == ["bus_outgoing_queue_full"] * 2
