"""Tokens: what is taken for one, and what it says of who sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt
from jwt import ExpiredSignatureError, PyJWTError
from pydantic import BaseModel, ValidationError

from trading_api.auth.key_set import Keys, SecretKey, key_set
from trading_api.auth.principal import Principal
from trading_api.errors import ConfigurationError, Unauthorized
from trading_api.models.common import AccountId
from trading_api.settings import Settings

TOKEN_LENGTH_MAX = 4096
SECRET_BYTES_MIN = 32
LEEWAY_S = 5
"""How far the clock of whoever issues tokens may be from this one's."""
SUBPROTOCOL = "trading-api"
SUBPROTOCOL_TOKEN = "bearer."


class _Claims(BaseModel):
    sub: str
    exp: float
    scope: str | list[str] = ""
    accounts: list[AccountId] = []


class Tokens:
    """`keys` None: authentication is off, and everyone is the same."""

    def __init__(
        self,
        keys: Keys | None,
        default_account: str,
        audience: str | None = None,
        issuer: str | None = None,
    ) -> None:
        self._keys = keys
        self._anyone = Principal.anyone(default_account)
        self._default_account = default_account
        self._audience = audience
        self._issuer = issuer

    @property
    def are_needed(self) -> bool:
        return self._keys is not None

    async def principal(self, token: str | None) -> Principal:
        """Raises Unauthorized, Unavailable."""
        if self._keys is None:
            return self._anyone
        if token is None:
            raise Unauthorized("This needs a token: Authorization: Bearer ...", is_missing=True)
        if len(token) > TOKEN_LENGTH_MAX:
            raise Unauthorized("The token is too long.")
        try:
            key = await self._keys.key(jwt.get_unverified_header(token).get("kid"))
            claims = _Claims.model_validate(
                jwt.decode(
                    token,
                    key,
                    algorithms=self._keys.algorithms,
                    audience=self._audience,
                    issuer=self._issuer,
                    leeway=LEEWAY_S,
                    options={"require": ["exp", "sub"]},
                )
            )
        except ExpiredSignatureError:
            raise Unauthorized("The token has expired.") from None
        except (PyJWTError, ValidationError):
            raise Unauthorized("The token is not valid.") from None
        return self._principal_of(claims)

    def _principal_of(self, claims: _Claims) -> Principal:
        scopes = claims.scope.split() if isinstance(claims.scope, str) else claims.scope
        default = self._default_account
        if default not in claims.accounts:
            default = claims.accounts[0] if claims.accounts else None  # type: ignore[assignment]
        return Principal(
            subject=claims.sub,
            scopes=frozenset(scopes),
            accounts=frozenset(claims.accounts),
            default_account=default,
            expires_s=claims.exp + LEEWAY_S,
        )


def tokens_of(settings: Settings) -> Tokens:
    """Raises ConfigurationError."""
    keys: Keys | None = None
    if settings.auth_mode == "secret":
        keys = SecretKey(secret_of(settings))
    elif settings.auth_mode == "jwks":
        if not settings.auth_jwks:
            raise ConfigurationError(
                "AUTH_MODE=jwks needs AUTH_JWKS, the file or the http(s) address of a JWK set."
            )
        keys = key_set(settings.auth_jwks)
    return Tokens(keys, settings.default_account_id, settings.auth_audience, settings.auth_issuer)


def secret_of(settings: Settings) -> str:
    """Raises ConfigurationError."""
    secret = settings.auth_secret.get_secret_value() if settings.auth_secret else ""
    if len(secret.encode()) < SECRET_BYTES_MIN:
        raise ConfigurationError(
            f"AUTH_MODE=secret needs AUTH_SECRET, of at least {SECRET_BYTES_MIN} bytes; "
            "`openssl rand -hex 32` makes one."
        )
    return secret


def bearer_token(headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def handshake_token(headers: Mapping[str, str], subprotocols: list[str]) -> str | None:
    """What a WebSocket's client sent before the upgrade: by `Authorization`, or, as browsers can,
    as the subprotocol `bearer.<token>`. Never by its URL, which gets logged on its way."""
    token = bearer_token(headers)
    if token is not None:
        return token
    for offered in subprotocols:
        if offered.startswith(SUBPROTOCOL_TOKEN):
            return offered.removeprefix(SUBPROTOCOL_TOKEN)
    return None


def minted(secret: str, claims: dict[str, Any]) -> str:
    return jwt.encode(claims, secret, algorithm="HS256")
