"""The store of hooks: what it keeps, and its errors when the file cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.hooks import NOW_MS, target
from trading_api.models.hooks import DeliveryResult, TargetAlert
from trading_api.modules.hooks.delivery import AlertRefusal, Delivery, NotificationState
from trading_api.modules.hooks.hook import Hook
from trading_api.modules.hooks.store.database import HooksUnavailable
from trading_api.modules.hooks.store.factory import create_store, hooks_file
from trading_api.modules.hooks.store.store import HookStore
from trading_api.settings import Settings

REFUSAL = AlertRefusal(409, "alert_stale", "The alert is 90 seconds old; the hook takes 60.")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HookStore]:
    kept = HookStore(tmp_path / "folder" / "trading-hooks.db", deliveries_kept=3)
    yield kept
    await kept.close()


def hook(id: str = "hook-1", account_id: str = "A") -> Hook:
    return Hook(
        id=id,
        account_id=account_id,
        digest=b"digest",
        symbols={"AAPL": frozenset({"B:AAPL", "APPLE"}), "MSFT": frozenset()},
        quantity_max=Decimal("0.1"),
        orders_per_minute=10,
        age_max_s=60,
        created_ms=NOW_MS,
        expires_ms=NOW_MS + 1,
        is_live_permitted=True,
        name="Breakout",
    )


def delivery(number: int, **changed: object) -> Delivery:
    alert = TargetAlert.model_validate(target(f"{number}.10", NOW_MS, sequence=number))
    new = Delivery(
        hook_id="hook-1",
        account_id="A",
        digest=f"digest-{number}",
        received_ms=NOW_MS + number,
        market_ms=number,
        result=DeliveryResult.EXECUTED,
        alert=alert,
        symbol="AAPL",
        order_ids=("order-1", "order-2"),
        was_accepted=True,
    )
    return replace(new, **changed)  # type: ignore[arg-type]


async def test_the_file_appears_with_the_first_hook(store: HookStore, tmp_path: Path) -> None:
    assert await store.hook("hook-1") is None
    assert await store.digest("hook-1") is None
    assert await store.hooks("A") == []
    assert await store.unfinished() == []
    assert not await store.delete_hook("hook-1")
    assert not list(tmp_path.iterdir())
    assert await store.add_hook(hook(), 1)
    assert (tmp_path / "folder" / "trading-hooks.db").exists()


async def test_hooks_are_read_as_they_were_written(store: HookStore) -> None:
    assert await store.add_hook(hook(), hooks_max=2)
    assert await store.add_hook(hook("hook-2"), hooks_max=2)
    assert not await store.add_hook(hook("hook-3"), hooks_max=2)
    assert await store.add_hook(hook("hook-3", "B"), hooks_max=2)
    assert await store.hook("hook-1") == hook()
    assert await store.digest("hook-1") == b"digest"
    assert await store.hooks("A") == [hook(), hook("hook-2")]


async def test_deliveries_are_read_as_they_were_written_and_changed(store: HookStore) -> None:
    await store.add_hook(hook(), 1)
    accepted = await store.add_delivery(delivery(1, result=DeliveryResult.PENDING, order_ids=()))
    unread = await store.add_delivery(
        delivery(2, alert=None, symbol="", was_accepted=False).refused(REFUSAL)
    )
    assert accepted is not None
    assert unread is not None
    assert await store.deliveries("hook-1", None, 10) == [unread, accepted]
    assert await store.unfinished() == [accepted, unread]
    executed = accepted.executed(["order-7"])
    await store.update_delivery(executed)
    await store.update_delivery(replace(unread, notification=NotificationState.SENT))
    assert await store.unfinished() == []
    assert await store.delivery_of("hook-1", "digest-1") == replace(executed, repeats=1)
    assert await store.delivery_of("hook-1", "digest-9") is None
    history = await store.alert_history("hook-1", "AAPL", NOW_MS)
    assert (history.latest, history.accepted) == ((NOW_MS, 1), 1)
    assert (await store.alert_history("hook-1", "MSFT", NOW_MS + 1)).latest is None
    assert await store.count_notifications("hook-1", NOW_MS) == 1


async def test_the_newest_and_all_unfinished_deliveries_are_kept(
    store: HookStore,
) -> None:
    await store.add_hook(hook(), 1)
    await store.add_delivery(delivery(0, result=DeliveryResult.PENDING))
    for number in range(1, 10):
        await store.add_delivery(delivery(number))
    kept = await store.deliveries("hook-1", None, 100)
    assert [each.number for each in kept] == [10, 9, 8, 1]
    history = await store.alert_history("hook-1", "AAPL", NOW_MS)
    assert history.latest == (NOW_MS, 9)


async def test_a_deleted_hook_takes_its_deliveries_with_it(store: HookStore) -> None:
    await store.add_hook(hook(), 1)
    added = await store.add_delivery(delivery(1, result=DeliveryResult.PENDING))
    assert added is not None
    assert await store.delete_hook("hook-1")
    assert await store.unfinished() == []
    await store.update_delivery(added)
    assert await store.add_delivery(delivery(2)) is None
    await store.add_hook(hook(), 1)
    assert await store.deliveries("hook-1", None, 10) == []
    assert (await store.alert_history("hook-1", "AAPL", 0)).latest is None


async def test_a_locked_file_is_unavailable_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "hooks.db"
    store = HookStore(path, busy_timeout_s=0)
    await store.add_hook(hook(), 2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HooksUnavailable, match="locked"):
        await store.add_hook(hook("hook-2"), 2)
    other.execute("COMMIT")
    other.close()
    assert await store.hooks("A") == [hook()]
    await store.close()


async def test_a_file_that_was_taken_away_is_unavailable(store: HookStore, tmp_path: Path) -> None:
    await store.add_hook(hook(), 2)
    path = tmp_path / "folder" / "trading-hooks.db"
    moved = path.rename(tmp_path / "moved.db")
    with pytest.raises(HooksUnavailable, match="taken away"):
        await store.hook("hook-1")
    moved.rename(path)
    assert await store.hook("hook-1") == hook()


@pytest.mark.parametrize("fault", ["newer", "damaged", "no folder"])
async def test_a_file_that_cannot_be_used_is_unavailable(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "hooks.db"
    if fault == "newer":
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    elif fault == "damaged":
        path.write_text("no database, but long enough to be looked at as one" * 100)
    else:
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "hooks.db"
    store = HookStore(path)
    with pytest.raises(
        HooksUnavailable, match=r"in version 99|not a database|folder can't be made"
    ):
        await store.add_hook(hook(), 1)
    await store.close()


async def test_the_store_suits_the_ledger() -> None:
    settings = Settings.defaults()
    named = settings.model_copy(update={"database_url": "sqlite:////data/trading.db"})
    assert hooks_file(named) == Path("/data/trading-hooks.db")
    in_memory = create_store(settings.model_copy(update={"database_url": "memory:"}))
    await in_memory.add_hook(hook(), 1)
    assert await in_memory.hook("hook-1") == hook()
    await in_memory.close()
