"""Two owners of one shard in PostgreSQL: the later one has the alerts, the earlier writes none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.kit.alerts import RunningAlerts, running_alerts
from tests.kit.paper_exchange import A, rejection_of
from tests.kit.postgresql import new_database_url_with_ledger
from trading_api.domain.shards import shard_of, shard_partition
from trading_api.modules.alerts.store.postgres import PostgresAlertStore
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.ownership_table import OwnershipTable
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal

SHARDS = 4
SHARD = shard_of(A, SHARDS)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def owning(url: str, name: str) -> AsyncIterator[RunningAlerts]:
    """Take the shard and serve it, as a process of the role `broker` does."""
    connection, fence = await asyncpg.connect(url), Fence()
    fence.epochs[SHARD] = await OwnershipTable(connection).take(shard_partition(SHARD), name)
    journal = PostgresJournal(PostgresDatabase(url, SHARDS), fence)
    store = PostgresAlertStore(url, SHARDS, fence.epochs)
    async with running_alerts(store, journal, shard=SHARD, shard_count=SHARDS) as alerts:
        await alerts.exchange.broker.load_shard(SHARD)
        yield alerts
    await connection.close()


async def test_a_shard_that_was_released_goes_on_with_its_next_owner() -> None:
    url = new_database_url_with_ledger(SHARDS)
    async with owning(url, "first") as first:
        await first.quote("100")
        assert await first.create(150, key="k") == "alert-1"
        await first.create(200)
        await first.engine.release_shard(SHARD)
        await first.exchange.broker.release_shard(SHARD)
    async with owning(url, "second") as second:
        await second.quote("160")
        assert await second.statuses() == ["fired", "active"]
        assert await second.create(150, key="k") == "alert-1"
        assert await second.create(300) == "alert-3"
    async with owning(url, "third") as third:
        assert await third.statuses() == ["fired", "active", "active"]
        await third.quote("500")
        assert await third.notifications() == [
            "AAPL rose to 160 and crossed 150.",
            "AAPL rose to 500 and crossed 200.",
            "AAPL rose to 500 and crossed 300.",
        ]


async def test_an_owner_that_was_only_paused_writes_nothing_after_the_next_has_begun() -> None:
    url = new_database_url_with_ledger(SHARDS)
    async with owning(url, "paused") as paused:
        await paused.quote("100")
        await paused.create(150)
        async with owning(url, "next") as following:
            await following.quote("160")
            assert await following.statuses() == ["fired"]
            refused = await rejection_of(paused.create(170))
            assert refused[:2] == (503, "shard_moving")
            await paused.quote("165")
            assert await paused.statuses() == ["active"]
            assert await following.create(200) == "alert-2"
            assert await following.notifications() == ["AAPL rose to 160 and crossed 150."]
    async with owning(url, "last") as last:
        assert await last.statuses() == ["fired", "active"]
        assert len(await last.notifications()) == 1
