"""What an owner makes of forwarded requests: callers, ids, long bodies and its bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.kit.forwarded_requests import ALL_SHARDS, Owners, gateway_app, owners, rest_of
from tests.kit.server import until
from tests.kit.signed_tokens import bearer, secured, token
from trading_api.auth.principal import Principal
from trading_api.bus.local import LocalBus
from trading_api.domain.shards import shard_partition
from trading_api.observability.metrics import Metrics
from trading_api.observability.request_id import client_request_id, request_id
from trading_api.relay.http_message import (
    EarlierPart,
    RestOfResponse,
    decode_response,
    encode_request,
)
from trading_api.relay.request_host import RequestHost, requests_subject
from trading_api.relay.stored_bodies import StoredBodies
from trading_api.settings import Settings

ECHO = "/api/v1/broker/echo"
ORDERS = "/api/v1/broker/orders"
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
LARGE = 2_000_000


class Recorder:
    """An application that records its scopes, and answers with the body and `suffix`."""

    def __init__(self, suffix: bytes = b"") -> None:
        self.scopes: list[Scope] = []
        self.ids: list[tuple[str, str]] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self._suffix = suffix

    @property
    def callers(self) -> list[Principal]:
        return [scope["state"]["principal"] for scope in self.scopes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.ids.append((request_id.get(), client_request_id.get()))
        await self.is_open.wait()
        message = await receive()
        body = message["body"] + self._suffix
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def recording(
    app: ASGIApp, settings: Settings | None = None, **options: Any
) -> AsyncIterator[tuple[Owners, httpx.AsyncClient]]:
    """Yield what starts owners, and a client whose requests the application answers."""
    settings = settings or Settings.defaults()
    async with owners(settings) as owning:
        await owning.host(app, **options)
        yield owning, await owning.client(body_bytes_max=LARGE)


async def test_a_client_cannot_name_another_caller() -> None:
    app, settings = Recorder(), secured()
    forged = {"principal": "root", "X-Principal": "root", "X-Forwarded-User": "root"}
    body = b'{"principal":{"subject":"root","scopes":["admin"],"accounts":null}}'
    async with recording(app, settings) as (_, client):
        headers = bearer(token("account:read", accounts=("OWN",))) | forged
        await client.post(f"{ECHO}?principal=root&account_id=OWN", content=body, headers=headers)
        await client.get(ECHO, headers=headers)
        assert (await client.get(ECHO, headers=forged)).status_code == 401
    assert len(app.callers) == 2
    for caller in app.callers:
        assert (caller.subject, set(caller.scopes)) == ("somebody", {"account:read"})
        assert (caller.accounts, caller.default_account) == (frozenset({"OWN"}), "OWN")
    sent = {name for scope in app.scopes for name, _ in scope["headers"]}
    assert sent <= {b"host", b"content-type", b"idempotency-key"}


async def test_a_caller_has_no_more_accounts_than_the_request_is_about() -> None:
    app = Recorder()
    async with recording(app, secured()) as (_, client):
        headers = bearer(token(accounts=("A", "B", "C")))
        for account in ("B", "FOREIGN"):
            await client.get(f"{ECHO}?account_id={account}", headers=headers)
    assert [caller.accounts for caller in app.callers] == [{"B"}, frozenset()]


async def test_every_caller_is_anonymous_without_authentication() -> None:
    app = Recorder()
    async with recording(app) as (_, client):
        await client.get(ECHO)
    assert app.callers == [Principal.anonymous(Settings.defaults().default_account_id)]


async def test_an_owner_runs_a_request_with_the_ids_of_the_gateway() -> None:
    app = Recorder()
    async with recording(app) as (_, client):
        answer = await client.get(ECHO, headers={"X-Request-ID": "mine"})
        assert answer.headers.get_list("x-request-id") == ["mine"]
        generated = (await client.get(ECHO)).headers["x-request-id"]
    assert app.ids == [("mine", "mine"), (generated, "")]
    assert (request_id.get(), client_request_id.get()) == ("", "")


async def test_events_of_an_owner_carry_the_id_of_the_client() -> None:
    async with owners() as owning:
        owner, client = await owning.start(), await owning.client()
        await owner.exchange.subscribe("orders", "DEMO-ACCOUNT")
        await client.post(ORDERS, json=ORDER, headers={"X-Request-ID": "mine"})
        await client.post(ORDERS, json=ORDER)
        events = (await client.get("/api/v1/broker/events")).json()
    named = [each for each in events if "requestId" in each]
    assert {each["requestId"] for each in named} == {"mine"}
    assert 0 < len(named) < len(events)
    ids = {meta.get("request_id") for route, meta in owner.exchange.meta if route == "orders"}
    assert ids == {"mine", None}


async def test_the_gateway_measures_the_operation() -> None:
    metrics = Metrics()
    async with owners() as owning:
        await owning.start()
        bus = await owning.bus(LocalBus)
        async with rest_of(gateway_app(Settings.defaults(), bus, metrics)) as client:
            await client.post(ORDERS, json=ORDER)
            await client.get("/api/v1/broker/nothing")
    counted = [
        (sample.labels["operation"], sample.labels["status"])
        for metric in metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "trading_request_seconds_count"
    ]
    assert sorted(counted) == [("other", "404"), ("placeOrder", "200")]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_long_bodies_travel_in_parts(method: str) -> None:
    app = Recorder(suffix=bytes(range(256)) * 10_000)
    body = bytes(reversed(range(256))) * 7_000 if method == "POST" else b""
    async with recording(app) as (_, client):
        answer = await client.request(method, ECHO, content=body)
    assert answer.content == body + bytes(range(256)) * 10_000


async def test_parts_that_are_gone_are_asked_for_again() -> None:
    """Another owner has not the rest of a response, and the request is sent again."""
    app = Recorder(suffix=bytes(LARGE))
    async with owners() as owning:
        hosts = [RequestHost(await owning.bus(LocalBus), app) for _ in range(2)]
        bus = await owning.bus(MovingBus)
        bus.hosts = hosts
        for shard in ALL_SHARDS:
            await hosts[0].claim(shard_partition(shard), 1)
        client = await owning.client(bus)
        assert len((await client.get(ECHO)).content) == LARGE
    assert len(app.scopes) == 2


class MovingBus(LocalBus):
    """A gateway's bus after whose first request all shards move to another owner."""

    hosts: list[RequestHost]
    has_moved = False

    async def request(self, subject: str, message: bytes, timeout_s: float) -> bytes:
        answer = await super().request(subject, message, timeout_s)
        if not self.has_moved:
            self.has_moved = True
            for shard in ALL_SHARDS:
                await self.hosts[0].release(shard_partition(shard))
                await self.hosts[1].claim(shard_partition(shard), 2)
        return answer


