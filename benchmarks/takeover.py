"""The cost of a takeover: a broker claims shards whose accounts are in PostgreSQL. Most of the
accounts are idle. Each has an image and a few events after it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from msgspec import structs

from benchmarks.postgres_ledger import cpu_s
from benchmarks.report import Figure
from tests.kit.ledger_streams import EXCHANGE_RULES, TRADING_RULES
from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_client import PaperClient
from tests.kit.postgresql import PostgresqlServer
from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, image_of
from trading_api.modules.broker.engine.commands import (
    ClosePosition,
    Command,
    Market,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import AccountOpened
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.fence import Fence
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

SHARDS = 128
ACCOUNTS = 10_000
ACTIVE_ACCOUNTS = 1_000
ORDERS = 5
"""Market orders of each account before its image, and two events after it."""
CLAIMED_TOGETHER = 32
TURNS = 3


async def measure() -> list[Figure]:
    server = PostgresqlServer(options=("shared_buffers=128MB", "fsync=off"))
    try:
        database = PostgresDatabase(server.url(server.create_database()), SHARDS)
        await _fill(database)
        turns = [await _takeover(server, database) for _ in range(TURNS)]
    finally:
        server.close()
    what = f"{SHARDS} shards, {ACCOUNTS:,} accounts, {ACTIVE_ACCOUNTS:,} with positions"
    return [
        Figure("takeover", f"{what}, {name}", min(turn[name] for turn in turns), "ms")
        for name in turns[0]
    ]


async def _takeover(server: PostgresqlServer, database: PostgresDatabase) -> dict[str, float]:
    """Load all shards as `ShardOwner` does, and return the milliseconds that it took."""
    market = ManualMarket(*map(instrument, TRADING_RULES))
    settings = Settings.defaults()
    journal = PostgresJournal(database, Fence(dict.fromkeys(range(SHARDS), 1)))
    client = PaperClient(
        journal, EXCHANGE_RULES, ModuleContext(settings, market, lambda: 1), SHARDS
    )
    broker = client.broker
    await client.start()
    running = asyncio.create_task(client.run())
    for symbol in TRADING_RULES:
        market.move(symbol, "99.98", "100.00")
    limit = asyncio.Semaphore(CLAIMED_TOGETHER)

    async def load(shard: int) -> None:
        async with limit:
            await broker.load_shard(shard)

    pauses = asyncio.create_task(_longest_pause_s())
    await asyncio.sleep(0)
    started = time.perf_counter(), time.process_time(), cpu_s(server.folder / "data")
    await asyncio.gather(*map(load, range(SHARDS)))
    ended = time.perf_counter(), time.process_time(), cpu_s(server.folder / "data")
    pauses.cancel()
    longest_s = (await asyncio.gather(pauses, return_exceptions=True))[0]
    assert len(broker.account_ids()) >= ACCOUNTS
    running.cancel()
    await asyncio.wait([running])
    took = [(after - before) * 1e3 for before, after in zip(started, ended, strict=True)]
    names = ("elapsed", "CPU", "CPU of the server", "longest pause of the event loop")
    return dict(zip(names, [*took, float(str(longest_s)) * 1e3], strict=True))


async def _longest_pause_s() -> float:
    longest_s, last_s = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.002)
            now_s = time.perf_counter()
            longest_s, last_s = max(longest_s, now_s - last_s), now_s
    except asyncio.CancelledError:
        return longest_s


async def _fill(database: PostgresDatabase) -> None:
    journal = PostgresJournal(database)
    streams = [_stream(is_active=True), _stream(is_active=False)]
    for first in range(0, ACCOUNTS, 100):
        entries: list[JournalEntry] = []
        later: list[JournalEntry] = []
        images: list[AccountImage] = []
        for number in range(first, first + 100):
            stream, image, after = streams[number % (ACCOUNTS // ACTIVE_ACCOUNTS) > 0]
            account_id = f"ACCOUNT-{number:05}"
            entries += _renamed(stream, account_id)
            later += _renamed(after, account_id)
            images.append(replace(image, account_id=account_id))
        await journal.append(entries, images)
        await journal.append(later)
    await journal.close()


def _renamed(entries: Sequence[JournalEntry], account_id: str) -> Iterator[JournalEntry]:
    for each in entries:
        event = each.event
        if isinstance(event, AccountOpened):
            event = structs.replace(event, account_id=account_id)
        yield JournalEntry(account_id, each.seq, event)


def _stream(
    *, is_active: bool
) -> tuple[Sequence[JournalEntry], AccountImage, Sequence[JournalEntry]]:
    """Return the entries of an account, the image after them, and the entries that follow."""
    engine = Engine(AccountState(), EXCHANGE_RULES)
    touch = Touch("AAPL", 2, *map(Decimal, ("99.98", "100.00", "500", "500", "1")))
    market = Market(TRADING_RULES["AAPL"], touch, 2, {"AAPL": touch})
    buying = _order(OrderType.MARKET)
    entries: list[JournalEntry] = []

    def apply(command: Command) -> None:
        events = engine.apply(command)
        assert isinstance(events, list), events
        numbered = enumerate(events, len(entries) + 1)
        entries.extend([JournalEntry("", seq, event) for seq, event in numbered])

    apply(OpenAccount("", "USD", Decimal(100_000), at_ms=1))
    for _ in range(ORDERS):
        apply(PlaceOrder(buying, market))
        if not is_active:
            apply(ClosePosition(None, market))
    if is_active:
        apply(PlaceOrder(_order(OrderType.LIMIT), market))
    image, count = image_of(engine.state), len(entries)
    apply(PlaceOrder(buying, market))
    if not is_active:
        apply(ClosePosition(None, market))
    return entries[:count], image, entries[count:]


def _order(type: OrderType) -> OrderRequest:
    return OrderRequest(
        symbol="AAPL", side=Side.BUY, type=type, quantity=Decimal(1), limit_price=Decimal(90)
    )
