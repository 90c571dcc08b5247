"""/broker/config, /broker/instruments, and what was recorded: executions, cash, events"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import (
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    Execution,
    InstrumentInfo,
)
from trading_api.modules.broker.api.parameters import (
    Limit,
    ReadAccount,
    Reading,
    Since,
    SymbolPath,
)
from trading_api.shared.api.caller import needs
from trading_api.shared.api.long_list import LongList
from trading_api.shared.api.wire_route import NOT_FOUND, WireRouter
from trading_api.shared.auth.principal import Scope

router = WireRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND)


@router.get(
    "/config",
    operation_id="getBrokerConfig",
    summary="What a terminal may turn on",
    dependencies=[needs(Scope.ACCOUNT_READ)],
)
async def get_broker_config(statements: Reading) -> BrokerConfiguration:
    return statements.configuration()


@router.get(
    "/instruments/{symbol}",
    operation_id="getInstrument",
    summary="What a ticket needs of a symbol",
)
async def get_instrument(
    statements: Reading, account: ReadAccount, symbol: SymbolPath
) -> InstrumentInfo:
    return statements.instrument(account, symbol)


@router.get(
    "/executions",
    operation_id="getAllExecutions",
    summary="The newest executions",
    response_model=list[Execution],
)
async def get_all_executions(
    statements: Reading, account: ReadAccount, limit: Limit = 200
) -> LongList:
    return LongList(statements.executions(account, limit=limit))


@router.get(
    "/executions/{symbol}",
    operation_id="getExecutions",
    summary="The newest executions in one symbol",
    response_model=list[Execution],
)
async def get_executions(
    statements: Reading,
    account: ReadAccount,
    symbol: SymbolPath,
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many at the most")] = 1000,
) -> LongList:
    return LongList(statements.executions(account, symbol, limit))


@router.get(
    "/ledger",
    operation_id="getLedger",
    summary="The account's cash lines: its balance is their sum",
)
async def get_ledger(
    statements: Reading, account: ReadAccount, since: Since = 0, limit: Limit = 200
) -> list[CashLine]:
    return statements.cash_lines(account, since, limit)


@router.get(
    "/events",
    operation_id="getEvents",
    summary="The account's events in order, for anyone who missed some",
)
async def get_events(
    statements: Reading, account: ReadAccount, since: Since = 0, limit: Limit = 200
) -> list[BrokerEvent]:
    return await statements.events(account, since, limit)
