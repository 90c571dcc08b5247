"""The cost of the ledger: the SQL journal, the journal in memory and a bare loop of SQLite commits,
turn by turn; and how long a server takes to recover its accounts."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from benchmarks.report import Figure
from tests.kit.ledger_streams import mixed, trading
from trading_api.modules.broker.engine.events import AccountOpened
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.event_codec import encode
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.ledger_loader import LedgerLoader
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule
from trading_api.server.gc_policy import GcPolicy

ACCOUNTS = 64
EVENTS_AN_ACCOUNT = 300
BATCHES = (1, 16, 128)
TURNS = 5
TURN_S = 0.15
RECOVERED = 50_000
RECOVERED_ON_REQUEST = 1_000_000
ACCOUNTS_ON_REQUEST = 10_000
COMMITTED_TOGETHER = 512

Append = Callable[[Sequence[JournalEntry]], Awaitable[None]]


async def measure() -> list[Figure]:
    entries = ledger_entries(ACCOUNTS, EVENTS_AN_ACCOUNT)
    figures = [figure for size in BATCHES for figure in await _appending(entries, size)]
    return figures + await _recovery(RECOVERED, RECOVERED // EVENTS_AN_ACCOUNT)


async def measure_a_million() -> list[Figure]:
    return await _recovery(RECOVERED_ON_REQUEST, ACCOUNTS_ON_REQUEST)


async def _appending(entries: list[JournalEntry], size: int) -> list[Figure]:
    """Each has its turn in every round, since a disk has better and worse moments."""
    rates: dict[str, list[float]] = {}
    cpu_s = written = 0.0
    with TemporaryDirectory() as folder:
        journal = SqlJournal(Database(f"sqlite:///{folder}/trading.db"))
        await journal.append([])
        appends: dict[str, Append] = {
            "SQL journal": journal.append,
            "memory journal": MemoryJournal().append,
            "bare SQLite": _bare(Path(folder) / "bare.db"),
        }
        batches = {name: EndlessBatches(entries, size) for name in appends}
        for _ in range(TURNS):
            for name, append in appends.items():
                count, started_s, cpu_started_s = 0, time.perf_counter(), time.process_time()
                while (took_s := time.perf_counter() - started_s) < TURN_S:
                    for batch in islice(batches[name], 8):
                        await append(batch)
                        count += 1
                rates.setdefault(name, []).append(count / took_s)
                if name == "SQL journal":
                    cpu_s += time.process_time() - cpu_started_s
                    written += count * size
        await journal.close()
    middle = {name: median(each) for name, each in rates.items()}
    return [
        *(
            Figure("ledger", f"{name}, {size} a commit", rate * size, "events / s")
            for name, rate in middle.items()
        ),
        Figure("ledger", f"SQL journal, {size} a commit", middle["SQL journal"], "commits / s"),
        Figure(
            "ledger",
            f"SQL journal / bare SQLite, {size} a commit",
            middle["SQL journal"] / middle["bare SQLite"],
            "x",
        ),
        Figure("ledger", f"SQL journal, {size} a commit", cpu_s / written * 1e6, "us CPU / event"),
    ]


class EndlessBatches:
    """The same events again and again, each time of other accounts."""

    def __init__(self, entries: list[JournalEntry], size: int) -> None:
        self._entries = entries
        self._size = size
        self._place = 0

    def __iter__(self) -> EndlessBatches:
        return self

    def __next__(self) -> list[JournalEntry]:
        batch = []
        for place in range(self._place, self._place + self._size):
            turn, place = divmod(place, len(self._entries))
            entry = self._entries[place]
            account_id, event = f"{turn}-{entry.account_id}", entry.event
            if isinstance(event, AccountOpened):
                event = replace(event, account_id=account_id)
            batch.append(JournalEntry(account_id, entry.seq, event))
        self._place += self._size
        return batch


def _bare(path: Path) -> Append:
    """The events alone: what any journal in SQLite would have to write."""
    database = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = wal",
        "PRAGMA synchronous = full",
        "CREATE TABLE events (id TEXT, seq INTEGER, payload TEXT, PRIMARY KEY (id, seq))",
    ):
        database.execute(statement)

    async def append(entries: Sequence[JournalEntry]) -> None:
        rows = [(entry.account_id, entry.seq, encode(entry.event)) for entry in entries]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")

    return append


async def _recovery(events: int, accounts: int) -> list[Figure]:
    """Recover a ledger without snapshots, which stores them, and then from the snapshots."""
    entries = ledger_entries(ACCOUNTS, events // accounts)
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/trading.db")
        journal, batches = SqlJournal(database), EndlessBatches(entries, COMMITTED_TOGETHER)
        for batch in islice(batches, events // COMMITTED_TOGETHER):
            await journal.append(batch)
        await journal.close()
        kept = events // COMMITTED_TOGETHER * COMMITTED_TOGETHER
        size_bytes = database.path.stat().st_size
        recovered_s, again_s = [await _recovered(database) for _ in range(2)]
        started_s = time.perf_counter()
        await asyncio.to_thread(verify, database)
        verified_s = time.perf_counter() - started_s
    what = f"{kept:,} events of {accounts:,} accounts"
    return [
        Figure("ledger", f"recovery of {what}, without snapshots", recovered_s, "s"),
        Figure("ledger", f"recovery of {what}, with snapshots", again_s, "s"),
        Figure("ledger", "recovery without snapshots", kept / recovered_s, "events / s"),
        Figure("ledger", "verify-ledger", kept / verified_s, "events / s"),
        Figure("ledger", "size of an event with its rows", size_bytes / kept, "bytes"),
    ]


async def _recovered(database: Database) -> float:
    """Recover as the server does, and return the seconds that it took."""
    interest = PriceInterest(lambda symbol: [symbol])
    journal = SqlJournal(database)
    accounts = Accounts(ExchangeRules(), interest, lambda symbol: "")
    started_s = time.perf_counter()
    with GcPolicy().paused():
        await LedgerLoader(journal, accounts, SnapshotSchedule(), "USD", 10**9).begin()
    took_s = time.perf_counter() - started_s
    await journal.close()
    return took_s


def ledger_entries(accounts: int, each: int) -> list[JournalEntry]:
    return mixed(*(trading(f"ACCOUNT-{number}", each) for number in range(accounts)))
