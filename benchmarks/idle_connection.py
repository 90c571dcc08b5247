"""Resident memory of the server for each WebSocket connection that follows one quiet topic."""

from __future__ import annotations

from benchmarks.open_files import raise_open_files_limit
from benchmarks.report import Figure, Skipped
from benchmarks.server_process import HOST, ServerProcess
from benchmarks.socket_client import SocketClient, connect_many

CONNECTIONS = 2_000
WARM_UP_CONNECTIONS = 20
FILES_BESIDE = 100


async def measure() -> list[Figure]:
    if raise_open_files_limit() < CONNECTIONS + FILES_BESIDE:
        raise Skipped(f"the limit of open files (ulimit -Hn) is too low for {CONNECTIONS} sockets")
    async with ServerProcess("trading_api") as server:
        clients: list[SocketClient] = []
        await _add(WARM_UP_CONNECTIONS, clients, server)
        before = server.resident_bytes()
        await _add(CONNECTIONS, clients, server)
        after = server.resident_bytes()
        for client in clients:
            client.close()
    kilobytes = (after - before) / CONNECTIONS / 1024
    return [Figure("idle_connection", "resident memory", kilobytes, "KB / connection")]


async def _add(count: int, clients: list[SocketClient], server: ServerProcess) -> None:
    """Each follows the orders of an account of its own."""
    for client in await connect_many(HOST, server.port, count):
        clients.append(client)
        await client.subscribe("orders", accountId=f"IDLE-{len(clients)}")
