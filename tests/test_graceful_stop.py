"""A graceful shutdown answers the commands in flight and publishes their updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from websockets.exceptions import InvalidStatus, WebSocketException

from tests.kit.server import connected, serving, until
from trading_api.app_factory import create_app
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX

ACCOUNT = {"accountId": "DEMO-ACCOUNT"}
ORDER = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1}


class SlowJournal(MemoryJournal):
    """A journal that appends nothing until `is_open` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = asyncio.Event()
        self.asked = asyncio.Event()

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        self.asked.set()
        await self.is_open.wait()
        await super().append(entries, images)


@dataclass(slots=True)
class Running:
    address: str
    server: uvicorn.Server
    journal: SlowJournal


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    journal = SlowJournal()
    app, _ = create_app(Settings.defaults(), journal=journal)
    servers: list[uvicorn.Server] = []
    async with serving(app, on_server=servers.append) as address:
        yield Running(address, servers[0], journal)
        journal.is_open.set()


async def takes_sockets(address: str) -> bool:
    try:
        async with connected(address):
            return True
    except (OSError, WebSocketException):
        return False


async def test_a_command_in_flight_is_answered_and_published_before_clients_are_disconnected() -> (
    None
):
    async with (
        running() as each,
        httpx.AsyncClient(base_url=f"http://{each.address}{PREFIX}") as rest,
        connected(each.address) as client,
    ):
        await client.subscribe("orders", **ACCOUNT)
        placing = asyncio.create_task(rest.post("/broker/orders", json=ORDER))
        await each.journal.asked.wait()
        each.server.should_exit = True
        while await takes_sockets(each.address):  # noqa: ASYNC110, polled from outside
            await asyncio.sleep(0.01)
        each.journal.is_open.set()
        assert (await placing).json() == {"orderId": "order-1", "seq": 2}
        update = await client.update("orders")
        assert update["payload"]["payload"]["id"] == "order-1"
        assert await client.closed() == (1012, "The server stops; connect again")


async def test_a_command_after_the_shutdown_began_is_rejected() -> None:
    app, ws_app = create_app(Settings.defaults())
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}{PREFIX}/broker") as rest,
    ):
        assert (await rest.post("/orders", json=ORDER)).status_code == 200
        app.state.readiness.stop()
        ws_app.stop()
        answers = [
            await rest.post("/orders", json=ORDER),
            await rest.post("/accounts/DEMO-ACCOUNT/deposit", json={"amount": 5}),
        ]
        assert [(each.status_code, each.json()["code"]) for each in answers] == [
            (503, "stopping"),
            (503, "stopping"),
        ]
        assert len((await rest.get("/orders")).json()) == 1


async def test_a_stopping_server_is_not_ready_and_accepts_no_sockets() -> None:
    app, ws_app = create_app(Settings.defaults())
    async with serving(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as rest:
        await until(lambda: not app.state.readiness.reasons())
        assert (await rest.get("/health/ready")).status_code == 200
        app.state.readiness.stop()
        ws_app.stop()
        answer = await rest.get("/health/ready")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["shutting down"])
        assert (await rest.get("/health/live")).status_code == 200
        with pytest.raises(InvalidStatus) as refused:
            async with connected(address):
                pass
        assert refused.value.response.status_code == 503
