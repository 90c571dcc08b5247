"""What the broker's endpoints ask for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request, Security

from trading_api.modules.broker.service import BrokerService
from trading_api.modules.broker.statements import Statements
from trading_api.shared.api.caller import Asking, needs
from trading_api.shared.api.provide import service_of
from trading_api.shared.auth.principal import Principal, Scope
from trading_api.shared.errors import Invalid

Service = Annotated[BrokerService, service_of("broker")]


async def _statements(service: Service) -> Statements:
    return service.statements


Reading = Annotated[Statements, Depends(_statements)]


_AccountId = Annotated[
    str | None,
    Query(
        description="The caller's default account where it is left out",
        examples=["DEMO-ACCOUNT"],
    ),
]
Reader = Annotated[Principal, needs(Scope.ACCOUNT_READ)]
_Trader = Annotated[Principal, needs(Scope.ACCOUNT_TRADE)]


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
class Trade:
    """What a command needs to know beside what it is."""

    service: BrokerService
    account: str
    key: str | None


class _Trading(Asking):
    """One dependency for all of it, because each costs a request some 15 us."""

    async def __call__(
        self, request: Request, account_id: _AccountId = None, key: _IdempotencyKey = None
    ) -> Trade:
        account = _spent(request, self.caller(request).account(account_id))
        return Trade(request.app.state.services["broker"], account, key)


async def _read_account(who: Reader, account_id: _AccountId = None) -> str:
    return who.account(account_id)


async def _trade_account(request: Request, who: _Trader, account_id: _AccountId = None) -> str:
    return _spent(request, who.account(account_id))


async def _trade_named_account(
    request: Request,
    who: _Trader,
    account_id: Annotated[str, Path(max_length=64, examples=["DEMO-ACCOUNT"])],
) -> str:
    return _spent(request, who.account(account_id))


def _spent(request: Request, account: str) -> str:
    """Raises TooMany."""
    request.app.state.command_rates.spend(account)
    return account


Trading = Annotated[Trade, Security(_Trading(Scope.ACCOUNT_TRADE), scopes=[Scope.ACCOUNT_TRADE])]
ReadAccount = Annotated[str, Depends(_read_account)]
TradeAccount = Annotated[str, Depends(_trade_account)]
TradeNamedAccount = Annotated[str, Depends(_trade_named_account)]
OrderId = Annotated[str, Path(max_length=64, examples=["order-1"])]
PositionId = Annotated[str, Path(max_length=64, examples=["AAPL"])]
SymbolPath = Annotated[str, Path(max_length=64, examples=["AAPL"])]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many at the most")]
Since = Annotated[
    int, Query(ge=0, le=2**53 - 1, description="The number of the last event that is known")
]


async def refuse_idempotency_key(
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> None:
    """Whoever sends one relies on it, so it must not be passed over."""
    if idempotency_key is not None:
        raise Invalid(
            "An Idempotency-Key is taken where orders are placed, modified and canceled and "
            "positions closed and reversed.",
            "idempotency_key_not_taken",
        )


WITHOUT_KEY = [Depends(refuse_idempotency_key)]
