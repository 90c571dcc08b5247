"""Commands whose payload is not valid are answered, where the reply can name them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.invalid_websocket_input.test_payloads import ODD_VALUES
from tests.kit.server import connected
from tests.kit.websocket_requests import (
    COMMANDS,
    ENCODINGS,
    INVALID,
    Encoding,
    Server,
    close_of,
    message_text,
)

UNUSABLE_IDS: dict[str, str] = {
    "missing": "",
    "null": '"id":null',
    "true": '"id":true',
    "fraction": '"id":1.5',
    "whole fraction": '"id":1.0',
    "huge": '"id":9007199254740992',
    "400 digits": f'"id":{"7" * 400}',
    "empty": '"id":""',
    "long": f'"id":"{"x" * 65}"',
    "object": '"id":{}',
    "list": '"id":[1]',
}
NUMBERS = {"number", "negative zero", "fraction", "huge"}
VALID = {
    ("key", "null"),
    ("on", "true"),
    ("brackets", "object"),
    ("brackets", "object of an object"),
}
"""Odd values of fields that the document allows: it ignores unknown fields of brackets."""
USABLE_IDS: list[Any] = [0, -1, 2**53 - 1, "a", "x" * 64, "\u00e9\n", "1"]


@pytest.mark.parametrize("id", UNUSABLE_IDS.values(), ids=UNUSABLE_IDS.keys())
async def test_a_command_without_a_usable_id_closes_with_1003(server: Server, id: str) -> None:
    fields = f'"accountId":"DEMO-ACCOUNT"{id and ","}{id}'
    text = f'{{"type":"orders.cancel","payload":{{{fields}}}}}'
    assert await close_of(server, text) == INVALID


@pytest.mark.parametrize("payload", ["null", "[]", "1", '"x"'])
async def test_a_payload_that_is_no_object_closes_with_1003(server: Server, payload: str) -> None:
    assert await close_of(server, f'{{"type":"orders.place","payload":{payload}}}') == INVALID
    assert await close_of(server, '{"type":"orders.place"}') == INVALID


async def test_a_reply_has_the_id_of_its_command(server: Server) -> None:
    async with connected(server.address) as client:
        for id in USABLE_IDS:
            payload = {"accountId": "DEMO-ACCOUNT", "id": id, "orderId": "order-99"}
            reply = await client.request("orders.cancel", payload)
            assert (reply["id"], reply["code"]) == (id, "order_not_found")


@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
@pytest.mark.parametrize("type", COMMANDS)
async def test_a_field_that_the_document_forbids_is_an_error_reply(
    server: Server, type: str, encoding: Encoding
) -> None:
    example = COMMANDS[type] | {"accountId": "NEVER-TRADED"}
    accepted = []
    async with connected(server.address, **encoding.options()) as client:
        for field in example.keys() - {"id"}:
            for name, text in ODD_VALUES.items():
                if (field, name) in VALID or (isinstance(example[field], int) and name in NUMBERS):
                    continue
                if encoding.is_packed and name == "400 digits":
                    continue  # MessagePack has no such number
                frame = encoding.frame(command_text(type, example, field, text))
                await client.connection.send(frame)
                reply = encoding.message(await client.connection.recv())["payload"]
                if (reply.get("code"), reply["id"]) != ("invalid_request", example["id"]):
                    accepted.append(f"{field}, {name}: {reply}")
    assert not accepted, "\n".join(accepted)


def command_text(type: str, example: dict[str, Any], field: str, text: str) -> str:
    """Return the message of a command with another value of a field, which is given as JSON."""
    texts = {key: json.dumps(value) for key, value in example.items()} | {field: text}
    fields = ",".join(f'"{key}":{value}' for key, value in texts.items())
    return f'{{"type":"{type}","payload":{{{fields}}}}}'


@pytest.mark.parametrize("type", COMMANDS)
async def test_a_missing_field_is_named(server: Server, type: str) -> None:
    example = COMMANDS[type] | {"accountId": "NEVER-TRADED"}
    async with connected(server.address) as client:
        for field in example.keys() - {"id", "key"}:
            payload = {key: value for key, value in example.items() if key != field}
            reply = await client.request(type, payload)
            assert reply["message"] == f"{field}: Field required.", field
            assert reply["code"] == "invalid_request"


@pytest.mark.parametrize(
    "key", ["", " ", " a", "a ", "x" * 256, "\u00e9", "a\nb", "\0"], ids=lambda key: repr(key[:9])
)
async def test_a_key_that_no_header_can_carry_is_an_error_reply(server: Server, key: str) -> None:
    payload = {"accountId": "NEVER-TRADED", "id": 1, "key": key, "orderId": "order-1"}
    async with connected(server.address) as client:
        reply = await client.request("orders.cancel", payload)
        assert reply["code"] == "invalid_request"
        assert reply["message"].startswith("key: ")


async def test_a_command_after_the_close_frame_is_not_executed(server: Server) -> None:
    order = COMMANDS["orders.place"] | {"accountId": "NEVER-TRADED"}
    assert await close_of(server, "no message", message_text("orders.place", order))
    async with connected(server.address) as client:
        await client.subscribe("orders", accountId="NEVER-TRADED")
        cancel = {"accountId": "NEVER-TRADED", "id": 1, "orderIds": ["order-1"]}
        reply = await client.request("orders.cancel-many", cancel)
        assert (reply["status"], reply.get("canceled", [])) in (("ok", []), ("error", []))


async def test_the_same_id_twice_is_two_commands(server: Server) -> None:
    async with connected(server.address) as client:
        for _ in range(2):
            payload = {"accountId": "DEMO-ACCOUNT", "id": 1, "orderIds": []}
            await client.send("orders.cancel-many", payload)
        replies = [(await client.receive())["payload"] for _ in range(2)]
        assert [reply["id"] for reply in replies] == [1, 1]
