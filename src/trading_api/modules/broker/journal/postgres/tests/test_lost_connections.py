"""A journal whose connection ends: between commits, during one, and with the server."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from tests.kit.ledger_streams import trading
from tests.kit.postgresql import server
from tests.kit.unix_proxy import unix_proxy
from trading_api.modules.broker.engine.events import AccountOpened
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.journal import (
    CommitUnknown,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase, disconnect
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.postgres.tests.conftest import (
    SHARDS,
    Connect,
    OpenJournal,
    until_waiting,
)

STREAM = trading("A", 60)
ALIKE = [
    JournalEntry("A", seq, AccountOpened("A", "USD", Decimal(seq), at_ms=seq)) for seq in (1, 2)
]
"""Entries that the same prepared statement writes."""
NOT_YET_S = 0.1
TERMINATE_ALL = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


async def stored(journal: PostgresJournal) -> list[JournalEntry]:
    return [entry async for entry in journal.load()]


@asynccontextmanager
async def blocked(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Keep an append of the event 11 waiting in its middle."""
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO events VALUES ('A', 11, '', 0, '', '')")
    try:
        yield
    finally:
        await transaction.rollback()


async def test_a_session_that_ends_between_commits_is_replaced(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM[:10])
    assert await journal.read("A", 5, 100) == STREAM[5:10]
    for _ in range(2):
        assert (await journal.history.find([RecordQuery("A", ["order-1"])]))[0].orders
    await (await connect()).execute(TERMINATE_ALL)
    await asyncio.sleep(NOT_YET_S)
    await journal.append(STREAM[10:])
    assert await stored(journal) == STREAM
    assert (await journal.history.find([RecordQuery("A", ["order-1"])]))[0].orders
    with pytest.raises(JournalUnavailable, match="The ledger can't be used"):
        await journal.read("A", 0, 100)
    assert await journal.read("A", 50, 100) == STREAM[50:]


async def test_a_session_that_is_terminated_during_a_commit_leaves_it_unknown(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM[:10])
    blocker = await connect()
    async with blocked(blocker):
        appending = asyncio.create_task(journal.append(STREAM[10:]))
        await until_waiting(blocker)
        await blocker.execute(TERMINATE_ALL)
        with pytest.raises(CommitUnknown):
            await appending
    await journal.close()
    again = open_journal(None)
    assert await stored(again) == STREAM[:10]
    await again.append(STREAM[10:])


async def test_a_commit_without_an_answer_in_time_is_unknown(
    database: PostgresDatabase, connect: Connect
) -> None:
    impatient = PostgresJournal(PostgresDatabase(database.url, SHARDS, commit_timeout_s=0.2))
    await impatient.append(STREAM[:10])
    async with blocked(await connect()):
        with pytest.raises(CommitUnknown, match="has not answered"):
            await impatient.append(STREAM[10:])
    await impatient.close()


async def test_a_commit_whose_answer_is_lost_is_unknown_and_complete(
    database: PostgresDatabase, open_journal: OpenJournal
) -> None:
    with TemporaryDirectory() as folder:
        async with unix_proxy(server().folder, Path(folder)) as proxy:
            url = f"{database.url.partition('?')[0]}?host={folder}"
            journal = PostgresJournal(PostgresDatabase(url, SHARDS))
            await journal.append(ALIKE[:1])
            proxy.answers_left = 0
            with pytest.raises(CommitUnknown):
                await journal.append(ALIKE[1:])
            await journal.close()
    assert await stored(open_journal(None)) == ALIKE


async def test_a_connection_that_is_lost_before_the_statement_is_sent_leaves_nothing_done(
    database: PostgresDatabase, open_journal: OpenJournal
) -> None:
    with TemporaryDirectory() as folder:
        async with unix_proxy(server().folder, Path(folder)) as proxy:
            url = f"{database.url.partition('?')[0]}?host={folder}"
            journal = PostgresJournal(PostgresDatabase(url, SHARDS))
            await journal.append(STREAM[:1])
            proxy.answers_left = 0
            with pytest.raises(JournalUnavailable):
                await journal.append(STREAM[1:])
            await journal.close()
    assert await stored(open_journal(None)) == STREAM[:1]


async def test_a_connection_that_is_lost_while_it_opens_is_no_answer(
    database: PostgresDatabase,
) -> None:
    with TemporaryDirectory() as folder:
        async with unix_proxy(server().folder, Path(folder)) as proxy:
            url = f"{database.url.partition('?')[0]}?host={folder}"
            journal = PostgresJournal(PostgresDatabase(url, SHARDS))
            await journal.append(STREAM[:10])
            proxy.answers_left = 1
            with pytest.raises(JournalUnavailable, match="The ledger can't be used"):
                await journal.read("A", 0, 100)
            proxy.answers_left = None
            assert await journal.read("A", 0, 100) == STREAM[:10]
            await journal.close()


async def test_a_server_that_does_not_react_is_not_waited_for(
    database: PostgresDatabase,
) -> None:
    connection = await database.connect("test")
    backend = connection.get_server_pid()
    os.kill(backend, signal.SIGSTOP)
    try:
        await disconnect(connection, timeout_s=0.05)
        assert connection.is_closed()
    finally:
        os.kill(backend, signal.SIGCONT)


async def test_a_server_that_fails_and_returns_has_every_acknowledged_event(
    open_journal: OpenJournal,
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM[:10])
    await asyncio.to_thread(server().stop)
    try:
        with pytest.raises((JournalUnavailable, CommitUnknown)):
            await journal.append(STREAM[10:])
        with pytest.raises(JournalUnavailable):
            await journal.read("A", 0, 100)
        with pytest.raises(JournalUnavailable):
            await journal.history.find([RecordQuery("A")])
        with pytest.raises(JournalUnavailable):
            await journal.append(STREAM[10:])
    finally:
        await asyncio.to_thread(server().start)
    assert await stored(journal) == STREAM[:10]
    await journal.append(STREAM[10:])
    assert await stored(journal) == STREAM


async def test_a_caller_that_is_cancelled_does_not_interrupt_the_commit(
    open_journal: OpenJournal, connect: Connect
) -> None:
    journal = open_journal(None)
    await journal.append(STREAM[:10])
    blocker = await connect()
    async with blocked(blocker):
        appending = asyncio.create_task(journal.append(STREAM[10:]))
        await until_waiting(blocker)
        appending.cancel()
        await asyncio.wait([appending])
        assert appending.cancelled()
    await journal.close()
    assert await stored(open_journal(None)) == STREAM
