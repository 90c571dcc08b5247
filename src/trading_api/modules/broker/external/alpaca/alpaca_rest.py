"""Alpaca's REST API through alpaca-py, in the connector's process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import requests
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from trading_api.connectors.errors import ConnectorError
from trading_api.modules.broker.external.alpaca.alpaca_documents import read_document
from trading_api.modules.broker.external.alpaca.alpaca_errors import answer_error
from trading_api.modules.broker.external.alpaca.alpaca_messages import (
    AUTHENTICATION,
    IN_DOUBT,
    NOT_REACHED,
    AlpacaConfiguration,
)
from trading_api.modules.broker.external.venue_client import RateLimitUse
from trading_api.settings import is_loopback_url

T = TypeVar("T")

THREADS = 4
"""alpaca-py blocks, so that as many requests are under way at most. Others wait, and are not sent
after their deadline."""


class AlpacaRest:
    """Makes requests in threads. Every failure is a ConnectorError.

    `on_rate_limits` is called with the use of the rate limit of each answer, and
    `on_authentication_failure` when Alpaca refuses the keys."""

    def __init__(
        self,
        configuration: AlpacaConfiguration,
        on_rate_limits: Callable[[Sequence[RateLimitUse]], None],
        on_authentication_failure: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._client = _BoundedClient(configuration, self._record)
        self._threads = ThreadPoolExecutor(THREADS, "alpaca")
        self._on_rate_limits = on_rate_limits
        self._on_authentication_failure = on_authentication_failure
        self._blocked_until_s = 0.0  # of the monotonic clock

    async def get(
        self, path: str, type: type[T], deadline_s: float, fields: dict[str, Any] | None = None
    ) -> T:
        """Return a document."""
        return await self._request(deadline_s, type, self._client.get, path, fields or {})

    async def post(self, path: str, type: type[T], deadline_s: float, fields: dict[str, Any]) -> T:
        """Return the document that was created."""
        return await self._request(deadline_s, type, self._client.post, path, fields)

    async def patch(self, path: str, type: type[T], deadline_s: float, fields: dict[str, Any]) -> T:
        """Return the changed document."""
        return await self._request(deadline_s, type, self._client.patch, path, fields)

    async def delete(self, path: str, deadline_s: float) -> None:
        """Delete a document. The answer is empty."""
        await self._request(deadline_s, object, self._client.delete, path)

    async def _request(
        self, deadline_s: float, type: type[T], function: Callable[..., Any], *arguments: Any
    ) -> T:
        try:
            raw = await self._loop.run_in_executor(
                self._threads, self._send, deadline_s, function, *arguments
            )
        except ConnectorError as error:
            if error.code == AUTHENTICATION:
                self._on_authentication_failure()
            if error.retry_after_s:
                self._blocked_until_s = time.monotonic() + error.retry_after_s
            raise
        try:
            return read_document(raw, type)
        except msgspec.ValidationError as error:
            raise ConnectorError(IN_DOUBT, f"Alpaca's answer is not understood: {error}") from None

    def _send(self, deadline_s: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Make a request, within a thread."""
        now_s = time.monotonic()
        if now_s >= deadline_s:
            raise ConnectorError(NOT_REACHED, "The request waited too long to be sent.")
        if (wait_s := self._blocked_until_s - now_s) > 0:
            text = f"Alpaca's rate limit is used up for another {wait_s:.0f} s."
            raise ConnectorError(NOT_REACHED, text, wait_s)
        try:
            return function(*arguments)
        except APIError as error:
            response = error.response
            raise answer_error(
                response.status_code, response.text, response.headers, time.time()
            ) from None
        except requests.ConnectionError as error:
            code = NOT_REACHED if _is_not_connected(error) else IN_DOUBT
            raise ConnectorError(code, f"Alpaca does not answer: {_cause(error)}") from None
        except requests.Timeout:
            raise ConnectorError(IN_DOUBT, "Alpaca did not answer in time.") from None
        except (requests.RequestException, ValueError) as error:
            text = f"Alpaca's answer is not understood: {error.__class__.__name__}"
            raise ConnectorError(IN_DOUBT, text) from None

    def _record(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Note the rate limit in an answer's headers, within a thread."""
        try:
            limit = int(response.headers["X-RateLimit-Limit"])
            used = limit - int(response.headers["X-RateLimit-Remaining"])
        except (KeyError, ValueError):
            return
        use = RateLimitUse("requests", used, limit, 60)
        self._loop.call_soon_threadsafe(self._on_rate_limits, [use])


class _BoundedClient(TradingClient):
    """alpaca-py's client, with a time-out for each request and with no repetition of its own.

    It repeats 429 and 504 three times, without regard to what the request was. After 504 an order
    may exist, and after 429 Alpaca itself names the time to wait."""

    def __init__(
        self, configuration: AlpacaConfiguration, on_response: Callable[..., None]
    ) -> None:
        super().__init__(
            configuration.api_key,
            configuration.api_secret,
            paper=False,
            raw_data=True,
            url_override=configuration.url,
        )
        if is_loopback_url(configuration.url):
            self._session.trust_env = False  # no proxy leads to this machine
        self._timeouts = (configuration.connect_timeout_s, configuration.answer_timeout_s)
        self._session.hooks["response"].append(on_response)

    def _one_request(self, method: str, url: str, opts: dict[str, Any], retry: int) -> Any:
        return super()._one_request(method, url, opts | {"timeout": self._timeouts}, retry=0)


def _is_not_connected(error: requests.ConnectionError) -> bool:
    """Return whether there was no connection on which a request could have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, (NewConnectionError, ConnectTimeoutError))


def _cause(error: requests.ConnectionError) -> str:
    """Return a short cause: the whole text has addresses of objects."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return str(cause) or cause.__class__.__name__
