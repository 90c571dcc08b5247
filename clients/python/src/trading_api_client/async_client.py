"""The asynchronous client."""

from __future__ import annotations

import copy
from ssl import SSLContext
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from trading_api_client.accounting.account_export import AccountExport
from trading_api_client.rest.alert_rest import AlertRest
from trading_api_client.rest.market_rest import MarketRest
from trading_api_client.rest.order_rest import OrderRest
from trading_api_client.rest.transport import PREFIX, RestTransport
from trading_api_client.stream.reconnecting_socket import StreamOptions
from trading_api_client.stream.stream_client import StreamClient
from trading_api_client.stream.streams import Streams
from trading_api_client.token_source import Token, TokenSource

TIMEOUT_S = 10.0


class AsyncClient(MarketRest, OrderRest, AccountExport, AlertRest, Streams):
    """A client of one server and one account, for the event loop that uses it.

    `base_url` is an address such as `http://127.0.0.1:8000`. `token` is a token, or a function that
    returns one and is called again before the token expires. Without `account`, the client uses the
    server's default account. `tls` has the trusted certificates, by default those of the machine.

    Raises ValueError for an address that is not the server's own. A rejected request raises
    Refused. A request without a response is sent again until `timeout_s`, and then raises
    ConnectionFailed or TimedOut."""

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
        self._base_url = _checked(base_url)
        self._tokens = TokenSource(token)
        self._account_id = account
        self._timeout_s = timeout_s
        self._rest = RestTransport(self._base_url, self._tokens, timeout_s, tls)
        socket_url = f"ws{self._base_url.removeprefix('http')}{PREFIX}/ws"
        options = stream_options or StreamOptions()
        self._streams = StreamClient(socket_url, self._tokens, options, tls)

    def with_account(self, account: str) -> Self:
        """Return a client of another account over the same connections. Closing one closes both."""
        other = copy.copy(self)
        other._account_id = account
        return other

    async def close(self) -> None:
        """Close every connection. The client cannot be used afterwards."""
        await self._streams.close()
        await self._rest.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._base_url!r}, account={self._account_id!r})"


def _checked(base_url: str) -> str:
    """Return the address without a slash at its end. Raises ValueError for another address."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"{base_url!r} does not begin with http:// or https://")
    parts = urlsplit(base_url)
    root = parts._replace(path=parts.path.rstrip("/").removesuffix(PREFIX), query="", fragment="")
    address = root.geturl().rstrip("/")
    if address != base_url.rstrip("/"):
        raise ValueError(f"{base_url!r} is more than the address of a server; pass {address!r}")
    return address
