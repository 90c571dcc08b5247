"""The order in which outboxes are flushed where an update has thousands of receivers."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.kit.echo_route import NOW_MS, EchoApp, bar
from tests.kit.server import until
from trading_api.models.market import BarsSubscriptionRequest
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import FLUSH_BATCH, FanOut
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox

AUDIENCE_SIZE = 10 * FLUSH_BATCH


class Receiver:
    """A subscriber whose connection accepts everything."""

    closed = False

    def __init__(self, dirty: list[Outbox]) -> None:
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.received: list[bytes] = []
        self.outbox = Outbox(16, self.received.append, dirty, lambda: None)


class Audience:
    """Receivers of the bars of AAPL. The last one receives its fills too."""

    def __init__(self) -> None:
        self.echo = EchoApp()
        self.fan_out = self.echo.ws_app.fan_out
        self.receivers = [Receiver(self.fan_out.dirty) for _ in range(AUDIENCE_SIZE)]

    async def subscribe(self) -> None:
        for receiver in self.receivers:
            await self._follow(self.echo.bars_router, receiver)
        await self._follow(self.echo.fills_router, self.receivers[-1])
        self.fan_out.drain()

    async def _follow(self, router: WsRouter[Any, Any], receiver: Receiver) -> None:
        topic = router.topic_builder(BarsSubscriptionRequest(symbol="AAPL", resolution="1"))
        joined = await self.echo.ws_app.subscriptions.join(topic, receiver, router)
        self.fan_out.post(router, joined, (), to=receiver)

    def reached(self) -> int:
        return sum(bool(receiver.received) for receiver in self.receivers)


async def test_a_large_audience_is_flushed_in_batches_and_other_tasks_run_between() -> None:
    audience = Audience()
    await audience.subscribe()
    running = asyncio.create_task(audience.fan_out.run())
    for close in (1, 2):
        audience.echo.bars.publish(bar(NOW_MS, close=close))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first = audience.reached()
    await until(lambda: audience.reached() == AUDIENCE_SIZE)
    running.cancel()
    assert 0 < first < AUDIENCE_SIZE
    assert all(
        len(receiver.received) == 1 for receiver in audience.receivers
    ), "two updates in one write"


async def test_updates_of_a_small_audience_do_not_wait_for_a_large_one() -> None:
    audience = Audience()
    await audience.subscribe()
    running = asyncio.create_task(audience.fan_out.run())
    for close in (1, 2):
        audience.echo.bars.publish(bar(NOW_MS, close=close))
    audience.echo.fills.publish(bar(NOW_MS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    assert audience.reached() < AUDIENCE_SIZE
    assert b"fills.update" in audience.receivers[-1].received[0]
    assert audience.receivers[-1].received[0].index(b"bars.update") < audience.receivers[
        -1
    ].received[0].index(b"fills")


async def test_batches_whose_flushing_takes_long_become_smaller_and_grow_again() -> None:
    now_s, cost_s = [0.0], [0.001]
    flushed: list[int] = []

    def write(_: bytes) -> None:
        now_s[0] += cost_s[0]
        flushed.append(1)

    fan_out = FanOut(lambda: NOW_MS, lambda: now_s[0])

    async def batch_sizes() -> list[int]:
        for outbox in [Outbox(16, write, fan_out.dirty, lambda: None) for _ in range(3_000)]:
            outbox.put(b"x")
        sizes = []
        fan_out.schedule_flush()
        while fan_out.dirty:
            flushed.clear()
            await asyncio.sleep(0)
            sizes.append(len(flushed))
        return sizes

    assert (await batch_sizes())[:7] == [256, 128, 64, 32, 16, 8, 8]
    cost_s[0] = 0.000_001
    assert (await batch_sizes())[:7] == [8, 16, 32, 64, 128, 256, 256]
