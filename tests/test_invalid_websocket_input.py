"""Whatever is sent to the WebSocket, the answer is an error with its reason, or a close with a code
and a reason. The server and its other clients continue.

The generic half is driven by the application's own AsyncAPI document."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.kit.server import WsClient, connected, serving, until
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.shared.plugins.fastws_adapter import FastWSAdapter
from trading_api.streaming.session import AUTH
from trading_api.web.paths import PREFIX

FRAME_BYTES_MAX = Settings.defaults().ws_frame_bytes_max
MESSAGES = create_app(Settings.defaults())[1].asyncapi()["components"]["messages"]
REQUESTS: dict[str, Any] = {
    name: message["examples"][0]["payload"]["payload"]
    for name, message in MESSAGES.items()
    if name.endswith((".subscribe", ".unsubscribe", ".resume"))
}
ROUTES = sorted({name.partition(".")[0] for name in REQUESTS})
MESSAGE_LENGTH_MAX = 256

UNDECODABLE = (1003, "Could not decode message")
INVALID = (1003, "Could not validate payload")
UNMATCHED = (1003, "No matching type")


@dataclass(frozen=True, slots=True)
class Server:
    address: str
    ws_app: FastWSAdapter
    bystander: WsClient


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    """A server with another client, which has a working order and subscribes to every route."""
    # The other client sends requests after every test.
    settings = Settings.defaults().model_copy(update={"ws_messages_per_s": 100_000})
    app, ws_app = create_app(settings)
    async with serving(app) as address, connected(address) as bystander:
        order = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
        async with httpx.AsyncClient(base_url=f"http://{address}{PREFIX}/broker") as api:
            assert (await api.post("/orders", json=order)).is_success
        for route in ROUTES:
            await bystander.subscribe(route, **REQUESTS[f"{route}.subscribe"])
        yield Server(address, ws_app, bystander)


@pytest.fixture(autouse=True)
async def unharmed(server: Server, caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Afterwards nothing of the client is left, the other one is answered and has lost nothing,
    its account is as it was, and nothing was logged as a fault."""
    yield
    await until(lambda: len(server.ws_app.connections) == 1)
    assert len(server.ws_app.subscriptions) == len(ROUTES)
    for route in ROUTES:
        await server.bystander.subscribe(route, **REQUESTS[f"{route}.subscribe"])
    server.bystander.updates.clear()
    async with connected(server.address) as client:
        await client.subscribe("orders", accountId="DEMO-ACCOUNT")
        assert (await client.update("orders"))["payload"]["payload"]["id"] == "order-1"
    await until(lambda: len(server.ws_app.connections) == 1)
    faults = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not faults, faults


def _frame(type: str, payload: Any) -> str:
    return json.dumps({"type": type, "payload": payload})


async def _close_of(server: Server, *frames: Any) -> tuple[int, str]:
    async with connected(server.address) as client:
        for frame in frames:
            await client.connection.send(frame)
        return await client.closed()


async def _refusal(client: WsClient, type: str, payload: Any) -> str:
    """The message of the error, in the shape that all have; the socket is still open after it."""
    reply = await client.request(type, payload)
    assert set(reply) == {"status", "message", "topic"}
    assert reply["status"] == "error", reply
    assert reply["topic"].startswith(f"{type.partition('.')[0]}:{{")
    message: str = reply["message"]
    assert 0 < len(message) <= MESSAGE_LENGTH_MAX
    assert message.isprintable()
    assert not client.updates, "no state of a topic that was refused"
    await client.subscribe("broker-connection", accountId="DEMO-ACCOUNT")
    return message


# What every route must stand, by the document

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
NO_JSON: dict[str, str] = {
    "NaN": "NaN1",
    "half a surrogate": '"\\ud800"',
    "5000 digits": "7" * 5_000,
    "deeply nested": "[" * 30_000 + "]" * 30_000,
    "deeply nested object": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "cut off": '"',
    "single quotes": "'A'",
}


@pytest.mark.parametrize("type", REQUESTS)
async def test_a_payload_that_the_document_forbids_closes_with_1003(
    server: Server, type: str
) -> None:
    complaints = []
    for name, text in _odd_payloads(REQUESTS[type]):
        close = await _close_of(server, f'{{"type":"{type}","payload":{text}}}')
        if close != INVALID:
            complaints.append(f"{name}: {close}")
    assert not complaints, "\n".join(complaints)


