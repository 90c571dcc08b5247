"""The thread with an event loop of its own, at its end."""

from __future__ import annotations

import asyncio
import gc

import pytest

from trading_api.modules.broker.journal.postgres.event_loop_thread import EventLoopThread


async def test_a_function_that_comes_after_the_end_is_refused_and_leaves_no_coroutine() -> None:
    """Python warns of a coroutine that was never awaited, and warnings fail a test."""
    thread = EventLoopThread("test")
    assert await thread.run(lambda: 1) == 1
    closing = asyncio.create_task(thread.close())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="closed"):
        await thread.run(lambda: 2)
    await closing
    gc.collect()
