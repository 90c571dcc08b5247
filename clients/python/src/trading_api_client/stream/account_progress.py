"""The wait for the updates of a command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from trading_api_client.errors import TimedOut
from trading_api_client.models import BrokerEvent
from trading_api_client.stream.account_feed import CHANNEL_ORDER
from trading_api_client.stream.shared_topic import SharedTopic
from trading_api_client.stream.stream_client import StreamClient

_CHANGED_BY_EVENTS = ("executions", "orders", "positions")
ReadEvents = Callable[[int, int], Awaitable[list[BrokerEvent]]]
"""Returns the account's events after the first number up to the second one."""


async def wait_for_seq(
    streams: StreamClient, account_id: str, seq: int, read_events: ReadEvents, timeout_s: float
) -> None:
    """Return once the subscribed updates of the account up to event `seq` have been reported.

    An event need not change every topic. If a topic has not reached `seq`, the events in between
    are read to find the topics that they change. Raises TimedOut."""
    waiting = _Waiting(streams, account_id)
    try:
        async with asyncio.timeout(timeout_s):
            await waiting.until(waiting.is_synchronized)
            if waiting.has_all(dict.fromkeys(waiting.channels(), seq)):
                return
            events = await read_events(min(seq, waiting.reached()) - 1, seq)
            required = last_events(events)
            await waiting.until(lambda: waiting.has_all(required))
    except TimeoutError:
        raise TimedOut(f"The updates up to event {seq} did not arrive") from None
    finally:
        waiting.stop()


def last_events(events: Iterable[BrokerEvent]) -> dict[str, int]:
    """Return the number of the last event that changes each channel."""
    last: dict[str, int] = {}
    for event in events:
        if event.execution is not None:
            last["executions"] = event.seq
        if event.order is not None:
            last["orders"] = event.seq
        if event.position is not None or event.positions:
            last["positions"] = event.seq
    return last


class _Waiting:
    """Checks the account's topics after each of their changes."""

    def __init__(self, streams: StreamClient, account_id: str) -> None:
        self._streams = streams
        self._account_id = account_id
        self._changed = asyncio.Event()
        self._snapshots = {topic.topic: topic.snapshots for topic in self._topics()}
        self.stop = streams.on_change(self._on_change)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def channels(self) -> list[str]:
        return [topic.channel.name for topic in self._topics()]

    def is_synchronized(self) -> bool:
        """Return whether all topics of the account are.

        Until then an account's subscription buffers the updates of those that are."""
        return all(
            topic.status == "synchronized"
            for topic in self._streams.topics.values()
            if topic.account_id == self._account_id and topic.channel.name in CHANNEL_ORDER
        )

    def reached(self) -> int:
        """Return the last event whose change some topic has reported. All topics have reported the
        events before it, because the server publishes an account's events in order."""
        return max((_reached(topic) for topic in self._topics()), default=0)

    def has_all(self, required: dict[str, int]) -> bool:
        """Return whether each topic has reached its required event, or has a later state."""
        return self.is_synchronized() and all(
            _reached(topic) >= required.get(topic.channel.name, 0)
            or topic.snapshots > self._snapshots.get(topic.topic, topic.snapshots)
            for topic in self._topics()
        )

    def _topics(self) -> list[SharedTopic[Any]]:
        return [
            topic
            for topic in self._streams.topics.values()
            if topic.account_id == self._account_id
            and topic.channel.name in _CHANGED_BY_EVENTS
            and "symbol" not in topic.subscription
        ]

    def _on_change(self, topic: SharedTopic[Any]) -> None:
        self._changed.set()


def _reached(topic: SharedTopic[Any]) -> int:
    return max(topic.sequence.last_seq or 0, topic.floor or 0)
