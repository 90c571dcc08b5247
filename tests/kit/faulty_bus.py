"""A bus that loses, repeats, delays and reorders messages, for random tests with a seed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from trading_api.bus.port import (
    Bus,
    BusUnavailable,
    MessageHandler,
    RequestHandler,
    RequestTimeout,
    Unsubscribe,
)


@dataclass(frozen=True, slots=True)
class FaultShares:
    """Which share of the messages and requests, 0 to 1, suffers each fault."""

    dropped: float = 0.01
    repeated: float = 0.01
    delayed: float = 0.01
    reordered: float = 0.01


class FaultyBus:
    """Wraps a bus, and disturbs what is sent through it. What it receives is not disturbed.

    Delays are counted in turns of the event loop, so that a seed always gives the same run.
    A message that is reordered is sent after the next one of any subject, or after a delay."""

    def __init__(
        self,
        bus: Bus,
        random: Random,
        shares: FaultShares | None = None,
        *,
        delay_turns_max: int = 50,
        lost_request_s_max: float = 0.0,
    ) -> None:
        """`lost_request_s_max`: how long a lost request waits at most before RequestTimeout."""
        self._bus = bus
        self._random = random
        self._delay_turns_max = delay_turns_max
        self._lost_request_s_max = lost_request_s_max
        self._overtaken: list[Callable[[], None]] = []
        self._reconnect_listeners: list[Callable[[], None]] = []
        self.shares = shares or FaultShares()
        self.is_partitioned = False

    def partition(self) -> None:
        """Lose everything in both directions until `heal`. The bus does not notice it."""
        self.is_partitioned = True

    def heal(self, *, is_noticed: bool = False) -> None:
        """End the partition. `is_noticed`: report a reconnect, as NATS does."""
        self.is_partitioned = False
        if is_noticed:
            for call in self._reconnect_listeners:
                call()

    async def start(self) -> None:
        await self._bus.start()

    async def close(self) -> None:
        self._overtaken.clear()
        await self._bus.close()

    @property
    def is_connected(self) -> bool:
        return self._bus.is_connected

    def publish(self, subject: str, message: bytes) -> None:
        if self._happens(self.shares.dropped):
            return
        self._publish_somehow(subject, message)
        if self._happens(self.shares.repeated):
            self._publish_somehow(subject, message)

    async def subscribe(self, subject: str, handler: MessageHandler) -> Unsubscribe:
        def receive(message: bytes) -> None:
            if not self.is_partitioned:
                handler(message)

        return await self._bus.subscribe(subject, receive)

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        async def answer(message: bytes) -> bytes:
            self._check_not_partitioned()
            answer = await handler(message)
            self._check_not_partitioned()
            return answer

        return await self._bus.serve(subject, answer)

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        if self.is_partitioned or self._happens(self.shares.dropped):
            await self._lose_request(subject, timeout_s)
        if self._happens(self.shares.delayed) or self._happens(self.shares.reordered):
            for _ in range(self._random.randint(1, self._delay_turns_max)):
                await asyncio.sleep(0)
        answer = await self._bus.request(subject, message, timeout_s)
        if self._happens(self.shares.repeated):
            answer = await self._bus.request(subject, message, timeout_s)
        if self.is_partitioned or self._happens(self.shares.dropped):
            await self._lose_request(subject, timeout_s)
        return answer

    async def flush(self) -> None:
        await self._bus.flush()

    def on_reconnect(self, call: Callable[[], None]) -> None:
        self._reconnect_listeners.append(call)
        self._bus.on_reconnect(call)

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    def _publish_somehow(self, subject: str, message: bytes) -> None:
        """Publish now, after some turns of the loop, or after the next message."""
        if self._happens(self.shares.delayed):
            self._later(lambda: self._publish(subject, message))
        elif self._happens(self.shares.reordered):
            self._publish_after_the_next(subject, message)
        else:
            self._publish(subject, message)
            overtaken, self._overtaken = self._overtaken, []
            for publish in overtaken:
                publish()

    def _publish_after_the_next(self, subject: str, message: bytes) -> None:
        is_published = False

        def publish_one_time() -> None:
            nonlocal is_published
            if not is_published:
                is_published = True
                self._publish(subject, message)

        self._overtaken.append(publish_one_time)
        self._later(publish_one_time)

    def _publish(self, subject: str, message: bytes) -> None:
        if not self.is_partitioned:
            self._bus.publish(subject, message)

    def _later(self, call: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        turns = self._random.randint(1, self._delay_turns_max)

        def wait(turns: int) -> None:
            if turns:
                loop.call_soon(wait, turns - 1)
            else:
                call()

        wait(turns)

    async def _lose_request(self, subject: str, timeout_s: float) -> None:
        await asyncio.sleep(min(timeout_s, self._lost_request_s_max))
        raise RequestTimeout(subject)

    def _check_not_partitioned(self) -> None:
        if self.is_partitioned:
            raise BusUnavailable
