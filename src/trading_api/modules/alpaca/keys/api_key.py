"""A key of one account: an id, the digest of a secret, and the scopes of a token."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

from trading_api.auth.principal import Scope

ID_LENGTH = 20
_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored. Times are in milliseconds since 1970, None where there is none."""

    id: str
    digest: bytes
    account_id: str
    scopes: frozenset[Scope]
    created_ms: int
    expires_ms: int | None = None
    revoked_ms: int | None = None

    def is_valid(self, now_ms: int) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return self.revoked_ms is None and (self.expires_ms is None or now_ms < self.expires_ms)


def new_key_id() -> str:
    """Return a new id. It begins with PK, as those of Alpaca's paper accounts do."""
    return "PK" + "".join(secrets.choice(_ALPHABET) for _ in range(ID_LENGTH - 2))
