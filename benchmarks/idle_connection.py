"""Resident memory of the server per WebSocket connection that is subscribed to one quiet topic."""

from __future__ import annotations

import json

from benchmarks import updates
from benchmarks.load_client import LoadClient
from benchmarks.report import Figure, Skipped
from benchmarks.server_process import ServerProcess
from trading_api.server.process_limits import raise_open_files_limit

CONNECTIONS = 5_000
WARM_UP_CONNECTIONS = 200
FILES_BESIDE = 100


async def measure() -> list[Figure]:
    """Subscribe each connection to the orders of its own account, in the whole application."""
    if raise_open_files_limit() < CONNECTIONS + FILES_BESIDE:
        raise Skipped(f"the limit of open files (ulimit -Hn) is too low for {CONNECTIONS} sockets")
    async with (
        ServerProcess("trading_api") as server,
        LoadClient.running(updates.OK_MARK, updates.UPDATE_MARK) as clients,
    ):
        await _add(WARM_UP_CONNECTIONS, clients, server)
        before = server.resident_bytes()
        await _add(CONNECTIONS, clients, server)
        kilobytes = (server.resident_bytes() - before) / CONNECTIONS / 1024
    return [Figure("idle_connection", "resident memory", kilobytes, "KB / connection")]


async def _add(count: int, clients: LoadClient, server: ServerProcess) -> None:
    first = clients.count
    await clients.open(server.port, count)
    for client in range(first, clients.count):
        payload = {"accountId": f"IDLE-{client}"}
        await clients.send(client, json.dumps({"type": "orders.subscribe", "payload": payload}))
    await clients.wait_for_replies(clients.count)
