"""A server whose ledger cannot be written: what callers receive, and what it keeps."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import Connection

import httpx
import pytest
from sqlalchemy import Engine, event

from tests.kit.ledger_file_faults import taken_away, unwritable
from tests.kit.server import connected, serving
from trading_api.app_factory import create_app
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.web.paths import PREFIX

ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}
LOCK = (
    "import sqlite3, sys; other = sqlite3.connect(sys.argv[1], isolation_level=None);"
    "other.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
)
Fault = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """By a transaction of another process."""
    command = [sys.executable, "-S", "-c", LOCK, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        yield
        other.communicate()


@contextmanager
def sqlite_fault(connection: Connection, fault: str, cure: str) -> Iterator[None]:
    """Set a fault by a pragma, because a file's mode does not affect an open connection.

    The tests of the journal cover files that are not open yet, and a disk that is really full."""
    connection.execute(f"PRAGMA {fault}")
    yield
    connection.execute(f"PRAGMA {cure}")


@pytest.fixture
def writing() -> Iterator[list[Connection]]:
    """SQLite's connections, the one that writes first."""
    connections: list[Connection] = []

    @event.listens_for(Engine, "connect")
    def remember(connection: Connection, _: object) -> None:
        connections.append(connection)

    yield connections
    event.remove(Engine, "connect", remember)


@pytest.mark.parametrize(
    ("fault", "code", "reason"),
    [
        ("locked", "ledger_locked", "ledger is locked by another process"),
        ("full", "ledger_full", "ledger's disk is full"),
        ("read-only", "ledger_read_only", "ledger is read-only"),
        ("unwritable", "ledger_failed", "ledger can't be used (disk I/O error)"),
        ("taken away", "ledger_moved", "ledger's file was taken away"),
    ],
)
async def test_an_order_that_cannot_be_stored_is_rejected_and_the_next_one_is_accepted(
    fault: str, code: str, reason: str, tmp_path: Path, writing: list[Connection]
) -> None:
    path = tmp_path / "trading.db"
    faults: dict[str, Fault] = {
        "locked": locked,
        "full": lambda _: sqlite_fault(writing[0], "max_page_count = 1", "max_page_count = 10000"),
        "read-only": lambda _: sqlite_fault(writing[0], "query_only = on", "query_only = off"),
        "unwritable": unwritable,
        "taken away": taken_away,
    }
    journal = SqlJournal(Database(f"sqlite:///{path}", busy_timeout_s=0.01))
    app, _ = create_app(journal=journal)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}") as rest,
        connected(address) as client,
    ):

        async def place() -> httpx.Response:
            return await rest.post(f"{PREFIX}/broker/orders", json=ORDER)

        await client.subscribe("orders", accountId="DEMO-ACCOUNT")
        assert (await place()).json() == {"orderId": "order-1", "seq": 2}
        placed = 1
        with faults[fault](path):
            while (answer := await place()).is_success:
                placed += 1  # into the pages that there are
            for _ in range(2):
                assert answer.status_code == 503
                detail = f"The {reason}; nothing was done."
                assert answer.json() == {"detail": detail, "code": code}
                answer = await place()
            assert len((await rest.get(f"{PREFIX}/broker/orders")).json()) == placed
            ready = await rest.get("/health/ready")
            assert (ready.status_code, ready.json()["reasons"]) == (503, [f"the {reason}"])
        assert (await place()).json() == {"orderId": f"order-{placed + 1}", "seq": placed + 2}
        assert (await rest.get("/health/ready")).status_code == 200
        assert (await rest.delete(f"{PREFIX}/broker/orders/order-1")).is_success
        updates = [(await client.update("orders"))["payload"] for _ in range(placed + 2)]
        assert [update["seq"] for update in updates] == [*range(2, placed + 4)]
        assert not client.updates, "a rejected order is published to no client"
    assert verify(Database(f"sqlite:///{path}")).events == placed + 3
