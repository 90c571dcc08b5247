"""A whole server, killed under load and started again on its ledger."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.kit.postgresql import new_database_url, server
from tests.kit.server import until
from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
from trading_api.modules.broker.journal.postgres.verification import verify_postgres
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.verification import verify
from trading_api.settings import Settings

CLIENTS = 4
LIMIT, BUY, CANCELED = 1, 1, 1


@asynccontextmanager
async def killed_server(url: str) -> AsyncIterator[httpx.AsyncClient]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trading_api", "serve"),
        env=os.environ | {"PORT": "0", "DATABASE_URL": url},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    output = b""
    while not (found := re.search(rb"running on (http://127\.0\.0\.1:\d+)", output)):
        line = await process.stderr.readline()
        assert line, output
        output += line
    async with httpx.AsyncClient(base_url=f"{found[1].decode()}/api/v1/broker") as client:
        yield client
        process.send_signal(signal.SIGKILL)
        await process.communicate()


class Trader:
    """Places and cancels until the server is gone. An order is known again by its quantity."""

    def __init__(self) -> None:
        self.quantities = count(1)
        self.placed: dict[str, int] = {}
        self.canceled: set[str] = set()

    async def trade(self, client: httpx.AsyncClient) -> None:
        try:
            while True:
                order: dict[str, Any] = {"symbol": "AAPL", "type": LIMIT, "side": BUY}
                order |= {"qty": next(self.quantities), "limitPrice": 1}
                answer = (await client.post("/orders", json=order)).raise_for_status()
                id = answer.json()["orderId"]
                assert id not in self.placed
                self.placed[id] = order["qty"]
                if order["qty"] % 3 == 0:
                    (await client.delete(f"/orders/{id}")).raise_for_status()
                    self.canceled.add(id)
        except httpx.TransportError:
            pass

    def check(self, orders: list[tuple[str, Any, Any]]) -> None:
        """Each with its id, quantity and status, as the caller's source writes them."""
        quantities = [quantity for _, quantity, _ in orders]
        assert len(set(quantities)) == len(quantities), "a command was done twice"
        found = {id: (int(quantity), status) for id, quantity, status in orders}
        for id, quantity in self.placed.items():
            assert found[id][0] == quantity
        for id in self.canceled:
            assert found[id][1] in (CANCELED, "canceled")


async def stored_orders(url: str) -> list[tuple[str, Any, Any]]:
    """Verify the ledger, and return the id, quantity and status of each order."""
    select = "SELECT id, quantity, status FROM orders"
    if url.startswith("postgresql:"):
        await verify_postgres(PostgresDatabase(url, Settings.defaults().shards))
        rows = server().psql(select, url).splitlines()
        return [(id, quantity, status) for id, quantity, status in (row.split("|") for row in rows)]
    database = Database(url)
    verify(database)
    with closing(sqlite3.connect(database.path)) as ledger:
        return ledger.execute(select).fetchall()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_what_a_server_acknowledged_outlives_it(tmp_path: Path, kind: str) -> None:
    url = f"sqlite:///{tmp_path}/trading.db" if kind == "sqlite" else new_database_url()
    trader = Trader()
    for _ in range(2):
        async with asyncio.TaskGroup() as trading, killed_server(url) as client:
            listed = (await client.get("/orders")).raise_for_status().json()
            trader.check([(order["id"], order["qty"], order["status"]) for order in listed])
            for _ in range(CLIENTS):
                trading.create_task(trader.trade(client))
            known = len(trader.placed)
            await until(lambda: len(trader.placed) > known)  # noqa: B023, waited for right here
            await asyncio.sleep(random.uniform(0, 0.3))
        trader.check(await stored_orders(url))
