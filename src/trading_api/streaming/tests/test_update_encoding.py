"""An update that another process encoded reaches a client as the same message."""

from __future__ import annotations

from operator import itemgetter

import msgspec
import pytest

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
    pack_suffix,
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


def test_a_datum_is_encoded_again_only_by_another_function() -> None:
    last, encoded = LastEncoded(), []

    def encode(data: Bar) -> bytes:
        encoded.append(data)
        return encode_model(data)

    def encode_otherwise(data: Bar) -> bytes:
        encoded.append(data)
        return b"{}"

    datum = bar(7)
    for _ in range(2):
        assert last.encode(datum, encode) == encode_model(datum)
    for _ in range(2):
        assert last.encode(datum, encode_otherwise) == b"{}"
    assert encoded == [datum, datum]


def test_a_datum_whose_encoding_failed_is_not_taken_for_encoded() -> None:
    last = LastEncoded()
    with pytest.raises(ZeroDivisionError):
        last.encode(bar(7), lambda _: b"x" * (1 // 0))
    assert last.encode(bar(7), encode_model) == encode_model(bar(7))


@pytest.mark.parametrize("meta", [None, {"as_of_seq": 3}, {"seq": 5, "prev": 4, "request_id": "t"}])
def test_the_end_of_an_update_in_messagepack_has_the_values_of_json(
    meta: dict[str, int | str] | None,
) -> None:
    head, end = pack_suffix(SuffixEncoder(lambda: NOW_MS).encode(meta))
    values = [NOW_MS, meta] if meta else [NOW_MS]
    assert head == bytes([0x90 + 2 + len(values)])
    assert end == b"".join(map(msgspec.msgpack.encode, values))
