"""What a gateway reads of a request before it forwards it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.kit.forwarded_requests import GATEWAY_ID, SHARDS
from trading_api.auth.principal import Principal
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.relay.owner_requests import OwnerRequests
from trading_api.relay.request_forwarder import RequestForwarder

ORDERS = "/api/v1/broker/orders"


class Inner:
    """The application for the paths that are not forwarded."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])


async def respond(
    messages: Sequence[Message], scope: dict[str, Any], inner: Inner | None = None
) -> list[Message]:
    """Return what the forwarder sends, on a bus without owners."""
    bus = LocalBus(LocalHub())
    await bus.start()
    requests = OwnerRequests(bus, total_timeout_s=0.0)
    forwarder = RequestForwarder(
        inner or Inner(), requests, SHARDS, GATEWAY_ID, 100, body_timeout_s=0.05
    )
    waiting, sent = list(messages), list[Message]()

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def send(message: Message) -> None:
        sent.append(message)

    await forwarder({**SCOPE, **scope}, receive, send)
    await bus.close()
    return sent


SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "scheme": "http",
    "path": ORDERS,
    "query_string": b"",
    "headers": [],
    "state": {"principal": Principal.anonymous("DEMO-ACCOUNT")},
}
FIRST = {"type": "http.request", "body": b"{", "more_body": True}


def outcome(sent: Sequence[Message]) -> tuple[int, str]:
    return sent[0]["status"], orjson.loads(sent[1]["body"])["code"]


async def test_a_body_that_does_not_arrive_is_too_slow() -> None:
    assert outcome(await respond([FIRST], {})) == (408, "too_slow")


async def test_a_client_that_disconnects_has_no_request() -> None:
    sent = await respond([FIRST, {"type": "http.disconnect"}], {})
    assert outcome(sent) == (400, "http_error")


@pytest.mark.parametrize("method", ["GET", "DELETE", "HEAD"])
async def test_a_body_that_no_endpoint_reads_is_not_waited_for(method: str) -> None:
    assert outcome(await respond([], {"method": method})) == (503, "owner_unavailable")


async def test_no_more_is_read_than_the_owner_needs_to_reject_it() -> None:
    endless = [FIRST | {"body": bytes(60)} for _ in range(2)]
    assert outcome(await respond(endless, {})) == (503, "owner_unavailable")


@pytest.mark.parametrize(
    ("path", "root_path", "is_forwarded"),
    [
        (ORDERS, "", True),
        ("/trading/api/v1/broker/orders", "/trading", True),
        ("/api/v1/alerts", "", True),
        ("/api/v1/alerts/alert-1", "", True),
        ("/api/v1/broker", "", False),
        ("/api/v1/alertsx", "", False),
        ("/api/v1/brokers/orders", "", False),
        ("/api/v1/datafeed/config", "", False),
        ("/trading/api/v1/broker/orders", "", False),
        ("/api/v1/datafeed/../broker/orders", "", False),
    ],
)
async def test_paths_about_accounts_are_forwarded(
    path: str, root_path: str, is_forwarded: bool
) -> None:
    inner = Inner()
    scope = {"method": "GET", "path": path, "root_path": root_path}
    sent = await respond([], scope, inner)
    assert inner.paths == ([] if is_forwarded else [path])
    assert bool(sent) == is_forwarded


async def test_a_websocket_is_not_forwarded() -> None:
    inner = Inner()
    assert await respond([], {"type": "websocket"}, inner) == []
    assert inner.paths == [ORDERS]
