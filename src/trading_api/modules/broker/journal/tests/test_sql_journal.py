"""The journal in a file: what lasts, what is refused at the start, and what a fault leaves."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.dialects import registry

from tests.kit.ledger_file_faults import taken_away, unwritable
from tests.kit.ledger_streams import any_events, mixed, trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.engine.events import AccountOpened, Event, OrderFilled
from trading_api.modules.broker.journal.journal import (
    JournalConflict,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import LOAD_BATCH_SIZE, SqlJournal
from trading_api.modules.broker.journal.sqlite.sql_statements import SqlStatements
from trading_api.modules.broker.journal.verify.verification import verify

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "trading.db"


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqlJournal]:
    journal = SqlJournal(Database(f"sqlite:///{path}", busy_timeout_s=0.01))
    try:
        yield journal
    finally:
        await journal.close()


async def loaded(path: Path) -> list[JournalEntry]:
    async with opened(path) as journal:
        return [entry async for entry in journal.load()]


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def changed(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


# What lasts


async def test_a_new_start_finds_all_events_and_goes_on_after_them(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM[:20])
    async with opened(path) as journal:
        await journal.append(STREAM[20:50])
        with pytest.raises(JournalConflict, match="A goes on with seq 51"):
            await journal.append(STREAM[:1])
    async with opened(path) as journal:
        assert [entry async for entry in journal.load()] == STREAM[:50]
        await journal.append(STREAM[50:])
    assert await loaded(path) == STREAM
    assert verify(Database(f"sqlite:///{path}")).events == 60


async def test_more_events_than_are_loaded_at_once_come_in_order(path: Path) -> None:
    stream = trading("A", 2 * LOAD_BATCH_SIZE + 1)
    async with opened(path) as journal:
        await journal.append(stream)
    assert await loaded(path) == stream


async def test_a_load_that_is_left_early_lets_the_file_go(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        async with aclosing(journal.load()) as entries:
            assert await anext(entries) == STREAM[0]
    assert not path.with_name("trading.db-wal").exists(), "the last one out tidies up"


@settings(max_examples=30, deadline=None)
@given(events=st.lists(any_events(), min_size=1, max_size=8), cut=st.integers(0, 8))
def test_any_events_survive_a_new_start_exactly(events: list[Event], cut: int) -> None:
    entries = [JournalEntry("A", seq, each, "t" * (seq % 3)) for seq, each in enumerate(events, 1)]

    async def survive(path: Path) -> list[JournalEntry]:
        async with opened(path) as journal:
            await journal.append(entries[:cut])
            await journal.append(entries[cut:])
        return await loaded(path)

    with TemporaryDirectory() as folder:
        assert repr(anyio.run(survive, Path(folder) / "trading.db")) == repr(entries)


async def test_the_tables_tell_a_person_what_there_is(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    fill = next(entry for entry in STREAM if isinstance(entry.event, OrderFilled))
    assert isinstance(fill.event, OrderFilled)
    found = rows(
        path,
        "SELECT order_id, symbol, side, price, json_extract(payload, '$.execution.price')"
        " FROM executions JOIN events USING (account_id, seq) ORDER BY seq LIMIT 1",
    )
    execution = fill.event.execution
    price = str(execution.price)
    side = execution.side.name.lower()
    assert found == [
        (execution.order_id, execution.symbol, side, price.rstrip("0").rstrip("."), price)
    ]
    assert rows(path, "SELECT kind, amount FROM cash_lines WHERE seq = 1") == [
        ("deposit", "100000")
    ]


def test_every_statement_is_sql_that_postgresql_takes_too() -> None:
    ours, theirs = (
        SqlStatements(registry.load(name)()) for name in ("sqlite.pysqlite", "postgresql.asyncpg")
    )
    for name, statement in vars(ours).items():
        assert re.sub(r"\$\d+", "?", getattr(theirs, name)) == statement


# What is refused at the start


@pytest.mark.parametrize(
    "url",
    ["", "trading.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?mode=ro"],
)
def test_an_address_that_is_none_of_a_file_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL is sqlite:///"):
        Database(url)


async def refused(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        await loaded(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    tmp_path.joinpath("var").write_text("a file", encoding="utf-8")
    assert "can't be made: " in await refused(tmp_path / "var" / "trading.db")


async def test_a_folder_that_cannot_be_written_is_named() -> None:
    assert "can't be made: " in await refused(Path("/proc/trading.db"))


@contextmanager
def no_privileges() -> Iterator[Path]:
    """A folder of one's own, and for root the rights of nobody, whom the modes of files bind."""
    with TemporaryDirectory() as folder:
        user = os.geteuid()
        if user == 0:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(user)


