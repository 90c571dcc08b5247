"""Commands are answered as FastAPI would answer them, whether or not FastAPI does."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.kit.server import serving
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.app_factory import create_app
from trading_api.settings import Settings
from trading_api.web.command_route import METHODS, to_command_route
from trading_api.web.json_route import StrictJSONRoute
from trading_api.web.paths import PREFIX

LIMIT = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 10, "limitPrice": 1}
MARKET = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 10}
LEVERAGE = {"symbol": "EURUSD", "orderType": 2, "side": 1, "leverage": 20}
ALERT = {"symbol": "AAPL", "condition": "up", "price": 10_000}
JSON = ("Content-Type", "application/json")
STANDING_MARKET = {"datafeed_clock": "step", "datafeed_start": "2026-09-21T14:30:00Z"}

Headers = list[tuple[str, str]]
Case = tuple[str, str, Headers, bytes | None]


def case(method: str, path: str, body: Any = None, *headers: tuple[str, str]) -> Case:
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return method, f"{PREFIX}{path}", [*([JSON] if body is not None else []), *headers], content


def key(text: str) -> tuple[str, str]:
    return "Idempotency-Key", text


def typed(*content_types: str) -> Case:
    headers = [("Content-Type", each) for each in content_types]
    return "POST", f"{PREFIX}/broker/orders", headers, json.dumps(LIMIT).encode()


ORDERS = "/broker/orders"
CASES: list[Case] = [
    # Valid commands, and those that the exchange rejects
    case("POST", ORDERS, LIMIT),
    case("POST", ORDERS, LIMIT, key("one")),
    case("POST", ORDERS, LIMIT, key("one")),
    case("POST", ORDERS, LIMIT | {"qty": 11}, key("one")),
    case("POST", ORDERS, LIMIT, key("two"), key("three")),
    case("POST", ORDERS, MARKET),
    case("POST", ORDERS, LIMIT | {"limitPrice": 1.001}),
    case("POST", ORDERS, LIMIT | {"symbol": "NOPE"}),
    case("POST", f"{ORDERS}?account_id=B", LIMIT),
    case("POST", f"{ORDERS}?account_id=A&account_id=B&unknown=1", LIMIT),
    case("POST", f"{ORDERS}?account_id=", LIMIT),
    case("POST", f"{ORDERS}?account_id=A%20B", LIMIT),
    case("POST", f"{ORDERS}?account_id=%FF", LIMIT),
    case("POST", f"{ORDERS}?account_id={'x' * 200}", LIMIT),
    case("POST", f"{ORDERS}/preview", LIMIT),
    case("POST", f"{ORDERS}/preview", LIMIT, key("four")),
    case("POST", f"{ORDERS}/preview?order_id=order-1", LIMIT | {"limitPrice": 2}),
    case("POST", f"{ORDERS}/preview?order_id={'x' * 65}", LIMIT),
    case("PUT", f"{ORDERS}/order-1", LIMIT | {"limitPrice": 2}),
    case("PUT", f"{ORDERS}/order%2D1", LIMIT | {"limitPrice": 3}),
    case("PUT", f"{ORDERS}/{'x' * 65}", LIMIT),
    case("PUT", f"{ORDERS}/order-99", LIMIT),
    case("DELETE", f"{ORDERS}/order-1"),
    case("DELETE", f"{ORDERS}/order-1"),
    case("DELETE", f"{ORDERS}/order-2", LIMIT),
    case("DELETE", f"{ORDERS}/cancel"),
    case("POST", f"{ORDERS}/cancel", {"orderIds": ["order-1", "order-3"]}),
    case("POST", f"{ORDERS}/cancel", {"orderIds": [1]}),
    case("DELETE", ORDERS),
    case("PUT", "/broker/positions/AAPL/brackets", {"brackets": {"stopLoss": 1}}),
    case("DELETE", "/broker/positions/AAPL?amount=4"),
    case("DELETE", "/broker/positions/AAPL?amount=1&amount=2"),
    case("DELETE", "/broker/positions/AAPL?amount=four"),
    case("DELETE", "/broker/positions/AAPL?amount=nan"),
    case("DELETE", "/broker/positions/AAPL?amount=1e999"),
    case("DELETE", "/broker/positions/AAPL?amount="),
    case("POST", "/broker/positions/AAPL/reverse"),
    case("DELETE", "/broker/positions/AAPL"),
    case("DELETE", "/broker/positions/MSFT"),
    case("PUT", "/broker/leverage/set", LEVERAGE),
    case("PUT", "/broker/leverage/set", LEVERAGE | {"leverage": 100_000}),
    case("POST", "/broker/leverage/preview", LEVERAGE),
    case("PUT", "/broker/kill-switch?account_id=HALTED", {"on": True, "reason": "wild"}),
    case("PUT", "/broker/kill-switch?account_id=HALTED", {"on": 1}),
    case("POST", f"{ORDERS}?account_id=HALTED", LIMIT),
    case("PUT", "/broker/accounts/A", {"name": "Breakouts"}),
    case("PUT", "/broker/accounts/LIVE-A", {}),
    case("POST", "/broker/accounts/A/deposit", {"amount": 5}),
    case("POST", f"/broker/accounts/{'x' * 65}/deposit", {"amount": 5}),
    case("POST", "/broker/accounts/A/withdraw", {"amount": 10**9}),
    case("POST", "/broker/accounts/A/reset", {"balance": 1_000}),
    case("POST", "/broker/accounts/A/settle", {}),
    case("POST", "/alerts", ALERT, key("alert")),
    case("POST", "/alerts", ALERT, key("alert")),
    case("POST", "/alerts", ALERT | {"condition": "sideways"}),
    case("PUT", "/alerts/alert-1", ALERT | {"price": 2}),
    case("PUT", "/alerts/alert-99", ALERT),
    case("DELETE", "/alerts/alert-1"),
    case("POST", "/datafeed/quotes", {"symbols": ["AAPL", "NOPE"]}),
    case("POST", "/datafeed/clock/advance", {"by_ms": -1}),
    case("DELETE", "/admin/connections/none"),
    # Bodies that are not what is documented
    *(
        case("POST", ORDERS, body)
        for body in (
            *(b"", b" ", b"{", b"null", b"[]", b"1", b'"text"', b"{}{}", b"\x00", b"NaN"),
            *(b'{"symbol":"\xff"}', b"\xff\xfe{", b'{"\\ud800":1}', b"[" * 5_000),
            b'{"symbol":"AAPL","symbol":"MSFT","type":1,"side":1,"qty":10,"limitPrice":1}',
            b'{"symbol":"AAPL","type":1,"side":1,"qty":NaN}',
            b'{"symbol":"AAPL","type":1,"side":1,"qty":1e999}',
            b'{"symbol":"AAPL","type":1,"side":1,"qty":10,"limitPrice":1,"customFields":'
            + b'{"a":' * 60
            + b"1"
            + b"}" * 61,
            b'{"symbol":"' + b"x" * 2_000_000 + b'"}',
        )
    ),
    case("POST", ORDERS, {"symbol": "AAPL"}),
    case("POST", ORDERS),
    # Content types
    typed("application/json; charset=utf-8"),
    typed("application/json; charset=latin-1"),
    typed("Application/JSON"),
    typed("application/vnd.order+json"),
    typed("text/plain"),
    typed("application/x-www-form-urlencoded"),
    typed("multipart/form-data; boundary=x"),
    typed(""),
    typed("application/json", "text/plain"),
    typed("text/plain", "application/json"),
    typed(),
    # Keys, methods and paths
    case("POST", ORDERS, LIMIT, key("")),
    case("POST", ORDERS, LIMIT, key("x" * 256)),
    case("POST", ORDERS, {}, key("x" * 256)),
    case("PATCH", ORDERS, LIMIT),
    case("PUT", ORDERS, LIMIT),
    case("POST", f"{ORDERS}/", LIMIT),
    case("POST", f"{ORDERS}/order-1", LIMIT),
    case("POST", f"/x{ORDERS}", LIMIT),
    case("PUT", f"{ORDERS}/a/b", LIMIT),
    case("PUT", f"{ORDERS}/a%2Fb", LIMIT),
    case("GET", ORDERS),
    case("OPTIONS", ORDERS),
]


VALUES: list[Any] = [None, True, 0, -1, 1.5, 7, "", "1", "x" * 70, [], {}, {"type": "X"}, "\0"]
FIELD_CASES: list[Case] = [
    case("POST", ORDERS, LIMIT | {field: value})
    for field, value in itertools.product(
        ("symbol", "type", "side", "qty", "limitPrice", "duration", "isClose", "clientOrderId"),
        VALUES,
    )
]


@asynccontextmanager
async def served(app: FastAPI, headers: Headers) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=30) as client,
    ):
        yield client


def unused() -> None: ...


async def answers(
    settings: Settings, headers: Headers, cases: list[Case], by_fastapi: bool
) -> list[Any]:
    """Return the status, headers and body of every case, and then the account's events."""
    app, _ = create_app(settings)
    if by_fastapi:
        # FastAPI resolves overridden dependencies, so that it answers every request.
        app.dependency_overrides[unused] = unused
    answered: list[Any] = []
    async with served(app, headers) as client:
        events = f"{PREFIX}/broker/events"
        for method, target, more, content in [*cases, ("GET", events, [], None)]:
            request = client.build_request(method, "/", content=content, headers=more)
            request.extensions["target"] = target.encode()
            answer = await client.send(request)
            fields = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
            if "location" in fields:
                fields["location"] = httpx.URL(fields["location"]).path
            answered.append((method, target[:80], answer.status_code, fields, answer.content))
    return answered