async def test_parts_of_bodies_that_are_not_stored_are_refused() -> None:
    async with recording(Recorder()) as (owning, _):
        bus = await owning.bus(LocalBus)
        for request in (EarlierPart("t", 5, b"abc"), RestOfResponse("t", 5)):
            message = encode_request(request)
            answer = await bus.request(requests_subject("shard-0"), message, 5.0)
            assert decode_response(answer).status == 503


async def test_a_message_of_another_version_is_refused() -> None:
    async with recording(Recorder()) as (owning, _):
        bus = await owning.bus(LocalBus)
        answer = await bus.request(requests_subject("shard-0"), b"\xff" * 20, 5.0)
        assert b"version_unknown" in decode_response(answer).body


async def test_the_release_of_a_partition_waits_for_its_requests() -> None:
    app = Recorder()
    async with owners() as owning:
        host = await owning.host(app, release_s=60.0)
        app.is_open.clear()
        client = await owning.client()
        asking = asyncio.create_task(client.get("/api/v1/broker/config"))
        await until(lambda: bool(app.scopes))
        releasing = asyncio.create_task(host.release("shard-0"))
        await host.release("shard-1")  # another partition waits for nothing
        assert not releasing.done()
        app.is_open.set()
        await releasing
        assert (await asking).status_code == 200


async def test_an_application_that_fails_is_an_internal_error() -> None:
    async def fail(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"[", "more_body": True})
        raise RuntimeError("no")

    async with recording(fail) as (_, client):
        answer = await client.get(ECHO)
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


def test_stored_bodies_are_bounded() -> None:
    stored = StoredBodies[str](count_max=3, bytes_max=10)
    for number in range(5):
        stored.put(str(number), b"ab")
    assert [stored.get(str(number)) for number in range(5)] == [None, None, b"ab", b"ab", b"ab"]
    stored.put("4", b"abcdefg")
    assert [stored.get(str(number)) for number in (2, 3, 4)] == [None, b"ab", b"abcdefg"]
    assert stored.take("4") == b"abcdefg"
    assert stored.take("4") is None
    stored.put("large", bytes(11))
    assert stored.get("large") is None
    assert stored.get("3") is None
