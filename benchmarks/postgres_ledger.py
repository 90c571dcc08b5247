"""The cost of the ledger in SQLite and in PostgreSQL, turn by turn, with the same events.

Both confirm a commit when it is on the disk. The CPU of PostgreSQL is that of its processes, which
is what another machine would do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.ledger import (
    ACCOUNTS,
    BATCHES,
    EVENTS_AN_ACCOUNT,
    TURN_S,
    TURNS,
    EndlessBatches,
    ledger_entries,
)
from benchmarks.report import Figure
from tests.kit.postgresql import PostgresqlServer
from trading_api.modules.broker.journal.journal import Journal, JournalEntry
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal

SHARDS = 256
SCENARIO = "postgres_ledger"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


async def measure() -> list[Figure]:
    entries = ledger_entries(ACCOUNTS, EVENTS_AN_ACCOUNT)
    server = PostgresqlServer(options=("shared_buffers=128MB",))
    try:
        return [figure for size in BATCHES for figure in await _appending(server, entries, size)]
    finally:
        server.close()


async def _appending(
    server: PostgresqlServer, entries: list[JournalEntry], size: int
) -> list[Figure]:
    """Each has its turn in every round, since a disk has better and worse moments."""
    with TemporaryDirectory() as folder:
        journals: dict[str, Journal] = {
            "SQLite": SqlJournal(Database(f"sqlite:///{folder}/trading.db")),
            "PostgreSQL": PostgresJournal(
                PostgresDatabase(server.url(server.create_database()), SHARDS)
            ),
        }
        clocks: dict[str, Callable[[], float]] = {
            "us CPU / event": time.process_time,
            "us CPU of the server / event": lambda: cpu_s(server.folder / "data"),
        }
        batches = {name: EndlessBatches(entries, size) for name in journals}
        rates: dict[str, list[float]] = {name: [] for name in journals}
        written = dict.fromkeys(journals, 0)
        used = {name: dict.fromkeys(clocks, 0.0) for name in journals}
        for journal in journals.values():
            await journal.append([])
        for _ in range(TURNS):
            for name, journal in journals.items():
                before = {unit: clock() for unit, clock in clocks.items()}
                count, started_s = 0, time.perf_counter()
                while (took_s := time.perf_counter() - started_s) < TURN_S:
                    for batch in islice(batches[name], 8):
                        await journal.append(batch)
                        count += size
                rates[name].append(count / took_s)
                written[name] += count
                for unit, clock in clocks.items():
                    used[name][unit] += clock() - before[unit]
        for journal in journals.values():
            await journal.close()
    figures = []
    for name in journals:
        what = f"{name}, {size} a commit"
        figures.append(Figure(SCENARIO, what, median(rates[name]), "events / s"))
        for unit, used_s in used[name].items():
            if name == "PostgreSQL" or "server" not in unit:
                figures.append(Figure(SCENARIO, what, used_s / written[name] * 1e6, unit))
    return figures


def cpu_s(data: Path) -> float:
    """Return the CPU seconds of the server with this data directory and of all its children."""
    postmaster = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    return sum(_cpu_s_of(postmaster, Path("/proc").glob("[0-9]*/stat")))


def _cpu_s_of(postmaster: int, files: Iterable[Path]) -> Iterable[float]:
    for file in files:
        with suppress(OSError):
            pid, _, rest = file.read_text(encoding="utf-8").partition(" ")
            fields = rest.rpartition(") ")[2].split()
            if postmaster in (int(pid), int(fields[1])):
                yield sum(map(int, fields[11:15])) / TICKS_PER_S
