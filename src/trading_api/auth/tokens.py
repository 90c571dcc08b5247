"""JSON web tokens: verifying them, reading them from a request and issuing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import jwt
from jwt import ExpiredSignatureError, PyJWTError
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from trading_api.auth.key_provider import (
    JwksKeyProvider,
    Key,
    KeyProvider,
    SecretKeyProvider,
    jwks_key_provider,
)
from trading_api.auth.principal import Principal
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import ConfigurationError, Unauthorized
from trading_api.models.common import AccountId
from trading_api.settings import Settings

TOKEN_LENGTH_MAX = 4096
SECRET_BYTES_MIN = 32
LEEWAY_S = 5
"""How far the clock of the token issuer may differ from this one."""
SUBPROTOCOL = "trading-api"
SUBPROTOCOL_TOKEN = "bearer."


def _encodable(text: str) -> str:
    """Return the text. Raises ValueError for a lone surrogate, which no response can contain."""
    text.encode()
    return text


class _Claims(BaseModel):
    # OpenID Connect allows 255 characters.
    sub: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_encodable)]
    exp: float
    scope: str | list[str] = ""
    accounts: list[AccountId] = []


class TokenVerifier:
    """Authenticates callers by their tokens.

    `keys` is None where authentication is off; every caller is then the same anonymous principal.
    `live_accounts` are the live accounts of this server. None of them is ever a caller's default.
    """

    def __init__(
        self,
        keys: KeyProvider | None,
        default_account: str,
        audience: str | None = None,
        issuer: str | None = None,
        live_accounts: frozenset[str] = frozenset(),
    ) -> None:
        self._keys = keys
        self._anonymous = Principal.anonymous(default_account, live_accounts)
        self._live_accounts = live_accounts
        self._default_account = default_account
        self._audience = audience
        self._issuer = issuer

    @property
    def is_required(self) -> bool:
        return self._keys is not None

    @property
    def jwks(self) -> JwksKeyProvider | None:
        """The key set that is fetched, or None where no keys are."""
        return self._keys if isinstance(self._keys, JwksKeyProvider) else None

    async def authenticate(self, token: str | None) -> Principal:
        """Return the caller whom the token names.

        Raises Unauthorized for a token that is missing, expired or not valid, and Unavailable
        while the keys cannot be loaded.
        """
        if self._keys is None:
            return self._anonymous
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
        return self._create_principal(claims, key)

    def is_current(self, principal: Principal) -> bool:
        """Return whether the key that the principal's token is signed with is still accepted."""
        return self._keys is None or principal.key is None or self._keys.holds(principal.key)

    def _create_principal(self, claims: _Claims, key: Key) -> Principal:
        scopes = claims.scope.split() if isinstance(claims.scope, str) else claims.scope
        default: str | None = self._default_account
        if default not in claims.accounts:
            paper = (each for each in claims.accounts if account_kind(each) is AccountKind.PAPER)
            default = next(paper, None)
        return Principal(
            subject=claims.sub,
            scopes=frozenset(scopes),
            accounts=frozenset(claims.accounts),
            default_account=default,
            expires_s=claims.exp + LEEWAY_S,
            key=key,
            live_accounts=self._live_accounts,
        )


def create_token_verifier(settings: Settings) -> TokenVerifier:
    """Return the verifier that AUTH_MODE selects. Raises ConfigurationError."""
    keys: KeyProvider | None = None
    if settings.auth_mode == "secret":
        keys = SecretKeyProvider(signing_secret(settings))
    elif settings.auth_mode == "jwks":
        if not settings.auth_jwks:
            raise ConfigurationError(
                "AUTH_MODE=jwks needs AUTH_JWKS, the file or the http(s) address of a JWK set."
            )
        keys = jwks_key_provider(settings.auth_jwks, settings.auth_jwks_max_age_s)
    return TokenVerifier(
        keys,
        settings.default_account_id,
        settings.auth_audience,
        settings.auth_issuer,
        settings.live_account_ids,
    )


def signing_secret(settings: Settings) -> str:
    """Return AUTH_SECRET. Raises ConfigurationError where it is missing or too short."""
    secret = settings.auth_secret.get_secret_value() if settings.auth_secret else ""
    if len(secret.encode()) < SECRET_BYTES_MIN:
        raise ConfigurationError(
            f"AUTH_MODE=secret needs AUTH_SECRET, of at least {SECRET_BYTES_MIN} bytes; "
            "`openssl rand -hex 32` makes one."
        )
    return secret


def bearer_token(headers: Mapping[str, str]) -> str | None:
    """Return the token of the header `Authorization: Bearer <token>`."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def handshake_token(headers: Mapping[str, str], subprotocols: list[str]) -> str | None:
    """Return the token that a WebSocket client sent with its handshake.

    It is in the header `Authorization`, or in the subprotocol `bearer.<token>`, which browsers can
    send. A token in the URL is ignored, because proxies log URLs.
    """
    token = bearer_token(headers)
    if token is not None:
        return token
    for offered in subprotocols:
        if offered.startswith(SUBPROTOCOL_TOKEN):
            return offered.removeprefix(SUBPROTOCOL_TOKEN)
    return None


def issue_token(secret: str, claims: dict[str, Any]) -> str:
    """Return a token with these claims, signed with the shared secret (HS256)."""
    return jwt.encode(claims, secret, algorithm="HS256")
