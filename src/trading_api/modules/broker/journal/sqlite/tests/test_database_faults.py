"""Faults of the ledger file while it is in use."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, event

from tests.kit.ledger_file import changed, loaded, opened
from tests.kit.ledger_file_faults import taken_away, unwritable
from tests.kit.ledger_streams import mixed, trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.events import AccountOpened, OrderFilled
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.journal.journal import (
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.verification import verify

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "trading.db"


Pragma = Callable[[str], object]


@pytest.fixture
def pragma() -> Iterator[Pragma]:
    """Sets one on the connection that writes, the first that was opened."""
    connections: list[sqlite3.Connection] = []

    @event.listens_for(Engine, "connect")
    def remember(connection: sqlite3.Connection, _: object) -> None:
        connections.append(connection)

    yield lambda text: connections[0].execute(f"PRAGMA {text}").fetchone()
    event.remove(Engine, "connect", remember)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(pragma: Pragma) -> Iterator[None]:
    pragma("max_page_count = 1")
    yield
    pragma("max_page_count = 1000000")


@contextmanager
def read_only(pragma: Pragma) -> Iterator[None]:
    pragma("query_only = on")
    yield
    pragma("query_only = off")


@pytest.mark.parametrize(
    ("fault", "code", "reason"),
    [
        ("locked", "ledger_locked", "The ledger is locked by another process"),
        ("full", "ledger_full", "The ledger's disk is full"),
        ("read_only", "ledger_read_only", "The ledger is read-only"),
        ("unwritable", "ledger_failed", r"The ledger can't be used \(disk I/O error\)"),
        ("taken_away", "ledger_moved", "The ledger's file was taken away"),
    ],
)
async def test_a_fault_stores_nothing_names_itself_and_ends_with_its_cause(
    fault: str, code: str, reason: str, path: Path, pragma: Pragma
) -> None:
    faults = {
        "locked": lambda: locked(path),
        "full": lambda: full(pragma),
        "read_only": lambda: read_only(pragma),
        "unwritable": lambda: unwritable(path),
        "taken_away": lambda: taken_away(path),
    }
    stream = trading("A", 500)
    async with opened(path) as journal:
        await journal.append(stream[:10])
        with faults[fault]():
            for _ in range(2):
                with pytest.raises(JournalUnavailable, match=reason) as caught:
                    await journal.append(stream[10:])
                assert caught.value.code == code
        assert [entry async for entry in journal.load()] == stream[:10]
        await journal.append(stream[10:])
    assert await loaded(path) == stream
    verify(Database(f"sqlite:///{path}"))


FILLED_UP = """
import anyio, sys
from contextlib import suppress
from pathlib import Path
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.journal import JournalUnavailable
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from tests.kit.ledger_file_faults import taken_away, unwritable
from tests.kit.ledger_streams import trading

async def fill_up():
    disk, stream = Path(sys.argv[1]), trading("A", 60)
    journal = SqlJournal(Database(f"sqlite:///{disk}/trading.db"))
    await journal.append(stream[:10])
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    for _ in range(2):
        try:
            await journal.append(stream[10:])
        except JournalUnavailable as fault:
            print(fault.code)
    assert [entry async for entry in journal.load()] == stream[:10]
    filler.unlink()
    await journal.append(stream[10:])
    assert [entry async for entry in journal.load()] == stream
    await journal.close()

anyio.run(fill_up)
"""


def test_a_disk_that_is_really_full_is_named_and_works_again_once_there_is_room(
    tmp_path: Path,
) -> None:
    """In a process that alone sees a small disk there."""
    mount = f"mount -t tmpfs -o size=2m tmpfs '{tmp_path}' || exit 77"
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount}; exec "$@"']
    try:
        done = subprocess.run(
            [*command, "sh", sys.executable, "-c", FILLED_UP, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no unshare here, and no disk of one's own without it")
    if done.returncode == 77 or done.stderr.startswith("unshare: "):
        pytest.skip(f"no disk can be mounted here: {done.stderr}")
    assert (done.stdout, done.stderr) == ("ledger_full\nledger_full\n", "")


async def test_another_file_in_its_place_is_not_taken_for_the_ledger(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM[:1])
        with taken_away(path):
            path.write_bytes(b"")
            with pytest.raises(JournalUnavailable, match="taken away"):
                await journal.append(STREAM[1:2])
            path.unlink()


async def test_events_of_another_process_are_a_conflict(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(mixed(STREAM[:1], trading("B", 1)))
        changed(path, "INSERT INTO events VALUES ('B', 2, 'OrderPlaced', 1, '{}', '')")
        with pytest.raises(JournalConflict, match="B goes on with seq 3, got seq 2"):
            await journal.append([STREAM[1], trading("B", 2)[1]])
        await journal.append(STREAM[1:])


async def test_an_execution_that_happens_twice_is_a_bug_and_no_conflict(path: Path) -> None:
    fill = next(entry for entry in STREAM if isinstance(entry.event, OrderFilled))
    async with opened(path) as journal:
        await journal.append(STREAM)
        again = replace(fill, seq=len(STREAM) + 1)
        with pytest.raises(Exception, match="UNIQUE constraint failed: executions"):
            await journal.append([again, replace(again, seq=again.seq + 1)])
        opened_again = AccountOpened("C", "USD", Decimal(1), at_ms=1)
        await journal.append([JournalEntry("C", 1, opened_again)])


async def test_every_commit_waits_for_the_disk(path: Path, pragma: Pragma) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        assert pragma("synchronous") == (2,), "FULL"
        assert pragma("journal_mode") == ("wal",)
        assert pragma("foreign_keys") == (1,)


async def test_tables_that_are_missing_stop_a_load_and_a_recovery(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        changed(path, "ALTER TABLE snapshots RENAME TO aside")
        with pytest.raises(ConfigurationError, match="no such table: snapshots"):
            [step async for step in journal.recover()]
        changed(path, "ALTER TABLE named_requests RENAME TO other")
        with pytest.raises(Exception, match="no such table: named_requests"):
            [entry async for entry in journal.load()]
    assert not path.with_name("trading.db-wal").exists(), "no connection is left open"


async def test_a_record_that_is_damaged_is_unavailable(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        changed(path, "UPDATE events SET payload = '{}' WHERE seq = 2")
        with pytest.raises(JournalUnavailable, match=r"The ledger is damaged \(") as caught:
            await journal.read("A", 0, 10)
        assert caught.value.code == "ledger_damaged"
        assert await journal.read("A", 2, 100) == STREAM[2:]


async def test_records_that_cannot_be_looked_up_are_unavailable(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        changed(path, "ALTER TABLE idempotency_keys RENAME TO aside")
        for _ in range(2):
            with pytest.raises(JournalUnavailable, match="no such table: idempotency_keys"):
                await journal.history.find([RecordQuery("A", keys=[("place", "key")])])
        assert await journal.read("A", 0, 100) == STREAM
