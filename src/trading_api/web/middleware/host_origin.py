"""Middleware that rejects requests by client address, Host header and Origin header."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.origins import is_allowed_origin
from trading_api.errors import Forbidden
from trading_api.web.error_responses import send_error
from trading_api.web.paths import route_path

_PORT = re.compile(r":\d+$")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Load balancers probe each server by its address, whatever its hosts are.
_PROBE_PATHS = {"/health/live", "/health/ready"}
_PROXY_HEADERS = {
    *(b"forwarded", b"via", b"x-forwarded-host", b"x-forwarded-port", b"x-forwarded-proto"),
    *(b"x-forwarded-server", b"x-real-ip", b"x-client-ip", b"true-client-ip", b"cf-connecting-ip"),
}


class HostOriginMiddleware:
    """Answers 403 to requests from a client, to a host or from a web page that is not allowed.

    * Where `only_loopback`, clients on other machines are rejected: by the peer's address, and by
      every address in `X-Forwarded-For`, whether or not uvicorn trusts the peer. A request by a
      proxy that passes no `X-Forwarded-For` is rejected too, as far as it can be recognized: by
      another header that proxies add, or by HTTP/1.0, which only proxies still speak.
    * Hosts other than `hosts` are rejected; None allows any.
    * A method that changes something is rejected from a page of a foreign origin.

    Starlette's TrustedHostMiddleware answers 400 in plain text, before the probes too.
    """

    def __init__(
        self,
        app: ASGIApp,
        only_loopback: bool,
        hosts: frozenset[str] | None,
        origins: re.Pattern[str],
    ) -> None:
        self._app = app
        self._only_loopback = only_loopback
        self._hosts = hosts
        self._origins = origins

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # Not a coroutine: a WebSocket connection would keep its frame as long as it is open.
        if scope["type"] != "lifespan" and (error := self._rejection(scope)):
            return send_error(error, scope, receive, send)
        return self._app(scope, receive, send)

    def _rejection(self, scope: Scope) -> Forbidden | None:
        # Of equal headers the first one counts, as elsewhere.
        headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))
        if self._only_loopback and (error := _remote_client_error(scope, headers)):
            return error
        host = headers.get(b"host", b"").decode("latin-1")
        if not self._is_allowed_host(host) and route_path(scope) not in _PROBE_PATHS:
            return Forbidden(
                "This Host is not served here; ALLOWED_HOSTS names those.", "host_not_allowed"
            )
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            origin = headers.get(b"origin")
            text = None if origin is None else origin.decode("latin-1")
            if not is_allowed_origin(text, host, self._origins):
                return Forbidden("This page's origin is not admitted.", "origin_not_allowed")
        return None

    def _is_allowed_host(self, host: str) -> bool:
        return self._hosts is None or _without_port(host) in self._hosts


def _remote_client_error(scope: Scope, headers: Mapping[bytes, bytes]) -> Forbidden | None:
    """Return an error unless the request comes from this machine."""
    forwarded = b",".join(
        value for name, value in scope["headers"] if name == b"x-forwarded-for"
    ).decode("latin-1")
    addresses = [each.strip() for each in forwarded.split(",") if each.strip()]
    is_proxied = scope.get("http_version") == "1.0" or not _PROXY_HEADERS.isdisjoint(headers)
    if is_proxied and not addresses:
        return Forbidden(
            "Without authentication a proxy has to pass the client's address on, in the header "
            "X-Forwarded-For.",
            "client_address_missing",
        )
    # A client without an address is connected by a Unix domain socket of this machine.
    if scope.get("client"):
        addresses.append(scope["client"][0])
    if all(map(_is_loopback, addresses)):
        return None
    return Forbidden("Without authentication only this machine is served.", "address_not_allowed")


@lru_cache(maxsize=1024)
def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _without_port(host: str) -> str:
    """Return the host in lower case without its port: `[::1]` for `[::1]:8000`."""
    return _PORT.sub("", host.lower())
