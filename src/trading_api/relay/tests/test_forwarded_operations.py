"""Every broker operation through a forwarder, compared with the same request sent directly."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

import httpx
import pytest

from tests.kit.forwarded_requests import api_app, gateway_app, owners, rest_of
from tests.kit.openapi_requests import OPERATIONS, Attempt, Operation
from tests.kit.paper_exchange import PaperExchange, running
from tests.kit.scale import scaled
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.bus.local import LocalBus
from trading_api.relay.owner_requests import is_command
from trading_api.settings import Settings

BROKER_OPERATIONS = [each for each in OPERATIONS if "/broker/" in each.path]
JSON = {"Content-Type": "application/json"}
SETTINGS = Settings.defaults()
MISSING_ORDER = {"getOrder", "modifyOrder", "cancelOrder"}
"""The order of the document's example does not exist."""
BUY = Attempt(
    "buy",
    "POST",
    "/api/v1/broker/orders",
    json.dumps({"symbol": "AAPL", "type": 2, "side": 1, "qty": 100}).encode(),
    JSON,
)
RESET = Attempt(
    "reset", "POST", "/api/v1/broker/accounts/DEMO-ACCOUNT/reset", b'{"balance": 100000}', JSON
)
OTHER_ROUTES = {"an unknown path", "HEAD", "PATCH", "DELETE", "PUT", "OPTIONS"}
_KEYS = itertools.count()


class Twins(NamedTuple):
    clients: tuple[httpx.AsyncClient, httpx.AsyncClient]
    exchanges: tuple[PaperExchange, PaperExchange]

    def move(self) -> None:
        for each in self.exchanges:
            each.market.move("AAPL", "187", "188")


@asynccontextmanager
async def twins(settings: Settings = SETTINGS, encoding: str = "identity") -> AsyncIterator[Twins]:
    """Yield two exchanges that did the same, with clients: directly, and through a forwarder."""
    async with running() as exchange, owners(settings) as owning:
        exchange.market.move("AAPL", "99", "100")
        owner = await owning.start()
        gateway = gateway_app(settings, await owning.bus(LocalBus))
        for each in (exchange, owner.exchange):
            await _trade(each)
        direct, options = api_app(settings, exchange.service), {
            "headers": {"Accept-Encoding": encoding}
        }
        async with rest_of(direct, **options) as first, rest_of(gateway, **options) as second:
            yield Twins((first, second), (exchange, owner.exchange))


async def _trade(exchange: PaperExchange) -> None:
    for account in ("DEMO-ACCOUNT", "OWN"):
        await exchange.place(account)
        await exchange.place(account, type=1, limitPrice=50.0)


async def compare(twins: Twins, attempt: Attempt) -> httpx.Response:
    """Send the request both ways, check that the responses are the same, and return one.

    Commands get a key here, because one that the gateway adds is an event more."""
    if is_command(attempt.method, attempt.target.partition("?")[0]):
        headers = {"Idempotency-Key": f"key-{next(_KEYS)}"} | attempt.headers
        attempt = replace(attempt, headers=headers)
    direct, forwarded = [await _send(each, attempt) for each in twins.clients]
    assert forwarded.status_code == direct.status_code, (attempt, forwarded.text)
    assert forwarded.content == direct.content, attempt
    assert _headers(forwarded) == _headers(direct), attempt
    return forwarded


async def _send(client: httpx.AsyncClient, attempt: Attempt) -> httpx.Response:
    url = httpx.URL("http://localhost", raw_path=attempt.target.encode())
    return await client.request(
        attempt.method, url, content=attempt.content, headers=attempt.headers
    )


def _headers(response: httpx.Response) -> list[tuple[str, str]]:
    generated = ("x-request-id",)
    return sorted(each for each in response.headers.multi_items() if each[0] not in generated)


