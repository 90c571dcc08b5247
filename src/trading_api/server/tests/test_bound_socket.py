"""How many connections a server accepts in one turn of its event loop."""

from __future__ import annotations

import asyncio
import os
import socket

import uvloop

from trading_api.server.bound_socket import ACCEPTS_PER_TURN, accepting_sockets

CLIENTS = 64


async def test_a_turn_of_the_loop_accepts_many_connections() -> None:
    assert await _turns_until_accepted() <= CLIENTS / ACCEPTS_PER_TURN + 2


def test_so_does_uvloop_which_accepts_one_for_each_socket() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(_turns_until_accepted()) <= CLIENTS / ACCEPTS_PER_TURN + 2


def test_a_server_that_starts_does_not_let_the_others_of_its_socket_block() -> None:
    """Processes that share a socket share whether it blocks. One that accepts would wait for the
    next connection, while the one that it has just accepted waits for it."""
    with socket.create_server(("127.0.0.1", 0)) as shared:
        shared.setblocking(False)
        inherited = socket.socket(fileno=os.dup(shared.fileno()))
        accepting = accepting_sockets(inherited)
        assert not os.get_blocking(shared.fileno())
        for each in accepting:
            each.close()


async def _turns_until_accepted() -> int:
    loop, accepted = asyncio.get_running_loop(), list[asyncio.BaseTransport]()
    listening = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
    address = listening.getsockname()
    servers = [
        await loop.create_server(lambda: _Protocol(accepted), sock=each)
        for each in accepting_sockets(listening)
    ]
    clients = [socket.create_connection(address) for _ in range(CLIENTS)]
    turns = 0
    while len(accepted) < CLIENTS:
        await asyncio.sleep(0)
        turns += 1
    for server in servers:
        server.close()
    for transport, client in zip(accepted, clients, strict=True):
        transport.close()
        client.close()
    return turns


class _Protocol(asyncio.Protocol):
    def __init__(self, accepted: list[asyncio.BaseTransport]) -> None:
        self._accepted = accepted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._accepted.append(transport)
