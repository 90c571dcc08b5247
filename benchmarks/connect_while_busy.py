"""How long clients that connect together wait for a server that is busy with others."""

from __future__ import annotations

import asyncio
import itertools
import socket
from statistics import median

import orjson

from benchmarks.http_client import HttpClient
from benchmarks.report import Figure
from benchmarks.server_process import HOST, ServerProcess

BUSY = 64
CONNECTING = 128
TURNS = 3
WARM_UP_S = 0.5
ACCOUNTS = 32
PATH = "/api/v1/broker/orders"
ORDER = orjson.dumps({"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 1.0})


async def measure() -> list[Figure]:
    """The wait is counted in answers to the others, so that it does not depend on the machine."""
    waits = []
    async with ServerProcess("trading_api", {"database_url": "memory:"}) as server:
        for _ in range(TURNS):
            waits += await _Turn(server.port).run()
    return [
        Figure("connect_while_busy", "first answer, median", median(waits), "answers to others"),
        Figure("connect_while_busy", "first answer, last client", max(waits), "answers to others"),
    ]


class _Turn:
    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count()
        self._answers = 0
        self._is_over = False

    async def run(self) -> list[int]:
        """Return how many answers others received before the first answer to each new client."""
        busy = [asyncio.create_task(self._keep_busy()) for _ in range(BUSY)]
        await asyncio.sleep(WARM_UP_S)
        head = (
            f"POST {PATH}?account_id=BENCH-0 HTTP/1.1\r\nHost: {HOST}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(ORDER)}\r\n\r\n"
        )
        before, sockets = self._answers, []
        for _ in range(CONNECTING):
            connection = socket.create_connection((HOST, self._port))
            connection.sendall(head.encode() + ORDER)
            connection.setblocking(False)
            sockets.append(connection)
        waits = await asyncio.gather(*(self._first_answer(each, before) for each in sockets))
        self._is_over = True
        await asyncio.gather(*busy)
        return waits

    async def _keep_busy(self) -> None:
        async with HttpClient(HOST, self._port) as http:
            while not self._is_over:
                account_id = f"BENCH-{next(self._numbers) % ACCOUNTS}"
                await http.post(f"{PATH}?account_id={account_id}", ORDER)
                self._answers += 1

    async def _first_answer(self, connection: socket.socket, before: int) -> int:
        reader, writer = await asyncio.open_connection(sock=connection)
        await reader.readuntil(b"\r\n\r\n")
        answers = self._answers - before
        writer.close()
        return answers