def _attempts(operation: Operation) -> Iterator[Attempt]:
    path, query, body = operation.path_with(), urlencode(operation.query), None
    if operation.body is not None:
        body = json.dumps(operation.body).encode()

    def attempt(
        name: str,
        target: str = f"{path}?{query}",
        content: bytes | None = body,
        method: str = operation.method,
        **headers: str,
    ) -> Attempt:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return Attempt(name, method, target, content, (JSON if content else {}) | fields)

    yield attempt("the documented example")
    yield attempt(
        "an account of its own", f"{operation.path_with(account_id='X')}?{query}&account_id=X"
    )
    yield attempt("two accounts", f"{path}?{query}&account_id=X&account_id=OWN")
    yield attempt("no account can have the id", f"{path}?{query}&account_id=%00%2F..")
    yield attempt("an empty account", f"{path}?{query}&account_id=")
    names = {"account_id": "%C3%84%2Fx", "order_id": "%20", "symbol": "a%25", "position_id": ".."}
    yield attempt("other path parameters", f"{operation.path_with(**names)}?{query}")
    yield attempt("an empty query", path)
    yield attempt("a query of text", f"{path}?limit=x&since=%FF&amount=nan&after={'x' * 65}")
    yield attempt("a limit", f"{path}?{query}&limit=1&after=A")
    yield attempt("a key", Idempotency_Key="a-key")
    yield attempt("the same key", Idempotency_Key="a-key")
    yield attempt("an empty key", Idempotency_Key="")
    yield attempt("a long key", Idempotency_Key="k" * 256)
    yield attempt("no body", content=None)
    yield attempt("a body that is not JSON", content=b"{")
    yield attempt("an unexpected body", content=b"[]")
    yield attempt("a body without a type", Content_Type="text/plain")
    yield attempt("a body of the greatest size", content=_padded(body, SETTINGS.body_bytes_max))
    yield attempt("a longer body", content=_padded(body, SETTINGS.body_bytes_max + 1))
    yield attempt("a much longer body", content=_padded(body, 3 * SETTINGS.body_bytes_max))
    yield attempt("a nested body", content=b"[" * 1000 + b"]" * 1000)
    yield attempt("a slash at the end", f"{path}/?{query}")
    yield attempt("an unknown path", f"{path}/more/than/there/is")
    for method in ("HEAD", "PATCH", "DELETE", "PUT", "OPTIONS"):
        yield attempt(method, method=method)


def _drawn(operation: Operation, chance: random.Random) -> list[Attempt]:
    """Return the documented example, the requests with another path or method, and some of the
    others, in their order."""
    attempts = list(_attempts(operation))
    always = {0, *(number for number, each in enumerate(attempts) if each.name in OTHER_ROUTES)}
    others = [number for number in range(len(attempts)) if number not in always]
    chosen = chance.sample(others, min(scaled(8), len(others)))
    return [attempts[number] for number in sorted({*always, *chosen})]


def _padded(body: bytes | None, length: int) -> bytes:
    return (body or b"{}").ljust(length)


async def test_an_operation_answers_the_same_through_a_forwarder() -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    async with twins() as both:
        for operation in BROKER_OPERATIONS:
            # Each begins with a long position alone.
            assert (await compare(both, RESET)).status_code == 200
            both.move()
            assert (await compare(both, BUY)).status_code == 200
            responses = [await compare(both, each) for each in _drawn(operation, chance)]
            statuses = {response.status_code for response in responses}
            assert statuses >= {404, 405}, operation
            assert 200 in statuses or operation.id in MISSING_ORDER, operation
    assert len(BROKER_OPERATIONS) > 25


async def test_callers_may_do_the_same_through_a_forwarder() -> None:
    settings = secured()
    tokens = {
        "none": {},
        "not signed": bearer("x.y.z"),
        "all scopes": bearer(token()),
        "no account": bearer(token(accounts=())),
        "many accounts": bearer(token(accounts=("A", "B", "C", "D", "E", "OWN"))),
        "markets only": bearer(token("market:read")),
        "no trading": bearer(token("market:read", "account:read")),
        "no operator": bearer(token("account:read", "account:trade")),
    }
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    callers = list(itertools.product(tokens.items(), ("", "OWN", "B", "FOREIGN")))
    # Drawn callers alone would have no conflict (409) in one of 500 runs.
    owner = (("all scopes", tokens["all scopes"]), "")
    callers.remove(owner)
    requests = [
        (operation, *caller)
        for operation in BROKER_OPERATIONS
        for caller in (owner, *chance.sample(callers, min(scaled(11), len(callers))))
    ]
    statuses: set[int] = set()
    async with twins(settings) as both:
        for operation, (name, headers), account in requests:
            content = None if operation.body is None else json.dumps(operation.body).encode()
            query = operation.query | ({"account_id": account} if account else {})
            path = operation.path_with(account_id=account or "DEMO-ACCOUNT")
            target = f"{path}?{urlencode(query)}"
            attempt = Attempt(name, operation.method, target, content, headers | JSON)
            statuses.add((await compare(both, attempt)).status_code)
    assert statuses >= {200, 401, 403, 404, 409}


@pytest.mark.parametrize("path", ["/trading/api/v1/broker/account", "/api/v1/broker/orders/"])
async def test_a_sub_path_of_a_proxy_is_the_same_through_a_forwarder(path: str) -> None:
    settings = SETTINGS.model_copy(update={"root_path": "/trading"})
    async with twins(settings) as both:
        response = await compare(both, Attempt(path, "GET", path))
        assert response.status_code in (200, 307)


async def test_a_long_response_is_compressed_by_the_gateway() -> None:
    async with twins(encoding="gzip") as both:
        client = both.clients[1]
        response = await client.get("/api/v1/broker/instruments/AAPL")
        assert "content-encoding" not in response.headers
        order = {"symbol": "AAPL", "type": 1, "side": 1, "qty": 1, "limitPrice": 50.0}
        for _ in range(30):
            await client.post("/api/v1/broker/orders", json=order)
        response = await client.get("/api/v1/broker/orders")
        assert response.headers["content-encoding"] == "gzip"
        assert len(response.json()) == 32
