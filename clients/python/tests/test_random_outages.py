"""Random outages of the connection: nothing is lost, repeated or out of order."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field

from clients.python.tests.support.lossy_proxy import LossyProxy, lossy_proxy
from tests.kit.server import serving, until
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api_client import AsyncClient, Side, StreamOptions
from trading_api_client.backoff import Backoff
from trading_api_client.models import Execution, PlacedOrder
from trading_api_client.stream.account_feed import CHANNEL_ORDER, AccountUpdate

OPTIONS = StreamOptions(
    backoff=Backoff(base_s=0.01, max_s=0.1), ping_interval_s=0.3, reply_timeout_s=1.0
)
STEPS = 40
RUNS = 3


async def test_random_outages_lose_and_repeat_nothing() -> None:
    first = random.randrange(10**6)
    print(f"seeds {first} to {first + RUNS - 1}")
    settings = Settings.defaults().model_copy(update={"database_url": "memory:"})
    api_app, _ = create_app(settings)
    async with serving(api_app, settings) as address:
        await asyncio.gather(*(run(address, first + number) for number in range(RUNS)))


async def run(address: str, seed: int) -> None:
    account = f"RANDOM-{seed}"
    async with (
        lossy_proxy(address) as (proxy, proxied),
        AsyncClient(f"http://{address}", account=account) as trader,
        AsyncClient(f"http://{proxied}", account=account, stream_options=OPTIONS) as client,
    ):
        outages = RandomOutages(random.Random(seed), proxy, trader, client)
        subscriptions = (
            client.on_account_update(outages.updates.append),
            client.on_execution(outages.executions.append),
        )
        await asyncio.gather(*(each.synchronized() for each in subscriptions))
        for _ in range(STEPS):
            await outages.step()
        await outages.compare()


@dataclass
class RandomOutages:
    """A client behind a proxy that fails, and another one that trades in its account."""

    chance: random.Random
    proxy: LossyProxy
    trader: AsyncClient
    client: AsyncClient
    updates: list[AccountUpdate] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    resting: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """Trade, fail, recover or wait."""
        match self.chance.choices(range(7), weights=[8, 3, 2, 2, 2, 4, 3])[0]:
            case 0:
                side = self.chance.choice([Side.BUY, Side.SELL])
                await self.trader.place_order("BTCUSD", side, 0.01)
            case 1:
                placed = await self.trader.place_order("BTCUSD", Side.BUY, 1, limit_price=100)
                self.resting.append(placed.orderId)
            case 2 if self.resting:
                await self.trader.cancel_order(self.resting.pop())
            case 3:
                self.proxy.cut()
            case 4:
                self.proxy.stall()
            case 5:
                self.proxy.restore()
            case 6:
                self.proxy.restore()
                placed = await self.client.place_order("BTCUSD", Side.BUY, 0.01)
                await self.client.wait_for_seq(placed.seq)
                assert placed.orderId in self.orders()
        await asyncio.sleep(self.chance.random() * 0.05)

    def orders(self) -> dict[str, PlacedOrder]:
        """Return the last report of each order."""
        data = (update.data for update in self.updates)
        return {each.id: each for each in data if isinstance(each, PlacedOrder)}

    async def compare(self) -> None:
        """Compare all that was reported with what the server has."""
        self.proxy.restore()
        await self.trader.cancel_all_orders()
        events = await self.trader.events(limit=None)
        await self.client.wait_for_seq(events[-1].seq)
        executions = await self.trader.executions(limit=None)
        assert self.executions == executions
        reported = [update.data for update in self.updates]
        assert [each for each in reported if isinstance(each, Execution)] == executions
        versions = [(each.id, each.version) for each in reported if isinstance(each, PlacedOrder)]
        changed = [event.order for event in events if event.order is not None]
        assert versions == [(order.id, order.version) for order in changed]
        seqs = [(each.seq or 0, CHANNEL_ORDER.index(each.channel)) for each in self.updates]
        assert seqs == sorted(seqs)
        await until(lambda: self.client._streams.state.phase == "connected")
