"""A gateway's forwarded requests to the owners of partitions, repeated until they are answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from secrets import randbits, token_hex

import orjson

from trading_api.auth.principal import Principal
from trading_api.bus.port import MESSAGE_BYTES_MAX, Bus, BusUnavailable, NoResponder, RequestTimeout
from trading_api.clock import running_clock
from trading_api.domain.broker_commands import GATEWAY_KEY_PREFIX
from trading_api.errors import Unavailable, truncate
from trading_api.relay.http_message import (
    PART_BYTES,
    EarlierPart,
    ForwardedRequest,
    ForwardedResponse,
    MessageUnreadable,
    RequestMessage,
    RestOfResponse,
    decode_response,
    encode_request,
)
from trading_api.relay.partition_epochs import PartitionEpochs
from trading_api.relay.request_host import NOT_OWNER, PARTS_EXPIRED, requests_subject
from trading_api.relay.stored_bodies import new_token

RESPONSE_BYTES_MAX = 64 * MESSAGE_BYTES_MAX
IN_PROGRESS_MAX = 400
"""Half of what an owner takes from all gateways together."""
PAUSE_S = 0.02
PAUSE_MAX_S = 0.5
LAST_TRY_S = 0.5
"""A try that begins shortly before the time is over gets this long, so that it may be answered."""
IDEMPOTENCY_KEY = "idempotency-key"
_KEY_LENGTH_MAX = 255
_CHANGING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NOTHING_DONE = frozenset(
    {"shard_moving", "ledger_loading", "stopping", NOT_OWNER, PARTS_EXPIRED, "version_unknown"}
)
"""Codes of owners that did nothing, and where the same request may succeed within seconds."""
_OF_OWNERS = frozenset({NOT_OWNER, PARTS_EXPIRED, "version_unknown"})
"""Those of them that clients never receive."""


class _NotReceived(Exception):
    """No owner has received the request."""


class _NoAnswer(Exception):
    """An owner may have received the request, and may have done it."""


def is_command(method: str, path: str) -> bool:
    """Return whether a request may change an account."""
    is_preview = method == "POST" and path.endswith("/preview")
    return method in _CHANGING_METHODS and not is_preview


class OwnerRequests:
    """Sends requests to the owner of a partition, again and again until their time is over.

    A try takes at most `try_timeout_s`. A command is repeated with its idempotency key, so that it
    is done once. An answer of an owner that has a successor counts as none. At most
    `in_progress_max` requests of a partition are sent at the same time, so that those to a silent
    owner are bounded; the others wait for their turn."""

    def __init__(
        self,
        bus: Bus,
        try_timeout_s: float = 2.0,
        total_timeout_s: float = 5.0,
        in_progress_max: int = IN_PROGRESS_MAX,
        epochs: PartitionEpochs | None = None,
    ) -> None:
        self._bus = bus
        self._epochs = epochs or PartitionEpochs()
        self._try_timeout_s = try_timeout_s
        self._total_timeout_s = total_timeout_s
        self._in_progress_max = in_progress_max
        # One for each partition that was asked.
        self._turns: dict[str, asyncio.Semaphore] = {}

    def deadline_s(self) -> float:
        """Return when a request that begins now is given up, on the loop's running clock."""
        return running_clock().now_s() + self._total_timeout_s

    async def send(
        self, partition: str, request: ForwardedRequest, deadline_s: float
    ) -> ForwardedResponse:
        """Return the response of the partition's owner.

        Raises Unavailable: `owner_unavailable` and `overloaded` where nothing was done, and
        `outcome_unknown` for a command that may have been done."""
        async with self._turn(partition, deadline_s):
            return await self._send(partition, request, deadline_s)

    @asynccontextmanager
    async def _turn(self, partition: str, deadline_s: float) -> AsyncIterator[None]:
        turns = self._turns.get(partition)
        if turns is None:
            turns = self._turns[partition] = asyncio.Semaphore(self._in_progress_max)
        if turns.locked():
            try:
                async with running_clock().timeout(deadline_s - running_clock().now_s()):
                    await turns.acquire()
            except TimeoutError:
                detail = "Too many requests are in progress; try again."
                raise Unavailable(detail, "overloaded") from None
        else:
            await turns.acquire()
        try:
            yield
        finally:
            turns.release()

    async def _send(
        self, partition: str, request: ForwardedRequest, deadline_s: float
    ) -> ForwardedResponse:
        pause_s = PAUSE_S
        changes = is_command(request.method, request.path)
        may_be_done = False
        response: ForwardedResponse | None = None
        while True:
            try:
                response = await self._try(partition, request, deadline_s)
                if not _is_inconclusive(response, may_be_done):
                    return response
            except _NotReceived:
                response = None
            except _NoAnswer:
                response = None
                may_be_done = changes
            left_s = deadline_s - running_clock().now_s()
            if left_s <= 0:
                break
            request = replace(request, attempt=request.attempt + 1)
            # Many clients wait for the same owner: they do not come back together.
            await asyncio.sleep(min(left_s, pause_s * random.uniform(0.5, 1.0)))
            pause_s = min(2 * pause_s, PAUSE_MAX_S)
        if may_be_done:
            raise _outcome_unknown(request)
        if response is None or _code(response) in _OF_OWNERS:
            raise owner_unavailable()
        return response

    async def _try(
        self, partition: str, request: ForwardedRequest, deadline_s: float
    ) -> ForwardedResponse:
        request, parts = _in_parts(request)
        for part in parts:
            answer = await self._request_earlier(partition, part, deadline_s)
            if answer.status != 200:
                return answer
        response = await self._request(partition, request, deadline_s)
        body = bytearray(response.body)
        while len(body) < min(response.size, RESPONSE_BYTES_MAX):
            rest = RestOfResponse(response.token, len(body))
            part_response = await self._request_rest(partition, rest, deadline_s)
            if part_response.status != 200 or not part_response.body:
                raise _NoAnswer
            body += part_response.body
        return replace(response, body=bytes(body))

    async def _request_earlier(
        self, partition: str, part: EarlierPart, deadline_s: float
    ) -> ForwardedResponse:
        try:
            return await self._request(partition, part, deadline_s)
        except _NoAnswer:
            raise _NotReceived from None  # the request itself is not sent

    async def _request_rest(
        self, partition: str, rest: RestOfResponse, deadline_s: float
    ) -> ForwardedResponse:
        try:
            return await self._request(partition, rest, deadline_s)
        except _NotReceived:
            raise _NoAnswer from None  # the request itself was received

    async def _request(
        self, partition: str, request: RequestMessage, deadline_s: float
    ) -> ForwardedResponse:
        if not self._bus.is_connected:
            raise _NotReceived
        left_s = deadline_s - running_clock().now_s()
        timeout_s = min(self._try_timeout_s, max(left_s, LAST_TRY_S))
        try:
            answer = await self._bus.request(
                requests_subject(partition), encode_request(request), timeout_s
            )
            response = decode_response(answer)
        except NoResponder:
            raise _NotReceived from None
        # The connection may have been lost after the request was sent.
        except (RequestTimeout, BusUnavailable, MessageUnreadable):
            raise _NoAnswer from None
        return self._of_owner(partition, response)

    def _of_owner(self, partition: str, response: ForwardedResponse) -> ForwardedResponse:
        """Return a response without the partitions that have a later owner. Raises _NoAnswer if the
        partition that was asked is one of them."""
        replaced = {
            each for each, epoch in response.epochs.items() if not self._epochs.observe(each, epoch)
        }
        if partition in replaced:
            raise _NoAnswer
        if replaced:
            partitions = [each for each in response.partitions if each not in replaced]
            return replace(response, partitions=partitions)
        return response


