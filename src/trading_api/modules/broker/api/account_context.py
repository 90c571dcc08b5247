"""Dependencies of the broker's endpoints: the account that a request is about.

Each endpoint has a single dependency for it, because each one costs a request about 15 us."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Header, Path, Query, Request

from trading_api.auth.principal import Principal, Scope
from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.errors import Invalid
from trading_api.modules.broker.account_commands import AccountCommands
from trading_api.modules.broker.idempotency import key_not_taken
from trading_api.modules.broker.queries.account_queries import AccountQueries
from trading_api.modules.broker.service import BrokerService
from trading_api.web.dependencies import get_service
from trading_api.web.security import AccountRequirement, require_scope, security_dependency

_AccountId = Annotated[
    str | None,
    Query(
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
_ConfiguredAccountId = Annotated[
    str | None,
    Query(
        description="What a paper account can do where it is left out", examples=["DEMO-ACCOUNT"]
    ),
]
_NamedAccountId = Annotated[str, Path(max_length=64, examples=["DEMO-ACCOUNT"])]
_IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Identifies the command: a repetition is not executed and returns the first "
        "answer; another command with the same key returns 409",
    ),
]


@dataclass(frozen=True, slots=True)
class AccountContext:
    """An account that the caller may read or trade, and the ways to do that.

    `key` is the request's Idempotency-Key. `known_ids` are the accounts that the caller may know,
    or None where they may know all; only a dependency that needs them sets them."""

    commands: AccountCommands
    queries: AccountQueries
    account_id: str
    key: str | None = None
    known_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ConfigurationContext:
    """An account whose features the caller may read, or None for those of paper accounts."""

    queries: AccountQueries
    account_id: str | None


class _AccountRequirement(AccountRequirement):
    def context(
        self, request: Request, account_id: str | None, key: str | None = None
    ) -> AccountContext:
        """Return the context of the caller's account. Raises what `authorized_account` raises."""
        account = self.authorized_account(request, account_id)
        service: BrokerService = request.app.state.services["broker"]
        return AccountContext(service.commands, service.queries, account, key)

    async def loaded_context(self, request: Request, account_id: str | None) -> AccountContext:
        """Return the context of an account that the endpoint can read. Raises Unavailable too."""
        context = self.context(request, account_id)
        await context.queries.load(context.account_id)
        return context


class _WithoutKeyCheck(_AccountRequirement):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> AccountContext:
        return await self.loaded_context(request, account_id)


class _ForConfiguration(_AccountRequirement):
    async def __call__(
        self, request: Request, account_id: _ConfiguredAccountId = None
    ) -> ConfigurationContext:
        service: BrokerService = request.app.state.services["broker"]
        if account_id is None:
            self.authorize(request)
        else:
            account_id = self.authorized_account(request, account_id)
        return ConfigurationContext(service.queries, account_id)


class _WithKey(_AccountRequirement):
    async def __call__(
        self, request: Request, account_id: _AccountId = None, key: _IdempotencyKey = None
    ) -> AccountContext:
        return self.context(request, account_id, key)


class _WithoutKey(_AccountRequirement):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> AccountContext:
        _reject_key(request)
        return await self.loaded_context(request, account_id)


class _InPathWithKey(_AccountRequirement):
    async def __call__(
        self, request: Request, account_id: _NamedAccountId, key: _IdempotencyKey = None
    ) -> AccountContext:
        return self.context(request, account_id, key)


class _ToName(_InPathWithKey):
    async def __call__(
        self, request: Request, account_id: _NamedAccountId, key: _IdempotencyKey = None
    ) -> AccountContext:
        known_ids = self.authorize(request).accounts
        return replace(self.context(request, account_id, key), known_ids=known_ids)

    def account(self, principal: Principal, account_id: str | None) -> str:
        assert account_id is not None, "it is in the path"
        is_live = account_kind(account_id) is AccountKind.LIVE
        if is_live and account_id not in principal.live_accounts:
            raise Invalid(
                "An id that begins with LIVE- is reserved for accounts at a real venue, which the "
                "server's settings name.",
                "account_id_reserved",
            )
        return principal.account(account_id)


class _OfOperator(_InPathWithKey):
    def account(self, principal: Principal, account_id: str | None) -> str:
        assert account_id is not None, "it is in the path"
        return principal.any_account(account_id)


def _reject_key(request: Request) -> None:
    """Raises Invalid for a key."""
    if "idempotency-key" in request.headers:
        raise key_not_taken()


ReadAccount = Annotated[AccountContext, security_dependency(_WithoutKeyCheck(Scope.ACCOUNT_READ))]
ConfiguredAccount = Annotated[
    ConfigurationContext, security_dependency(_ForConfiguration(Scope.ACCOUNT_READ))
]
PreviewAccount = Annotated[AccountContext, security_dependency(_WithoutKey(Scope.ACCOUNT_READ))]
TradeAccount = Annotated[AccountContext, security_dependency(_WithKey(Scope.ACCOUNT_TRADE))]
UrgentTradeAccount = Annotated[
    AccountContext, security_dependency(_WithKey(Scope.ACCOUNT_TRADE, is_urgent=True))
]
"""For a command that no rate limit may delay."""
PathTradeAccount = Annotated[
    AccountContext, security_dependency(_InPathWithKey(Scope.ACCOUNT_TRADE))
]
NamedAccount = Annotated[AccountContext, security_dependency(_ToName(Scope.ACCOUNT_TRADE))]
"""An account that may not exist yet."""
OperatorAccount = Annotated[AccountContext, security_dependency(_OfOperator(Scope.ADMIN))]
"""An account of anyone, for an operator."""
Service = Annotated[BrokerService, get_service("broker")]
"""For endpoints that are about no account."""
Reader = Annotated[Principal, require_scope(Scope.ACCOUNT_READ)]

OrderId = Annotated[str, Path(max_length=64, examples=["order-1"])]
PositionId = Annotated[str, Path(max_length=64, examples=["AAPL"])]
SymbolPath = Annotated[str, Path(max_length=64, examples=["AAPL"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most")]
Since = Annotated[
    int, Query(ge=0, le=2**53 - 1, description="The number of the last event that is known")
]
