"""Removing old events from PostgreSQL: what is left verifies, and so does the archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.ledger_streams import EXCHANGE_RULES, mixed, trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import RecoveryStep
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.postgres.pruning import prune_postgres
from trading_api.modules.broker.journal.postgres.tests.conftest import Connect, OpenJournal
from trading_api.modules.broker.journal.postgres.verification import verify_postgres
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import VerificationError, verify
from trading_api.modules.broker.paper.account_recovery import AccountRecovery

STREAMS = {account_id: trading(account_id, 150) for account_id in ("A", "B", "C")}
ENTRIES = mixed(*STREAMS.values())
AT_MS = 40


async def write(database: PostgresDatabase) -> None:
    journal = PostgresJournal(database)
    await journal.append(ENTRIES)
    await journal.close()


async def test_what_is_left_continues_and_the_archive_holds_everything(
    database: PostgresDatabase, tmp_path: Path
) -> None:
    await write(database)
    archive = tmp_path / "archive.db"
    gone = sum(each.at_ms < AT_MS for each in ENTRIES)
    summary = await prune_postgres(database, AT_MS, archive)
    assert (summary.accounts, summary.events) == (3, gone)
    assert (await verify_postgres(database)).removed == gone
    assert sorted(each.name for each in tmp_path.iterdir()) == ["archive.db"]
    copy = Database(f"sqlite:///{archive}")
    assert verify(copy).events == len(ENTRIES)
    archived = SqlJournal(copy)
    assert {(each.account_id, each.seq): each for each in ENTRIES} == {
        (each.account_id, each.seq): each async for each in archived.load()
    }
    await archived.close()
    # The next server recovers, and goes on.
    journal = PostgresJournal(database)
    recovery = AccountRecovery(EXCHANGE_RULES)
    async for step in journal.recover():
        recovery.apply(RecoveryStep(step.items, step.done, step.total))
    assert recovery.account_ids == STREAMS.keys()
    await journal.append(trading("A", 160)[150:])
    await journal.close()
    again = await prune_postgres(database, 10**15, tmp_path / "second.db")
    assert again.events == len(ENTRIES) + 10 - gone
    await verify_postgres(database)


async def test_nothing_is_removed_while_a_server_owns_a_shard(
    database: PostgresDatabase, open_journal: OpenJournal, tmp_path: Path
) -> None:
    await open_journal(None).append(ENTRIES)
    with pytest.raises(ConfigurationError, match="is written by another process"):
        await prune_postgres(database, AT_MS, tmp_path / "archive.db")
    assert (await verify_postgres(database)).removed == 0
    assert list(tmp_path.iterdir()) == []


async def test_a_server_that_believes_it_owns_a_shard_is_fenced_out(
    database: PostgresDatabase, open_journal: OpenJournal, tmp_path: Path
) -> None:
    await write(database)
    await prune_postgres(database, AT_MS, tmp_path / "archive.db")
    stale = open_journal(Fence(dict.fromkeys(range(database.shards), 1)))
    with pytest.raises(Exception, match="Another process owns"):
        await stale.append(trading("A", 151)[150:])


async def test_an_archive_is_not_overwritten(database: PostgresDatabase, tmp_path: Path) -> None:
    await write(database)
    archive = tmp_path / "archive.db"
    archive.write_text("mine")
    with pytest.raises(ConfigurationError, match="exists"):
        await prune_postgres(database, AT_MS, archive)
    assert archive.read_text() == "mine"


async def test_a_ledger_that_does_not_verify_is_not_pruned(
    database: PostgresDatabase, connect: Connect, tmp_path: Path
) -> None:
    await write(database)
    await (await connect()).execute("UPDATE events SET payload = '{}' WHERE seq = 3")
    archive = tmp_path / "archive.db"
    with pytest.raises(VerificationError):
        await prune_postgres(database, AT_MS, archive)
    assert not archive.exists()
    count = await (await connect()).fetchval("SELECT count(*) FROM events")
    assert count == len(ENTRIES)
