"""Middleware that rejects requests by client address, Host header and Origin header."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from functools import lru_cache
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.origins import is_allowed_origin
from trading_api.errors import Forbidden
from trading_api.web.error_responses import send_error

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# Load balancers probe each server by its address, whatever its hosts are.
_PROBE_PATHS = {"/health/live", "/health/ready"}


class HostOriginMiddleware:
    """Answers 403 to requests from a client, to a host or from a web page that is not allowed.

    * Where `only_loopback`, clients on other machines are rejected. The address is the one that a
      proxy on this machine reports (uvicorn's FORWARDED_ALLOW_IPS).
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
        # A client without an address is connected by a Unix domain socket of this machine.
        if self._only_loopback and scope.get("client") and not _is_loopback(scope["client"][0]):
            return Forbidden(
                "Without authentication only this machine is served.", "address_not_allowed"
            )
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_allowed_host(host) and scope["path"] not in _PROBE_PATHS:
            return Forbidden(
                "This Host is not served here; ALLOWED_HOSTS names those.", "host_not_allowed"
            )
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            origin = headers.get("origin")
            if not is_allowed_origin(origin, host, self._origins):
                return Forbidden("This page's origin is not admitted.", "origin_not_allowed")
        return None

    def _is_allowed_host(self, host: str) -> bool:
        return self._hosts is None or _without_port(host) in self._hosts


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
    return re.sub(r":\d+$", "", host.lower())
