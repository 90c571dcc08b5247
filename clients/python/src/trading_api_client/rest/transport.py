"""HTTP requests, which are repeated if that is safe."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any, TypeVar

import httpx
import msgspec

from trading_api_client.backoff import Backoff
from trading_api_client.errors import ConnectionFailed, InvalidResponse, Refused, TimedOut
from trading_api_client.models import ErrorResponse, Model
from trading_api_client.token_source import TokenSource

T = TypeVar("T")

PREFIX = "/api/v1"
KEY_HEADER = "Idempotency-Key"
RETRY_BACKOFF = Backoff(base_s=0.1, max_s=2.0)
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    A request with a key is a command, which the server executes once for each key. It is repeated
    until `timeout_s`, or until the client's timeout if that is None. `is_repeatable` is false for a
    request that has no key and must not be executed twice."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Model | None = None
    key: str | None = None
    timeout_s: float | None = None
    is_repeatable: bool = True


class RestTransport:
    """Sends requests with the token, and decodes the responses.

    A request without a response is repeated until its timeout. A read is safe to repeat because it
    changes nothing, and a command because of its idempotency key."""

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        timeout_s: float = 10.0,
        tls: SSLContext | None = None,
    ) -> None:
        self._base_url = base_url + PREFIX
        self._tokens = tokens
        self._timeout_s = timeout_s
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
        verify = True if tls is None else tls
        self._http = httpx.AsyncClient(base_url=self._base_url, limits=limits, verify=verify)

    async def send(self, request: Request, type_: type[T]) -> T:
        """Return the decoded response. Raises Refused, ConnectionFailed, TimedOut and
        InvalidResponse."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (request.timeout_s or self._timeout_s)
        attempt = 0
        while True:
            left_s = deadline - loop.time()
            try:
                return await self._attempt(request, type_, left_s)
            except Refused as error:
                if not _is_worth_repeating(request, error):
                    raise
                delay_s = max(RETRY_BACKOFF.delay_s(attempt), error.retry_after_s or 0)
                if loop.time() + delay_s >= deadline:
                    raise
            except httpx.TimeoutException as error:
                address = f"{request.method} {self._base_url}{request.path}"
                raise TimedOut(f"{address} was not answered") from error
            except httpx.TransportError as error:
                delay_s = RETRY_BACKOFF.delay_s(attempt)
                if not request.is_repeatable or loop.time() + delay_s >= deadline:
                    address = f"{request.method} {self._base_url}{request.path}"
                    reason = str(error) or type(error).__name__
                    raise ConnectionFailed(f"{address}: {reason}") from error
            await asyncio.sleep(delay_s)
            attempt += 1

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _attempt(self, request: Request, type_: type[T], timeout_s: float) -> T:
        token = await self._tokens.token()
        response = await self._send_once(request, token, timeout_s)
        if response.status_code == httpx.codes.UNAUTHORIZED and self._tokens.can_refresh:
            fresh = await self._tokens.refresh()
            if fresh != token:
                response = await self._send_once(request, fresh, timeout_s)
        if not response.is_success:
            raise refused_by(response)
        try:
            return msgspec.json.decode(response.content, type=type_)
        except msgspec.DecodeError as error:
            raise InvalidResponse(f"{request.method} {request.path}: {error}") from error

    async def _send_once(
        self, request: Request, token: str | None, timeout_s: float
    ) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if request.key is not None:
            headers[KEY_HEADER] = request.key
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return await self._http.request(
            request.method,
            request.path,
            params={name: value for name, value in request.params.items() if value is not None},
            content=None if request.body is None else msgspec.json.encode(request.body),
            headers=headers,
            timeout=timeout_s,
        )


def refused_by(response: httpx.Response) -> Refused:
    """Return the error in a response of the server or of a proxy in front of it."""
    try:
        error = msgspec.json.decode(response.content, type=ErrorResponse)
        code, message = error.code, error.detail
    except msgspec.DecodeError:
        code, message = f"http_{response.status_code}", response.reason_phrase
    retry_after = response.headers.get("Retry-After", "")
    retry_after_s = float(retry_after) if retry_after.isdigit() else None
    return Refused(code, message, response.status_code, retry_after_s)


def _is_worth_repeating(request: Request, error: Refused) -> bool:
    """Return whether to send the request again. That is a read that the server cannot answer at the
    moment, or a command whose outcome the server does not know."""
    if error.code == "outcome_unknown":
        return request.key is not None
    return request.key is None and request.is_repeatable and error.status == UNAVAILABLE