def gateway_key(gateway_id: str) -> str:
    """Return an idempotency key for a command whose client sent none."""
    return f"{GATEWAY_KEY_PREFIX}{gateway_id}-{token_hex(12)}"


def command_number() -> int:
    """Return a number that names a command in all of its tries."""
    return 1 + randbits(62)


def for_account(principal: Principal, account: str | None) -> Principal:
    """Return the caller with no more accounts than the request is about: a token may have many."""
    if principal.accounts is None:
        return principal
    return replace(principal, accounts=principal.accounts & {account})


def owner_unavailable() -> Unavailable:
    """Return the error for a request that no owner has received."""
    return Unavailable(
        "The server of this account does not answer; nothing was done. Try again.",
        "owner_unavailable",
    )


def _outcome_unknown(request: ForwardedRequest) -> Unavailable:
    key = next((value for name, value in request.headers if name == IDEMPOTENCY_KEY), "")
    return Unavailable(
        "It is not known whether this command was done. Send it again with the header "
        f"Idempotency-Key: {truncate(key, _KEY_LENGTH_MAX)}",
        "outcome_unknown",
    )


def _is_inconclusive(response: ForwardedResponse, may_be_done: bool) -> bool:
    """Return whether a request is repeated after this response.

    After a try that was not answered, a refusal to try again leaves open what that try did."""
    if may_be_done and response.status in (429, 503):
        return True
    return response.status == 503 and _code(response) in _NOTHING_DONE


def _code(response: ForwardedResponse) -> str:
    try:
        return str(orjson.loads(response.body)["code"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""


def _in_parts(request: ForwardedRequest) -> tuple[ForwardedRequest, list[EarlierPart]]:
    """Return the request with the end of its body, and what has to be sent before it."""
    body = request.body
    if len(body) <= PART_BYTES:
        return request, []
    token = f"{new_token():x}"
    starts = range(0, len(body), PART_BYTES)
    *earlier, last = [EarlierPart(token, each, body[each : each + PART_BYTES]) for each in starts]
    return replace(request, token=token, body=last.body), earlier
