"""The ledger file: what stops the start, and the lock of the only writer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.file_permissions import enforced_permissions
from tests.kit.ledger_file import changed, loaded, opened, rows
from tests.kit.ledger_streams import trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.sqlite.database import VERSION, Database
from trading_api.modules.broker.journal.verify.verification import verify

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "trading.db"


@pytest.mark.parametrize(
    "url",
    ["", "trading.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///a?mode=ro"],
)
def test_an_address_that_is_none_of_a_file_is_rejected(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL is sqlite:///"):
        Database(url)


async def rejection(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        await loaded(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    tmp_path.joinpath("var").write_text("a file", encoding="utf-8")
    assert "can't be made: " in await rejection(tmp_path / "var" / "trading.db")


async def test_a_folder_that_cannot_be_written_is_named() -> None:
    assert "can't be made: " in await rejection(Path("/proc/trading.db"))


async def test_a_read_only_file_stops_the_start_with_the_reason(path: Path) -> None:
    with enforced_permissions():
        await loaded(path)
        path.chmod(0o444)
        assert "The ledger is read-only" in await rejection(path)
        for each in path.parent.iterdir():  # SQLite's other files took its mode
            each.chmod(0o644)
        assert await loaded(path) == []


async def test_a_file_of_another_kind_stops_the_start_and_stays_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"time,open,high,low,close\n" * 100)
    assert "is no SQLite database" in await rejection(path)
    assert path.read_bytes() == b"time,open,high,low,close\n" * 100


async def test_a_damaged_file_stops_the_start_with_the_reason(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert "The ledger is damaged" in await rejection(path)


async def test_an_event_that_cannot_be_read_stops_the_start_and_is_named(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    changed(path, "UPDATE events SET kind = 'Unknown' WHERE seq = 3")
    sentence = await rejection(path)
    assert "Unknown is no event of this version" in sentence
    assert "verify-ledger" in sentence


async def test_a_ledger_of_a_newer_version_is_rejected_and_left_alone(path: Path) -> None:
    await loaded(path)
    changed(path, "UPDATE alembic_version SET version_num = '9999'")
    assert "is of version 9999, newer than" in await rejection(path)
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
    keys = rows(path, "SELECT * FROM idempotency_keys ORDER BY seq")
    assert keys
    for statement in (
        "DROP TABLE named_requests",
        "DROP TABLE idempotency_keys",
        "DROP TABLE snapshots",
        "DROP TABLE anchors",
        "DROP INDEX ix_orders_ended",
        "DROP INDEX ix_orders_live",
        "DROP INDEX ix_orders_client_id",
        "DROP INDEX ix_executions_seq",
        "DROP INDEX ix_executions_symbol",
        "DROP INDEX ix_events_notifying",
        "ALTER TABLE accounts DROP COLUMN name",
        "DROP INDEX ix_events_books_cash",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        changed(path, statement)
    assert await loaded(path) == STREAM
    assert rows(path, "SELECT version_num FROM alembic_version") == [(VERSION,)]
    assert rows(path, "SELECT * FROM idempotency_keys ORDER BY seq") == keys


async def test_a_ledger_without_its_tables_stops_the_start_and_is_unlocked(path: Path) -> None:
    await loaded(path)
    changed(path, "ALTER TABLE accounts RENAME TO aside")
    for _ in range(2):
        assert "no such table: accounts" in await rejection(path)


async def test_a_second_writer_is_rejected_by_name_until_the_first_has_closed(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        sentence = await rejection(path)
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
        assert str(holder.pid) in await rejection(path)
        holder.send_signal(signal.SIGKILL)
    assert await loaded(path) == []
