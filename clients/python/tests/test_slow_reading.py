"""A client that reads nothing until the server disconnects it has lost nothing afterwards."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

from clients.python.tests.support.lossy_proxy import BUFFER_BYTES, lossy_proxy
from tests.kit.server import serving, until
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api_client import AccountUpdate, AsyncClient, Side, StreamOptions
from trading_api_client.backoff import Backoff
from trading_api_client.models import Execution
from trading_api_client.stream.reconnecting_socket import SocketState

PATIENT = StreamOptions(
    backoff=Backoff(base_s=0.01, max_s=0.1), ping_interval_s=60, reply_timeout_s=60
)
ORDERS_MAX = 500


async def test_a_reader_that_the_server_disconnects_resumes_without_loss() -> None:
    settings = Settings.defaults().model_copy(
        update={"database_url": "memory:", "ws_outbox_size": 16}
    )
    api_app, ws_app = create_app(settings)
    updates: list[AccountUpdate] = []
    states: list[SocketState] = []
    servers: list[uvicorn.Server] = []
    async with (
        serving(api_app, settings, servers.append) as address,
        lossy_proxy(address) as (proxy, proxied),
        AsyncClient(f"http://{address}", account="SLOW") as trader,
        AsyncClient(f"http://{proxied}", account="SLOW", stream_options=PATIENT) as client,
    ):
        for listening in servers[0].servers[0].sockets:  # accepted sockets inherit it
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
        client.on_socket_state(states.append)
        subscription = client.on_account_update(updates.append)
        await subscription.synchronized()
        proxy.stall()
        placed = 0
        while ws_app.connections and placed < ORDERS_MAX:
            await asyncio.gather(
                *(trader.place_order("EURUSD", Side.BUY, 1_000) for _ in range(20))
            )
            placed += 20
        assert not ws_app.connections, placed
        assert states[-1].phase == "connected"
        proxy.restore()
        await until(lambda: any(state.reason.startswith("1013") for state in states))
        executions = await trader.executions(limit=None)
        await client.wait_for_seq((await trader.events(limit=None))[-1].seq)
    assert [each.data for each in updates if isinstance(each.data, Execution)] == executions
    assert len(executions) >= placed
