"""Loading a ledger: what is answered meanwhile, and in which currency it may be."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from pathlib import Path

import pytest

from tests.kit.ledger_file import changed, opened, rows
from tests.kit.ledger_streams import EXCHANGE_RULES, mixed, trading
from tests.kit.paper_exchange import LIMIT, A, rejection_of, running
from tests.kit.server import until
from trading_api.errors import ConfigurationError
from trading_api.models.broker import PreOrder
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.journal.journal import RecoveryStep
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import VerificationError, verify
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.ledger_loader import (
    LOADED_BEFORE_LISTENING_MAX,
    LedgerLoader,
)
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.snapshot_schedule import ACCOUNTS_PER_COMMIT, SnapshotSchedule

STREAMS = [trading(account_id, 300) for account_id in ("A", "B", "C")]


def new_accounts() -> Accounts:
    return Accounts(EXCHANGE_RULES, PriceInterest(lambda symbol: [symbol]), lambda symbol: "")


class SlowJournal(MemoryJournal):
    """Yields its entries one by one."""

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        entries = [entry async for entry in self.load()]
        yield RecoveryStep([], 0, len(entries))
        for number, entry in enumerate(entries, start=1):
            yield RecoveryStep([entry], number, len(entries))


async def test_everything_is_answered_with_503_until_the_ledger_is_loaded() -> None:
    journal = SlowJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(type=LIMIT, limitPrice=90.0)
        await exchange.place()
    exchange = exchange.restarted()
    broker, queries, client = exchange.broker, exchange.queries, exchange.client
    loader = broker.loader = LedgerLoader(
        journal, broker.accounts, SnapshotSchedule(), "USD", before_listening_max=3
    )
    await broker.start()
    assert loader.health() == "loading the ledger: 0%"
    order = PreOrder.model_validate({"symbol": "AAPL", "type": 2, "side": 1, "qty": 1.0})
    exchange.market.move("AAPL", "99.98", "100.00")
    for doing in (
        client.place_order(A, order),
        client.preview_order(A, order),
        queries.orders(A),
        queries.events(A, 0, 10),
        exchange.subscribe("orders", A),
    ):
        assert (await rejection_of(doing))[:2] == (503, "ledger_loading")
    with pytest.raises(Exception, match="is being loaded"):
        queries.equity(A)
    await loader.finish()
    assert loader.health() is None
    assert [order.id for order in await queries.orders(A)] == ["order-1", "order-2"]
    await loader.finish()


async def test_a_running_broker_loads_a_large_ledger_and_then_trades() -> None:
    journal = MemoryJournal()
    await journal.append(trading(A, LOADED_BEFORE_LISTENING_MAX + 1))
    async with running(journal) as exchange:
        assert exchange.broker.loader.health()
        await until(lambda: exchange.broker.loader.is_finished)
        seq = exchange.broker.snapshot(A).seq
        assert seq == LOADED_BEFORE_LISTENING_MAX + 1
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(type=LIMIT, limitPrice=90.0)
        assert exchange.broker.snapshot(A).seq == seq + 1


async def test_a_ledger_in_another_currency_stops_the_start(tmp_path: Path) -> None:
    memory = MemoryJournal()
    for journal in (
        lambda: memory,
        lambda: SqlJournal(Database(f"sqlite:///{tmp_path}/trading.db")),
    ):
        async with running(journal()) as exchange:
            exchange.market.move("AAPL", "99.98", "100.00")
            await exchange.place()
        with pytest.raises(ConfigurationError, match=r"ACCOUNT_CURRENCY=EUR, but .* in USD"):
            async with running(journal(), account_currency="EUR"):
                pass
        async with running(journal()) as exchange:
            assert exchange.broker.account_ids() == [A, "DEMO-ACCOUNT"]


async def test_a_recovery_reads_images_and_what_came_after_them(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    journal = SqlJournal(database)
    for start in (0, 200):
        await journal.append(mixed(*(stream[start : start + 200] for stream in STREAMS)))
        accounts, snapshots = new_accounts(), SnapshotSchedule(events_max=250)
        loader = LedgerLoader(journal, accounts, snapshots, "USD")
        await loader.begin()
        for stream in STREAMS:
            complete = AccountState()
            for entry in stream[: start + 200]:
                complete.evolve(entry.event)
            account = accounts[stream[0].account_id]
            assert accounts.images([stream[0].account_id]) == [image_of(complete)]
            assert account.engine.state == account.committed
        steps = [step async for step in journal.recover()]
        assert steps[-1].done == steps[-1].total == sum(len(step.items) for step in steps)
        assert steps[-1].total <= 250 + len(STREAMS)
    await journal.close()
    assert verify(database).events == 900


@pytest.mark.parametrize(("less", "is_loaded"), [(0, True), (1, False)])
async def test_a_small_ledger_is_loaded_before_the_server_listens(
    less: int, is_loaded: bool
) -> None:
    journal = MemoryJournal()
    await journal.append(STREAMS[0])
    loader = LedgerLoader(journal, new_accounts(), SnapshotSchedule(), "USD", 300 - less)
    await loader.begin()
    assert loader.is_finished == is_loaded


async def test_commits_store_the_images_that_are_due(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/trading.db")
    async with running(SqlJournal(database)) as exchange:
        exchange.broker.snapshots.events_max = 5
        exchange.market.move("AAPL", "99.98", "100.00")
        for account_id in (A, "B", A, "B"):
            await exchange.place(account_id)
            await exchange.place(account_id, type=LIMIT, limitPrice=90.0)
    events = rows(database.path, "SELECT count(*) FROM events")[0][0]
    shown = rows(database.path, "SELECT sum(seq) FROM snapshots")[0][0]
    assert isinstance(events, int)
    assert isinstance(shown, int)
    # What the last commit brought is due with the next one.
    assert 5 <= events - shown <= 5 + 2
    assert verify(database).events == events


@pytest.mark.parametrize(
    ("change", "reason", "found"),
    [
        ("payload = replace(payload, 'USD', 'EUR')", "does not follow", "payload"),
        ("hash = ''", "does not follow", "hash"),
        ("payload = '{}'", "a snapshot: ", "payload"),
        ("seq = 2", "does not follow", "payload"),
        ("seq = 999", "does not follow", "no row"),
    ],
)
async def test_a_changed_snapshot_stops_the_start_and_does_not_verify(
    tmp_path: Path, change: str, reason: str, found: str
) -> None:
    path = tmp_path / "trading.db"
    async with opened(path) as journal:
        await journal.append(STREAMS[0])
        loader = LedgerLoader(journal, new_accounts(), SnapshotSchedule(0), "USD")
        await loader.begin()
    changed(path, f"UPDATE snapshots SET {change}")
    async with opened(path) as journal:
        with pytest.raises(ConfigurationError, match=reason):
            await LedgerLoader(journal, new_accounts(), SnapshotSchedule(), "USD").begin()
    with pytest.raises(VerificationError, match=f"snapshots, account_id A.*{found}"):
        verify(Database(f"sqlite:///{path}"))


def test_the_accounts_that_wait_longest_are_due() -> None:
    schedule = SnapshotSchedule(events_max=5)
    for account_id in ("A", "B", "A", "C"):
        schedule.add(account_id)
    assert schedule.due() == []
    schedule.add("D", 3)
    assert schedule.due() == ["A"]
    schedule.stored("A")
    assert schedule.due() == []
    schedule.add("A", 2)
    assert schedule.due() == ["B", "C"]


def test_one_commit_stores_a_bounded_number_of_images() -> None:
    schedule = SnapshotSchedule(events_max=0)
    for number in range(2 * ACCOUNTS_PER_COMMIT):
        schedule.add(f"{number}")
    assert len(schedule.due()) == ACCOUNTS_PER_COMMIT