def _odd_payloads(example: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, text in ODD_VALUES.items():
        yield name, text
    texts = {key: json.dumps(value) for key, value in example.items()}
    for key in texts:
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
        assert await _close_of(server, f'{{"type":"{type}","payload":{text}}}') == UNDECODABLE


@pytest.mark.parametrize("type", REQUESTS)
@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
async def test_no_number_closes_with_1003(server: Server, type: str, constant: str) -> None:
    payload = _object(dict.fromkeys(REQUESTS[type], constant))
    code, reason = await _close_of(server, f'{{"type":"{type}","payload":{payload}}}')
    assert (code, reason) in (UNDECODABLE, INVALID)


@pytest.mark.parametrize("route", ROUTES)
async def test_unsubscribing_what_was_never_subscribed_is_an_error(
    server: Server, route: str
) -> None:
    """Though another client is subscribed to it."""
    async with connected(server.address) as client:
        payload = REQUESTS[f"{route}.unsubscribe"]
        assert "Not subscribed" in await _refusal(client, f"{route}.unsubscribe", payload)


@pytest.mark.parametrize("type", MESSAGES)
async def test_a_type_that_is_not_a_clients_closes_with_1003(server: Server, type: str) -> None:
    """The server's own types, and those of clients in other spellings."""
    for name in {type.upper(), f"{type} ", f"{type}\0", f".{type}"} | (
        {type} - set(REQUESTS) - {AUTH}
    ):
        assert await _close_of(server, _frame(name, {})) == UNMATCHED, name


# Frames that are no message at all

FRAMES: dict[str, tuple[Any, tuple[int, str]]] = {
    "empty": ("", UNDECODABLE),
    "space": (" ", UNDECODABLE),
    "text": ("hello", UNDECODABLE),
    "number": ("1", UNDECODABLE),
    "null": ("null", UNDECODABLE),
    "list": ("[]", UNDECODABLE),
    "object": ("{}", UNDECODABLE),
    "two objects": ('{"type":"bars.subscribe","payload":{}}' * 2, UNDECODABLE),
    "NUL": ("\0", UNDECODABLE),
    "NaN": ("NaN", UNDECODABLE),
    "number for a type": (_frame("x", {}).replace('"x"', "1"), UNMATCHED),
    "null for a type": (_frame("x", {}).replace('"x"', "null"), UNDECODABLE),
    "list for a type": (_frame("x", {}).replace('"x"', "[]"), UNDECODABLE),
    "half a surrogate for a type": (_frame("\ud800", {}), UNDECODABLE),
    "deeply nested": ("[" * 60_000, UNDECODABLE),
    "nested and closed": ("[" * 30_000 + "]" * 30_000, UNDECODABLE),
    "unknown type": (_frame("news.subscribe", {}), UNMATCHED),
    "empty type": (_frame("", {}), UNMATCHED),
    "long type": (_frame("x" * 60_000, {}), UNMATCHED),
    "unknown type without payload": ('{"type":"ping"}', UNMATCHED),
    "binary": (b"\x00\xff", UNDECODABLE),
    "empty binary": (b"", UNDECODABLE),
    "binary that is a message": (
        _frame("equity.subscribe", {"accountId": "A"}).encode(),
        UNDECODABLE,
    ),
    "fragments of no message": (["{", '"type', '":[]}'], UNDECODABLE),
    "fragments of binary": ([b"{", b"}"], UNDECODABLE),
    "empty fragments": (["", "", ""], UNDECODABLE),
}


@pytest.mark.parametrize(("frame", "close"), FRAMES.values(), ids=FRAMES.keys())
async def test_a_frame_that_is_no_message_closes_with_1003(
    server: Server, frame: Any, close: tuple[int, str]
) -> None:
    assert await _close_of(server, frame) == close


LARGE: dict[str, Any] = {
    "one byte too many": _frame("x" * (FRAME_BYTES_MAX - len(_frame("", {})) + 1), {}),
    "1 MB": _frame("x" * 1_000_000, {}),
    "1 MB of binary": b"x" * 1_000_000,
    "100,000 levels": "[" * 100_000 + "]" * 100_000,
    "100 KB in fragments": ["x" * 1_000] * 100,
    "100 KB of binary in fragments": [b"x" * 1_000] * 100,
    "100 KB of text for a symbol": _frame(
        "bars.subscribe", {"symbol": "x" * 100_000, "resolution": "1"}
    ),
}


@pytest.mark.parametrize("frame", LARGE.values(), ids=LARGE.keys())
async def test_a_message_over_64_kb_closes_with_1009(server: Server, frame: Any) -> None:
    code, _ = await _close_of(server, frame)
    assert code == 1009


async def test_text_that_is_no_utf_8_closes_with_1003(server: Server) -> None:
    async with connected(server.address) as client:
        await client.connection.send(b'{"type":"\xff"}', text=True)
        code, _ = await client.closed()
        assert code == 1003


async def test_a_message_in_fragments_is_a_message(server: Server) -> None:
    """Split inside a character of two bytes."""
    text = _frame("orders.subscribe", {"accountId": "\u00e9"}).replace("\\u00e9", "\u00e9").encode()
    middle = text.index(b"\xc3") + 1
    async with connected(server.address) as client:
        await client.connection.send([text[:middle], b"", text[middle:]], text=True)
        reply = (await client.receive())["payload"]
        assert (reply["status"], reply["topic"]) == ("error", 'orders:{"accountId":"\u00e9"}')


async def test_what_came_before_a_bad_frame_is_still_answered(server: Server) -> None:
    async with connected(server.address) as client:
        await client.send("quotes.subscribe", {"symbols": [], "fast_symbols": ["NOPE"]})
        await client.send("equity.subscribe", {"accountId": "A B"})
        await client.connection.send("no message")
        for _ in range(2):
            assert (await client.receive())["payload"]["status"] == "error"
        assert await client.closed() == UNDECODABLE


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/ws/", "/api/v1/wss", "/api/v1/health"])
async def test_no_handshake_elsewhere(server: Server, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{server.address}{path}"):
            pass
    assert 300 <= refused.value.response.status_code < 500


# What the domain refuses, on a socket that stays open


def _bars(symbol: str, resolution: str) -> tuple[str, dict[str, Any]]:
    return "bars", {"symbol": symbol, "resolution": resolution}


def _quotes(symbols: list[str], fast_symbols: list[str]) -> tuple[str, dict[str, Any]]:
    return "quotes", {"symbols": symbols, "fast_symbols": fast_symbols}


MANY = [f"S{number}" for number in range(501)]
IMPOSSIBLE: dict[str, tuple[tuple[str, dict[str, Any]], str]] = {
    "bars of an unknown symbol": (_bars("NOPE", "1"), "datafeed/search"),
    "bars of a symbol in lower case": (_bars("aapl", "1"), "datafeed/search"),
    "bars of no symbol": (_bars("", "1"), "datafeed/search"),
    "bars of a long symbol": (_bars("x" * 60_000, "1"), "8192 characters"),
    "bars of NUL": (_bars("AAPL\0", "1"), "datafeed/search"),
    "bars of half an emoji's neighbour": (_bars("\U0001f4a9", "1"), "datafeed/search"),
    "bars of another exchange": (_bars("FX:AAPL", "1"), "datafeed/search"),
    "bars at an unknown resolution": (_bars("AAPL", "7"), "1D"),
    "bars at no resolution": (_bars("AAPL", ""), "1D"),
    "bars at a long resolution": (_bars("AAPL", "1" * 60_000), "8192 characters"),
    "bars at 1d": (_bars("AAPL", "1d"), "1D"),
    "bars at d": (_bars("AAPL", "d"), "1D"),
    "bars at m": (_bars("AAPL", "m"), "1D"),
    "bars at -1": (_bars("AAPL", "-1"), "1D"),
    "bars at 01": (_bars("AAPL", "01"), "1D"),
    "bars at NaN": (_bars("AAPL", "NaN"), "1D"),
    "quotes of nothing": (_quotes([], []), "at least one"),
    "quotes of 501 symbols": (_quotes(MANY, []), "500"),
    "quotes of 501 symbols in two lists": (_quotes(MANY[:250], MANY[250:]), "500"),
    "quotes of unknown symbols": (_quotes(["NOPE"], ["NO"]), "datafeed/search"),
    "quotes of an empty name": (_quotes([""], []), "datafeed/search"),
    "quotes of a long name": (_quotes([], ["x" * 60_000]), "8192 characters"),
    "trades of an unknown symbol": (("trades", {"symbol": "NOPE"}), "datafeed/search"),
    "book of an unknown symbol": (("orderbook", {"symbol": "", "depth": 1}), "datafeed/search"),
    "book of no depth": (("orderbook", {"symbol": "AAPL", "depth": 0}), "1 to 50"),
    "book of negative depth": (("orderbook", {"symbol": "AAPL", "depth": -1}), "1 to 50"),
    "book of depth 51": (("orderbook", {"symbol": "AAPL", "depth": 51}), "1 to 50"),
    "book of depth 2^53 - 1": (("orderbook", {"symbol": "AAPL", "depth": 2**53 - 1}), "1 to 50"),
    "executions of an unknown symbol": (
        ("executions", {"accountId": "DEMO-ACCOUNT", "symbol": "NOPE"}),
        "datafeed/search",
    ),
    "executions of no symbol": (
        ("executions", {"accountId": "DEMO-ACCOUNT", "symbol": ""}),
        "datafeed/search",
    ),
}


@pytest.mark.parametrize("kind", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize(("request_", "hint"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
async def test_what_cannot_be_followed_is_an_error_that_says_what_would_work(
    server: Server, kind: str, request_: tuple[str, dict[str, Any]], hint: str
) -> None:
    route, payload = request_
    async with connected(server.address) as client:
        message = await _refusal(client, f"{route}.{kind}", payload)
        assert hint in message or kind == "unsubscribe"


ACCOUNT_ROUTES = [route for route in ROUTES if set(REQUESTS[f"{route}.subscribe"]) & {"accountId"}]
NO_ACCOUNTS = ["", " ", "A B", "A/B", "DEMO-ACCOUNT\n", "\0", "\u00e9", "x" * 65, "x" * 60_000, "*"]


@pytest.mark.parametrize("route", ACCOUNT_ROUTES)
@pytest.mark.parametrize("account_id", NO_ACCOUNTS, ids=lambda text: f"{text[:9]!r} of {len(text)}")
async def test_an_account_that_cannot_be_is_an_error_that_says_why(
    server: Server, route: str, account_id: str
) -> None:
    payload = REQUESTS[f"{route}.subscribe"] | {"accountId": account_id}
    async with connected(server.address) as client:
        why = "1 to 64 characters" if len(account_id) < 8000 else "8192 characters"
        assert why in await _refusal(client, f"{route}.subscribe", payload)


@pytest.mark.parametrize(
    "names",
    [["AAPL", "AAPL"], ["AAPL", "NOPE"], ["NASDAQ:AAPL", "AAPL"], ["NOPE"] * 499 + ["AAPL"]],
    ids=["twice", "an unknown one", "both spellings", "the same 499 times"],
)
async def test_quotes_of_odd_lists_come_once_for_each_name(
    server: Server, names: list[str]
) -> None:
    async with connected(server.address) as client:
        payload = {"symbols": names, "fast_symbols": names[::-1]}
        topic = await client.subscribe("quotes", **payload)
        assert json.loads(topic.partition(":")[2]) == payload, "as the client spelt it"
        received: dict[str, str] = {}
        while len(received) < len(set(names)):
            quote = (await client.update("quotes"))["payload"]["payload"]
            received.setdefault(quote["n"], quote["s"])
        assert received == {name: "error" if name == "NOPE" else "ok" for name in names}


@pytest.mark.parametrize("resolution", ["D", "W", "M", "1D", "1W", "1M"])
async def test_days_weeks_and_months_are_taken_in_both_spellings(
    server: Server, resolution: str
) -> None:
    async with connected(server.address) as client:
        topic = await client.subscribe("bars", symbol="AAPL", resolution=resolution)
        assert topic == f'bars:{{"resolution":"{resolution}","symbol":"AAPL"}}'
        assert (await client.update("bars"))["payload"]["topic"] == topic


async def test_fields_beside_type_and_payload_do_no_harm(server: Server) -> None:
    request = {"type": "equity.subscribe", "payload": {"accountId": "A"}}
    async with connected(server.address) as client:
        extras: list[dict[str, Any]] = [{"id": 1}, {"reply": {}}, {"x" * 1000: None}]
        for extra in extras:
            await client.connection.send(json.dumps(request | extra))
            while (message := await client.receive())["type"] != "equity.subscribe.response":
                pass
            assert message["payload"]["status"] == "ok"
