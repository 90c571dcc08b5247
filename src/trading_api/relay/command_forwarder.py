"""Forwards the commands of sockets at a gateway to the servers that own their accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
from pydantic import ConfigDict

from trading_api.errors import ApiError
from trading_api.models.ws import CommandPayload, CommandReply
from trading_api.observability.request_id import client_request_id, request_id
from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse
from trading_api.relay.owner_requests import (
    IDEMPOTENCY_KEY,
    OwnerRequests,
    command_number,
    for_account,
    gateway_key,
    is_command,
)
from trading_api.relay.partitions import account_partition
from trading_api.shared.ws.command_route import CommandCall, CommandExecutor, RestRequest
from trading_api.web.paths import PREFIX


class RestEquivalents(Protocol):
    """What a module's commands are in REST. Its file `rest_equivalents.py` implements it."""

    def equivalent_request(self, route: str, payload: Mapping[str, Any]) -> RestRequest:
        """Return the request that does the same as a command of a route, for its payload."""
        ...

    def reply_fields(self, route: str, answer: Any) -> dict[str, Any]:
        """Return the fields of an ok reply of a route, for REST's answer."""
        ...


class ForwardedReply(CommandReply):
    """A reply with the fields of the owner's answer."""

    model_config = ConfigDict(extra="allow")


class CommandForwarder:
    """Sends each command as the equivalent REST request, and replies with its answer.

    The commands of one session on one account are sent one after the other, because a command that
    is sent again to a new owner would be overtaken by the next."""

    def __init__(
        self,
        requests: OwnerRequests,
        shards: int,
        gateway_id: str,
    ) -> None:
        self._requests = requests
        self._shards = shards
        self._gateway_id = gateway_id
        # One for each session and account with a command in flight.
        self._turns: dict[tuple[str, str], _Turns] = {}

    def executors(self, equivalents: RestEquivalents) -> Callable[[str], CommandExecutor]:
        """Return a function that returns what forwards the commands of a module's route."""

        def executor(route: str) -> CommandExecutor:
            async def execute(payload: CommandPayload, call: CommandCall) -> CommandReply:
                rest = equivalents.equivalent_request(route, call.raw)
                async with self._turn(call):
                    answer = await self._send(rest, payload, call)
                body = orjson.loads(answer.body)
                if answer.status >= 400:
                    raise OwnerRejection(answer, body)
                fields = equivalents.reply_fields(route, body)
                return ForwardedReply.model_validate({"status": "ok", "id": payload.id, **fields})

            return execute

        return executor

    async def _send(
        self, rest: RestRequest, payload: CommandPayload, call: CommandCall
    ) -> ForwardedResponse:
        """Raises Unavailable."""
        path = PREFIX + rest.path
        changes = is_command(rest.method, path)
        key = payload.key or (gateway_key(self._gateway_id) if changes else None)
        headers = [("content-type", "application/json"), ("host", "localhost")]
        if key is not None:
            headers.append((IDEMPOTENCY_KEY, key))
        request = ForwardedRequest(
            method=rest.method,
            scheme="http",
            path=path,
            root_path="",
            query=urlencode({**rest.query, "account_id": call.account_id}),
            headers=headers,
            principal=for_account(call.principal, call.account_id),
            request_id=request_id.get(),
            client_request_id=client_request_id.get(),
            command=command_number() if changes else 0,
            body=b"" if rest.body is None else orjson.dumps(rest.body),
        )
        partition = account_partition(call.account_id, self._shards)
        return await self._requests.send(partition, request, self._requests.deadline_s())

    @asynccontextmanager
    async def _turn(self, call: CommandCall) -> AsyncIterator[None]:
        name = call.session, call.account_id
        turns = self._turns.get(name)
        if turns is None:
            turns = self._turns[name] = _Turns()
        turns.waiting += 1
        try:
            async with turns.lock:
                yield
        finally:
            turns.waiting -= 1
            if not turns.waiting:
                del self._turns[name]


class OwnerRejection(ApiError):
    """The error response of an owner."""

    def __init__(self, response: ForwardedResponse, body: Mapping[str, Any]) -> None:
        retry_after = [value for name, value in response.headers if name == "retry-after"]
        headers = {"Retry-After": retry_after[0]} if retry_after else None
        super().__init__(body["detail"], body["code"], headers)
        self.status = response.status


class _Turns:
    """The turns of one session's commands on one account."""

    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
