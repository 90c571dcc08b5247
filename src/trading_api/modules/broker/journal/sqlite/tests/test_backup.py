"""Copies of a ledger, and what the start reports of a ledger that lost committed events."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.ledger_file import changed, loaded, opened, rows
from tests.kit.ledger_streams import trading
from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.sqlite.backup import back_up, restore
from trading_api.modules.broker.journal.sqlite.database import WAL_BYTES_MAX, Database
from trading_api.modules.broker.journal.sqlite.ledger_head import Head, LedgerHeadFile
from trading_api.modules.broker.journal.verify.verification import verify

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trading.db"


@pytest.fixture
def database(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


async def test_a_copy_is_made_while_a_server_writes_and_takes_its_place_later(
    path: Path, database: Database, tmp_path: Path
) -> None:
    copy = tmp_path / "copies" / "copy.db"
    copy.parent.mkdir()
    async with opened(path) as journal:
        await journal.append(STREAM[:40])
        assert back_up(database, copy) == copy.stat().st_size
        await journal.append(STREAM[40:])
        with pytest.raises(ConfigurationError, match="is written by another process"):
            restore(copy, database)
        with pytest.raises(ConfigurationError, match="exists"):
            back_up(database, copy)
    assert verify(Database(f"sqlite:///{copy}")).events == 40
    aside = restore(copy, database)
    assert aside is not None
    assert len(await loaded(aside)) == 60
    assert await loaded(path) == STREAM[:40]
    async with opened(path) as journal:
        await journal.append(STREAM[40:])
    assert sorted(each.name for each in copy.parent.iterdir()) == ["copy.db"]


async def test_copies_and_their_names_are_on_the_disk(
    path: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await loaded(path)
    synced: list[str] = []
    monkeypatch.setattr(
        os,
        "fsync",
        lambda descriptor: synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink())),
    )
    back_up(database, tmp_path / "copy.db")
    assert synced == [str(tmp_path / "copy.db.partial"), str(tmp_path)]
    synced.clear()
    restore(tmp_path / "copy.db", database)
    assert synced[-1] == str(tmp_path)
    assert str(tmp_path / "trading.db.incoming.partial") in synced


async def test_a_copy_is_restored_where_no_ledger_is(path: Path, tmp_path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    elsewhere = Database(f"sqlite:///{tmp_path}/new/trading.db")
    assert restore(path, elsewhere) is None
    assert await loaded(elsewhere.path) == STREAM


async def test_what_is_no_ledger_is_not_restored(path: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    await loaded(path)
    before = path.read_bytes()
    text, empty = tmp_path / "text", tmp_path / "empty.db"
    text.write_text("no database" * 1_000)
    sqlite3.connect(empty).close()
    for source in (tmp_path / "absent", text, empty):
        with pytest.raises(ConfigurationError):
            restore(source, database)
    damaged = tmp_path / "damaged.db"
    shutil.copy(path, damaged)
    pages = bytearray(damaged.read_bytes())
    pages[-4096:] = b"\x07" * 4096
    damaged.write_bytes(pages)
    with pytest.raises(ConfigurationError, match=r"damaged|malformed"):
        restore(damaged, database)
    with pytest.raises(ConfigurationError):
        back_up(database, tmp_path / "absent" / "copy.db")
    assert path.read_bytes() == before


async def test_an_older_copy_stops_the_start_until_the_loss_is_accepted(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM[:40])
    older = path.read_bytes()
    async with opened(path) as journal:
        await journal.append(STREAM[40:])
    path.write_bytes(older)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"ends after 40 events, but 60 were"):
            await loaded(path)
    path.with_name("trading.db.head").unlink()
    assert await loaded(path) == STREAM[:40]


async def test_a_damaged_write_ahead_log_stops_the_start(path: Path, tmp_path: Path) -> None:
    crashed = tmp_path / "crashed"
    async with opened(path) as journal:
        await journal.append(STREAM[:40])
        await journal.append(STREAM[40:])
        shutil.copytree(tmp_path, crashed, ignore=lambda *_: ["crashed"])
    log = crashed / "trading.db-wal"
    frames = bytearray(log.read_bytes())
    frames[-2_000] ^= 0xFF
    log.write_bytes(frames)
    with pytest.raises(ConfigurationError, match="but 60 were committed"):
        await loaded(crashed / "trading.db")


async def test_another_history_of_the_same_length_stops_the_start(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    changed(path, "UPDATE events SET hash = 'other' WHERE seq = 60")
    with pytest.raises(ConfigurationError, match="it is an older copy or another ledger"):
        await loaded(path)


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\xff"])
async def test_a_head_that_cannot_be_read_is_ignored(path: Path, text: str) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
    path.with_name("trading.db.head").write_text(text, encoding="latin-1")
    assert await loaded(path) == STREAM


async def test_a_head_that_cannot_be_written_stops_nothing(path: Path) -> None:
    path.with_name("trading.db.head").mkdir()
    async with opened(path) as journal:
        await journal.append(STREAM)
    assert await loaded(path) == STREAM


def test_a_shorter_head_replaces_a_longer_one(tmp_path: Path) -> None:
    file = LedgerHeadFile(tmp_path / "head")
    file.close()
    for head in (Head(10**12, "A" * 64, 10**12, "f" * 64), Head(1, "A", 1, "f")):
        file.write(head)
        assert file.read() == head
    file.close()


async def test_the_write_ahead_log_shrinks_after_a_long_reader(path: Path) -> None:
    log = path.with_name("trading.db-wal")
    async with opened(path) as journal:
        await journal.append(STREAM[:1])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM events").fetchone()
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("CREATE TABLE filling (bytes BLOB)")
                other.execute("INSERT INTO filling VALUES (zeroblob(?))", [2 * WAL_BYTES_MAX])
            assert log.stat().st_size > 2 * WAL_BYTES_MAX
        for start in range(1, 60, 10):
            await journal.append(STREAM[start : start + 10])
        assert log.stat().st_size <= WAL_BYTES_MAX
    assert rows(path, "SELECT count(*) FROM events") == [(60,)]
