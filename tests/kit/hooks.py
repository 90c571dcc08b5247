"""Hooks of a running paper exchange, and alerts that TradingView would send to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson

from tests.kit.paper_exchange import A, PaperExchange, running
from trading_api.auth.principal import Principal
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.hooks import CreatedHook, HookRequest
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.hooks.alert_message import read_message
from trading_api.modules.hooks.alert_receiver import ANSWER_WITHIN_S
from trading_api.modules.hooks.delivery import Delivery
from trading_api.modules.hooks.service import HookService
from trading_api.modules.hooks.store.store import HookStore
from trading_api.observability.readiness import Readiness

NOW_MS = 1_790_000_000_000
CLIENT = "192.0.2.1"
OWNER = Principal.anonymous(A)


def timenow(time_ms: int) -> str:
    """Return a time as TradingView writes it."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def target(position: object, time_ms: int = NOW_MS, **fields: Any) -> dict[str, Any]:
    """Return an alert that moves AAPL to a target position."""
    alert = {"mode": "target", "ticker": "AAPL", "position_size": position}
    return {**alert, "timenow": timenow(time_ms), **fields}


def order(action: str, contracts: object, time_ms: int = NOW_MS, **fields: Any) -> dict[str, Any]:
    """Return an alert that places a market order in AAPL."""
    alert = {"mode": "order", "ticker": "AAPL", "action": action, "contracts": contracts}
    return {**alert, "timenow": timenow(time_ms), **fields}


class RunningHooks:
    """Hooks, the exchange that they trade on, and a clock that the test moves."""

    def __init__(
        self,
        exchange: PaperExchange,
        store: HookStore,
        live_accounts: Sequence[str] = (),
        admission: CommandAdmission | None = None,
        now_ms: int = NOW_MS,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self.exchange = exchange
        self.store = store
        self.now_ms = now_ms
        self.readiness = Readiness()
        self.service = HookService(
            store,
            exchange.broker,
            exchange.market,
            admission or CommandAdmission(None, self.readiness),
            live_accounts,
            lambda: self.now_ms,
            answer_within_s,
        )

    async def create(self, account_id: str = A, **fields: Any) -> CreatedHook:
        """Create a hook of AAPL with the given fields."""
        request = {"symbols": [{"symbol": "AAPL"}], "maxQuantity": 1000, "ordersPerMinute": 300}
        return await self.service.create(
            OWNER, account_id, HookRequest.model_validate(request | fields)
        )

    async def send(self, created: CreatedHook, alert: dict[str, Any]) -> Delivery:
        """Send an alert with the hook's secret. Raises ApiError."""
        body = orjson.dumps({"secret": created.secret, **alert})
        message = read_message(body, depth_max=16)
        receiver = self.service.receiver
        hook = await receiver.authenticate(created.hook.id, message, CLIENT)
        return await receiver.receive(hook, message)

    async def position(self, symbol: str = "AAPL", account_id: str = A) -> Decimal:
        """Return the size of the position."""
        await self.exchange.broker.load(account_id)
        found = self.exchange.broker.snapshot(account_id).position(symbol)
        return found.quantity if found else Decimal(0)

    async def orders(self, account_id: str = A) -> list[str]:
        """Return the ids of all orders that were ever placed, the oldest first."""
        await self.exchange.broker.load(account_id)
        history = self.exchange.broker.history(account_id)
        return [each.id for each in await history.recent_orders(0, 1000)]

    async def notifications(self, account_id: str = A) -> list[str]:
        """Return the reasons of the account's notifications, once all alerts are finished."""
        await self.service.executor.flush()
        events = await self.exchange.broker.events(account_id, 0, 10_000)
        found = [each.notification for each in events if each.notification is not None]
        return [str(each.reference["reason"]) for each in found]


@asynccontextmanager
async def running_hooks(
    store: HookStore | None = None, journal: Journal | None = None, **options: Any
) -> AsyncIterator[RunningHooks]:
    """Run hooks that continue from the store, on an exchange that continues from the journal. AAPL
    has a price."""
    kept = store or HookStore(None)
    async with running(journal) as exchange:
        hooks = RunningHooks(exchange, kept, **options)
        exchange.market.move("AAPL", "100", "100", size=1_000_000)
        await hooks.service.executor.resume()
        task = asyncio.create_task(hooks.service.executor.run())
        try:
            yield hooks
        finally:
            task.cancel()
            await asyncio.wait([task])
            if store is None:
                await kept.close()
            if not task.cancelled() and (error := task.exception()):
                raise error
