"""Price alerts, and what runs them, with defaults for what a test does not name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from tests.kit.paper_exchange import A, PaperExchange, running
from trading_api.models.alerts import Alert, AlertRequest
from trading_api.modules.alerts.alert import AlertCondition, AlertFrequency, PriceAlert
from trading_api.modules.alerts.service import AlertService
from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.store import (
    AlertBatch,
    AlertStore,
    ShardNotOwned,
    StoreUnavailable,
)
from trading_api.modules.broker.journal.journal import Journal


def alert(account_id: str, number: int, **changed: Any) -> PriceAlert:
    """Return an alert of AAPL that fires once when the price crosses 190 from below."""
    fields: dict[str, Any] = {
        "symbol": "AAPL",
        "condition": AlertCondition.UP,
        "price": Decimal(190),
        "frequency": AlertFrequency.ONCE,
        "created_ms": 1_790_000_000_000,
    }
    return PriceAlert(account_id, number, **fields | changed)


class FailingStore(MemoryAlertStore):
    """A store that raises `error` instead of writing while that is set.

    With `writes_first` it fails after it has written."""

    def __init__(self, shards: int = 1) -> None:
        super().__init__(shards)
        self.error: StoreUnavailable | ShardNotOwned | None = None
        self.writes_first = False
        self.written: list[AlertBatch] = []

    async def write(self, batch: AlertBatch) -> None:
        if self.error is None or self.writes_first:
            await super().write(batch)
            self.written.append(batch)
        if self.error is not None:
            raise self.error


class RunningAlerts:
    """The alerts of a running paper exchange, and what their topics published.

    `market` moves the price of AAPL, and of any symbol of the exchange."""

    def __init__(self, exchange: PaperExchange, store: AlertStore, alerts_max: int) -> None:
        self.exchange = exchange
        self.market = exchange.market
        self.store = store
        subscriptions = exchange.subscriptions
        self.service = AlertService(
            store, exchange.broker, exchange.market, subscriptions, alerts_max
        )
        self.engine = self.service.engine
        self.updates: list[Alert] = []

    async def subscribe(self, account_id: str) -> Sequence[Alert]:
        """Open the account's topic, record its updates, and return its state."""
        topic = f'alerts:{{"accountId":"{account_id}"}}'
        await self.service.create_topic(topic, lambda data, **_: self._receive(data))
        return self.service.topic_state(topic)

    def _receive(self, data: BaseModel) -> None:
        assert isinstance(data, Alert)
        self.updates.append(data)

    async def create(self, price: float = 190, account_id: str = A, **fields: Any) -> str:
        """Create an alert of AAPL that fires when the price rises, and return its id."""
        key = fields.pop("key", None)
        return (await self.service.create(account_id, request(price, **fields), key)).id

    async def quote(self, price: str, symbol: str = "AAPL") -> None:
        """Move the market, and return once all that follows is written."""
        self.market.move(symbol, price, price)
        await self.engine.flush()

    async def statuses(self, account_id: str = A) -> list[str]:
        """Return the status of each alert, the oldest first."""
        return [each.status.value for each in await self.service.alerts(account_id)]

    async def notifications(self, account_id: str = A) -> list[str]:
        """Return the texts of the account's notifications."""
        events = await self.exchange.broker.events(account_id, 0, 10_000)
        return [each.notification.text for each in events if each.notification is not None]


def request(price: float = 190, **fields: Any) -> AlertRequest:
    """Return the request for an alert of AAPL that fires when the price rises."""
    return AlertRequest.model_validate(
        {"symbol": "AAPL", "condition": "up", "price": price} | fields
    )


@asynccontextmanager
async def running_alerts(
    store: AlertStore | None = None,
    journal: Journal | None = None,
    alerts_max: int = 200,
    shard: int | None = None,
    started_ms: int = 1_000,
    **exchange: Any,
) -> AsyncIterator[RunningAlerts]:
    """Run alerts that continue from the store, next to an exchange that continues from the
    journal. `shard` loads one shard instead of all; the market's time begins at `started_ms`."""
    async with running(journal, **exchange) as started:
        started.market.now_ms = started_ms
        alerts = RunningAlerts(started, store or MemoryAlertStore(), alerts_max)
        if shard is None:
            await alerts.engine.load()
        else:
            await alerts.engine.load_shard(shard)
        alerts.engine.watcher.start()
        task = asyncio.create_task(alerts.engine.run())
        try:
            yield alerts
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()):
                raise error
