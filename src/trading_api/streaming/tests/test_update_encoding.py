"""An update that another process encoded reaches a client as the same message."""

from __future__ import annotations

from operator import itemgetter

from tests.kit.echo_route import NOW_MS, EchoApp, bar
from trading_api.models.market import Bar, BarsSubscriptionRequest
from trading_api.streaming.frames import texts
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox
from trading_api.streaming.update_encoding import (
    EncodedDatum,
    LastEncoded,
    SuffixEncoder,
    encode_model,
)


class Client:
    closed = False

    def __init__(self, dirty: list[Outbox]) -> None:
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.received = bytearray()
        self.outbox = Outbox(16, self.received.extend, dirty, lambda: None)


async def test_encoded_data_and_suffix_give_the_same_message() -> None:
    echo = EchoApp()
    fan_out, client = echo.ws_app.fan_out, Client(echo.ws_app.fan_out.dirty)
    router = echo.fills_router
    name = router.topic_builder(BarsSubscriptionRequest(symbol="AAPL", resolution="1"))
    topic = await echo.ws_app.subscriptions.join(name, client, router)
    meta: dict[str, int | str] = {"seq": 5, "prev": 4}
    fan_out.post(router, topic, [bar(7)], meta, client)
    fan_out.drain()
    router.encode, router.conflation_key = itemgetter(0), itemgetter(1)
    encoded = EncodedDatum(encode_model(bar(7)), None)
    fan_out.post(router, topic, [encoded], SuffixEncoder(lambda: NOW_MS).encode(meta))
    fan_out.drain()
    first, second = texts(bytes(client.received))
    assert first == second
    assert first.endswith(b',"seq":5,"prev":4,"ts":%d}}' % NOW_MS)


def test_the_time_in_the_suffix_follows_the_clock() -> None:
    now_ms = [1]
    suffixes = SuffixEncoder(lambda: now_ms[0])
    assert suffixes.encode(None) == suffixes.encode({}) == b',"ts":1}}'
    now_ms[0] = 2
    assert suffixes.encode({"as_of_seq": 3}) == b',"as_of_seq":3,"ts":2}}'


def test_a_datum_is_encoded_again_only_for_another_route() -> None:
    echo, encoder, encoded = EchoApp(), LastEncoded(), []

    def encode(data: Bar) -> bytes:
        encoded.append(data)
        return encode_model(data)

    echo.bars_router.encode = echo.fills_router.encode = encode
    datum = bar(7)
    for router in (echo.bars_router, echo.bars_router, echo.fills_router):
        assert encoder.encode(datum, router) == encode_model(datum)
    assert encoded == [datum, datum]
