"""The contract of every journal. Add a new one to `JOURNALS`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.ledger_streams import mixed, trading
from tests.kit.postgresql import database_url_of
from trading_api.modules.broker.engine.events import AccountOpened, Event, IdempotencyKeyRecorded
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    Journal,
    JournalConflict,
    JournalEntry,
)
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal

SHARDS = 4
JOURNALS: dict[str, Callable[[Path], Journal]] = {
    "memory": lambda _: MemoryJournal(),
    "sqlite": lambda folder: SqlJournal(Database(f"sqlite:///{folder}/trading.db")),
    "postgresql": lambda folder: PostgresJournal(
        PostgresDatabase(database_url_of(folder, SHARDS), SHARDS)
    ),
}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=JOURNALS)
async def journal(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Journal]:
    made = JOURNALS[request.param](tmp_path)
    yield made
    await made.close()


def entry(account_id: str, seq: int) -> JournalEntry:
    event: Event = AccountOpened(account_id, "USD", Decimal(f"{seq}.10"), at_ms=seq)
    return JournalEntry(account_id, seq, event, request_id="" if seq % 2 else f"ticket-{seq}")


async def loaded(journal: Journal) -> list[JournalEntry]:
    return [entry async for entry in journal.load()]


async def test_new_journal_is_empty(journal: Journal) -> None:
    assert await loaded(journal) == []


async def test_entries_come_back_equal_and_in_order(journal: Journal) -> None:
    await journal.append([entry("A", 1), entry("A", 2)])
    await journal.append([entry("A", 3)])
    assert await loaded(journal) == [entry("A", 1), entry("A", 2), entry("A", 3)]


async def test_one_append_may_hold_several_accounts(journal: Journal) -> None:
    await journal.append([entry("A", 1), entry("B", 1), entry("A", 2)])
    await journal.append([entry("B", 2), entry("A", 3)])
    entries = await loaded(journal)
    assert [each.seq for each in entries if each.account_id == "A"] == [1, 2, 3]
    assert [each.seq for each in entries if each.account_id == "B"] == [1, 2]


async def test_appending_nothing_changes_nothing(journal: Journal) -> None:
    await journal.append([])
    assert await loaded(journal) == []


@pytest.mark.parametrize("seq", [0, 1, 3])
async def test_an_entry_out_of_order_is_rejected(journal: Journal, seq: int) -> None:
    await journal.append([entry("A", 1)])
    with pytest.raises(JournalConflict, match="A goes on with seq 2") as caught:
        await journal.append([entry("A", seq)])
    assert (caught.value.entry, caught.value.expected_seq) == (entry("A", seq), 2)


async def test_a_rejected_append_stores_none_of_its_entries(journal: Journal) -> None:
    await journal.append([entry("A", 1)])
    with pytest.raises(JournalConflict):
        await journal.append([entry("A", 2), entry("B", 1), entry("B", 1)])
    assert await loaded(journal) == [entry("A", 1)]
    await journal.append([entry("B", 1), entry("A", 2)])
    assert len(await loaded(journal)) == 3


@pytest.mark.parametrize("name", JOURNALS)
async def test_a_key_is_recorded_once_for_ever(name: str, tmp_path: Path) -> None:
    def keyed(account_id: str, seq: int, key: str) -> JournalEntry:
        event = IdempotencyKeyRecorded("place", key, "content", f"order-{seq}", at_ms=seq)
        return JournalEntry(account_id, seq, event)

    journal = JOURNALS[name](tmp_path)
    await journal.append([entry("A", 1), keyed("A", 2, "one"), entry("B", 1), keyed("B", 2, "one")])
    with pytest.raises(DuplicateKey) as caught:
        await journal.append([entry("B", 3), keyed("A", 3, "one"), keyed("B", 4, "two")])
    assert caught.value.account_ids == {"A"}
    assert len(await loaded(journal)) == 4
    await journal.append([keyed("A", 3, "two"), keyed("B", 3, "two")])
    if name != "memory":
        await journal.close()
        journal = JOURNALS[name](tmp_path)
    with pytest.raises(DuplicateKey) as caught:
        await journal.append([keyed("B", 4, "one"), keyed("A", 4, "two")])
    assert caught.value.account_ids == {"A", "B"}
    assert len(await loaded(journal)) == 6
    await journal.close()


async def test_load_shows_what_was_there_when_it_began(journal: Journal) -> None:
    await journal.append([entry("A", 1)])
    seen = []
    async for each in journal.load():
        seen.append(each)
        await journal.append([entry("A", len(seen) + 1)])
    assert seen == [entry("A", 1)]


async def test_trading_accounts_come_back_as_they_were(journal: Journal) -> None:
    streams = [trading(account_id, 300) for account_id in ("A", "B", "C")]
    entries = mixed(*streams)
    for start in range(0, len(entries), 70):
        await journal.append(entries[start : start + 70])
    found = await loaded(journal)
    for stream in streams:
        assert [each for each in found if each.account_id == stream[0].account_id] == stream


async def test_an_account_is_read_on_from_any_of_its_entries(journal: Journal) -> None:
    entries = mixed(trading("A", 9), trading("B", 9))
    await journal.append(entries)
    own = [each for each in entries if each.account_id == "A"]
    assert await journal.read("A", 0, 100) == own
    assert await journal.read("A", 3, 2) == own[3:5]
    assert await journal.read("A", 9, 2) == []
    assert await journal.read("C", 0, 2) == []


async def test_a_journal_may_be_read_before_anything_else(journal: Journal) -> None:
    assert await journal.read("A", 0, 2) == []


@pytest.mark.parametrize("name", JOURNALS)
async def test_closing_waits_for_an_append_that_is_under_way(name: str, tmp_path: Path) -> None:
    journal = JOURNALS[name](tmp_path)
    appending = asyncio.create_task(journal.append([entry("A", 1)]))
    await asyncio.sleep(0)
    await journal.close()
    assert appending.done()


async def test_appends_that_overlap_are_done_in_their_order(journal: Journal) -> None:
    await journal.append([])
    stream = trading("A", 60)
    async with asyncio.TaskGroup() as tasks:
        for start in range(0, len(stream), 10):
            tasks.create_task(journal.append(stream[start : start + 10]))
        tasks.create_task(journal.currencies())
    assert await loaded(journal) == stream


async def test_currencies_name_one_account_each(journal: Journal) -> None:
    assert await journal.currencies() == {}
    await journal.append([entry("A", 1), entry("B", 1)])
    (found,) = (await journal.currencies()).items()
    assert found in [("USD", "A"), ("USD", "B")]


async def test_a_recovery_begins_with_a_step_and_gives_the_entries(journal: Journal) -> None:
    assert [step.items for step in [each async for each in journal.recover()]] == [[]]
    stream = trading("A", 20)
    await journal.append(stream)
    steps = [each async for each in journal.recover()]
    assert [item for step in steps for item in step.items] == stream
    assert (steps[-1].done, steps[-1].total) == (20, 20)
