"""Who is told first where an update has thousands of followers."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.kit.echo_route import NOW_MS, EchoApp, bar
from tests.kit.server import until
from trading_api.models.market import BarsSubscriptionRequest
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.fan_out import FLUSH_BATCH
from trading_api.streaming.outbox import Outbox

CROWD = 10 * FLUSH_BATCH


class Listener:
    """A subscriber whose connection takes everything."""

    closed = False

    def __init__(self, dirty: list[Outbox]) -> None:
        self.topics: set[str] = set()
        self.heard: list[bytes] = []
        self.outbox = Outbox(16, self.heard.append, dirty, lambda: None)


class Hall:
    """All follow the bars of AAPL, the last one the fills of it too."""

    def __init__(self) -> None:
        self.echo = EchoApp()
        self.fan_out = self.echo.ws_app.fan_out
        self.crowd = [Listener(self.fan_out.dirty) for _ in range(CROWD)]

    async def fill(self) -> None:
        for listener in self.crowd:
            await self._follow(self.echo.bars_router, listener)
        await self._follow(self.echo.fills_router, self.crowd[-1])
        self.fan_out.drain()

    async def _follow(self, router: WsRouter[Any, Any], who: Listener) -> None:
        topic = router.topic_builder(BarsSubscriptionRequest(symbol="AAPL", resolution="1"))
        joined = await self.echo.ws_app.subscriptions.join(topic, who, router)
        self.fan_out.post(router, joined, (), to=who)

    def told(self) -> int:
        return sum(bool(listener.heard) for listener in self.crowd)


async def test_a_crowd_is_told_part_by_part_and_others_get_their_turn_between() -> None:
    hall = Hall()
    await hall.fill()
    running = asyncio.create_task(hall.fan_out.run())
    for close in (1, 2):
        hall.echo.bars.tell(bar(NOW_MS, close=close))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first = hall.told()
    await until(lambda: hall.told() == CROWD)
    running.cancel()
    assert 0 < first < CROWD
    assert all(len(listener.heard) == 1 for listener in hall.crowd), "two updates in one write"


async def test_what_few_are_told_waits_for_no_crowd() -> None:
    hall = Hall()
    await hall.fill()
    running = asyncio.create_task(hall.fan_out.run())
    for close in (1, 2):
        hall.echo.bars.tell(bar(NOW_MS, close=close))
    hall.echo.fills.tell(bar(NOW_MS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    assert hall.told() < CROWD
    assert b"fills.update" in hall.crowd[-1].heard[0]
    assert hall.crowd[-1].heard[0].index(b"bars.update") < hall.crowd[-1].heard[0].index(b"fills")
