"""Requests to the WebSocket and what it answers, for tests of invalid input."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.kit.server import WsClient, connected
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.streaming.session import AUTH

FRAME_BYTES_MAX = Settings.defaults().ws_frame_bytes_max
MESSAGES = create_app(Settings.defaults())[1].asyncapi()["components"]["messages"]
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


async def close_of(server: Server, *frames: Any) -> tuple[int, str]:
    async with connected(server.address) as client:
        for frame in frames:
            await client.connection.send(frame)
        return await client.closed()


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
