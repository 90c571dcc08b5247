"""The authenticated caller, and the authorization policy of REST, commands and topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jwt import PyJWK
from pydantic import TypeAdapter, ValidationError

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import AccountNotFound, Forbidden, NotFound, truncate
from trading_api.models.common import AccountId

PAPER = AccountKind.PAPER
_account_ids: TypeAdapter[str] = TypeAdapter(AccountId)


class Scope(StrEnum):
    """What a token permits. No scope includes another."""

    MARKET_READ = "market:read"
    ACCOUNT_READ = "account:read"
    ACCOUNT_TRADE = "account:trade"
    ACCOUNT_LIVE = "account:live"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: who they are, which scopes they have and which accounts they may use.

    `accounts` is None where any account may be named. `live_accounts` are the live accounts of this
    server; each of them needs the scope `account:live` too. `expires_s` is in seconds since 1970.
    `key` is what the token was verified with, and None where there is no token.
    """

    subject: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None
    default_account: str | None
    expires_s: float | None = None
    key: PyJWK | str | None = field(default=None, compare=False, repr=False)
    live_accounts: frozenset[str] = frozenset()

    @classmethod
    def anonymous(
        cls, default_account: str, live_accounts: frozenset[str] = frozenset()
    ) -> Principal:
        """Return the principal of every caller while authentication is off."""
        scopes = frozenset(Scope)
        return cls("anyone", scopes, None, default_account, live_accounts=live_accounts)

    @property
    def usable_accounts(self) -> frozenset[str] | None:
        """The accounts that the caller may use, or None where any account may be named.

        A live account is among them only if this server has it and the caller has its scope."""
        if self.accounts is None:
            return None
        usable = self.live_accounts if Scope.ACCOUNT_LIVE in self.scopes else frozenset()
        return frozenset(
            each for each in self.accounts if account_kind(each) is PAPER or each in usable
        )

    def require(self, scope: str) -> None:
        """Raises Forbidden where the caller lacks the scope."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs a token with the scope {scope}.", "insufficient_scope")

    def account(self, account_id: str | None) -> str:
        """Return the account that the caller names, by default their own.

        Raises NotFound, alike for an account of another caller and for one that does not exist, and
        Forbidden for a live account without its scope.
        """
        if account_id is None:
            account_id = self.default_account
        if account_id is None:
            raise NotFound(
                (
                    "A live account is used only by its id: name one."
                    if self.accounts
                    else "Your token grants no account."
                ),
                "unknown_account",
            )
        if self.accounts is None:
            _validate(account_id)
        elif account_id not in self.accounts:
            raise AccountNotFound(account_id)
        if account_kind(account_id) is not PAPER:
            self._require_live(account_id)
        return account_id

    def any_account(self, account_id: str) -> str:
        """Return the id of any account, granted or not. The caller needs the scope `admin`.

        Raises NotFound where no account can have this id, and Forbidden for a live account without
        its scope.
        """
        self.require(Scope.ADMIN)
        _validate(account_id)
        if account_kind(account_id) is not PAPER:
            self._require_live(account_id)
        return account_id

    def authorize_subscription(self, request: Mapping[str, Any]) -> None:
        """Check that the caller may subscribe with this payload. Raises Forbidden, NotFound.

        A payload with an `accountId` subscribes to that account, any other to market data.
        """
        if "accountId" in request:
            self.require(Scope.ACCOUNT_READ)
            self.account(request["accountId"])
        else:
            self.require(Scope.MARKET_READ)

    def _require_live(self, account_id: str) -> None:
        """Raises NotFound for a live account that is not configured, and Forbidden without the
        scope."""
        if account_id not in self.live_accounts:
            raise AccountNotFound(account_id)
        self.require(Scope.ACCOUNT_LIVE)


def _validate(account_id: str) -> None:
    """Raises NotFound where no account can have this id."""
    try:
        _account_ids.validate_python(account_id)
    except ValidationError:
        raise NotFound(
            f"There is no account {truncate(account_id)!r}; an id is 1 to 64 characters of "
            "A-Z a-z 0-9 _ . and -.",
            "unknown_account",
        ) from None
