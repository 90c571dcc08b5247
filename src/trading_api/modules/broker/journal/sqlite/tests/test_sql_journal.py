"""The SQL journal: what it appends is read again after a restart."""

from __future__ import annotations

import threading
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.ledger_file import loaded, opened, rows
from tests.kit.ledger_streams import any_events, trading
from tests.kit.scale import scaled
from trading_api.modules.broker.engine.events import Event, OrderFilled
from trading_api.modules.broker.journal.journal import JournalConflict, JournalEntry
from trading_api.modules.broker.journal.sql.recovery_cursor import LOAD_BATCH_SIZE
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.verification import verify

STREAM = trading("A", 60)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "trading.db"


async def test_a_restart_finds_all_events_and_continues_after_them(path: Path) -> None:
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


async def test_events_of_several_batches_are_loaded_in_order(path: Path) -> None:
    stream = trading("A", 2 * LOAD_BATCH_SIZE + 1)
    async with opened(path) as journal:
        await journal.append(stream)
    assert await loaded(path) == stream


async def test_a_load_that_ends_early_closes_the_file(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        async with aclosing(journal.load()) as entries:
            assert await anext(entries) == STREAM[0]
    assert not path.with_name("trading.db-wal").exists(), "the last connection removes the log"


@settings(max_examples=scaled(10))
@given(events=st.lists(any_events(), min_size=1, max_size=8), cut=st.integers(0, 8))
def test_any_events_survive_a_restart_exactly(events: list[Event], cut: int) -> None:
    entries = [JournalEntry("A", seq, each, "t" * (seq % 3)) for seq, each in enumerate(events, 1)]

    async def survive(path: Path) -> list[JournalEntry]:
        async with opened(path) as journal:
            await journal.append(entries[:cut])
            await journal.append(entries[cut:])
        return await loaded(path)

    with TemporaryDirectory() as folder:
        assert repr(anyio.run(survive, Path(folder) / "trading.db")) == repr(entries)


async def test_the_tables_are_readable(path: Path) -> None:
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


async def test_a_journal_that_is_closed_leaves_no_thread(path: Path) -> None:
    async with opened(path) as journal:
        await journal.append(STREAM)
        await journal.read("A", 0, 1)
        assert any(thread.name.startswith("ledger") for thread in threading.enumerate())
    assert not any(thread.name.startswith("ledger") for thread in threading.enumerate())
