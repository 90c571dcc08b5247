"""Requests to the WebSocket and what it answers, for tests of invalid input."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import msgspec

from tests.kit.client_frames import BINARY, FIN, RSV1, TEXT, close, deflated, frame
from tests.kit.documents import MESSAGES
from tests.kit.raw_websocket import close_frame, send, upgraded
from tests.kit.server import TIMEOUT_S, WsClient, connected
from trading_api.auth.tokens import SUBPROTOCOL
from trading_api.settings import Settings
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.streaming.session import AUTH
from trading_api.streaming.subprotocols import MSGPACK_SUBPROTOCOL

FRAME_BYTES_MAX = Settings.defaults().ws_frame_bytes_max
REQUESTS: dict[str, Any] = {
    name: message["examples"][0]["payload"]["payload"]
    for name, message in MESSAGES.items()
    if name.endswith((".subscribe", ".unsubscribe", ".resume"))
}
"""The subscriptions and the other requests about topics."""
COMMANDS: dict[str, Any] = {
    name: message["examples"][0]["payload"]["payload"]
    for name, message in MESSAGES.items()
    if f"{name}.response" in MESSAGES and name not in REQUESTS and name != AUTH
}
ROUTES = sorted({name.partition(".")[0] for name in REQUESTS})
MESSAGE_LENGTH_MAX = 256
CLIENT_OFFER = "permessage-deflate; client_max_window_bits"

UNDECODABLE = (1003, "Could not decode message")
INVALID = (1003, "Could not validate payload")
UNMATCHED = (1003, "No matching type")


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    ws_app: FastWSAdapter
    other_client: WsClient


def message_text(type: str, payload: Any) -> str:
    return json.dumps({"type": type, "payload": payload})


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the messages of a client are written."""

    is_packed: bool = False
    is_deflated: bool = False

    def __str__(self) -> str:
        return f"{'msgpack' if self.is_packed else 'json'}{' deflated' if self.is_deflated else ''}"

    def frame(self, text: str) -> str | bytes:
        """Return the message that a JSON text is. Raises OverflowError for a number that only JSON
        has."""
        return msgspec.msgpack.encode(json.loads(text)) if self.is_packed else text

    def message(self, frame: str | bytes) -> Any:
        """Return the message of a frame of the server."""
        return json.loads(frame) if isinstance(frame, str) else msgspec.msgpack.decode(frame)

    @property
    def subprotocol(self) -> str:
        return MSGPACK_SUBPROTOCOL if self.is_packed else SUBPROTOCOL

    def options(self) -> dict[str, Any]:
        """Return the options of the client's connection."""
        compression = "deflate" if self.is_deflated else None
        return {"subprotocols": [self.subprotocol], "compression": compression}

    def sent(self, message: str | bytes) -> bytes:
        """Return the bytes of one short message, as a connection with these options sends it."""
        opcode = FIN | (TEXT if isinstance(message, str) else BINARY)
        content = message.encode() if isinstance(message, str) else message
        return (
            frame(opcode | RSV1, deflated(content)) if self.is_deflated else frame(opcode, content)
        )


PLAIN = Encoding()
ENCODINGS = [PLAIN, Encoding(is_deflated=True), Encoding(is_packed=True, is_deflated=True)]


async def close_of(server: Server, *frames: Any, encoding: Encoding = PLAIN) -> tuple[int, str]:
    async with connected(server.address, **encoding.options()) as client:
        for frame in frames:
            await client.connection.send(frame)
        return await client.closed()


async def close_of_one(
    server: Server, message: str | bytes, encoding: Encoding = PLAIN
) -> tuple[int, str]:
    """Return what `close_of` returns for one short message, with half the work on the client's
    side: thousands of messages are sent like this."""
    offer = CLIENT_OFFER if encoding.is_deflated else ""
    async with (
        asyncio.timeout(TIMEOUT_S),
        upgraded(server.address, offer, encoding.subprotocol) as (reader, writer),
    ):
        await send(writer, encoding.sent(message))
        answer = await close_frame(reader)
        await send(writer, close(answer[0]))
        return answer


async def rejection_of(client: WsClient, type: str, payload: Any) -> str:
    """Return the message of the error, and check its shape and that the socket is still open."""
    reply = await client.request(type, payload)
    assert set(reply) == {"status", "message", "topic"}
    assert reply["status"] == "error", reply
    assert reply["topic"].startswith(f"{type.partition('.')[0]}:{{")
    message: str = reply["message"]
    assert 0 < len(message) <= MESSAGE_LENGTH_MAX
    assert message.isprintable()
    assert not client.updates, "no state of a topic that was refused"
    await client.subscribe("broker-connection", accountId="DEMO-ACCOUNT")
    return message
