"""Removing old events: what is left continues, verifies, and shows every change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.kit.ledger_file import changed, loaded, opened, rows
from tests.kit.ledger_streams import EXCHANGE_RULES, mixed, trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded
from trading_api.modules.broker.engine.recorded_key import RecordedKey
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.sqlite.backup import back_up
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.anchor import Anchor
from trading_api.modules.broker.journal.verify.removal import RemovalSummary, remove_events
from trading_api.modules.broker.journal.verify.verification import VerificationError, verify
from trading_api.modules.broker.paper.account_recovery import AccountRecovery
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

STREAMS = {account_id: trading(account_id, 300) for account_id in ("A", "B")}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a ledger with 200 events of each account, and a snapshot of A in their middle."""
    folder = tmp_path_factory.mktemp("ledger")
    async with opened(folder / "trading.db") as journal:
        await journal.append(STREAMS["A"][:120], [image("A", 120)])
        await journal.append(mixed(STREAMS["A"][120:200], STREAMS["B"][:200]))
    return folder


@pytest.fixture
def path(written: Path, tmp_path: Path) -> Path:
    """A copy of the ledger in `written`, with the head that is kept next to it."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path / "trading.db"


@pytest.fixture
def database(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def image(account_id: str, seq: int) -> AccountImage:
    state = AccountState()
    for entry in STREAMS[account_id][:seq]:
        state.evolve(entry.event)
    return image_of(state)


def first_at(account_id: str, at_ms: int) -> int:
    """Return how many events come before the first one of `at_ms`."""
    return sum(entry.at_ms < at_ms for entry in STREAMS[account_id][:200])


async def recovered(path: Path) -> dict[str, AccountImage]:
    accounts = Accounts(EXCHANGE_RULES, PriceInterest(lambda symbol: [symbol]), lambda symbol: "")
    recovery = AccountRecovery(EXCHANGE_RULES)
    async with opened(path) as journal:
        async for step in journal.recover():
            recovery.apply(step)
    await recovery.add_to(accounts, SnapshotSchedule())
    return {each: accounts.images([each])[0] for each in accounts.ids()}


@pytest.mark.parametrize("at_ms", [30, 60, 90, 10**6])
async def test_what_is_left_continues_and_verifies(
    path: Path, database: Database, at_ms: int
) -> None:
    gone = {account_id: first_at(account_id, at_ms) for account_id in STREAMS}
    assert remove_events(database, at_ms) == RemovalSummary(2, sum(gone.values()))
    left = [entry for stream in STREAMS.values() for entry in stream[:200]]
    left = [entry for entry in left if entry.seq > gone[entry.account_id]]
    assert await loaded(path) == left
    assert await recovered(path) == {each: image(each, 200) for each in STREAMS}
    assert verify(database).removed == sum(gone.values())
    assert remove_events(database, at_ms) == RemovalSummary(0, 0)
    async with opened(path) as journal:
        await journal.append(mixed(*(stream[200:] for stream in STREAMS.values())))
    summary = verify(database)
    assert (summary.events, summary.removed) == (600 - sum(gone.values()), sum(gone.values()))
    assert await recovered(path) == {each: image(each, 300) for each in STREAMS}
    assert remove_events(database, 10**9).events == summary.events
    assert verify(database).removed == 600
    assert rows(path, "SELECT count(*) FROM events") == [(0,)]
    assert await recovered(path) == {each: image(each, 300) for each in STREAMS}


async def test_keys_outlive_the_events_that_recorded_them(path: Path, database: Database) -> None:
    keys = [
        RecordedKey(entry.event, entry.seq)
        for entry in STREAMS["A"][:200]
        if isinstance(entry.event, IdempotencyKeyRecorded)
    ]
    remove_events(database, 10**6)
    async with opened(path) as journal:
        query = RecordQuery("A", keys=[(each.event.operation, each.event.key) for each in keys])
        (found,) = await journal.history.find([query])
    assert found.keys == keys != []


async def test_the_archive_proves_what_was_removed(
    path: Path, database: Database, tmp_path: Path
) -> None:
    archive = tmp_path / "archive.db"
    back_up(database, archive)
    remove_events(database, 60)
    assert verify(Database(f"sqlite:///{archive}")).events == 400
    last = rows(archive, "SELECT account_id, seq, hash FROM events ORDER BY account_id, seq")
    for anchor in rows(path, "SELECT account_id, seq, hash FROM anchors"):
        assert anchor in last


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE anchors SET payload = replace(payload, 'USD', 'EUR')",
        "UPDATE anchors SET seq = seq + 1",
        "UPDATE anchors SET hash = ''",
        "UPDATE anchors SET opened_ms = 0",
        "DELETE FROM anchors WHERE account_id = 'A'",
        (
            "UPDATE idempotency_keys SET fingerprint = 'other' "
            "WHERE seq <= (SELECT min(seq) FROM anchors)"
        ),
        "DELETE FROM idempotency_keys WHERE seq <= (SELECT min(seq) FROM anchors)",
        "UPDATE orders SET quantity = '999' WHERE seq <= (SELECT max(seq) FROM anchors)",
        "UPDATE executions SET seq = 3 WHERE seq = (SELECT max(seq) FROM executions)",
        "INSERT INTO named_requests VALUES ('A', 3, 'x')",
    ],
)
async def test_a_change_to_what_is_left_does_not_verify(
    path: Path, database: Database, statement: str
) -> None:
    remove_events(database, 60)
    verify(database)
    changed(path, statement)
    with pytest.raises(VerificationError):
        verify(database)


async def test_nothing_is_removed_that_does_not_verify(path: Path, database: Database) -> None:
    changed(path, "UPDATE events SET payload = '{}' WHERE account_id = 'B' AND seq = 5")
    with pytest.raises(VerificationError):
        remove_events(database, 10**6)
    assert rows(path, "SELECT DISTINCT account_id FROM events") == [("B",)]


async def test_a_process_that_dies_leaves_each_account_either_way(
    path: Path, database: Database
) -> None:
    class Killed(Exception): ...

    def die(done: int, total: int) -> None:
        assert (done, total) == (1, 2)
        raise Killed

    with pytest.raises(Killed):
        remove_events(database, 10**6, die)
    assert verify(database).removed == 200
    assert await recovered(path) == {each: image(each, 200) for each in STREAMS}
    assert remove_events(database, 10**6) == RemovalSummary(1, 200)


async def test_a_ledger_in_use_is_not_changed(path: Path, database: Database) -> None:
    async with opened(path) as journal:
        await journal.append([])
        with pytest.raises(ConfigurationError, match="is written by another process"):
            remove_events(database, 10**6)


async def test_the_head_of_a_removed_event_is_still_checked(path: Path, database: Database) -> None:
    remove_events(database, 10**6)
    await loaded(path)
    changed(path, "UPDATE anchors SET hash = 'other'")
    with pytest.raises(ConfigurationError, match="older copy or another ledger"):
        await loaded(path)
    changed(path, "UPDATE anchors SET seq = seq - 1")
    with pytest.raises(ConfigurationError, match="older copy or another ledger"):
        await loaded(path)
    changed(path, "UPDATE anchors SET seq = seq + 2")
    await loaded(path)


async def test_snapshots_of_an_earlier_version_are_replaced_when_the_ledger_is_migrated(
    path: Path, database: Database
) -> None:
    """They lack what was realized by day. An anchor of that version stays as it is."""
    remove_events(database, STREAMS["A"][90].at_ms)
    for statement in (
        "UPDATE snapshots SET payload = json_remove(payload, '$.realized_by_day')",
        "DROP INDEX ix_events_notifying",
        "DROP INDEX ix_events_books_cash",
        "DROP INDEX ix_idempotency_keys_gateway",
        "ALTER TABLE accounts DROP COLUMN name",
        "UPDATE alembic_version SET version_num = '0006'",
    ):
        changed(path, statement)
    for row in rows(path, "SELECT * FROM anchors"):
        anchor = msgspec.convert(dict(zip(Anchor.__dataclass_fields__, row, strict=True)), Anchor)
        fields = msgspec.json.decode(anchor.payload)
        del fields["realized_by_day"]
        older = replace(anchor, payload=msgspec.json.encode(fields).decode(), proof="").proved()
        where = f"WHERE account_id = '{anchor.account_id}'"
        changed(
            path,
            f"UPDATE anchors SET payload = '{older.payload}', proof = '{older.proof}' {where}",
        )
    found = await recovered(path)
    assert {name: each.seq for name, each in found.items()} == {"A": 200, "B": 200}
    assert found["A"].positions == image("A", 200).positions
    seqs = "SELECT account_id, seq FROM {} ORDER BY account_id"
    anchored = rows(path, seqs.format("anchors"))
    assert anchored
    assert rows(path, seqs.format("snapshots")) == anchored
    assert verify(database).removed > 100
