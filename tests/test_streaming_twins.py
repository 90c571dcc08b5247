"""The fast path of a frame, by the transport of our own protocol class, and its slow twin, by ASGI
sends, give every client the same messages in the same order, compressed or not."""

from __future__ import annotations

import asyncio
import json
import os
from functools import partial
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import Phase, given, settings

from tests.kit.echo_route import REQUEST, EchoApp, bar
from tests.kit.twin_clients import (
    CLIENTS,
    OUTBOX_SIZE,
    FastClient,
    Kind,
    SlowClient,
    received_by,
    settle,
    steps,
)
from trading_api.auth.tokens import SUBPROTOCOL
from trading_api.settings import WsCompression
from trading_api.streaming.subprotocols import MSGPACK_SUBPROTOCOL

EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "60"))


def kind_of(compression: WsCompression, subprotocol: str) -> Kind:
    return partial(FastClient, compression=compression, subprotocol=subprotocol)


@given(steps())
@settings(max_examples=EXAMPLES, phases=set(Phase) - {Phase.explain})
def test_both_ways_give_every_client_the_same_messages_in_the_same_order(stream: list[Any]) -> None:
    fast = asyncio.run(received_by(FastClient, stream))
    slow = asyncio.run(received_by(SlowClient, stream))
    for client in range(CLIENTS):
        assert fast[client] == slow[client], f"client {client}"


@pytest.mark.parametrize("subprotocol", [SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
@given(stream=steps())
@settings(max_examples=EXAMPLES // 3, phases=set(Phase) - {Phase.explain})
def test_compressed_messages_are_those_that_are_not_compressed(
    subprotocol: str, stream: list[Any]
) -> None:
    plain, shared, context = (
        asyncio.run(
            received_by(partial(FastClient, compression=each, subprotocol=subprotocol), stream)
        )
        for each in get_args(WsCompression)
    )
    slow = asyncio.run(received_by(partial(SlowClient, subprotocol=subprotocol), stream))
    for client in range(CLIENTS):
        assert plain[client] == slow[client], f"client {client}"
        assert plain[client] == shared[client], f"client {client}"
        assert plain[client] == context[client], f"client {client}"


@pytest.mark.parametrize("compression", get_args(WsCompression))
def test_one_topic_serves_clients_of_every_encoding(compression: WsCompression) -> None:
    stream: list[Any] = [("send", client, "subscribe", "fills", "A") for client in range(CLIENTS)]
    stream += [("publish", [("fills", "A", 1)] * 3)] * 4
    kinds = iter(
        [
            kind_of(compression, MSGPACK_SUBPROTOCOL),
            kind_of(compression, SUBPROTOCOL),
            kind_of("off", SUBPROTOCOL),
        ]
    )
    packed, first, second = asyncio.run(received_by(lambda app: next(kinds)(app), stream))
    assert first == second
    updates = [msgspec.msgpack.decode(message) for message in packed[1:]]
    closes = [json.loads(message)["payload"]["payload"]["close"] for message in first[1:]]
    assert closes == [row[4] for _, row, _ in updates] == list(range(12))


FILLS_AN_OUTBOX: list[Any] = [
    ("send", 0, "subscribe", "bars", "A"),
    ("send", 1, "subscribe", "fills", "A"),
    ("stop", 0),
    ("stop", 1),
    *[("publish", [("bars", "A", 1), ("fills", "A", 1)])] * 30,
]


@pytest.mark.parametrize("compression", get_args(WsCompression))
def test_a_stream_that_fills_an_outbox_conflates_alike_in_messagepack(
    compression: WsCompression,
) -> None:
    kind = kind_of(compression, MSGPACK_SUBPROTOCOL)
    conflated, cut_off, _ = asyncio.run(received_by(kind, FILLS_AN_OUTBOX))
    assert msgspec.msgpack.decode(conflated[-1])[1][4] == 58, "the last value"
    in_json = asyncio.run(received_by(FastClient, FILLS_AN_OUTBOX))
    assert [len(conflated), len(cut_off), 0] == [len(messages) for messages in in_json]
    assert cut_off[-1] == 1013


def test_a_stream_that_fills_an_outbox_conflates_and_cuts_off_alike() -> None:
    stream = FILLS_AN_OUTBOX
    conflated, cut_off, _ = asyncio.run(received_by(FastClient, stream))
    assert [conflated, cut_off, []] == asyncio.run(received_by(SlowClient, stream))
    assert json.loads(conflated[-1])["payload"]["payload"]["close"] == 58, "the last value"
    assert len(conflated) < 15
    assert cut_off[-1] == 1013


def test_a_stream_of_numbered_updates_is_resumed_alike() -> None:
    stream: list[Any] = [
        ("send", 0, "subscribe", "orders", "A"),
        ("publish", [("orders", "A", 1), ("orders", "B", 2), ("orders", "A", 3)]),
        ("resume", 1, "A", 1),
        ("publish", [("orders", "A", 1)]),
    ]
    live, resumed, _ = asyncio.run(received_by(FastClient, stream))
    assert [live, resumed, []] == asyncio.run(received_by(SlowClient, stream))
    assert live[2:] == resumed[1:], "what it missed, then what is new"
    metas = [json.loads(text)["payload"] for text in live[1:]]
    assert [(each["seq"], each["prev"]) for each in metas] == [(1, 0), (3, 1), (4, 3)]
    assert [each.get("request_id") for each in metas] == [None, "ticket", None]


@pytest.mark.parametrize("turns_later", range(4))
async def test_a_slow_consumer_stays_disconnected_whatever_it_sends_meanwhile(
    turns_later: int,
) -> None:
    echo = EchoApp(outbox_size=OUTBOX_SIZE)
    client = FastClient(echo.api_app)
    await settle()
    client.send(json.dumps({"type": "fills.subscribe", "payload": REQUEST}))
    await settle()
    echo.ws_app.fan_out.drain()
    client.stop_reading()
    for number in range(OUTBOX_SIZE + 2):
        echo.fills.publish(bar(number))
        echo.ws_app.fan_out.drain()
    for _ in range(turns_later):
        await asyncio.sleep(0)
    client.ping()
    await settle()
    client.read_on()
    assert client.received[-1] == 1013
