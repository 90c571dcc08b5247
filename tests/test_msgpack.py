"""The subprotocol in MessagePack, over a real socket: the same messages as in JSON."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest

from tests.kit.echo_route import NOW_MS, REQUEST, EchoApp, bar
from tests.kit.msgpack_client import MsgpackClient, msgpack_connected
from tests.kit.server import WsClient, connected, serving, until
from trading_api.models.market import Bar
from trading_api.streaming.row_encoding import pack_model

MODELS = dict.fromkeys(("bars", "fills", "orders"), Bar)


class Pair:
    """One client of each encoding."""

    def __init__(self, json: WsClient, msgpack: MsgpackClient) -> None:
        self.json, self.msgpack = json, msgpack

    async def same_reply(self, type: str, payload: Any) -> dict[str, Any]:
        first, second = [await each.request(type, payload) for each in (self.json, self.msgpack)]
        assert first == second
        return first

    async def same_update(self) -> dict[str, Any]:
        first, second = [await each.update() for each in (self.json, self.msgpack)]
        assert first == second
        return first


async def paired(stack: AsyncExitStack, echo: EchoApp) -> Pair:
    address = await stack.enter_async_context(serving(echo.api_app))
    return Pair(
        await stack.enter_async_context(connected(address)),
        await stack.enter_async_context(msgpack_connected(address, MODELS)),
    )


async def test_replies_state_and_updates_are_the_same_in_both_encodings() -> None:
    echo = EchoApp()
    echo.bars.state = [bar(1), bar(2)]
    async with AsyncExitStack() as stack:
        pair = await paired(stack, echo)
        assert (await pair.same_reply("bars.subscribe", REQUEST))["status"] == "ok"
        assert [(await pair.same_update())["payload"]["payload"]["time"] for _ in "12"] == [1, 2]
        echo.bars.publish(bar(3, close=1.25))
        update = await pair.same_update()
        assert update["payload"]["payload"]["close"] == 1.25
        assert update["payload"]["ts"] == NOW_MS
        await pair.same_reply("bars.subscribe", REQUEST)
        await pair.same_reply("bars.subscribe", REQUEST | {"symbol": "NONE"})
        await pair.same_reply("bars.unsubscribe", REQUEST)
        await pair.same_reply("bars.unsubscribe", REQUEST)


def recorded_packs(echo: EchoApp) -> list[Bar]:
    """Return the bars that the route `bars` encodes in MessagePack from now on."""
    packed: list[Bar] = []

    def pack(data: Bar) -> bytes:
        packed.append(data)
        return pack_model(data)

    echo.bars_router.pack = pack
    return packed


async def test_a_topic_has_one_number_for_all_sessions_and_one_encoding() -> None:
    echo = EchoApp()
    packed = recorded_packs(echo)
    async with (
        serving(echo.api_app) as address,
        msgpack_connected(address, MODELS) as first,
        msgpack_connected(address, MODELS) as second,
        connected(address) as json,
    ):
        for client in (first, second, json):
            await client.subscribe("bars", **REQUEST)
        assert first.topics == second.topics
        echo.bars.publish(bar(7))
        assert await first.update() == await second.update() == await json.update()
        assert packed == [bar(7)]


async def test_a_topic_with_json_subscribers_only_is_not_encoded_twice() -> None:
    echo = EchoApp()
    packed = recorded_packs(echo)
    async with (
        serving(echo.api_app) as address,
        msgpack_connected(address, MODELS) as other,
        connected(address) as json,
    ):
        await other.subscribe("fills", **REQUEST)
        await json.subscribe("bars", **REQUEST)
        echo.bars.publish(bar(7))
        await json.update()
        assert packed == []


async def test_a_client_resumes_with_the_same_updates() -> None:
    echo = EchoApp()
    async with AsyncExitStack() as stack:
        pair = await paired(stack, echo)
        reply = await pair.same_reply("orders.subscribe", REQUEST)
        await pair.same_reply("orders.unsubscribe", REQUEST)
        for number in range(3):
            echo.orders.record(reply["topic"], bar(number), request_id="r-1")
        resume = {"topic": reply["topic"], "seq": 1}
        assert (await pair.same_reply("orders.resume", resume))["message"] == "Resumed"
        missed = [(await pair.same_update())["payload"] for _ in range(2)]
        assert [(each["seq"], each["prev"]) for each in missed] == [(2, 1), (3, 2)]
        assert missed[0]["request_id"] == "r-1"


async def test_a_client_that_does_not_read_is_disconnected_with_1013() -> None:
    echo = EchoApp(outbox_size=16)
    async with (
        serving(echo.api_app) as address,
        msgpack_connected(address, MODELS, max_queue=1) as client,
    ):
        await client.subscribe("fills", **REQUEST)
        connections = echo.ws_app.connections

        def flooded() -> bool:
            for number in range(2_000):
                echo.fills.publish(bar(number))
            return not connections

        await until(flooded)
        code, _ = await client.closed()
        assert code == 1013


_encode = msgspec.msgpack.encode
_SUBSCRIBE = {"type": "bars.subscribe", "payload": REQUEST}
UNDECODABLE: dict[str, bytes | str] = {
    "text": '{"type":"bars.subscribe","payload":{"symbol":"AAPL","resolution":"1"}}',
    "empty": b"",
    "cut": _encode(_SUBSCRIBE)[:-1],
    "trailing byte": _encode(_SUBSCRIBE) + b"\xc0",
    "reserved byte": b"\xc1",
    "a list of four billion": b"\xdd\xff\xff\xff\xff",
    "a map of four billion": b"\xdf\xff\xff\xff\xff",
    "a text of four billion": b"\xdb\xff\xff\xff\xff",
    "list": _encode([]),
    "number": _encode(1),
    "no type": _encode({"payload": {}}),
    "binary value": _encode(_SUBSCRIBE | {"payload": {"symbol": b"AAPL", "resolution": "1"}}),
    "binary key": _encode({b"type": "bars.subscribe", "payload": REQUEST}),
    "number as a key": _encode(_SUBSCRIBE | {"payload": {1: 2}}),
    "extension": _encode(_SUBSCRIBE | {"payload": msgspec.msgpack.Ext(5, b"")}),
    "time": b"\x82\xa4type\xa1x\xa7payload\xd6\xff\0\0\0\0",
    "invalid UTF-8": b"\x81\xa4type\xa1\xff",
    "surrogate": b"\x81\xa4type\xa3\xed\xa0\x80",
    "129 deep": b"\x82\xa4type\xa1x\xa7payload" + b"\x91" * 128 + b"\xc0",
    "60,000 deep": b"\x82\xa4type\xa1x\xa7payload" + b"\x91" * 60_000 + b"\xc0",
}


@pytest.mark.parametrize("frame", UNDECODABLE.values(), ids=UNDECODABLE.keys())
async def test_what_is_no_message_closes_with_1003(frame: bytes | str) -> None:
    echo = EchoApp()
    async with (
        serving(echo.api_app) as address,
        msgpack_connected(address, MODELS) as client,
    ):
        await client.send("bars.subscribe", REQUEST)
        await client.connection.send(frame)
        assert (await client.receive())["payload"]["status"] == "ok", "earlier replies still come"
        assert await client.closed() == (1003, "Could not decode message")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (_encode({"type": "nothing", "payload": {}}), "No matching type"),
        (_encode({"type": "bars.subscribe"}), "Could not validate payload"),
        (_encode(_SUBSCRIBE | {"payload": {"symbol": 1, "resolution": "1"}}), "Could not validate"),
        (b"\x82\xa4type\xa1x\xa7payload" + b"\x91" * 127 + b"\xc0", "No matching type"),
    ],
    ids=["unknown type", "no payload", "number for text", "128 deep"],
)
async def test_other_faults_close_as_in_json(frame: bytes, reason: str) -> None:
    echo = EchoApp()
    async with serving(echo.api_app) as address, msgpack_connected(address, MODELS) as client:
        await client.connection.send(frame)
        code, text = await client.closed()
        assert (code, text[: len(reason)]) == (1003, reason)


async def test_the_last_of_repeated_keys_counts_as_in_json() -> None:
    echo = EchoApp()
    payload = b"\x83\xa6symbol\xa4NONE\xaaresolution\xa11\xa6symbol\xa4AAPL"
    async with serving(echo.api_app) as address, msgpack_connected(address, MODELS) as client:
        head = b"\x82\xa4type\xaebars.subscribe\xa7payload"
        await client.connection.send(head + payload)
        assert (await client.receive())["payload"]["status"] == "ok"
