"""Who a caller is, and the one policy that REST paths, commands and topics ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from trading_api.errors import Forbidden, NotFound, shown
from trading_api.models.common import AccountId

_account_ids: TypeAdapter[str] = TypeAdapter(AccountId)


class Scope(StrEnum):
    """None includes another."""

    MARKET_READ = "market:read"
    ACCOUNT_READ = "account:read"
    ACCOUNT_TRADE = "account:trade"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """`accounts` None are all that can be named. `expires_s` is in seconds since 1970."""

    subject: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None
    default_account: str | None
    expires_s: float | None = None

    @classmethod
    def anyone(cls, default_account: str) -> Principal:
        """Every caller while authentication is off."""
        return cls("anyone", frozenset(Scope), None, default_account)

    def require(self, scope: str) -> None:
        """Raises Forbidden."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs a token with the scope {scope}.", "insufficient_scope")

    def account(self, account_id: str | None) -> str:
        """The account that the caller means, by default their own. Raises NotFound, which does
        not tell an account of somebody else's from one that isn't there."""
        if account_id is None:
            account_id = self.default_account
        if account_id is None:
            raise NotFound("Your token grants no account.", "unknown_account")
        if self.accounts is None:
            return _named(account_id)
        if account_id in self.accounts:
            return account_id
        raise NotFound(
            f"There is no account {shown(account_id)!r}; GET /api/v1/broker/accounts lists yours.",
            "unknown_account",
        )

    def may_follow(self, request: Mapping[str, Any]) -> None:
        """`request` is a subscription's payload: what names an account is that account's, all else
        is the market's. Raises Forbidden, NotFound."""
        if "accountId" in request:
            self.require(Scope.ACCOUNT_READ)
            self.account(request["accountId"])
        else:
            self.require(Scope.MARKET_READ)


def _named(account_id: str) -> str:
    try:
        return _account_ids.validate_python(account_id)
    except ValidationError:
        raise NotFound(
            f"There is no account {shown(account_id)!r}; an id is 1 to 64 characters of "
            "A-Z a-z 0-9 _ . and -.",
            "unknown_account",
        ) from None
