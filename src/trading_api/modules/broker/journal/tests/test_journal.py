"""The contract of every journal. Add a new one to `JOURNALS`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.kit.ledger_streams import EXCHANGE_RULES, mixed, trading
from tests.kit.postgresql import database_url_of
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    CashDeposited,
    Event,
    IdempotencyKeyRecorded,
)
from trading_api.modules.broker.journal.journal import (
    EVENTS_LEFT_OUT_MAX,
    DuplicateKey,
    Journal,
    JournalConflict,
    JournalEntry,
    RecoveryStep,
)
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.paper.account_recovery import AccountRecovery
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule

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


def idle(account_id: str, count: int = 4) -> list[JournalEntry]:
    """Return the entries of an account that received deposits."""
    opened: Event = AccountOpened(account_id, "USD", Decimal(100), at_ms=1)
    deposits: list[Event] = [
        CashDeposited(Decimal(1), balance=Decimal(100 + number), at_ms=number)
        for number in range(1, count)
    ]
    return [JournalEntry(account_id, seq, each) for seq, each in enumerate([opened, *deposits], 1)]


def active(account_id: str) -> list[JournalEntry]:
    """Return the entries of an account up to its first live order or position."""
    state = AccountState()
    entries = []
    for each in trading(account_id, 300):
        entries.append(each)
        state.evolve(each.event)
        if state.live_orders() or state.positions:
            return entries
    raise AssertionError("it trades")


async def test_a_recovery_can_leave_out_idle_accounts(journal: Journal) -> None:
    many = idle("MANY", EVENTS_LEFT_OUT_MAX + 1)
    await journal.append([*idle("A"), *active("B"), *many])
    await journal.append(idle("C"))
    steps = [step async for step in journal.recover(with_idle=False)]
    assert {account_id for step in steps for account_id in step.left_out.items()} == {
        ("A", 4),
        ("C", 4),
    }
    assert {item.account_id for step in steps for item in step.items} == {"B", "MANY"}
    assert steps[-1].done == steps[-1].total == len(active("B")) + len(many)
    everything = [step async for step in journal.recover()]
    assert not any(step.left_out for step in everything)
    assert {item.account_id for step in everything for item in step.items} == {
        *("A", "B", "C", "MANY")
    }


async def test_an_image_makes_an_account_with_many_events_one_that_is_left_out(
    journal: Journal,
) -> None:
    many = idle("MANY", EVENTS_LEFT_OUT_MAX + 1)
    state = AccountState()
    for each in many:
        state.evolve(each.event)
    await journal.append(many, [image_of(state)])
    steps = [step async for step in journal.recover(with_idle=False)]
    if not isinstance(journal, MemoryJournal):
        assert [step.left_out for step in steps] == [{"MANY": len(many)}]


async def test_accounts_are_recovered_by_name(journal: Journal) -> None:
    state = AccountState()
    first, *others = idle("A")
    state.evolve(first.event)
    await journal.append([first, *active("B")], [image_of(state)])
    await journal.append([*others, *idle("C")])
    recovery = AccountRecovery(EXCHANGE_RULES)
    found = await journal.recover_accounts(["A", "C", "UNKNOWN"])
    recovery.apply(RecoveryStep(found, len(found), len(found)))
    assert recovery.account_ids == {"A", "C"}
    for each in others:
        state.evolve(each.event)
    accounts = Accounts(EXCHANGE_RULES, PriceInterest(lambda symbol: [symbol]), lambda symbol: "")
    recovery.install(["A"], accounts, SnapshotSchedule())
    assert accounts.images(["A"]) == [image_of(state)]


async def test_a_forgotten_account_continues(journal: Journal) -> None:
    entries = idle("A", 6)
    await journal.append(entries[:2])
    journal.forget(["A", "UNKNOWN"])
    with pytest.raises(JournalConflict):
        await journal.append([entries[0]])
    journal.forget(["A"])
    await journal.append(entries[2:])
    assert await journal.read("A", 0, 100) == entries
