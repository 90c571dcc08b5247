"""Forwarded requests whose owner is silent, slow, moving or gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.forwarded_requests import ALL_SHARDS, GATEWAY_ID, owner_app, owners
from tests.kit.paper_exchange import PaperExchange
from trading_api.bus.local import LocalBus
from trading_api.bus.port import Bus, RequestHandler, Unsubscribe
from trading_api.domain.broker_commands import GATEWAY_KEY_PREFIX
from trading_api.domain.shards import shard_partition
from trading_api.errors import ApiError, TooManyRequests, Unavailable
from trading_api.relay.request_host import requests_subject
from trading_api.settings import Settings
from trading_api.web.error_responses import send_error

ORDERS = "/api/v1/broker/orders"
ORDER = {"symbol": "AAPL", "type": 2, "side": 1, "qty": 1}
SHORT: dict[str, Any] = {"try_timeout_s": 0.02, "total_timeout_s": 0.05}
COMMAND = ("POST", ORDERS, ORDER)
PREVIEW = ("POST", f"{ORDERS}/preview", ORDER)
READ = ("GET", ORDERS, None)
LIST = ("GET", "/api/v1/broker/accounts", None)


async def serve_everywhere(bus: Bus, answer: Callable[[bytes], Awaitable[bytes]]) -> None:
    for shard in ALL_SHARDS:
        await bus.serve(requests_subject(shard_partition(shard)), answer)


async def hang(message: bytes) -> bytes:
    return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


async def placed_orders(exchange: PaperExchange) -> list[str]:
    return [each.id for each in await exchange.queries.orders("DEMO-ACCOUNT")]


class LossyBus(LocalBus):
    """An owner's bus that loses its first answer."""

    is_answer_lost = False

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        async def answer(message: bytes) -> bytes:
            reply = await handler(message)
            if not self.is_answer_lost:
                self.is_answer_lost = True
                await hang(message)
            return reply

        return await super().serve(subject, answer)


