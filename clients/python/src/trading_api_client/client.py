"""The synchronous client."""

from __future__ import annotations

import copy
from contextlib import nullcontext, suppress
from ssl import SSLContext
from types import TracebackType
from typing import Self

from trading_api_client.async_client import TIMEOUT_S, AsyncClient
from trading_api_client.blocking.account import BlockingAccountRest
from trading_api_client.blocking.alerts import BlockingAlertRest
from trading_api_client.blocking.exports import BlockingAccountExport
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.blocking.market import BlockingMarketRest
from trading_api_client.blocking.orders import BlockingOrderRest
from trading_api_client.blocking.streams import BlockingStreams
from trading_api_client.stream.reconnecting_socket import StreamOptions
from trading_api_client.token_source import Token


class Client(
    BlockingMarketRest,
    BlockingOrderRest,
    BlockingAccountRest,
    BlockingAccountExport,
    BlockingAlertRest,
    BlockingStreams,
):
    """A client of one server and one account, for code without an event loop.

    It has the methods of AsyncClient, and runs them in a thread of its own. Several threads can use
    it. Streams are ordinary iterators. Callbacks run in the client's thread, and must not call the
    client."""

    def __init__(
        self,
        base_url: str,
        token: Token = None,
        account: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        stream_options: StreamOptions | None = None,
        tls: SSLContext | None = None,
    ) -> None:
        self._client = AsyncClient(
            base_url,
            token,
            account,
            timeout_s=timeout_s,
            stream_options=stream_options,
            tls=tls,
        )
        self._loop = LoopThread()

    def with_account(self, account: str) -> Self:
        """Return a client of another account over the same connections. Closing one closes both."""
        other = copy.copy(self)
        other._client = self._client.with_account(account)
        return other

    def close(self) -> None:
        """Close every connection. The client cannot be used afterwards."""
        if self._loop.is_running:
            try:
                self._loop.run(self._client.close())
            finally:
                self._loop.stop()  # also when Ctrl-C ends the wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The first Ctrl-C is being raised. A second one only ends the wait for the server.
        with suppress(KeyboardInterrupt) if kind is KeyboardInterrupt else nullcontext():
            self.close()

    def __repr__(self) -> str:
        return repr(self._client).removeprefix("Async")
