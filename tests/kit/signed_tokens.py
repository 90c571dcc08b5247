"""Signed tokens, as an identity provider would issue them."""

import time
from typing import Any

from trading_api.auth.principal import Scope
from trading_api.auth.tokens import issue_token
from trading_api.settings import Settings

SECRET = "a secret of thirty-two bytes, or so"


def secured(**changed: Any) -> Settings:
    """Return settings with authentication by a shared secret."""
    defaults = Settings.defaults().model_dump()
    return Settings.model_validate(
        defaults | {"auth_mode": "secret", "auth_secret": SECRET} | changed
    )


def token(
    *scopes: str, accounts: tuple[str, ...] = ("OWN",), secret: str = SECRET, **claims: Any
) -> str:
    """Return a token that is valid for a minute, with all scopes by default."""
    return issue_token(
        secret,
        {
            "sub": "somebody",
            "scope": " ".join(scopes or Scope),
            "accounts": list(accounts),
            "exp": int(time.time()) + 60,
        }
        | claims,
    )


def token_valid_for(seconds: int) -> str:
    return token(exp=int(time.time()) + seconds)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}
