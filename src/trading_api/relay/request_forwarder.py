"""Middleware of a gateway that forwards requests to the servers that own what they are about."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.clock import running_clock
from trading_api.domain.shards import shard_partition
from trading_api.errors import ApiError
from trading_api.observability.request_id import client_request_id, request_id
from trading_api.relay.account_list import AccountList
from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse
from trading_api.relay.owner_requests import (
    IDEMPOTENCY_KEY,
    OwnerRequests,
    command_number,
    for_account,
    gateway_key,
    is_command,
)
from trading_api.relay.partitions import MARKET, account_partition
from trading_api.web.error_responses import build_error_response, send_error
from trading_api.web.paths import PREFIX, route_path

_FORWARDED = re.compile(rf"{PREFIX}/(broker/.*|alerts(/.*)?|datafeed/replay(/.*)?)")
"""The paths that owners answer: of the modules that serve accounts, and of the market's clock."""
_REPLAY = f"{PREFIX}/datafeed/replay"
_ACCOUNTS = f"{PREFIX}/broker/accounts"
_CONFIG = f"{PREFIX}/broker/config"
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_FORWARDED_HEADERS = frozenset({b"content-type", b"host", IDEMPOTENCY_KEY.encode()})
"""What endpoints read. The caller and the request's id travel as fields of the message."""


@dataclass(frozen=True, slots=True)
class ForwardedRoute:
    """What the access log shows as the route of a request that an owner answered."""

    operation_id: str


class RequestForwarder:
    """Answers requests about accounts with the response of the account's owner, and those that
    control the market's clock with the response of the market's.

    It is installed inside authentication, and takes the caller from `scope["state"]["principal"]`.
    Of a body at most `body_bytes_max` bytes and one more are read, within `body_timeout_s`; the
    owner rejects a longer one. A command without an idempotency key gets one."""

    def __init__(
        self,
        app: ASGIApp,
        requests: OwnerRequests,
        shards: int,
        gateway_id: str,
        body_bytes_max: int,
        body_timeout_s: float = 10.0,
    ) -> None:
        self._app = app
        self._shards = shards
        self._gateway_id = gateway_id
        self._body_bytes_max = body_bytes_max
        self._body_timeout_s = body_timeout_s
        self._requests = requests
        self._account_list = AccountList(requests, shards)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not a coroutine: a WebSocket connection would keep its frame as long as it is open.
        if scope["type"] == "http" and _FORWARDED.fullmatch(route_path(scope)):
            return self._forward(scope, receive, send)
        return self._app(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._read_body(scope, receive)
        except TimeoutError:
            rejection = build_error_response(408, "The body did not come in time.", "too_slow")
            return await rejection(scope, receive, send)
        except ClientDisconnect:
            rejection = build_error_response(400, "The client has disconnected.", "http_error")
            return await rejection(scope, receive, send)
        try:
            response = await self._respond(scope, body)
        except ApiError as error:
            return await send_error(error, scope, receive, send)
        return await _send(response, scope, send)

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes:
        """Raises TimeoutError and ClientDisconnect."""
        body = bytearray()
        if scope["method"] in _METHODS_WITH_BODY:
            async with running_clock().timeout(self._body_timeout_s):
                async for chunk in Request(scope, receive).stream():
                    body += chunk
                    if len(body) > self._body_bytes_max:
                        break
        return bytes(body[: self._body_bytes_max + 1])

    async def _respond(self, scope: Scope, body: bytes) -> ForwardedResponse:
        """Raises Unavailable."""
        request, path = self._request(scope, body), route_path(scope)
        if request.method == "GET" and path == _ACCOUNTS:
            return await self._account_list.get(request)
        account = None if path.startswith(_REPLAY) else _account(path, request)
        partition = MARKET if path.startswith(_REPLAY) else shard_partition(0)
        if account is not None:
            partition = account_partition(account, self._shards)
        request = replace(request, principal=for_account(request.principal, account))
        return await self._requests.send(partition, request, self._requests.deadline_s())

    def _request(self, scope: Scope, body: bytes) -> ForwardedRequest:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in scope["headers"]
            if name in _FORWARDED_HEADERS
        ]
        has_key = any(name == IDEMPOTENCY_KEY for name, _ in headers)
        changes = is_command(scope["method"], scope["path"])
        if changes and not has_key:
            headers.append((IDEMPOTENCY_KEY, gateway_key(self._gateway_id)))
        return ForwardedRequest(
            method=scope["method"],
            scheme=scope["scheme"],
            path=scope["path"],
            root_path=scope.get("root_path", ""),
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            principal=scope["state"]["principal"],
            request_id=request_id.get(),
            client_request_id=client_request_id.get(),
            command=command_number() if changes else 0,
            is_body_cut=len(body) > self._body_bytes_max,
            body=body,
        )


def _account(path: str, request: ForwardedRequest) -> str | None:
    """Return the account that a request is about, or None if it is about none."""
    if path.startswith(f"{_ACCOUNTS}/"):
        return path.removeprefix(f"{_ACCOUNTS}/").partition("/")[0]
    default = None if path == _CONFIG else request.principal.default_account
    return QueryParams(request.query).get("account_id", default)


async def _send(response: ForwardedResponse, scope: Scope, send: Send) -> None:
    if response.operation:
        scope["route"] = ForwardedRoute(response.operation)
    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    # A response without a length was a stream, and middleware has to see it as one.
    is_stream = all(name != b"content-length" for name, _ in headers)
    await send({"type": "http.response.body", "body": response.body, "more_body": is_stream})
    if is_stream:
        await send({"type": "http.response.body"})