async def test_a_read_only_file_stops_the_start_and_says_so() -> None:
    with no_privileges() as folder:
        path = folder / "trading.db"
        await loaded(path)
        path.chmod(0o444)
        assert "The ledger is read-only" in await refused(path)
        for each in folder.iterdir():  # what SQLite keeps beside it took its mode
            each.chmod(0o644)
        assert await loaded(path) == []


async def test_a_file_of_another_kind_stops_the_start_and_stays_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"time,open,high,low,close\n" * 100)
    assert "is no SQLite database" in await refused(path)
    assert path.read_bytes() == b"time,open,high,low,close\n" * 100


async def test_a_damaged_file_stops_the_start_and_says_so(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert "The ledger is damaged" in await refused(path)


async def test_an_event_that_cannot_be_read_stops_the_start_and_is_named(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    changed(path, "UPDATE events SET kind = 'Unheard' WHERE seq = 3")
    sentence = await refused(path)
    assert "Unheard is no event of this version" in sentence
    assert "verify-ledger" in sentence


async def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    await loaded(path)
    changed(path, "UPDATE alembic_version SET version_num = '9999'")
    assert "is of version 9999, newer than" in await refused(path)
    with pytest.raises(ConfigurationError, match="is of version 9999, newer than"):
        verify(Database(f"sqlite:///{path}"))
    assert rows(path, "SELECT version_num FROM alembic_version") == [("9999",)]


async def test_a_ledger_of_an_older_version_is_not_read_before_it_is_migrated(path: Path) -> None:
    await loaded(path)
    changed(path, "UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(ConfigurationError, match="starting the server brings it to"):
        verify(Database(f"sqlite:///{path}"))


async def test_a_ledger_from_before_requests_had_names_is_migrated_and_read(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    changed(path, "DROP TABLE named_requests")
    changed(path, "UPDATE alembic_version SET version_num = '0001'")
    assert await loaded(path) == STREAM
    assert rows(path, "SELECT version_num FROM alembic_version") == [("0002",)]


async def test_a_ledger_without_its_tables_stops_the_start_and_is_let_go(path: Path) -> None:
    await loaded(path)
    changed(path, "ALTER TABLE accounts RENAME TO aside")
    for _ in range(2):
        assert "no such table: accounts" in await refused(path)


async def test_a_second_writer_is_refused_by_name_until_the_first_has_closed(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        sentence = await refused(path)
        assert "is written by another process" in sentence
        assert str(os.getpid()) in sentence
        link = path.with_name("link.db")
        link.symlink_to(path)
        with pytest.raises(ConfigurationError, match="is written by another process"):
            await loaded(link)
    assert await loaded(path) == STREAM


async def test_kill_9_frees_the_ledger(path: Path) -> None:
    hold = (
        "import sys, time; from trading_api.modules.broker.journal.sqlite.database import Database;"
        "held = Database(sys.argv[1]); connection = held.open(); print('held', flush=True);"
        "time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, f"sqlite:///{path}"], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert str(holder.pid) in await refused(path)
        holder.send_signal(signal.SIGKILL)
    assert await loaded(path) == []


# What a fault leaves


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
async def test_a_fault_keeps_nothing_and_names_itself_and_once_it_is_gone_all_goes_on(
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


def test_a_disk_that_is_really_full_is_named_and_once_there_is_room_all_goes_on(
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


async def test_events_that_somebody_else_wrote_are_a_conflict(path: Path) -> None:
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
