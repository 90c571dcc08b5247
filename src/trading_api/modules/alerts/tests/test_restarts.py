"""What happens while the server is down, and what a store or a broker that fails leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.kit.alerts import FailingStore, RunningAlerts, request, running_alerts
from tests.kit.paper_exchange import A, rejection_of
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.shards import shard_of
from trading_api.modules.alerts.alert import AlertStatus
from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.store import ShardNotOwned, StoreUnavailable
from trading_api.modules.broker.journal.memory import MemoryJournal

LOCKED = StoreUnavailable("The store is locked")
LOST = StoreUnavailable("The connection was lost", is_unknown=True)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def until(alerts: RunningAlerts, condition: Callable[[], bool]) -> None:
    """Return once the condition holds; the engine reports each step of its work."""
    async with asyncio.timeout(10):
        while not condition():
            alerts.engine._progress.clear()
            await alerts.engine._progress.wait()


async def test_a_crossing_during_a_pause_fires_once_at_the_first_quote_after_it() -> None:
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal) as before:
        await before.quote("100")
        await before.create(150)
        await before.create(50, condition="down")
        await before.create(90, condition="either", frequency="repeating")
    async with running_alerts(store, journal) as after:
        await after.quote("160")
        await after.quote("160")
        assert await after.notifications() == ["AAPL rose to 160 and crossed 150."]
    async with running_alerts(store, journal) as again:
        await again.quote("170")
        assert len(await again.notifications()) == 1
        await again.quote("80")
        assert await again.statuses() == ["fired", "active", "active"]
        assert len(await again.notifications()) == 2


async def test_an_alert_that_is_made_before_the_first_quote_starts_from_the_present_price() -> None:
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal) as before:
        await before.quote("100")
        await before.create(130)
        await before.create(300)
    async with running_alerts(store, journal) as after:
        after.market.closed["AAPL"] = MarketStatus(MarketState.CLOSED)
        await after.quote("160")
        await after.create(150)
        await after.create(170)
        after.market.closed.clear()
        await after.quote("175")
        assert await after.statuses() == ["fired", "active", "active", "fired"]


async def test_an_alert_of_a_quiet_market_starts_from_its_own_price_after_two_restarts() -> None:
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal) as first:
        await first.quote("100")
        await first.create(300)
    async with running_alerts(store, journal) as second:
        second.market.closed["AAPL"] = MarketStatus(MarketState.CLOSED)
        await second.quote("160")
        await second.create(150)
    async with running_alerts(store, journal) as third:
        await third.quote("175")
        assert await third.statuses() == ["active", "active"]
        await third.quote("301")
        assert await third.statuses() == ["fired", "active"]


async def test_the_side_of_a_threshold_is_known_after_a_restart() -> None:
    """The price was above when the alert was made, and fell below it before the pause."""
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal) as before:
        await before.quote("105")
        await before.create(100)
        await before.quote("95")
    async with running_alerts(store, journal) as after:
        await after.quote("105")
        assert await after.notifications() == ["AAPL rose to 105 and crossed 100."]


async def test_quotes_that_cross_nothing_write_nothing() -> None:
    store = FailingStore()
    async with running_alerts(store) as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        count = len(store.written)
        for price in ("101", "149.99", "20", "100"):
            await alerts.quote(price)
        assert len(store.written) == count
        await alerts.quote("150")
        assert [len(batch.alerts) for batch in store.written[count:]] == [1, 1]


async def test_an_alert_of_a_symbol_that_has_left_the_market_waits_and_can_be_deleted() -> None:
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal, symbols=("AAPL", "GONE")) as before:
        await before.create(150, symbol="GONE", expiresMs=10**13)
    async with running_alerts(store, journal) as after:
        assert await after.statuses() == ["active"]
        changing = after.service.change(A, "alert-1", request(160, symbol="GONE"), None)
        assert (await rejection_of(changing))[1] == "unknown_symbol"
        await after.service.delete(A, "alert-1")
        assert await after.statuses() == []


async def test_an_alert_that_expired_during_a_pause_does_not_fire() -> None:
    store = MemoryAlertStore()
    async with running_alerts(store) as before:
        await before.quote("100")
        await before.create(150, expiresMs=before.market.now_ms + 1_000)
    async with running_alerts(store) as after:
        after.market.now_ms += 10_000
        await after.quote("160")
        assert await after.statuses() == ["expired"]
        assert await after.notifications() == []


async def test_a_firing_that_was_stored_but_not_notified_is_notified_once() -> None:
    store, journal = MemoryAlertStore(), MemoryJournal()
    async with running_alerts(store, journal) as before:
        await before.quote("100")
        await before.create(150)
        await before.create(150, frequency="repeating", condition="either")
        await before.quote("160")
    # As if the process had been killed before the last write, but after the notification.
    for alert in (await store.load()).alerts:
        fired = alert.settle()
        store._alerts[alert.key] = fired.end(AlertStatus.FIRING)
    async with running_alerts(store, journal) as after:
        await after.engine.flush()
        assert await after.statuses() == ["fired", "active"]
        assert len(await after.notifications()) == 2
        after.market.now_ms += 100_000
        await after.quote("140")
        assert len(await after.notifications()) == 3


async def test_a_store_that_fails_refuses_requests_and_delays_firings() -> None:
    store = FailingStore()
    async with running_alerts(store) as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        await alerts.subscribe(A)
        store.error = LOCKED
        assert await rejection_of(alerts.create(160)) == (
            503,
            "alerts_unavailable",
            "The store is locked; nothing was done. Try again.",
        )
        refused = await rejection_of(alerts.service.delete(A, "alert-1"))
        assert refused[1] == "alerts_unavailable"
        await alerts.quote("155")
        await alerts.quote("100")
        assert await alerts.statuses() == ["active"]
        assert (alerts.updates, await alerts.notifications()) == ([], [])
        assert alerts.engine.health() == "the alerts were not written the last time"
        store.error = None
        await until(alerts, lambda: [each.status for each in alerts.updates] == ["firing", "fired"])
        assert alerts.engine.health() is None
        assert await alerts.notifications() == ["AAPL rose to 155 and crossed 150."]
        assert await alerts.create(160) == "alert-3"


async def test_a_change_that_could_not_be_written_leaves_the_alert_as_it_was() -> None:
    store = FailingStore()
    async with running_alerts(store) as alerts:
        await alerts.quote("100")
        await alerts.create(150)
        store.error = LOCKED
        changing = alerts.service.change(A, "alert-1", request(120), None)
        assert (await rejection_of(changing))[1] == "alerts_unavailable"
        store.error = None
        await alerts.quote("130")
        assert await alerts.statuses() == ["active"]
        await alerts.quote("150")
        assert await alerts.notifications() == ["AAPL rose to 150 and crossed 150."]


async def test_a_write_with_an_unknown_outcome_is_repeated_until_it_is_known() -> None:
    store = FailingStore()
    async with running_alerts(store) as alerts:
        await alerts.quote("100")
        store.error, store.writes_first = LOST, True
        refused = await rejection_of(alerts.create(150, key="k"))
        assert refused[1] == "alert_outcome_unknown"
        store.error = None
        await until(alerts, lambda: alerts.engine.count() == 1)
        assert await alerts.create(150, key="k") == "alert-1"
        await alerts.quote("150")
        assert await alerts.statuses() == ["fired"]


async def test_a_shard_of_another_owner_refuses_requests() -> None:
    store = FailingStore()
    async with running_alerts(store) as alerts:
        store.error = ShardNotOwned("Another process owns it")
        assert (await rejection_of(alerts.create(150)))[:2] == (503, "shard_moving")


async def test_an_alert_waits_for_a_broker_that_is_away() -> None:
    shard = shard_of(A, 2)
    async with running_alerts(MemoryAlertStore(2), shard_count=2, shard=shard) as alerts:
        broker = alerts.exchange.broker
        await alerts.quote("100")
        await alerts.create(150)
        await alerts.quote("160")
        assert await alerts.statuses() == ["firing"]
        for request_ in (
            alerts.service.change(A, "alert-1", request(200), None),
            alerts.service.delete(A, "alert-1"),
        ):
            assert (await rejection_of(request_))[:2] == (503, "alert_firing")
        await broker.load_shard(shard)
        await until(alerts, lambda: alerts.engine.fired_total == 1 and not _is_firing(alerts))
        assert await alerts.statuses() == ["fired"]
        assert len(await alerts.notifications()) == 1


def _is_firing(alerts: RunningAlerts) -> bool:
    return any(each.status is AlertStatus.FIRING for each in alerts.engine.alerts(A))


async def test_a_shard_moves_with_its_alerts_and_a_firing_that_waits() -> None:
    shard, store = shard_of(A, 2), MemoryAlertStore(2)
    other = next(name for name in ("B", "C", "D", "E") if shard_of(name, 2) != shard)
    async with running_alerts(store, shard_count=2, shard=shard) as alerts:
        engine, broker = alerts.engine, alerts.exchange.broker
        await engine.load_shard(1 - shard)
        await alerts.quote("100")
        await alerts.create(150)
        await alerts.create(300)
        await alerts.create(300, other)
        await alerts.quote("160")
        assert await alerts.statuses() == ["firing", "active"]
        await engine.release_shard(shard)
        assert (await rejection_of(alerts.create(150)))[1] == "shard_moving"
        assert engine.count() == 1
        await alerts.quote("310")
        await broker.load_shard(shard)
        await broker.load_shard(1 - shard)
        await engine.load_shard(shard)
        await until(alerts, lambda: not _is_firing(alerts))
        assert await alerts.notifications() == ["AAPL rose to 160 and crossed 150."]
        assert len(await alerts.notifications(other)) == 1
        assert await alerts.statuses() == ["fired", "active"]
        # The other shard saw 310 before.
        await alerts.quote("311")
        assert await alerts.statuses() == ["fired", "fired"]
        assert await alerts.notifications() == [
            "AAPL rose to 160 and crossed 150.",
            "AAPL rose to 311 and crossed 300.",
        ]
        assert await alerts.create(150) == "alert-3"
