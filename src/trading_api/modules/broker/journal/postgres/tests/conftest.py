"""A new ledger for each test, with connections to it that end with the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg
import pytest

from tests.kit.postgresql import new_database_url_with_ledger
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal

SHARDS = 4
Connect = Callable[[], Awaitable[asyncpg.Connection]]
OpenJournal = Callable[[Fence | None], PostgresJournal]


_UNTIL_WAITING = """
DO $$ BEGIN
    WHILE (SELECT count(*) FROM pg_locks WHERE NOT granted) < {count} LOOP
        PERFORM pg_sleep(0.002);
    END LOOP;
END $$
"""


async def until_waiting(connection: asyncpg.Connection, count: int = 1) -> None:
    """Return once so many sessions of the server wait for a lock."""
    await connection.execute(_UNTIL_WAITING.format(count=count), timeout=30)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database() -> PostgresDatabase:
    return PostgresDatabase(new_database_url_with_ledger(SHARDS), SHARDS, lock_timeout_s=0.01)


@pytest.fixture
async def connect(database: PostgresDatabase) -> AsyncIterator[Connect]:
    async with AsyncExitStack() as stack:

        async def connected() -> asyncpg.Connection:
            connection = await database.connect("test")
            stack.push_async_callback(connection.close)
            return connection

        yield connected


@pytest.fixture
async def open_journal(database: PostgresDatabase) -> AsyncIterator[OpenJournal]:
    """Return a function that makes a journal, which is closed at the end."""
    async with AsyncExitStack() as stack:

        def opened(fence: Fence | None = None) -> PostgresJournal:
            journal = PostgresJournal(database, fence)
            stack.push_async_callback(journal.close)
            return journal

        yield opened
