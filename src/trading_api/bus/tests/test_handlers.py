"""The limits of requests that are handled at the same time."""

from __future__ import annotations

import asyncio

import pytest

from tests.kit.server import until
from trading_api.bus.handlers import RequestTasks


async def test_requests_above_a_limit_are_dropped_until_others_have_ended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks = RequestTasks(concurrent_max=2, bytes_max=10)
    go_on = asyncio.Event()
    answers: list[bytes] = []

    async def wait(message: bytes) -> bytes:
        await go_on.wait()
        return message

    for message in (b"1", b"2", b"too many"):
        tasks.start("shard-0.http", wait, message, answers.append)
    assert caplog.messages == ["bus_request_dropped"]
    go_on.set()
    await until(lambda: answers == [b"1", b"2"])
    go_on.clear()
    for message in (b"12345678", b"too long"):
        tasks.start("shard-0.http", wait, message, answers.append)
    assert caplog.messages == ["bus_request_dropped"] * 2
    await tasks.close()
    assert answers == [b"1", b"2"]


async def test_many_topics_that_are_opened_leave_room_for_commands() -> None:
    tasks = RequestTasks(concurrent_max=2)
    answers: list[bytes] = []

    async def never(message: bytes) -> bytes:
        await asyncio.Event().wait()
        return message

    async def answer(message: bytes) -> bytes:
        return message

    for shard in range(10):
        tasks.start(f"shard-{shard}.topics", never, b"open", answers.append)
    tasks.start("shard-0.http", answer, b"order", answers.append)
    await until(lambda: answers == [b"order"])
    await tasks.close()


async def test_a_handler_may_close_the_tasks_that_it_is_one_of() -> None:
    tasks = RequestTasks()
    is_closed = asyncio.Event()

    async def close(message: bytes) -> bytes:
        await tasks.close()
        is_closed.set()
        return b""

    tasks.start("shard-0.http", close, b"", lambda answer: None)
    async with asyncio.timeout(1):
        await is_closed.wait()
