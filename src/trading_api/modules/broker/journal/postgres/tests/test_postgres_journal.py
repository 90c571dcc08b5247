"""What the journal writes to PostgreSQL is what it writes to SQLite, and is read again after a
restart."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import aclosing, closing
from itertools import count
from pathlib import Path

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.kit.ledger_file import opened
from tests.kit.ledger_streams import any_events, mixed, trading
from tests.kit.postgresql import database_url_of
from tests.kit.scale import scaled
from trading_api.domain.shards import shard_of
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.engine.events import Event, IdempotencyKeyRecorded, OrderFilled
from trading_api.modules.broker.journal.event_codec import encode
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.journal import (
    Journal,
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.postgres.tests.conftest import (
    SHARDS,
    Connect,
    OpenJournal,
    until_waiting,
)
from trading_api.modules.broker.journal.postgres.verification import verify_postgres
from trading_api.modules.broker.journal.sql.recovery_cursor import LOAD_BATCH_SIZE, STEP_SIZE
from trading_api.modules.broker.journal.sql.tables import METADATA
from trading_api.modules.broker.journal.verify.verification import VerificationError

STREAM = trading("A", 60)
ACCOUNT_NUMBERS = count()
EVENTS = any_events().filter(lambda event: r"\u0000" not in encode(event))
"""PostgreSQL's texts have no NUL; nor has any that a caller may choose."""


async def stored(journal: Journal) -> list[JournalEntry]:
    return [entry async for entry in journal.load()]


def image(stream: list[JournalEntry]) -> AccountImage:
    state = AccountState()
    for entry in stream:
        state.evolve(entry.event)
    return image_of(state)


async def test_it_writes_the_same_rows_and_hashes_as_sqlite(
    open_journal: OpenJournal, connect: Connect, tmp_path: Path
) -> None:
    streams = [trading(account_id, 400) for account_id in ("A", "B-2", "b_1", "Ä")]
    named = [replace(each, request_id=f"request-{each.seq}") for each in streams[0]]
    entries = mixed(named, *streams[1:])
    path = tmp_path / "trading.db"
    async with opened(path) as sqlite:
        for journal in (sqlite, open_journal(None)):
            for start in range(0, len(entries), 70):
                await journal.append(entries[start : start + 70])
            await journal.append([], [image(stream) for stream in streams])
    connection = await connect()
    with closing(sqlite3.connect(path)) as file:
        for table in METADATA.sorted_tables:
            names = ", ".join(table.columns.keys())
            key = ", ".join(table.primary_key.columns.keys())
            sql = f"SELECT {names} FROM {table.name} ORDER BY {key}"
            expected = file.execute(sql).fetchall()
            assert [tuple(row) for row in await connection.fetch(sql)] == expected, table.name
            assert expected or table.name == "anchors"
    shards = await connection.fetch("SELECT account_id, shard FROM accounts")
    assert all(row["shard"] == shard_of(row["account_id"], SHARDS) for row in shards)