@pytest.mark.parametrize("scopes", [None, ("account:read", "market:read"), ("account:trade",)])
async def test_every_request_is_answered_as_by_fastapi(scopes: tuple[str, ...] | None) -> None:
    changed = {"database_url": "memory:", "default_account_id": "A", **STANDING_MARKET}
    if scopes is None:
        settings, headers = Settings.model_validate(Settings.defaults().model_dump() | changed), []
    else:
        settings = secured(**changed)
        headers = list(bearer(token(*scopes, accounts=("A", "B"))).items())
    cases = CASES if scopes else CASES + FIELD_CASES
    directly = await answers(settings, headers, cases, by_fastapi=False)
    by_fastapi = await answers(settings, headers, cases, by_fastapi=True)
    assert directly == by_fastapi
    statuses = {status for _, _, status, _, _ in directly}
    assert statuses >= ({200, 404, 409, 413, 422} if scopes is None else {403, 404})


async def test_a_refused_command_counts_once_against_the_rate_limit() -> None:
    changed = {"database_url": "memory:", "commands_per_s": 0.1}
    settings = Settings.model_validate(Settings.defaults().model_dump() | changed)
    app, _ = create_app(settings)
    async with served(app, []) as client:
        wrong = await client.post(f"{PREFIX}{ORDERS}", json={"symbol": "AAPL"})
        assert wrong.status_code == 422
        limited = await client.post(f"{PREFIX}{ORDERS}", json=LIMIT)
        assert limited.status_code == 429


def test_every_command_has_a_direct_route_and_no_dependency_of_its_inclusion() -> None:
    app, _ = create_app(Settings.defaults())
    contexts = [
        context
        for context in iter_route_contexts(app.routes)
        if isinstance(context.original_route, StrictJSONRoute)
        and METHODS.issuperset(context.methods or ())
    ]
    assert len(contexts) > 15
    for context in contexts:
        route = context.original_route
        assert isinstance(route, APIRoute)
        assert to_command_route(route) is not None, route.path
        assert context.path == f"{PREFIX}{route.path}"
        assert list(context.dependencies) == list(route.dependencies), route.path
