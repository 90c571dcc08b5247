"""Fixtures of the tests that send invalid input to the WebSocket."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.kit.server import connected, serving, until
from tests.kit.websocket_requests import REQUESTS, ROUTES, Server
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.paths import PREFIX


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    """A server with another client, which has a working order and subscribes to every route."""
    # The other client sends requests after every test. It compresses them, as other clients do.
    changed = {"ws_messages_per_s": 100_000, "ws_compression": "shared"}
    settings = Settings.defaults().model_copy(update=changed)
    app, ws_app = create_app(settings)
    async with serving(app, settings) as address, connected(address) as other_client:
        order = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
        async with httpx.AsyncClient(base_url=f"http://{address}{PREFIX}/broker") as api:
            assert (await api.post("/orders", json=order)).is_success
        for route in ROUTES:
            await other_client.subscribe(route, **REQUESTS[f"{route}.subscribe"])
        yield Server(address, ws_app, other_client)


@pytest.fixture(autouse=True)
async def unharmed(server: Server, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Check that nothing of the client is left, that the other one still has its subscriptions and
    its account, and that no error was logged."""
    yield
    await until(lambda: len(server.ws_app.connections) == 1)
    assert len(server.ws_app.subscriptions) == len(ROUTES)
    for route in ROUTES:
        await server.other_client.subscribe(route, **REQUESTS[f"{route}.subscribe"])
    server.other_client.updates.clear()
    async with connected(server.address) as client:
        await client.subscribe("orders", accountId="DEMO-ACCOUNT")
        assert (await client.update("orders"))["payload"]["payload"]["id"] == "order-1"
    await until(lambda: len(server.ws_app.connections) == 1)
    faults = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not faults, faults