class Refusing:
    """An application that answers with each of the errors, and then as another one. Where it
    `hangs`, the first request is not answered."""

    hangs = False

    def __init__(self, app: ASGIApp, errors: Sequence[ApiError]) -> None:
        self._app = app
        self._errors = list(errors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.hangs:
            self.hangs = False
            await hang(b"")
        if self._errors:
            await send_error(self._errors.pop(0), scope, receive, send)
        else:
            await self._app(scope, receive, send)


@pytest.mark.parametrize(("method", "path", "body"), [COMMAND, PREVIEW, READ, LIST])
async def test_without_an_owner_nothing_was_done(method: str, path: str, body: Any) -> None:
    async with owners() as owning:
        client = await owning.client(**SHORT)
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable")
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(("method", "path", "body"), [COMMAND, PREVIEW, READ, LIST])
async def test_without_a_bus_nothing_was_done(method: str, path: str, body: Any) -> None:
    async with owners() as owning:
        client = await owning.client(**SHORT)
        await owning.start()
        owning.hub.stop()
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable")


@pytest.mark.parametrize(("method", "path", "body"), [PREVIEW, READ, LIST])
async def test_a_read_without_an_answer_is_owner_unavailable(
    method: str, path: str, body: Any
) -> None:
    async with owners() as owning:
        client = await owning.client(**SHORT)
        await serve_everywhere(await owning.bus(LocalBus), hang)
        answer = await client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable")


@pytest.mark.parametrize("key", [None, "mine"])
async def test_a_command_without_an_answer_names_the_key_to_repeat_it_with(key: str | None) -> None:
    async with owners() as owning:
        app = Refusing(owner_app(Settings.defaults(), await owning.exchange()), [])
        app.hangs = True
        host, client = await owning.host(app, release_s=0.0), await owning.client(**SHORT)
        answer = await client.post(ORDERS, json=ORDER, headers=key_of(key))
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")
        assert answer.headers["Retry-After"] == "1"
        named = answer.json()["detail"].rpartition("Idempotency-Key: ")[2]
        assert named == (key or named)
        assert key or named.startswith(f"{GATEWAY_KEY_PREFIX}{GATEWAY_ID}-")
        for shard in ALL_SHARDS:
            await host.release(shard_partition(shard))
        await owning.host(app)
        client = await owning.client()
        for _ in range(2):
            again = await client.post(ORDERS, json=ORDER, headers=key_of(named))
            assert again.json() == {"orderId": "order-1", "seq": 4}
        assert len((await client.get(ORDERS)).json()) == 1


def key_of(key: str | None) -> dict[str, str]:
    return {"Idempotency-Key": key} if key else {}


async def test_a_command_is_repeated_with_its_key_after_a_lost_answer() -> None:
    async with owners() as owning:
        client = await owning.client(try_timeout_s=0.2)
        bus = await owning.bus(LossyBus)
        owner = await owning.start(bus=bus)
        answer = await client.post(ORDERS, json=ORDER)
        assert answer.status_code == 200
        assert await placed_orders(owner.exchange) == [answer.json()["orderId"]]
        assert bus.is_answer_lost


@pytest.mark.parametrize("code", ["shard_moving", "ledger_loading", "stopping", "not_owner"])
@pytest.mark.parametrize(("method", "path", "body"), [COMMAND, PREVIEW, READ, LIST])
async def test_a_request_is_repeated_while_its_account_moves(
    method: str, path: str, body: Any, code: str
) -> None:
    async with owners() as owning:
        client = await owning.client()
        exchange = await owning.exchange()
        app = owner_app(Settings.defaults(), exchange)
        await owning.host(Refusing(app, [Unavailable("Not now.", code)] * 2))
        answer = await client.request(method, path, json=body)
        assert answer.status_code == 200
        is_placed = path == ORDERS and method == "POST"
        assert len(await placed_orders(exchange)) == is_placed


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unavailable("The ledger is being loaded.", "ledger_loading"), "ledger_loading"),
        (Unavailable("It has moved.", "not_owner"), "owner_unavailable"),
        (Unavailable("Too many.", "overloaded"), "overloaded"),
        (TooManyRequests("Too many.", 1), "too_many_requests"),
    ],
)
async def test_the_last_refusal_is_the_answer(error: ApiError, code: str) -> None:
    async with owners() as owning:
        client = await owning.client(total_timeout_s=0.05)
        app = owner_app(Settings.defaults(), await owning.exchange())
        await owning.host(Refusing(app, [error] * 1000))
        answer = await client.post(ORDERS, json=ORDER)
        assert (answer.status_code, answer.json()["code"]) == (error.status, code)
        assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("Too many.", "overloaded"),
        Unavailable("The ledger can't be written; nothing was done.", "ledger_unavailable"),
        TooManyRequests("Too many.", 1),
    ],
)
async def test_a_refusal_of_a_repeated_command_does_not_hide_that_it_may_be_done(
    error: ApiError,
) -> None:
    async with owners() as owning:
        client = await owning.client(**SHORT)
        app = Refusing(owner_app(Settings.defaults(), await owning.exchange()), [error] * 1000)
        app.hangs = True
        await owning.host(app)
        answer = await client.post(ORDERS, json=ORDER)
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")


async def test_an_owner_that_comes_late_answers() -> None:
    async with owners() as owning:
        client = await owning.client()
        asking = asyncio.create_task(client.get(ORDERS))
        await owning.start()
        assert (await asking).status_code == 200


@pytest.mark.parametrize("seed", range(5))
async def test_a_command_is_done_once_on_a_bus_that_loses_and_repeats(seed: int) -> None:
    shares = FaultShares(dropped=0.2, repeated=0.2, delayed=0.2, reordered=0.2)
    async with owners() as owning:
        bus = FaultyBus(await owning.bus(LocalBus), Random(seed), shares)
        client, owner = await owning.client(bus), await owning.start()
        answers = await asyncio.gather(*(client.post(ORDERS, json=ORDER) for _ in range(50)))
        assert {each.status_code for each in answers} == {200}
        ids = [each.json()["orderId"] for each in answers]
        assert sorted(ids) == sorted(await placed_orders(owner.exchange))
