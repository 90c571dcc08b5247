"""Clients of other makers that compress: Node's own WebSocket, and that of websockets."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.kit.echo_route import REQUEST, EchoApp, bar
from tests.kit.msgpack_client import msgpack_connected
from tests.kit.server import TIMEOUT_S, connected, serving, until
from trading_api.models.market import Bar
from trading_api.server.parse_turns import ParseTurns
from trading_api.server.websocket_compression import deflate_factory
from trading_api.server.websocket_protocol import SLICE_BYTES, TradingWebSocketProtocol
from trading_api.settings import Settings

MODELS = dict.fromkeys(("bars", "fills", "orders"), Bar)
UPDATES = 50
NODE_CLIENT = """
const [url, count] = process.argv.slice(1);
const socket = new WebSocket(url);
const received = [];
socket.onopen = () => {
  const payload = { symbol: "AAPL", resolution: "1" };
  socket.send(JSON.stringify({ type: "fills.subscribe", payload }));
};
socket.onmessage = ({ data }) => {
  received.push(JSON.parse(data));
  if (received.length > Number(count)) socket.close();
};
socket.onclose = ({ code }) => {
  console.log(JSON.stringify({ extensions: socket.extensions, code, received }));
};
"""
OFFERS = {
    "defaults": ClientPerMessageDeflateFactory(),
    "small windows": ClientPerMessageDeflateFactory(
        server_max_window_bits=12, client_max_window_bits=9
    ),
    "no contexts": ClientPerMessageDeflateFactory(
        server_no_context_takeover=True, client_no_context_takeover=True
    ),
}
modes = pytest.mark.parametrize("mode", ["shared", "context"])


def settings(mode: str) -> Settings:
    return Settings.defaults().model_copy(update={"ws_compression": mode})


@modes
async def test_node_receives_every_update(mode: str) -> None:
    echo = EchoApp()
    node = Path(sys.executable).parent / "node"
    async with serving(echo.api_app, settings(mode)) as address, asyncio.timeout(TIMEOUT_S * 3):
        command = (node, "-e", NODE_CLIENT, f"ws://{address}/api/v1/ws", str(UPDATES))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        while not echo.fills.live:  # noqa: ASYNC110, Node takes seconds to start on a busy machine
            await asyncio.sleep(0.005)
        for number in range(UPDATES):
            echo.fills.publish(bar(number))
        output, _ = await process.communicate()
    answer: dict[str, Any] = json.loads(output)
    assert answer["extensions"].startswith("permessage-deflate"), answer["extensions"]
    assert answer["code"] in (1000, 1005)
    reply, *updates = answer["received"]
    assert reply["payload"]["status"] == "ok"
    assert [each["payload"]["payload"]["time"] for each in updates] == list(range(UPDATES))


@modes
@pytest.mark.parametrize("offer", OFFERS.values(), ids=OFFERS.keys())
async def test_websockets_receives_every_update(
    mode: str, offer: ClientPerMessageDeflateFactory
) -> None:
    echo = EchoApp()
    echo.bars.state = [bar(1)]
    async with (
        serving(echo.api_app, settings(mode)) as address,
        connected(address, compression=None, extensions=[offer]) as compressing,
        connected(address, compression=None) as plain,
        msgpack_connected(address, MODELS, compression=None, extensions=[offer]) as packed,
    ):
        assert compressing.connection.protocol.extensions
        assert packed.connection.protocol.extensions
        assert not plain.connection.protocol.extensions
        clients = (compressing, plain, packed)
        for client in clients:
            await client.subscribe("bars", **REQUEST)
        for number in range(UPDATES):
            echo.bars.publish(bar(number, close=number / 7))
        for _ in range(UPDATES + 1):
            first, second, third = [await client.update() for client in clients]
            assert first == second == third


@modes
async def test_a_compressing_client_that_does_not_read_is_disconnected_with_1013(
    mode: str,
) -> None:
    echo = EchoApp(outbox_size=16)
    async with (
        serving(echo.api_app, settings(mode)) as address,
        connected(address, max_queue=1) as client,
        connected(address) as other,
    ):
        # Its topic repeats itself only beyond the window, so that messages stay long.
        symbol = random.Random(7).randbytes(3_000).hex()
        await client.subscribe("fills", **REQUEST | {"symbol": symbol})
        await other.subscribe("bars", **REQUEST)
        connections = echo.ws_app.connections

        def flooded() -> bool:
            for number in range(100):
                echo.fills.publish(bar(number))
            return len(connections) == 1

        await until(flooded)
        code, _ = await client.closed()
        assert code == 1013
        echo.bars.publish(bar(7))
        assert (await other.update())["payload"]["payload"]["time"] == 7


class RecordedTurns(ParseTurns):
    def __init__(self) -> None:
        super().__init__()
        self.spent = 0

    def spend(self, frames: int) -> None:
        self.spent += frames
        super().spend(frames)


async def test_a_small_message_counts_by_what_it_is_inflated_to() -> None:
    echo, turns = EchoApp(), RecordedTurns()
    compression = deflate_factory("shared")
    protocol = partial(TradingWebSocketProtocol, turns=turns, compression=compression)
    async with serving(echo.api_app, ws=protocol) as address, connected(address) as client:
        before = turns.spent
        await client.send("x" * 60_000, {})
        await client.closed()
        assert turns.spent - before >= 60_000 // SLICE_BYTES


@modes
async def test_a_compressing_client_resumes(mode: str) -> None:
    echo = EchoApp()
    async with serving(echo.api_app, settings(mode)) as address:
        async with connected(address) as client:
            topic = await client.subscribe("orders", **REQUEST)
        for number in range(UPDATES):
            echo.orders.record(topic, bar(number))
        async with connected(address) as client:
            reply = await client.request("orders.resume", {"topic": topic, "seq": 1})
            assert reply["message"] == "Resumed"
            missed = [(await client.update())["payload"]["seq"] for _ in range(UPDATES - 1)]
        assert missed == list(range(2, UPDATES + 1))
