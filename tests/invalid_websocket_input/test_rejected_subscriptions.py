"""Valid requests that the domain rejects are answered with an error; the socket stays open."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.kit.server import connected
from tests.kit.websocket_requests import REQUESTS, ROUTES, Server, rejection_of


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


@pytest.mark.parametrize(("request_", "hint"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
async def test_what_cannot_be_followed_is_an_error_that_says_what_would_work(
    server: Server, request_: tuple[str, dict[str, Any]], hint: str
) -> None:
    route, payload = request_
    async with connected(server.address) as client:
        assert hint in await rejection_of(client, f"{route}.subscribe", payload)
    async with connected(server.address) as client:
        assert await rejection_of(client, f"{route}.unsubscribe", payload)


ACCOUNT_ROUTES = [route for route in ROUTES if set(REQUESTS[f"{route}.subscribe"]) & {"accountId"}]
NO_ACCOUNTS = ["", " ", "A B", "A/B", "DEMO-ACCOUNT\n", "\0", "\u00e9", "x" * 65, "x" * 60_000, "*"]


@pytest.mark.parametrize("account_id", NO_ACCOUNTS, ids=lambda text: f"{text[:9]!r} of {len(text)}")
async def test_an_account_that_cannot_be_is_an_error_that_says_why(
    server: Server, account_id: str
) -> None:
    why = "1 to 64 characters" if len(account_id) < 8000 else "8192 characters"
    messages = {}
    for route in ACCOUNT_ROUTES:
        payload = REQUESTS[f"{route}.subscribe"] | {"accountId": account_id}
        async with connected(server.address) as client:
            messages[route] = await rejection_of(client, f"{route}.subscribe", payload)
    assert {route: text for route, text in messages.items() if why not in text} == {}


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
