"""What more is tried of the ledger on PostgreSQL; `make postgres` alone collects it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.kit.ledger_streams import any_events, mixed, trading
from tests.kit.postgresql import PostgresqlDatabase
from trading_api.modules.broker.engine.events import Event, OrderFilled
from trading_api.modules.broker.journal.event_codec import encode
from trading_api.modules.broker.journal.journal import (
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.sqlite.sql_journal import LOAD_BATCH_SIZE, SqlJournal
from trading_api.modules.broker.journal.sqlite.tables import METADATA
from trading_api.modules.broker.journal.verify.verification import VerificationError, verify

STREAM = trading("A", 60)
EVENTS = any_events().filter(lambda event: r"\u0000" not in encode(event))
"""PostgreSQL's texts have no NUL; nor has any that a caller may choose."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def database(tmp_path: Path) -> PostgresqlDatabase:
    return PostgresqlDatabase(tmp_path)


@asynccontextmanager
async def opened(database: PostgresqlDatabase) -> AsyncIterator[SqlJournal]:
    journal = SqlJournal(database)
    try:
        yield journal
    finally:
        await journal.close()


@pytest.fixture
async def journal(database: PostgresqlDatabase) -> AsyncIterator[SqlJournal]:
    async with opened(database) as journal:
        yield journal


def changed(database: PostgresqlDatabase, sql: str) -> None:
    with database.engine().begin() as connection:
        connection.execute(text(sql))


def test_the_migrations_give_exactly_the_tables(database: PostgresqlDatabase) -> None:
    with database.open() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


async def test_a_restart_continues_and_the_ledger_can_be_verified(
    database: PostgresqlDatabase,
) -> None:
    streams = [trading(account_id, LOAD_BATCH_SIZE) for account_id in ("A", "B-2", "b_1", "Ä")]
    entries = mixed(*streams)
    for start in range(0, len(entries), 1_500):
        async with opened(database) as journal:
            await journal.append(entries[start : start + 1_500])
    assert verify(database).events == len(entries)
    changed(database, "UPDATE positions SET cost = '1' WHERE account_id = 'b_1'")
    with pytest.raises(VerificationError, match="account_id b_1"):
        verify(database)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENTS, min_size=1, max_size=8), cut=st.integers(0, 8))
def test_any_events_survive_a_new_start_exactly(
    tmp_path: Path, events: list[Event], cut: int
) -> None:
    entries = [JournalEntry("A", seq, each) for seq, each in enumerate(events, 1)]
    database = PostgresqlDatabase(tmp_path / uuid4().hex)

    async def survive() -> list[JournalEntry]:
        async with opened(database) as journal:
            await journal.append(entries[:cut])
            await journal.append(entries[cut:])
        async with opened(database) as journal:
            return [entry async for entry in journal.load()]

    assert repr(anyio.run(survive)) == repr(entries)


async def test_events_of_another_process_are_a_conflict(
    journal: SqlJournal, database: PostgresqlDatabase
) -> None:
    await journal.append(mixed(STREAM[:1], trading("B", 1)))
    changed(database, "INSERT INTO events VALUES ('B', 2, 'OrderPlaced', 1, '{}', '')")
    with pytest.raises(JournalConflict, match="B goes on with seq 3, got seq 2"):
        await journal.append([STREAM[1], trading("B", 2)[1]])
    await journal.append(STREAM[1:])


async def test_an_execution_that_happens_twice_is_a_bug_and_no_conflict(
    journal: SqlJournal,
) -> None:
    fill = next(entry for entry in STREAM if isinstance(entry.event, OrderFilled))
    await journal.append(STREAM)
    with pytest.raises(Exception, match="pk_executions"):
        await journal.append([replace(fill, seq=len(STREAM) + 1)])
    assert [entry async for entry in journal.load()] == STREAM


async def test_a_connection_that_is_lost_keeps_nothing_and_there_is_another_the_next_time(
    journal: SqlJournal, database: PostgresqlDatabase
) -> None:
    await journal.append(STREAM[:10])
    changed(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND datname = current_database()",
    )
    with pytest.raises(JournalUnavailable, match="The ledger can't be used"):
        await journal.append(STREAM[10:])
    with pytest.raises(JournalUnavailable, match="The ledger can't be used"):
        await journal.read("A", 0, 100)
    await journal.append(STREAM[10:])
    assert await journal.read("A", 50, 100) == STREAM[50:]
    assert [entry async for entry in journal.load()] == STREAM