async def test_a_restart_continues_and_the_ledger_can_be_verified(
    database: PostgresDatabase, connect: Connect
) -> None:
    entries = mixed(*(trading(name, LOAD_BATCH_SIZE // 2) for name in ("A", "B-2", "b_1", "Ä")))
    for start in range(0, len(entries), 1_500):
        journal = PostgresJournal(database)
        await journal.append(entries[start : start + 1_500])
        await journal.close()
    summary = await verify_postgres(database)
    assert (summary.accounts, summary.events) == (4, len(entries))
    connection = await connect()
    account_id = await connection.fetchval("SELECT max(account_id) FROM positions")
    await connection.execute("UPDATE positions SET cost = '1' WHERE account_id = $1", account_id)
    with pytest.raises(VerificationError, match=f"account_id {account_id}"):
        await verify_postgres(database)


async def test_recovery_reads_images_and_the_entries_after_them_in_steps(
    open_journal: OpenJournal,
) -> None:
    journal = open_journal(None)
    stream, other = trading("A", 2 * STEP_SIZE), trading("B", 20)
    await journal.append(mixed(stream[:30], other))
    await journal.append([], [image(stream[:30])])
    await journal.append(stream[30:])
    steps = [step async for step in journal.recover()]
    assert [step.items for step in steps[:1]] == [[image(stream[:30])]]
    assert [item for step in steps[1:] for item in step.items] == stream[30:] + other
    assert {step.total for step in steps} == {1 + len(stream) - 30 + 20} == {steps[-1].done}
    await journal.append([], [image(stream)])
    steps = [step async for step in journal.recover([shard_of("A", SHARDS)])]
    assert image(stream) in steps[0].items


async def test_simultaneous_first_calls_open_the_journal_once(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(journal.append(STREAM))
        tasks.create_task(journal.currencies())
        tasks.create_task(journal.read("A", 0, 10))
    epochs = await (await connect()).fetch("SELECT DISTINCT epoch FROM ownership")
    assert [row["epoch"] for row in epochs] == [1]


async def test_a_load_that_ends_early_closes_its_connection(open_journal: OpenJournal) -> None:
    """asyncpg warns of a connection that is not closed, and warnings fail a test."""
    journal = open_journal(None)
    await journal.append(STREAM)
    async with aclosing(journal.load()) as entries:
        assert await anext(entries) == STREAM[0]
    assert await stored(journal) == STREAM


async def test_a_recovery_that_is_cancelled_while_it_begins_closes_its_connection(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM)
    blocker = await connect()
    async with blocker.transaction():
        await blocker.execute("LOCK accounts IN ACCESS EXCLUSIVE MODE")
        steps = journal.recover()
        recovering = asyncio.create_task(anext(steps))
        await until_waiting(blocker)
        recovering.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await recovering
    await journal.close()
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%reading'"
    assert await blocker.fetchval(f"{sessions} AND datname = current_database()") == 0


@settings(max_examples=scaled(8))
@given(events=st.lists(EVENTS, min_size=1, max_size=8), cut=st.integers(0, 8))
def test_any_events_survive_a_restart_exactly(events: list[Event], cut: int) -> None:
    account_id = f"A-{next(ACCOUNT_NUMBERS)}"
    entries = [
        JournalEntry(account_id, seq, each, "t" * (seq % 3)) for seq, each in enumerate(events, 1)
    ]
    database = PostgresDatabase(database_url_of(Path(__file__), SHARDS), SHARDS)

    async def survive() -> Sequence[JournalEntry]:
        journal = PostgresJournal(database)
        await journal.append(entries[:cut])
        await journal.append(entries[cut:])
        await journal.close()
        again = PostgresJournal(database)
        found = await again.read(account_id, 0, 100)
        await again.close()
        return found

    assert repr(anyio.run(survive)) == repr(entries)


async def test_events_of_another_process_are_a_conflict(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(mixed(STREAM[:1], trading("B", 1)))
    connection = await connect()
    await connection.execute("INSERT INTO events VALUES ('B', 2, 'OrderPlaced', 1, '{}', '')")
    with pytest.raises(JournalConflict, match="B goes on with seq 3, got seq 2"):
        await journal.append([STREAM[1], trading("B", 2)[1]])
    await journal.append(STREAM[1:])


async def test_an_execution_that_happens_twice_is_a_bug_and_no_conflict(
    open_journal: OpenJournal,
) -> None:
    journal = open_journal(None)
    fill = next(entry for entry in STREAM if isinstance(entry.event, OrderFilled))
    await journal.append(STREAM)
    with pytest.raises(Exception, match="pk_executions"):
        await journal.append([replace(fill, seq=len(STREAM) + 1)])
    key = IdempotencyKeyRecorded("place", "new", "", "order-1", at_ms=1)
    with pytest.raises(Exception, match="pk_executions"):
        await journal.append([JournalEntry("A", 61, key), replace(fill, seq=62)])
    assert await stored(journal) == STREAM


async def test_what_the_database_refuses_was_not_written(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM[:10])
    connection = await connect()
    await connection.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE SQLSTATE '53100'; END $$"
    )
    await connection.execute("CREATE TRIGGER fail BEFORE INSERT ON events EXECUTE FUNCTION fail()")
    with pytest.raises(JournalUnavailable, match="The ledger's disk is full") as caught:
        await journal.append(STREAM[10:])
    assert caught.value.code == "ledger_full"
    await connection.execute("DROP TRIGGER fail ON events")
    await journal.append(STREAM[10:])
    assert await stored(journal) == STREAM


async def test_an_event_that_cannot_be_read_is_reported(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM)
    await (await connect()).execute("UPDATE events SET kind = 'Nonsense'")
    with pytest.raises(JournalUnavailable, match="The ledger is damaged"):
        await journal.history.find([RecordQuery("A", ["order-1"])])


async def test_a_journal_that_is_closed_leaves_no_thread(open_journal: OpenJournal) -> None:
    journal = open_journal(None)
    await journal.append(STREAM)
    await journal.read("A", 0, 1)
    assert any(thread.name.startswith("ledger") for thread in threading.enumerate())
    await journal.close()
    assert not any(thread.name.startswith("ledger") for thread in threading.enumerate())
