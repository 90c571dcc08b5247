"""What is turned away before anything looks at it."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from functools import lru_cache
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.origins import is_admitted_origin
from trading_api.errors import Forbidden
from trading_api.web.error_responses import refuse

_SAFE = {"GET", "HEAD", "OPTIONS"}
# Whoever looks after servers asks each by its address.
_HEALTH = {"/health/live", "/health/ready"}


class Door:
    """Refuses, with 403, callers from other machines where `only_loopback`, hosts that are not
    `hosts` (None: any), and what a page of a foreign origin would change. A proxy on this machine
    is believed whom it speaks for (uvicorn's FORWARDED_ALLOW_IPS)."""

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
        # A call, so that a WebSocket's connection keeps no frame of it.
        if scope["type"] != "lifespan" and (error := self._refusal(scope)):
            return refuse(error, scope, receive, send)
        return self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Forbidden | None:
        # Without an address it is a socket of this machine's file system.
        if self._only_loopback and scope.get("client") and not _is_loopback(scope["client"][0]):
            return Forbidden(
                "Without authentication only this machine is served.", "address_not_allowed"
            )
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_served(host) and scope["path"] not in _HEALTH:
            return Forbidden(
                "This Host is not served here; ALLOWED_HOSTS names those.", "host_not_allowed"
            )
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            origin = headers.get("origin")
            if not is_admitted_origin(origin, host, self._origins):
                return Forbidden("This page's origin is not admitted.", "origin_not_allowed")
        return None

    def _is_served(self, host: str) -> bool:
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
    """`[::1]:8000` is `[::1]`."""
    return re.sub(r":\d+$", "", host.lower())
