"""Fuzz the WebSocket by asyncapi.json.

Many clients send valid, nearly valid and invalid messages, in fragments, before authentication
and while they disconnect.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.kit.fuzz.server import FuzzedServer

DOCUMENT = Path(__file__).resolve().parents[3] / "asyncapi.json"
MESSAGES: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))["components"][
    "messages"
]
EXAMPLES = [message["examples"][0]["payload"] for message in MESSAGES.values()]
CLIENTS = 8
TIMEOUT_S = 20.0
CLOSES = {1000, 1003, 1007, 1008, 1009, 1002}
"""The close codes that a client may receive: never 1006, never 1011."""

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, 1e308, 2**53, 2**70, "", "AAPL", "EURUSD", "1", "1D", "\0"),
    *("\ud83d\ude00", "x" * 9_000, [], {}, [[]], {"a": {}}, ["AAPL"] * 3, [1], "DEMO-ACCOUNT"),
]


async def fuzz_socket(server: FuzzedServer, seed: int, seconds: float) -> int:
    """Fuzz, and return the number of frames sent. Raises AssertionError for a wrong behaviour."""
    end_s = time.monotonic() + seconds
    async with asyncio.TaskGroup() as tasks:
        clients = [
            tasks.create_task(_client(server, random.Random(f"{seed}-{number}"), end_s))
            for number in range(CLIENTS)
        ]
    return sum(client.result() for client in clients)


async def _client(server: FuzzedServer, chance: random.Random, end_s: float) -> int:
    sent = 0
    while time.monotonic() < end_s:
        headers = server.headers if chance.random() < 0.8 else {}
        try:
            async with asyncio.timeout(TIMEOUT_S):
                sent += await _session(server, chance, headers)
        except InvalidStatus as refused:
            raise AssertionError("every handshake here is a good one") from refused
    return sent


async def _session(server: FuzzedServer, chance: random.Random, headers: dict[str, str]) -> int:
    address = f"ws://{server.address}/api/v1/ws"
    connection = await connect(address, additional_headers=headers, max_queue=None)
    sent, end = 0, chance.choice(["close", "abort", "say nothing more"])
    try:
        for frame in _frames(chance):
            await connection.send(frame, text=chance.random() < 0.95)
            sent += 1
            if chance.random() < 0.1:
                await _answer_or_close(connection)
    except ConnectionClosed:
        end = "closed"
    if end == "abort":
        connection.transport.abort()
    else:
        await connection.close()
    await connection.wait_closed()
    if end == "closed":
        close = connection.protocol.close_rcvd
        assert close is not None, "closed without a close frame"
        assert close.code in CLOSES, close
    return sent


async def _answer_or_close(connection: ClientConnection) -> None:
    """Check that a valid message is answered, or that the connection is closed."""
    await connection.send(json.dumps({"type": "bars.unsubscribe", "payload": BARS}))
    async for text in connection:
        message = json.loads(text)
        if message["type"] == "bars.unsubscribe.response":
            return
    raise ConnectionClosed(connection.protocol.close_rcvd, connection.protocol.close_sent)


BARS = {"symbol": "AAPL", "resolution": "1"}


def _frames(chance: random.Random) -> Iterator[Any]:
    for _ in range(chance.randrange(1, 30)):
        message = copy.deepcopy(chance.choice(EXAMPLES))
        kind = chance.random()
        if kind < 0.05:
            yield chance.randbytes(chance.randrange(0, 300))
            continue
        if kind < 0.15:
            _spoil(chance, message)
        text = json.dumps(message, ensure_ascii=chance.random() < 0.5)
        if kind > 0.97:
            text = text[: chance.randrange(len(text))]
        data = text.encode("utf-8", "surrogatepass")
        yield _fragments(chance, data) if chance.random() < 0.2 else data


def _spoil(chance: random.Random, message: Any) -> None:
    """Replace, remove or add one part of the message, at any depth."""
    place = chance.choice(list(_objects(message)))
    name = chance.choice(list(place))
    match chance.randrange(4):
        case 0:
            del place[name]
        case 1:
            place[chance.choice(["extra", "", "type", "\0"])] = chance.choice(ODD)
        case _:
            place[name] = copy.deepcopy(chance.choice(ODD))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the value and every object in it, but for those that are empty."""
    if isinstance(value, dict) and value:
        yield value
        for part in value.values():
            yield from _objects(part)


async def _pieces(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0)


def _fragments(chance: random.Random, data: bytes) -> AsyncIterator[bytes]:
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 5)))
    edges = [0, *cuts, len(data)]
    return _pieces([data[start:end] for start, end in itertools.pairwise(edges)])
