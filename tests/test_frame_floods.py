"""Floods of tiny WebSocket frames, of every kind, on a running server."""

from __future__ import annotations

import asyncio

import pytest

from tests.kit.echo_route import REQUEST, EchoApp, bar
from tests.kit.raw_websocket import (
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    close_frame,
    frame,
    send,
    upgraded,
)
from tests.kit.server import TIMEOUT_S, connected, serving, until
from tests.kit.signed_tokens import secured, token
from trading_api.app_factory import create_app
from trading_api.limits.connection_limiter import ConnectionLimits, frames_per_s
from trading_api.limits.token_bucket import BURST_S
from trading_api.server.websocket_protocol import FRAGMENTS_MAX

FLOOD = 200_000
TOO_MANY = f"Too many frames; at most {ConnectionLimits().frames_per_s} a second"
FLOODS = {
    "pongs": (frame(PONG) * FLOOD, (1008, TOO_MANY)),
    "pings": (frame(PING) * FLOOD, (1008, TOO_MANY)),
    "texts": (frame(TEXT, b"1") * FLOOD, (1003, "Could not decode message")),
    "fragments": (
        frame(TEXT, final=False) + frame(CONTINUATION, final=False) * FLOOD,
        (1008, f"Too many fragments; a message has at most {FRAGMENTS_MAX}"),
    ),
    "messages of fragments": (
        (frame(TEXT, final=False) + frame(CONTINUATION)) * FLOOD,
        (1003, "Could not decode message"),
    ),
}


@pytest.mark.parametrize(("flood", "close"), FLOODS.values(), ids=FLOODS)
async def test_a_flood_of_tiny_frames_is_closed_and_disturbs_no_other_client(
    flood: bytes, close: tuple[int, str]
) -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        connected(address) as other,
        upgraded(address) as (reader, writer),
        asyncio.timeout(TIMEOUT_S),
    ):
        await other.subscribe("bars", **REQUEST)
        sending = asyncio.create_task(send(writer, flood))
        assert await close_frame(reader) == close
        echo.bars.publish(bar(1))
        assert (await other.update("bars"))["payload"]["payload"]["time"] == 1
        await until(lambda: len(echo.ws_app.connections) == 1)
        sending.cancel()


async def test_a_client_within_the_limits_may_send_frames_of_every_kind() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        for _ in range(5):
            await client.connection.ping()
            await client.connection.pong()
        text = '{"type":"bars.subscribe","payload":{"symbol":"AAPL","resolution":"1"}}'
        await client.connection.send(text[start : start + 1] for start in range(len(text)))
        assert (await client.receive())["payload"]["status"] == "ok"


async def test_a_large_message_of_a_single_frame_is_read_whole() -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, connected(address) as client:
        reply = await client.request("bars.subscribe", REQUEST | {"symbol": "A" * 60_000})
        assert "8192" in reply["message"]
        await client.subscribe("bars", **REQUEST)


async def test_a_client_without_a_token_may_send_fewer_frames() -> None:
    app, _ = create_app(secured())
    less = ConnectionLimits().unauthenticated_frames_per_s
    async with serving(app) as address, asyncio.timeout(TIMEOUT_S):
        async with upgraded(address) as (reader, writer):
            await send(writer, frame(PONG) * (less * BURST_S + 1))
            assert await close_frame(reader) == (
                1008,
                f"Too many frames; at most {less} a second",
            )
        async with connected(address) as client:
            await client.request("auth", {"token": token()})
            for _ in range(less * BURST_S + 1):
                await client.connection.pong()
            await client.subscribe("bars", symbol="AAPL", resolution="1")


def test_more_messages_a_second_allow_more_frames() -> None:
    assert frames_per_s(messages_per_s=1) == ConnectionLimits().frames_per_s
    assert frames_per_s(messages_per_s=1000) == 2000
