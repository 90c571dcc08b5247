"""Payloads that the application's own AsyncAPI document forbids, for every request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kit.documents import MESSAGES
from tests.kit.server import connected
from tests.kit.websocket_requests import (
    COMMANDS,
    ENCODINGS,
    INVALID,
    REQUESTS,
    ROUTES,
    UNDECODABLE,
    UNMATCHED,
    Encoding,
    Server,
    close_of_one,
    message_text,
    rejection_of,
)
from trading_api.streaming.session import AUTH

ODD_VALUES: dict[str, str] = {
    "null": "null",
    "true": "true",
    "number": "1",
    "fraction": "1.5",
    "huge": "1e308",
    "beyond a double": "1e999",
    "400 digits": "7" * 400,
    "negative zero": "-0.0",
    "object": "{}",
    "nested list": "[[]]",
    "list of numbers": "[1]",
    "list of null": "[null]",
    "object of an object": '{"a":{}}',
    "nested": "[" * 100 + "]" * 100,
}
NOT_A_NUMBER = (UNDECODABLE, INVALID)
NO_JSON: dict[str, str] = {
    "NaN": "NaN1",
    "half a surrogate": '"\\ud800"',
    "5000 digits": "7" * 5_000,
    "deeply nested": "[" * 30_000 + "]" * 30_000,
    "deeply nested object": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "cut off": '"',
    "single quotes": "'A'",
}


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("type", REQUESTS)
async def test_a_payload_that_the_document_forbids_closes_with_1003(
    server: Server, type: str, encoding: Encoding
) -> None:
    complaints = []
    for name, text in _odd_payloads(REQUESTS[type], _fields_max(type, encoding)):
        if text == "{}" and not REQUESTS[type]:
            continue  # a payload without fields is what this request has
        if encoding.is_packed and "400 digits" in name:
            continue  # MessagePack has no such number
        frame = encoding.frame(f'{{"type":"{type}","payload":{text}}}')
        close = await close_of_one(server, frame, encoding)
        if close != INVALID:
            complaints.append(f"{name}: {close}")
    assert not complaints, "\n".join(complaints)


def _fields_max(type: str, encoding: Encoding) -> int | None:
    """Return how many fields have unusual values: None for all of them.

    Those of one request suffice for all with the same schema, which one model validates. What is
    unpacked or inflated is validated as JSON is, so that one field or none is enough."""
    schemas = {each: MESSAGES[each]["payload"]["properties"]["payload"] for each in REQUESTS}
    is_first = type == next(each for each in REQUESTS if schemas[each] == schemas[type])
    if encoding.is_packed:
        return 1 if is_first else 0
    if encoding.is_deflated:
        return 0
    return None if is_first else 1


def _odd_payloads(example: dict[str, Any], fields_max: int | None) -> Iterator[tuple[str, str]]:
    """Yield unusual values of the payload, and of its first fields, with a name of each."""
    for name, text in ODD_VALUES.items():
        yield name, text
    if fields_max == 0:
        return
    texts = {key: json.dumps(value) for key, value in example.items()}
    for key in list(texts)[:fields_max]:
        yield f"without {key}", _object({k: text for k, text in texts.items() if k != key})
        yield f"{key} misspelt", _object({k.swapcase(): text for k, text in texts.items()})
        yield f"{key}, text or list", _object(
            texts | {key: '"A"' if texts[key][0] == "[" else '["A"]'}
        )
        for name, text in ODD_VALUES.items():
            if not (name == "number" and isinstance(example[key], int)):
                yield f"{key}, {name}", _object(texts | {key: text})
    for name, text in ODD_VALUES.items():
        yield f"one more field, {name}", _object(texts | {"unheardOf": text})


def _object(texts: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in texts.items()) + "}"


@pytest.mark.parametrize("type", REQUESTS)
async def test_a_payload_that_is_no_json_closes_with_1003(server: Server, type: str) -> None:
    for text in NO_JSON.values():
        assert await close_of_one(server, f'{{"type":"{type}","payload":{text}}}') == UNDECODABLE


@pytest.mark.parametrize("type", [type for type, payload in REQUESTS.items() if payload])
async def test_no_number_closes_with_1003(server: Server, type: str) -> None:
    closes = {}
    for constant in ("NaN", "Infinity", "-Infinity"):
        payload = _object(dict.fromkeys(REQUESTS[type], constant))
        text = f'{{"type":"{type}","payload":{payload}}}'
        closes[constant] = await close_of_one(server, text)
    assert {each: close for each, close in closes.items() if close not in NOT_A_NUMBER} == {}


@pytest.mark.parametrize("route", ROUTES)
async def test_unsubscribing_what_was_never_subscribed_is_an_error(
    server: Server, route: str
) -> None:
    """Though another client is subscribed to it."""
    async with connected(server.address) as client:
        payload = REQUESTS[f"{route}.unsubscribe"]
        assert "Not subscribed" in await rejection_of(client, f"{route}.unsubscribe", payload)


@pytest.mark.parametrize("route", sorted({type.partition(".")[0] for type in MESSAGES}))
async def test_a_type_that_is_not_a_clients_closes_with_1003(server: Server, route: str) -> None:
    """The server's own types, and those of clients in other spellings."""
    types = {type for type in MESSAGES if type.partition(".")[0] == route}
    names = types - set(REQUESTS) - set(COMMANDS) - {AUTH}
    for type in types:
        names |= {type.upper(), f"{type} ", f"{type}\0", f".{type}"}
    closes = {name: await close_of_one(server, message_text(name, {})) for name in names}
    assert {name: close for name, close in closes.items() if close != UNMATCHED} == {}
