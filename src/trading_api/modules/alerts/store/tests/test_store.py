"""The contract of every store of alerts. Add a new one to `STORES`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.alerts import alert
from tests.kit.postgresql import database_url_of
from trading_api.domain.shards import shard_of
from trading_api.modules.alerts.alert import (
    AlertCondition,
    AlertFrequency,
    AlertStatus,
    CrossingDirection,
    Firing,
    RequestKey,
)
from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.postgres import PostgresAlertStore
from trading_api.modules.alerts.store.sqlite import SqliteAlertStore
from trading_api.modules.alerts.store.store import AlertBatch, AlertStore

SHARDS = 4
STORES: dict[str, Callable[[Path], AlertStore]] = {
    "memory": lambda _: MemoryAlertStore(),
    "sqlite": lambda folder: SqliteAlertStore(folder / "alerts.db"),
    "postgresql": lambda folder: PostgresAlertStore(database_url_of(folder, SHARDS), SHARDS),
}
FIRING = Firing(1_790_000_000_250, Decimal("190.5200"), CrossingDirection.DOWN)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=STORES)
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], AlertStore]:
    """Make a store, and then others with the same content, as after a restart."""
    if request.param == "memory":
        made = MemoryAlertStore()
        return lambda: made
    return lambda: STORES[request.param](tmp_path)


@pytest.fixture
async def store(new_store: Callable[[], AlertStore]) -> AsyncIterator[AlertStore]:
    made = new_store()
    await made.load()
    yield made
    await made.close()


async def test_a_new_store_is_empty(store: AlertStore) -> None:
    stored = await store.load()
    assert (stored.alerts, stored.prices, stored.last_numbers) == ([], {}, {})
    assert await store.created_by("A", "key") is None


async def test_what_was_written_is_there_after_a_restart(
    store: AlertStore, new_store: Callable[[], AlertStore]
) -> None:
    plain = alert("A", 1, price=Decimal("0.000000010"))
    full = alert(
        "B",
        7,
        condition=AlertCondition.DOWN,
        frequency=AlertFrequency.REPEATING,
        expires_ms=1_790_000_000_000,
        message="Nürburg'; -- \N{CHART WITH UPWARDS TREND}",
        status=AlertStatus.FIRING,
        firings=3,
        last_fired=FIRING,
        created_by=RequestKey("key", "digest"),
        changed_by=RequestKey("other", "another digest"),
    )
    shard = shard_of("A", store.shards)
    await store.write(AlertBatch([plain, full], {(shard, "AAPL"): Decimal("187.43")}))
    await store.close()
    again = new_store()
    stored = await again.load()
    assert sorted(stored.alerts, key=lambda each: each.account_id) == [plain, full]
    assert stored.prices == {(shard, "AAPL"): Decimal("187.43")}
    assert stored.last_numbers == {"A": 1, "B": 7}
    await again.close()


async def test_an_alert_and_a_price_replace_the_earlier_ones(store: AlertStore) -> None:
    first, second = alert("A", 1), alert("A", 2)
    shard = shard_of("A", store.shards)
    await store.write(AlertBatch([first, second], {(shard, "AAPL"): Decimal(1)}))
    fired = first.fire(FIRING)
    await store.write(AlertBatch([fired, fired.settle()], {(shard, "AAPL"): Decimal(2)}))
    stored = await store.load()
    assert stored.alerts == [fired.settle(), second]
    assert stored.prices == {(shard, "AAPL"): Decimal(2)}


async def test_a_deleted_alert_leaves_its_number_and_its_key(store: AlertStore) -> None:
    kept, deleted = alert("A", 1), alert("A", 2, created_by=RequestKey("key", "digest"))
    await store.write(AlertBatch([kept, deleted]))
    deleted = deleted.end(AlertStatus.DELETED)
    await store.write(AlertBatch([deleted]))
    stored = await store.load()
    assert stored.alerts == [kept]
    assert stored.last_numbers == {"A": 2}
    assert await store.created_by("A", "key") == deleted


async def test_a_key_belongs_to_one_account(store: AlertStore) -> None:
    key = RequestKey("key", "digest")
    first, second = alert("A", 1, created_by=key), alert("B", 1, created_by=key)
    await store.write(AlertBatch([first, second]))
    assert await store.created_by("A", "key") == first
    assert await store.created_by("B", "key") == second
    assert await store.created_by("C", "key") is None


async def test_an_empty_batch_changes_nothing(store: AlertStore) -> None:
    await store.write(AlertBatch())
    assert (await store.load()).alerts == []


async def test_many_alerts_are_one_batch(store: AlertStore) -> None:
    alerts = [alert("A", number) for number in range(1, 2_001)]
    await store.write(AlertBatch(alerts))
    assert (await store.load()).alerts == alerts


async def test_a_store_is_closed_twice(store: AlertStore) -> None:
    await store.write(AlertBatch([alert("A", 1)]))
    await store.close()
    await store.close()


@pytest.mark.parametrize("made", ["memory", "postgresql"])
async def test_a_shard_is_loaded_by_itself(made: str, tmp_path: Path) -> None:
    epochs = dict.fromkeys(range(SHARDS), 0)
    store: AlertStore = MemoryAlertStore(SHARDS)
    if made == "postgresql":
        store = PostgresAlertStore(database_url_of(tmp_path, SHARDS), SHARDS, epochs)
    alerts = [alert(f"ACCOUNT-{number}", 1) for number in range(12)]
    prices = {(shard, "AAPL"): Decimal(shard + 1) for shard in range(SHARDS)}
    await store.write(AlertBatch(alerts, prices))
    for shard in range(SHARDS):
        stored = await store.load([shard])
        own = [each for each in alerts if shard_of(each.account_id, SHARDS) == shard]
        assert sorted(stored.alerts, key=alerts.index) == own
        assert stored.prices == {(shard, "AAPL"): Decimal(shard + 1)}
        assert stored.last_numbers == {each.account_id: 1 for each in own}
    await store.close()
