"""A running paper exchange with a manual market, and everything that its topics published."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import BaseModel

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_client import PaperClient
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.errors import ApiError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.paper.factory import create_exchange_rules
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

A, B = "ACCOUNT-A", "ACCOUNT-B"
BUY, SELL, LIMIT, MARKET, STOP = 1, -1, 1, 2, 3
ROUTES = ("executions", "orders", "positions")
LEVERAGE = {"symbol": "AAPL", "orderType": MARKET, "side": BUY}


class PaperExchange:
    """A paper exchange, and all updates of the topics that a test subscribed to, in order."""

    def __init__(
        self,
        journal: Journal,
        symbols: Sequence[str] = ("AAPL",),
        market: ManualMarket | None = None,
        shard_count: int | None = None,
        idle_max: int | None = None,
        market_history: MarketHistory | None = None,
        **settings: Any,
    ) -> None:
        self.journal = journal
        self.market = market or ManualMarket(
            *map(instrument, symbols),
            instrument("MSFT"),
            instrument("USDJPY", currency="JPY", price_scale=1000),
            instrument("NIKKEI", currency="JPY"),
            instrument("DAX", currency="EUR"),
        )
        context = ModuleContext(
            Settings.defaults().model_copy(update=settings),
            self.market,
            lambda: 42,
            market_history=market_history,
        )
        self.subscriptions = context.subscriptions
        self.client = PaperClient(
            journal, create_exchange_rules(context.settings), context, shard_count, idle_max
        )
        self.broker, self.service = self.client.broker, self.client.service
        self.queries = self.client.queries
        self.task: asyncio.Task[None] | None = None
        self.updates: list[tuple[str, dict[str, Any]]] = []
        self.meta: list[tuple[str, dict[str, int | str]]] = []

    def restarted(self) -> PaperExchange:
        """Return a new exchange that continues from the journal of this one."""
        return PaperExchange(self.journal)

    async def subscribe(self, route: str, account: str, **more: str) -> Sequence[BaseModel]:
        """Open a topic, record its updates, and return its state."""
        fields = [f'"accountId":"{account}"', *(f'"{k}":"{v}"' for k, v in more.items())]
        topic = f"{route}:{{{','.join(fields)}}}"

        def receive(data: BaseModel, **meta: int | str) -> None:
            self.updates.append((topic, data.model_dump(by_alias=True, exclude_none=True)))
            self.meta.append((route, meta))

        await self.service.create_topic(topic, receive)
        return self.service.topic_state(topic)

    async def place(self, account: str = A, **order: Any) -> str:
        """Place a market order to buy 10 AAPL, but for the given wire fields."""
        fields = {"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10.0} | order
        return await self.client.place_order(account, PreOrder.model_validate(fields))

    def states(self, account: str) -> list[AccountState]:
        """Return both states that the broker holds of an account."""
        held = self.broker.accounts[account]
        return [held.committed, held.engine.state]

    def published(self, route: str) -> list[dict[str, Any]]:
        """Return the data that were published on a route."""
        return [data for topic, data in self.updates if topic.startswith(f"{route}:")]

    def routes(self) -> list[str]:
        """Return the route of each update."""
        return [topic.partition(":")[0] for topic, _ in self.updates]


@asynccontextmanager
async def running(journal: Journal | None = None, **settings: Any) -> AsyncIterator[PaperExchange]:
    """Run a paper exchange that continues from the journal.

    `settings` are the arguments of PaperExchange, and replace the defaults."""
    exchange = PaperExchange(journal or MemoryJournal(), **settings)
    await exchange.client.start()
    task = exchange.task = asyncio.create_task(exchange.client.run())
    try:
        yield exchange
    finally:
        task.cancel()
        await asyncio.wait([task])


async def rejection_of(doing: Awaitable[object]) -> tuple[int, str, str]:
    """Return status, code and sentence of the error that the call raises."""
    with pytest.raises(ApiError) as rejected:
        await doing
    return rejected.value.status, rejected.value.code, rejected.value.detail
