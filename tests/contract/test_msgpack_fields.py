"""The field orders of `trading-api.msgpack.v1` are frozen: new fields go to the end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.kit.documents import MESSAGES
from tests.kit.echo_route import EchoApp
from tests.kit.wire_models import UPDATE_MODELS_BY_ROUTE
from trading_api.models.market import Bar
from trading_api.streaming.frames import binary_frame
from trading_api.streaming.msgpack_format import MSGPACK
from trading_api.streaming.row_encoding import field_orders
from trading_api.streaming.subscriptions import Topic
from trading_api.streaming.update_encoding import SharedParts, SuffixEncoder

FROZEN: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("msgpack_fields.json").read_text()
)


def test_every_route_has_frozen_field_orders() -> None:
    assert FROZEN.keys() == UPDATE_MODELS_BY_ROUTE.keys()


@pytest.mark.parametrize("route", FROZEN)
def test_fields_keep_their_places(route: str) -> None:
    orders = field_orders(UPDATE_MODELS_BY_ROUTE[route])
    assert orders.keys() >= FROZEN[route].keys()
    for model, names in FROZEN[route].items():
        assert orders[model][: len(names)] == names, f"{model}: another order needs another version"


@pytest.mark.parametrize("route", FROZEN)
def test_the_document_has_the_field_orders(route: str) -> None:
    orders = field_orders(UPDATE_MODELS_BY_ROUTE[route])
    assert MESSAGES[f"{route}.update"]["x-msgpack-fields"] == orders
    assert orders == FROZEN[route], "add the new fields to msgpack_fields.json"


async def test_the_example_in_the_document_is_what_the_server_sends() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "protocol.md").read_text()
    (block,) = re.findall("```msgpack\n(.*?)```", text, re.DOTALL)
    lines = [re.split(" {2,}", line, maxsplit=1) for line in block.splitlines()]
    example = b"".join(bytes.fromhex(hexadecimal) for hexadecimal, _ in lines)
    values = dict(re.findall(r"(\w+): (\d[\d.]*)$", block, re.MULTILINE))
    bar = Bar.model_validate_json(
        json.dumps({name: json.loads(values[name]) for name in Bar.model_fields})
    )
    topic = Topic("bars:{}", int(values["topicId"]))
    suffix = SuffixEncoder(lambda: int(values["ts"])).encode(None)
    update = MSGPACK.update(topic, bar, suffix, EchoApp().bars_router, SharedParts())
    assert update == binary_frame(example)
