"""Authenticates Alpaca's clients: a key id and a secret, in headers or in a stream's message."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from trading_api.auth.api_secrets import secret_matches
from trading_api.auth.principal import Principal
from trading_api.errors import ApiError
from trading_api.modules.alpaca.errors import AlpacaError, code_of, to_alpaca_error
from trading_api.modules.alpaca.keys.api_key import ApiKey
from trading_api.modules.alpaca.keys.store import KeyStore
from trading_api.settings import Settings

KEY_LENGTH_MAX = 128
CACHED_MS = 1_000
"""How long a key is cached after it was read: a revoked key authenticates for this long at most."""
CACHE_KEYS_MAX = 1_000


class AlpacaAuthenticator:
    """Finds the caller behind a key id and a secret.

    With AUTH_MODE=off, every caller is the anonymous principal of the default account, whatever
    key is sent, or none."""

    def __init__(self, settings: Settings, store: KeyStore, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._live_accounts = settings.live_account_ids
        self._anonymous: Principal | None = None
        if settings.auth_mode == "off":
            self._anonymous = Principal.anonymous(
                settings.default_account_id, settings.live_account_ids
            )
        # At most CACHE_KEYS_MAX; when full, the oldest is removed.
        self._cache: dict[str, tuple[int, ApiKey]] = {}

    async def authenticate(self, key_id: str | None, secret: str | None) -> Principal:
        """Return the caller. Raises AlpacaError with 401 for a key that is missing, unknown,
        expired or revoked, or with another secret, and Unavailable."""
        if self._anonymous is not None:
            return self._anonymous
        if not key_id or not secret or max(len(key_id), len(secret)) > KEY_LENGTH_MAX:
            raise _unauthorized()
        key = await self._find(key_id)
        if not secret_matches(secret, key.digest if key else None) or key is None:
            raise _unauthorized()
        if not key.is_valid(self._now_ms()):
            raise _unauthorized()
        return Principal(
            subject=f"alpaca-key {key.id}",
            scopes=frozenset(key.scopes),
            accounts=frozenset({key.account_id}),
            default_account=key.account_id,
            expires_s=None if key.expires_ms is None else key.expires_ms / 1_000,
            live_accounts=self._live_accounts,
        )

    async def authenticate_headers(self, headers: Headers) -> Principal:
        """Return the caller whose key is in the headers of a request. Raises what `authenticate`
        raises."""
        return await self.authenticate(*_credentials(headers))

    async def _find(self, key_id: str) -> ApiKey | None:
        now_ms = self._now_ms()
        cached = self._cache.get(key_id)
        if cached is not None and 0 <= now_ms - cached[0] < CACHED_MS:
            return cached[1]
        self._cache.pop(key_id, None)
        key = await asyncio.to_thread(self._store.get, key_id)
        if key is not None:
            while len(self._cache) >= CACHE_KEYS_MAX:
                del self._cache[next(iter(self._cache))]
            self._cache[key_id] = now_ms, key
        return key


class AlpacaAuthenticationMiddleware:
    """Authenticates each HTTP request by its headers, before its body is read.

    The caller is stored in `scope["state"]["principal"]`; without a valid key, the response is 401.
    Streams authenticate their own clients, by their first message."""

    def __init__(self, app: ASGIApp, authenticator: AlpacaAuthenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                principal = await self._authenticator.authenticate_headers(Headers(scope=scope))
            except AlpacaError as error:
                return await error.response()(scope, receive, send)
            except ApiError as error:
                return await to_alpaca_error(error).response()(scope, receive, send)
            scope.setdefault("state", {})["principal"] = principal
        return await self._app(scope, receive, send)


def _credentials(headers: Headers) -> tuple[str | None, str | None]:
    """Return the key id and the secret of Alpaca's headers, or of HTTP Basic authentication."""
    key_id, secret = headers.get("apca-api-key-id"), headers.get("apca-api-secret-key")
    if key_id is not None or secret is not None:
        return key_id, secret
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    key_id, _, secret = text.partition(":")
    return key_id, secret


def _unauthorized() -> AlpacaError:
    return AlpacaError(401, code_of(401), "request is not authorized")
