"""The simulator of Alpaca, checked by the unmodified alpaca-py and by a client of MessagePack."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.asyncio.client import connect

from tests.kit.alpaca.alpaca_account import ASSETS
from tests.kit.alpaca.alpaca_server import running_alpaca

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.anyio
async def test_alpaca_py_understands_every_answer() -> None:
    async with running_alpaca() as server:
        program = (sys.executable, "-W", "ignore", "-m", "tests.kit.alpaca.official_client")
        process = await asyncio.create_subprocess_exec(
            *program, server.url, *server.keys, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        output, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
    result: dict[str, Any] = json.loads(output)
    events = result.pop("events")
    assert (events[0], events[-1]) == ("new new", "canceled canceled")
    assert result == {
        "replaces": True,
        "replaced_by": True,
        "quantity": "3",
        "legs": [2, 1, 1],
        "leg_statuses": ["held"],
        "duplicate": "422 40010001 client_order_id must be unique",
        "nested": 5,
        "canceled": 6,
        "account": ["ACTIVE", "USD"],
        "is_open": True,
        "assets": sorted(asset.symbol for asset in ASSETS),
        "positions": [],
    }


@pytest.mark.anyio
async def test_a_client_that_asks_for_messagepack_receives_it() -> None:
    async with running_alpaca() as server:
        url = f"ws{server.url.removeprefix('http')}/stream"
        headers = {"Content-Type": "application/msgpack"}
        async with connect(url, additional_headers=headers) as socket:
            key, secret = server.keys
            keys = {"key_id": key, "secret_key": secret}
            await socket.send(pack({"action": "authenticate", "data": keys}))
            assert (await unpacked(socket))["data"]["status"] == "authorized"
            await socket.send(pack({"action": "listen", "data": {"streams": ["trade_updates"]}}))
            assert (await unpacked(socket))["stream"] == "listening"
            server.account.submit(
                {"symbol": "AAPL", "qty": "1", "side": "buy"}
                | {"type": "market", "time_in_force": "day"}
            )
            assert (await unpacked(socket))["data"]["event"] == "new"


def pack(message: Any) -> bytes:
    return msgspec.msgpack.encode(message)


async def unpacked(socket: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        message: dict[str, Any] = msgspec.msgpack.decode(await socket.recv())
    return message
