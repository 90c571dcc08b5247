"""The authenticated caller, and the authorization policy of REST, commands and topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jwt import PyJWK
from pydantic import TypeAdapter, ValidationError

from trading_api.errors import Forbidden, NotFound, truncate
from trading_api.models.common import AccountId

_account_ids: TypeAdapter[str] = TypeAdapter(AccountId)


class Scope(StrEnum):
    """What a token permits. No scope includes another."""

    MARKET_READ = "market:read"
    ACCOUNT_READ = "account:read"
    ACCOUNT_TRADE = "account:trade"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: who they are, which scopes they have and which accounts they may use.

    `accounts` is None where any account may be named. `expires_s` is in seconds since 1970. `key`
    is what the token was verified with, and None where there is no token.
    """

    subject: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None
    default_account: str | None
    expires_s: float | None = None
    key: PyJWK | str | None = field(default=None, compare=False, repr=False)

    @classmethod
    def anonymous(cls, default_account: str) -> Principal:
        """Return the principal of every caller while authentication is off."""
        return cls("anyone", frozenset(Scope), None, default_account)

    def require(self, scope: str) -> None:
        """Raises Forbidden where the caller lacks the scope."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs a token with the scope {scope}.", "insufficient_scope")

    def account(self, account_id: str | None) -> str:
        """Return the account that the caller names, by default their own.

        Raises NotFound, alike for an account of another caller and for one that does not exist.
        """
        if account_id is None:
            account_id = self.default_account
        if account_id is None:
            raise NotFound("Your token grants no account.", "unknown_account")
        if self.accounts is None:
            return _validated(account_id)
        if account_id in self.accounts:
            return account_id
        raise NotFound(
            f"There is no account {truncate(account_id)!r}; "
            "GET /api/v1/broker/accounts lists yours.",
            "unknown_account",
        )

    def any_account(self, account_id: str) -> str:
        """Return the id of any account, granted or not. The caller needs the scope `admin`.

        Raises NotFound where no account can have this id.
        """
        self.require(Scope.ADMIN)
        return _validated(account_id)

    def authorize_subscription(self, request: Mapping[str, Any]) -> None:
        """Check that the caller may subscribe with this payload. Raises Forbidden, NotFound.

        A payload with an `accountId` subscribes to that account, any other to market data.
        """
        if "accountId" in request:
            self.require(Scope.ACCOUNT_READ)
            self.account(request["accountId"])
        else:
            self.require(Scope.MARKET_READ)


def _validated(account_id: str) -> str:
    try:
        return _account_ids.validate_python(account_id)
    except ValidationError:
        raise NotFound(
            f"There is no account {truncate(account_id)!r}; an id is 1 to 64 characters of "
            "A-Z a-z 0-9 _ . and -.",
            "unknown_account",
        ) from None
