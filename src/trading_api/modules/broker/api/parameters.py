"""What the broker's endpoints ask for. A desk by one dependency, because each costs a request some
15 us."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Path, Query, Request

from trading_api.auth.principal import Principal, Scope
from trading_api.errors import Invalid, Unavailable
from trading_api.modules.broker.queries.account_queries import Statements
from trading_api.modules.broker.service import BrokerService
from trading_api.web.dependencies import get_service
from trading_api.web.security import ScopeRequirement, require_scope, security_dependency

_AccountId = Annotated[
    str | None,
    Query(
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
_NamedAccountId = Annotated[str, Path(max_length=64, examples=["DEMO-ACCOUNT"])]
_IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Names the command: sent again with it, it is not done again and gets the "
        "first answer; another command of that name gets 409",
    ),
]


@dataclass(frozen=True, slots=True)
class Desk:
    """The broker, and the account that the caller may see or trade there."""

    service: BrokerService
    account: str
    key: str | None = None

    @property
    def statements(self) -> Statements:
        return self.service.statements


class _DeskFor(ScopeRequirement):
    def desk(self, request: Request, account_id: str | None, key: str | None = None) -> Desk:
        """Return the caller's account at the broker.

        Raises Forbidden, NotFound, TooManyRequests, and Unavailable once the server is stopping.
        """
        account = self.authorize(request).account(account_id)
        if self.scope is Scope.ACCOUNT_TRADE:
            if request.app.state.readiness.is_stopping:
                raise Unavailable("The server stops; nothing was done.", "stopping")
            request.app.state.command_rate_limiter.consume(account)
        return Desk(request.app.state.services["broker"], account, key)


class _ToRead(_DeskFor):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> Desk:
        return self.desk(request, account_id)


class _Keyed(_DeskFor):
    async def __call__(
        self, request: Request, account_id: _AccountId = None, key: _IdempotencyKey = None
    ) -> Desk:
        return self.desk(request, account_id, key)


class _Unkeyed(_DeskFor):
    async def __call__(self, request: Request, account_id: _AccountId = None) -> Desk:
        _refuse_key(request)
        return self.desk(request, account_id)


class _UnkeyedNamed(_DeskFor):
    async def __call__(self, request: Request, account_id: _NamedAccountId) -> Desk:
        _refuse_key(request)
        return self.desk(request, account_id)


def _refuse_key(request: Request) -> None:
    """Whoever sends one relies on it, so it must not be passed over."""
    if "idempotency-key" in request.headers:
        raise Invalid(
            "An Idempotency-Key is taken where orders are placed, modified and canceled and "
            "positions closed and reversed.",
            "idempotency_key_not_taken",
        )


ReadDesk = Annotated[Desk, security_dependency(_ToRead(Scope.ACCOUNT_READ))]
PreviewDesk = Annotated[Desk, security_dependency(_Unkeyed(Scope.ACCOUNT_READ))]
KeyedDesk = Annotated[Desk, security_dependency(_Keyed(Scope.ACCOUNT_TRADE))]
TradeDesk = Annotated[Desk, security_dependency(_Unkeyed(Scope.ACCOUNT_TRADE))]
NamedDesk = Annotated[Desk, security_dependency(_UnkeyedNamed(Scope.ACCOUNT_TRADE))]
Service = Annotated[BrokerService, get_service("broker")]
"""Where no account is meant."""
Reader = Annotated[Principal, require_scope(Scope.ACCOUNT_READ)]

OrderId = Annotated[str, Path(max_length=64, examples=["order-1"])]
PositionId = Annotated[str, Path(max_length=64, examples=["AAPL"])]
SymbolPath = Annotated[str, Path(max_length=64, examples=["AAPL"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most")]
Since = Annotated[
    int, Query(ge=0, le=2**53 - 1, description="The number of the last event that is known")
]
