"""Waiting for an event of an account ends when all that is subscribed has been reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from trading_api_client.models import BrokerEvent
from trading_api_client.stream.account_progress import wait_for_seq

ACCOUNT = "PROGRESS"


class Streams:
    """The topics of an account that resume one after another."""

    def __init__(self) -> None:
        self.topics = {
            name: SimpleNamespace(
                topic=name,
                account_id=ACCOUNT,
                channel=SimpleNamespace(name=name),
                subscription={},
                status="synchronized",
                snapshots=1,
                sequence=SimpleNamespace(last_seq=0),
                floor=0,
            )
            for name in ("executions", "orders", "positions", "notifications")
        }
        self._listener: Callable[[Any], None] = lambda topic: None

    def on_change(self, listener: Callable[[Any], None]) -> Callable[[], None]:
        self._listener = listener
        return lambda: None

    def change(self, name: str, **values: Any) -> None:
        vars(self.topics[name]).update(values)
        self._listener(self.topics[name])


async def test_updates_that_an_account_subscription_buffers_are_waited_for() -> None:
    """It reports nothing until all topics are synchronized, also one that has no required event."""
    streams = Streams()
    streams.topics["notifications"].status = "subscribing"
    waiting = asyncio.create_task(_wait(streams, 3))
    for name in ("executions", "orders", "positions"):
        await asyncio.sleep(0)
        streams.change(name, sequence=SimpleNamespace(last_seq=3))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    streams.change("notifications", status="synchronized")
    await waiting


async def test_a_notification_is_not_required() -> None:
    streams = Streams()
    for name in ("executions", "orders", "positions"):
        streams.topics[name].sequence.last_seq = 3
    await _wait(streams, 3)


async def _wait(streams: Streams, seq: int) -> None:
    async def read_events(since: int, until: int) -> list[BrokerEvent]:
        raise AssertionError("All topics have reached the event")

    await wait_for_seq(cast("Any", streams), ACCOUNT, seq, read_events, 5.0)
