"""Fuzz the WebSocket by asyncapi.json.

Many clients send valid, nearly valid and invalid messages, in JSON and in MessagePack, compressed
or not, in fragments, before authentication and while they disconnect.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from tests.kit.client_frames import CLOSE, deflated, frame
from tests.kit.fuzz.server import FuzzedServer
from trading_api.streaming.subprotocols import MSGPACK_SUBPROTOCOL

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
    is_packed = chance.random() < 0.4
    connection = await connect(
        address,
        additional_headers=headers,
        max_queue=None,
        subprotocols=[Subprotocol(MSGPACK_SUBPROTOCOL)] if is_packed else None,
        compression="deflate" if chance.random() < 0.6 else None,
    )
    sent, end = 0, chance.choice(["close", "abort", "say nothing more"])
    try:
        for message in _frames(chance, _packed if is_packed else _text):
            await connection.send(message, text=is_packed == (chance.random() < 0.05))
            sent += 1
            if chance.random() < 0.01:
                connection.transport.write(_raw_frame(chance))
            if chance.random() < 0.1:
                await _answer_or_close(connection, is_packed)
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


async def _answer_or_close(connection: ClientConnection, is_packed: bool) -> None:
    """Check that a valid message is answered, or that the connection is closed."""
    request = {"type": "bars.unsubscribe", "payload": BARS}
    await connection.send(msgspec.msgpack.encode(request) if is_packed else json.dumps(request))
    async for received in connection:
        message: Any = _decoded(received)
        # An update in MessagePack is an array.
        if isinstance(message, dict) and message["type"] == "bars.unsubscribe.response":
            return
    raise ConnectionClosed(connection.protocol.close_rcvd, connection.protocol.close_sent)


def _decoded(message: str | bytes) -> Any:
    return msgspec.msgpack.decode(message) if isinstance(message, bytes) else json.loads(message)


def _raw_frame(chance: random.Random) -> bytes:
    """Return a frame with any bits and any content: often one that says it is compressed."""
    first = chance.choice([0xC1, 0xC2, 0x41, 0xC0, chance.randrange(256)])
    if first & 0xF == CLOSE:
        first = 0xC1  # a close frame is answered with its own code
    content = chance.randbytes(chance.randrange(60))
    if chance.random() < 0.7:
        content = deflated(content * chance.randrange(3_000), is_final=chance.random() < 0.3)
        if chance.random() < 0.3:
            content = content[: chance.randrange(len(content))]
    return frame(first, content[:60_000])


BARS = {"symbol": "AAPL", "resolution": "1"}


def _text(chance: random.Random, message: Any) -> bytes:
    text = json.dumps(message, ensure_ascii=chance.random() < 0.5)
    return text.encode("utf-8", "surrogatepass")


def _packed(chance: random.Random, message: Any) -> bytes:
    try:
        return msgspec.msgpack.encode(message)
    except (OverflowError, UnicodeEncodeError):
        return chance.randbytes(40)  # MessagePack has no such integer, and no such text


def _frames(chance: random.Random, encode: Callable[[random.Random, Any], bytes]) -> Iterator[Any]:
    for _ in range(chance.randrange(1, 30)):
        message = copy.deepcopy(chance.choice(EXAMPLES))
        kind = chance.random()
        if kind < 0.05:
            yield chance.randbytes(chance.randrange(0, 300))
            continue
        if kind < 0.15:
            _spoil(chance, message)
        data = encode(chance, message)
        if kind > 0.97:
            data = data[: chance.randrange(len(data))]
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
