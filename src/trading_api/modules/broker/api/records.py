"""/broker/config, /broker/instruments, and what was recorded: executions, cash, events"""

from fastapi import APIRouter

from trading_api.models.broker import (
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    Execution,
    InstrumentInfo,
)
from trading_api.modules.broker.api.parameters import (
    AccountQuery,
    Limit,
    Reading,
    Since,
    SymbolPath,
)
from trading_api.shared.api.wire_route import NOT_FOUND, WireRoute

router = APIRouter(prefix="/broker", tags=["broker"], route_class=WireRoute, responses=NOT_FOUND)


@router.get("/config", operation_id="getBrokerConfig", summary="What a terminal may turn on")
async def get_broker_config(statements: Reading) -> BrokerConfiguration:
    return statements.configuration()


@router.get(
    "/instruments/{symbol}",
    operation_id="getInstrument",
    summary="What a ticket needs of a symbol",
)
async def get_instrument(
    statements: Reading, symbol: SymbolPath, account_id: AccountQuery = None
) -> InstrumentInfo:
    return statements.instrument(account_id, symbol)


@router.get("/executions", operation_id="getAllExecutions", summary="The newest executions")
async def get_all_executions(
    statements: Reading, limit: Limit = 200, account_id: AccountQuery = None
) -> list[Execution]:
    return statements.executions(account_id, limit=limit)


@router.get(
    "/executions/{symbol}", operation_id="getExecutions", summary="Executions in one symbol"
)
async def get_executions(
    statements: Reading, symbol: SymbolPath, account_id: AccountQuery = None
) -> list[Execution]:
    return statements.executions(account_id, symbol)


@router.get(
    "/ledger",
    operation_id="getLedger",
    summary="The account's cash lines: its balance is their sum",
)
async def get_ledger(
    statements: Reading, since: Since = 0, limit: Limit = 200, account_id: AccountQuery = None
) -> list[CashLine]:
    return statements.cash_lines(account_id, since, limit)


@router.get(
    "/events",
    operation_id="getEvents",
    summary="The account's events in order, for anyone who missed some",
)
async def get_events(
    statements: Reading, since: Since = 0, limit: Limit = 200, account_id: AccountQuery = None
) -> list[BrokerEvent]:
    return await statements.events(account_id, since, limit)
