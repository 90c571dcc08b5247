"""The token that authenticates requests and connections."""

from __future__ import annotations

import base64
import inspect
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Token: TypeAlias = str | Callable[[], str | Awaitable[str]] | None
"""A token, or a function that returns a valid one. It is called again before a token expires."""

MARGIN_S = 30.0
"""A token is replaced this long before it expires, or after half of its remaining time."""


class TokenSource:
    """Provides a token, and requests a fresh one before it expires."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._value: str | None = None
        self._refresh_at_s = -math.inf

    @property
    def can_refresh(self) -> bool:
        """Return whether a function provides the tokens."""
        return callable(self._token)

    async def token(self) -> str | None:
        """Return the present token, or a fresh one if it expires soon, or None if there is none."""
        if not callable(self._token):
            return self._token
        if self._value is None or time.time() >= self._refresh_at_s:
            return await self.refresh()
        return self._value

    async def refresh(self) -> str | None:
        """Return a fresh token."""
        if not callable(self._token):
            return self._token
        given = self._token()
        self._value = await given if inspect.isawaitable(given) else given
        self._refresh_at_s = time.time() + refresh_in_s(self._value)
        return self._value


def refresh_in_s(token: str) -> float:
    """Return the seconds after which a token is to be replaced; infinite without an expiry."""
    left_s = expiry_s(token) - time.time()
    return max(1.0, left_s - min(MARGIN_S, left_s / 2)) if left_s < math.inf else math.inf


def expiry_s(token: str) -> float:
    """Return when a JWT expires, in seconds since 1970, or infinity if it names no time."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return float(claims["exp"])
    except (IndexError, KeyError, TypeError, ValueError):
        return math.inf
