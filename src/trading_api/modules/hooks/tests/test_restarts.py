"""Alerts are executed once across crashes, an unavailable broker, and a failing store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.kit.hooks import NOW_MS, RunningHooks, order, running_hooks, target
from tests.kit.paper_exchange import A, PaperExchange, rejection_of
from trading_api.domain.broker_commands import BrokerCommand, CommandResult, IdempotencyKey
from trading_api.errors import Unavailable
from trading_api.limits.command_admission import CommandAdmission
from trading_api.models.hooks import CreatedHook, DeliveryResult
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.hooks.store.store import HookStore
from trading_api.observability.readiness import Readiness

DOWN = Unavailable("The ledger cannot be written.", "ledger_unavailable")
ALERTS = [order("buy", 10), target(10), target(-5)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store() -> AsyncIterator[HookStore]:
    kept = HookStore(None)
    yield kept
    await kept.close()


class Interrupted:
    """A broker that is down, or that executes a command without returning, as at a crash."""

    def __init__(self, exchange: PaperExchange, *, executes: int) -> None:
        self._broker = exchange.broker
        self._executes = executes
        self.is_down = False
        self.reached = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        if self.is_down:
            self.reached.set()
            raise DOWN
        if self._executes > 0:
            self._executes -= 1
            result = await self._broker.submit(account_id, command, key)
            if self._executes > 0:
                return result
        self.reached.set()
        await asyncio.get_running_loop().create_future()
        raise AssertionError("never answered")


async def crash(
    store: HookStore, journal: MemoryJournal, alert: dict[str, Any], executes: int
) -> CreatedHook:
    """Leave a stored alert, of whose commands a given number are executed."""
    async with running_hooks(store, journal) as hooks:
        created = await hooks.create()
        await hooks.send(created, target(3, NOW_MS - 1000))
        hooks.service.executor._broker = broker = Interrupted(hooks.exchange, executes=executes)
        hooks.service.executor._orders._broker = broker
        sending = asyncio.create_task(hooks.send(created, alert))
        await broker.reached.wait()
        sending.cancel()
        await asyncio.wait([sending])
    return created


@pytest.mark.parametrize("executes", [0, 1])
@pytest.mark.parametrize("alert", ALERTS)
async def test_an_alert_is_executed_once_across_a_crash(
    store: HookStore, alert: dict[str, Any], executes: int
) -> None:
    journal = MemoryJournal()
    created = await crash(store, journal, alert, executes)
    async with running_hooks(store, journal) as after:
        await after.service.executor.flush()
        expected = {"10": 10, "-5": -5}.get(str(alert.get("position_size")), 13)
        assert await after.position() == expected
        repeated = await after.send(created, alert)
        assert repeated.result is DeliveryResult.EXECUTED
        placed = await after.orders()
        assert len(placed) == (3 if expected == -5 else 2)
        assert list(repeated.order_ids) == placed[1:]


@pytest.mark.parametrize(("executes", "result"), [(0, "refused"), (1, "executed")])
@pytest.mark.parametrize("alert", ALERTS[:2])
async def test_an_alert_that_is_too_old_after_a_crash_is_not_executed(
    store: HookStore, alert: dict[str, Any], executes: int, result: str
) -> None:
    journal = MemoryJournal()
    created = await crash(store, journal, alert, executes)
    async with running_hooks(store, journal, now_ms=NOW_MS + 3_600_000) as after:
        await after.service.executor.flush()
        delivery, _ = await after.service.deliveries(A, created.hook.id, None, 10)
        assert (delivery.result, len(delivery.order_ids)) == (result, executes)
        assert await after.notifications() == ([] if executes else ["alert_stale"])
        assert len(await after.orders()) == 1 + executes


async def test_a_target_that_a_crash_left_half_done_is_listed_with_its_order(
    store: HookStore,
) -> None:
    journal = MemoryJournal()
    created = await crash(store, journal, target(-5), executes=1)
    async with running_hooks(store, journal, now_ms=NOW_MS + 3_600_000) as after:
        assert await after.notifications() == ["alert_stale"]
        delivery, _ = await after.service.deliveries(A, created.hook.id, None, 10)
        assert (delivery.code, len(delivery.order_ids)) == ("alert_stale", 1)
        assert await after.position() == 0


async def test_a_refusal_is_notified_once_across_a_crash(store: HookStore) -> None:
    journal = MemoryJournal()
    async with running_hooks(store, journal) as hooks:
        created = await hooks.create()
        executor = hooks.service.executor
        executor._broker = broker = Interrupted(hooks.exchange, executes=1)
        await hooks.send(created, target(1, NOW_MS - 90_000))
        await broker.reached.wait()
    async with running_hooks(store, journal) as after:
        assert await after.notifications() == ["alert_stale"]


async def down(hooks: RunningHooks) -> Interrupted:
    """Make the broker unavailable."""
    broker = Interrupted(hooks.exchange, executes=10_000)
    broker.is_down = True
    executor = hooks.service.executor
    executor._broker = executor._orders._broker = broker
    return broker


async def test_an_alert_waits_for_the_broker_and_later_ones_wait_behind_it() -> None:
    async with running_hooks(answer_within_s=0) as hooks:
        created = await hooks.create()
        broker = await down(hooks)
        first = await hooks.send(created, order("buy", 1))
        second = await hooks.send(created, target(5, sequence=1))
        assert (first.result, second.result) == (DeliveryResult.PENDING,) * 2
        broker.is_down = False
        await hooks.service.executor.flush()
        assert await hooks.position() == 5
        listed = await hooks.service.deliveries(A, created.hook.id, None, 10)
        assert [each.result for each in listed] == ["executed"] * 2


async def test_an_alert_that_waits_too_long_is_refused() -> None:
    async with running_hooks(answer_within_s=0) as hooks:
        created = await hooks.create()
        broker = await down(hooks)
        await hooks.send(created, target(5))
        await broker.reached.wait()
        hooks.now_ms += 61_000
        broker.is_down = False
        assert await hooks.notifications() == ["alert_stale"]
        assert await hooks.position() == 0


@pytest.mark.parametrize("later", [order("buy", 1, sequence=1), target(7, sequence=1)])
async def test_an_alert_that_waits_too_long_behind_another_one_is_refused(
    later: dict[str, Any],
) -> None:
    async with running_hooks(answer_within_s=0) as hooks:
        created = await hooks.create()
        broker = await down(hooks)
        await hooks.send(created, target(5))
        await hooks.send(created, later)
        await broker.reached.wait()
        hooks.now_ms += 61_000
        broker.is_down = False
        assert await hooks.notifications() == ["alert_stale"] * 2
        assert await hooks.position() == 0


async def test_the_alerts_of_an_account_that_wait_are_limited() -> None:
    async with running_hooks(answer_within_s=0) as hooks:
        created = await hooks.create()
        hooks.service.receiver.limits.count_alert = lambda hook_id: None  # type: ignore[method-assign]
        broker = await down(hooks)
        for number in range(100):
            await hooks.send(created, order("buy", 1, sequence=number))
        refused = await hooks.send(created, order("buy", 1, sequence=100))
        assert refused.refusal is not None
        assert refused.refusal.status == 429
        broker.is_down = False
        await hooks.service.executor.flush()
        assert await hooks.position() == 100


async def test_the_rate_limit_of_commands_and_the_stop_of_the_server_hold_for_alerts() -> None:
    readiness = Readiness()
    async with running_hooks(admission=CommandAdmission(0.1, readiness)) as hooks:
        created = await hooks.create()
        await hooks.send(created, order("buy", 1))
        refused = await hooks.send(created, order("buy", 1, sequence=1))
        assert refused.refusal is not None
        assert refused.refusal.status == 429
        readiness.stop()
        stopped = hooks.send(created, order("buy", 1, sequence=2))
        assert (await rejection_of(stopped))[:2] == (503, "stopping")
        assert len(await hooks.service.deliveries(A, created.hook.id, None, 10)) == 2


async def test_a_deleted_hook_executes_nothing_that_waits() -> None:
    async with running_hooks(answer_within_s=0) as hooks:
        created = await hooks.create()
        broker = await down(hooks)
        await hooks.send(created, target(5))
        await broker.reached.wait()
        await hooks.service.delete(A, created.hook.id)
        broker.is_down = False
        await hooks.service.executor.flush()
        assert await hooks.position() == 0
