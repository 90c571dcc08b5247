"""An owner's side of forwarded requests: it answers them through an ASGI application."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from starlette.types import ASGIApp

from trading_api.bus.port import Bus, BusUnavailable, Unsubscribe
from trading_api.errors import ApiError, Unavailable
from trading_api.observability.request_id import client_request_id, request_id
from trading_api.relay.application_call import call_application, forwarded
from trading_api.relay.command_replies import CommandReplies
from trading_api.relay.http_message import (
    PART_BYTES,
    EarlierPart,
    ForwardedRequest,
    ForwardedResponse,
    MessageUnreadable,
    RestOfResponse,
    decode_request,
    encode_response,
)
from trading_api.relay.stored_bodies import StoredBodies, new_token
from trading_api.web.error_responses import error_response

log = logging.getLogger(__name__)

IN_PROGRESS_MAX = 800
"""Less than a bus hands out, so that a client gets an answer instead of a timeout."""
RELEASE_S = 2.0
"""How long requests in progress may hold up the release of a partition."""
PARTS_EXPIRED = "parts_expired"
"""The code of the answer to a request whose body's earlier parts are not stored here."""
NOT_OWNER = "not_owner"


def requests_subject(partition: str) -> str:
    """Return the subject on which a partition's owner serves forwarded requests."""
    return f"{partition}.http"


class RequestHost:
    """Answers the requests about the partitions that the process owns.

    `app` finds the caller in `scope["state"]["principal"]`. At most `in_progress_max` requests of
    all partitions run together; further ones are answered with 503."""

    def __init__(
        self,
        bus: Bus,
        app: ASGIApp,
        in_progress_max: int = IN_PROGRESS_MAX,
        release_s: float = RELEASE_S,
    ) -> None:
        self._bus = bus
        self._app = app
        self._in_progress_max = in_progress_max
        self._release_s = release_s
        self._in_progress = 0
        self._claims: dict[str, _Claim] = {}
        self._replies = CommandReplies()
        self._request_bodies = StoredBodies[str]()
        self._response_bodies = StoredBodies[str]()

    async def claim(self, partition: str, epoch: int) -> None:
        """Serve a partition's requests from now on, as its owner of this epoch. Raises
        BusUnavailable."""
        assert partition not in self._claims, partition
        claim = self._claims[partition] = _Claim(epoch)

        async def answer(message: bytes) -> bytes:
            response = await self._answer(claim, message)
            epochs = {**response.epochs, partition: epoch}
            return encode_response(replace(response, epochs=epochs))

        try:
            claim.unserve = await self._bus.serve(requests_subject(partition), answer)
        except BaseException:
            del self._claims[partition]
            raise

    async def release(self, partition: str) -> None:
        """Serve no new requests of a partition, and wait for those in progress, at most
        `release_s`. Requests that were on their way are answered: they are for the next owner."""
        claim = self._claims.pop(partition)
        claim.is_released = True
        if claim.unserve is not None:
            claim.unserve()
        try:
            async with asyncio.timeout(self._release_s):
                with suppress(BusUnavailable):
                    await self._bus.flush()
                await claim.wait_idle()
        except TimeoutError:
            log.warning("requests_left_in_progress", extra={"partition": partition})

    async def _answer(self, claim: _Claim, message: bytes) -> ForwardedResponse:
        try:
            request = decode_request(message)
        except MessageUnreadable as error:
            log.error("forwarded_request_unreadable", extra={"reason": str(error)})
            return _rejection(
                Unavailable("The servers have different versions.", "version_unknown")
            )
        if isinstance(request, RestOfResponse):
            return self._rest(request)
        if claim.is_released:
            return _rejection(Unavailable("The account has moved.", NOT_OWNER))
        if isinstance(request, EarlierPart):
            return self._keep(request)
        if self._in_progress >= self._in_progress_max:
            return _rejection(
                Unavailable("Too many requests are in progress; try again.", "overloaded")
            )
        self._in_progress += 1
        claim.begin()
        try:
            return await self._run(request)
        finally:
            claim.end()
            self._in_progress -= 1

    async def _run(self, request: ForwardedRequest) -> ForwardedResponse:
        if request.token:
            earlier = self._request_bodies.take(request.token)
            if earlier is None:
                return _parts_expired()
            request = replace(request, body=earlier + request.body)
        if request.command:
            response = await self._replies.run(request, self._call)
        else:
            response = await self._call(request)
        return self._first_part(response)

    async def _call(self, request: ForwardedRequest) -> ForwardedResponse:
        claims = dict(self._claims) if request.lists_partitions else {}
        token = request_id.set(request.request_id)
        named_token = client_request_id.set(request.client_request_id)
        try:
            response = await call_application(self._app, request)
        finally:
            request_id.reset(token)
            client_request_id.reset(named_token)
        # The process has owned these all the time.
        owned = {
            partition: claim.epoch
            for partition, claim in claims.items()
            if self._claims.get(partition) is claim
        }
        return replace(response, partitions=list(owned), epochs=owned)

    def _first_part(self, response: ForwardedResponse) -> ForwardedResponse:
        body = response.body
        if len(body) <= PART_BYTES:
            return response
        token = f"{new_token():x}"
        self._response_bodies.put(token, body)
        return replace(response, body=body[:PART_BYTES], token=token)

    def _rest(self, request: RestOfResponse) -> ForwardedResponse:
        part = self._response_bodies.part(request.token, request.start, PART_BYTES)
        if part is None:
            return _parts_expired()
        size, body = part
        return ForwardedResponse(status=200, size=size, body=body)

    def _keep(self, part: EarlierPart) -> ForwardedResponse:
        body = self._request_bodies.get(part.token) or b""
        if len(body) < part.start:
            return _parts_expired()
        # A part that the bus repeats replaces itself.
        self._request_bodies.put(part.token, body[: part.start] + part.body)
        return ForwardedResponse(status=200)


class _Claim:
    """The requests of one partition that are in progress, under one epoch of its owner."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.unserve: Unsubscribe | None = None
        self.is_released = False
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self) -> None:
        self._count += 1
        self._idle.clear()

    def end(self) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def wait_idle(self) -> None:
        await self._idle.wait()


def _rejection(error: ApiError) -> ForwardedResponse:
    return forwarded(error_response(error))


def _parts_expired() -> ForwardedResponse:
    return _rejection(Unavailable("The body came in parts, and one is missing.", PARTS_EXPIRED))
