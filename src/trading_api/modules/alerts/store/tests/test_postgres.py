"""Alerts in PostgreSQL: who may write, and what a lost connection leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.kit.alerts import alert
from tests.kit.postgresql import new_database_url_with_ledger
from trading_api.domain.shards import shard_of
from trading_api.errors import ConfigurationError
from trading_api.modules.alerts.store.factory import create_store
from trading_api.modules.alerts.store.postgres import PostgresAlertStore
from trading_api.modules.alerts.store.store import AlertBatch, ShardNotOwned, StoreUnavailable
from trading_api.settings import Settings

SHARDS = 4
SHARD = shard_of("A", SHARDS)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def url() -> str:
    return new_database_url_with_ledger(SHARDS)


@pytest.fixture
async def connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await asyncpg.connect(url)
    yield connected
    await connected.close()


async def begin_epoch(connection: asyncpg.Connection, shard: int = SHARD) -> int:
    epoch: int = await connection.fetchval(
        "UPDATE ownership SET epoch = epoch + 1 WHERE partition = $1 RETURNING epoch",
        f"shard-{shard}",
    )
    return epoch


async def test_only_the_owner_of_the_present_epoch_writes(
    url: str, connection: asyncpg.Connection
) -> None:
    epochs = {SHARD: await begin_epoch(connection)}
    store = PostgresAlertStore(url, SHARDS, epochs)
    await store.write(AlertBatch([alert("A", 1)]))
    later = await begin_epoch(connection)
    with pytest.raises(ShardNotOwned):
        await store.write(AlertBatch([alert("A", 2)]))
    epochs[SHARD] = later
    await store.write(AlertBatch([alert("A", 3)]))
    del epochs[SHARD]
    with pytest.raises(ShardNotOwned):
        await store.write(AlertBatch([alert("A", 4)]))
    assert [each.number for each in (await store.load([SHARD])).alerts] == [1, 3]
    await store.close()


async def test_a_batch_with_a_shard_of_another_owner_writes_nothing(
    url: str, connection: asyncpg.Connection
) -> None:
    other = next(name for name in "BCDEFGH" if shard_of(name, SHARDS) != SHARD)
    epochs = {SHARD: 0, shard_of(other, SHARDS): 0}
    store = PostgresAlertStore(url, SHARDS, epochs)
    await begin_epoch(connection, shard_of(other, SHARDS))
    with pytest.raises(ShardNotOwned):
        await store.write(AlertBatch([alert("A", 1), alert(other, 1)]))
    assert (await store.load()).alerts == []
    await store.close()


async def test_an_owner_of_all_shards_takes_the_epochs_that_it_finds(
    url: str, connection: asyncpg.Connection
) -> None:
    await begin_epoch(connection)
    store = PostgresAlertStore(url, SHARDS)
    await store.load()
    await store.write(AlertBatch([alert("A", 1)]))
    await begin_epoch(connection)
    with pytest.raises(ShardNotOwned):
        await store.write(AlertBatch([alert("A", 2)]))
    await store.close()


async def test_a_lost_connection_leaves_the_outcome_open_and_the_next_write_connects_again(
    url: str, connection: asyncpg.Connection
) -> None:
    store = PostgresAlertStore(url, SHARDS, {SHARD: 0})
    await store.load()
    # Ends the session as soon as it writes.
    await connection.execute("""
        CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE TRIGGER ended AFTER INSERT ON alerts EXECUTE FUNCTION end_session();
        """)
    batch = AlertBatch([alert("A", 1)])
    with pytest.raises(StoreUnavailable) as failed:
        await store.write(batch)
    assert failed.value.is_unknown
    await connection.execute("DROP TRIGGER ended ON alerts")
    await store.write(batch)
    assert (await store.load([SHARD])).alerts == batch.alerts
    await store.close()


async def test_stores_that_start_together_make_the_tables_once(url: str) -> None:
    stores = [PostgresAlertStore(url, SHARDS) for _ in range(4)]
    await asyncio.gather(*(each.load() for each in stores))
    await stores[0].write(AlertBatch([alert("A", 1)]))
    assert len((await stores[1].load()).alerts) == 1
    for each in stores:
        await each.close()


async def test_tables_of_a_newer_version_stop_the_start(
    url: str, connection: asyncpg.Connection
) -> None:
    store = PostgresAlertStore(url, SHARDS)
    await store.load()
    await store.close()
    await connection.execute("INSERT INTO alert_schema VALUES (99)")
    with pytest.raises(ConfigurationError, match="in version 99; this one knows 1"):
        await PostgresAlertStore(url, SHARDS).load()


async def test_a_server_that_is_not_there_stops_the_start() -> None:
    settings = Settings.defaults().model_copy(
        update={"database_url": "postgresql://trading@/ledger?host=/nowhere"}
    )
    with pytest.raises(ConfigurationError, match="can't be used"):
        await create_store(settings).load()
