"""A live broker over the client of Alpaca, on the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import SecretStr

from tests.kit.alpaca.alpaca_order import AlpacaOrder
from tests.kit.alpaca.alpaca_server import ListeningAlpaca, running_alpaca
from tests.kit.live_setup import ACCOUNT, LIMITS
from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.server import until
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.external.alpaca.alpaca_client import AlpacaClient
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.metrics import Metrics


@dataclass
class LiveAlpaca:
    """A live broker on the simulator, which may be started again on the same journal."""

    server: ListeningAlpaca
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    broker: LiveBroker = field(init=False)
    client: AlpacaClient = field(init=False)
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        market = ManualMarket(instrument("AAPL"), instrument("MSFT"))
        market.move("AAPL", "99.98", "100.00")
        market.move("MSFT", "49.98", "50.00")
        key, secret = (SecretStr(text) for text in self.server.keys)
        self.client = AlpacaClient(key, secret, self.server.url, answer_timeout_s=2)
        self.broker = create_live_broker(
            ACCOUNT, "alpaca", self.client, self.journal, market, "USD", LIMITS, Metrics()
        )
        await self.broker.start()
        self._task = asyncio.create_task(self.broker.run())
        await self.ready()

    async def stop(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait([self._task])

    async def ready(self) -> None:
        """Wait until the broker is connected. alpaca-py takes seconds to import."""
        async with asyncio.timeout(60):
            up = ConnectionState.CONNECTED
            while self.broker.connection(ACCOUNT).state is not up:  # noqa: ASYNC110, as `until`
                await asyncio.sleep(0.005)

    async def submit(self, command: Any) -> str:
        """Submit a command, and return the order's id."""
        result = await self.broker.submit(ACCOUNT, command)
        return str(result.order_id)

    async def placed(self, command: Any) -> tuple[str, AlpacaOrder]:
        """Submit an order, and wait until it works. Return its id here, and the venue's order."""
        id = await self.submit(command)
        await until(lambda: self.status(id) is OrderStatus.WORKING)
        return id, self.venue_order(id)

    def venue_order(self, id: str) -> AlpacaOrder:
        venue = self.broker.account.state.venue
        assert venue is not None
        return self.server.account.by_client_id(venue.orders[id].client_order_id)

    def status(self, id: str) -> OrderStatus | None:
        """Return the status of a live order; None once it has ended."""
        order = self.broker.account.state.orders.get(id)
        return order.status if order is not None and order.is_live else None

    def position(self, symbol: str = "AAPL") -> Decimal:
        return self.broker.account.state.position(symbol).quantity

    async def ended(self, id: str) -> OrderStatus:
        """Wait until an order has ended, and return its status."""
        await until(lambda: self.status(id) is None)
        found = await self.broker.history(ACCOUNT).order(id)
        assert found is not None
        return found.status

    def client_pid(self) -> int | None:
        """Return the id of the client's process while it runs."""
        return self.client._process.pid

    def posts(self) -> int:
        return self.server.requests.count("POST /v2/orders")


@asynccontextmanager
async def live_alpaca(cash: int = 100_000) -> AsyncIterator[LiveAlpaca]:
    async with running_alpaca() as server:
        server.account.cash = Decimal(cash)
        live = LiveAlpaca(server)
        await live.start()
        try:
            yield live
        finally:
            await live.stop()
