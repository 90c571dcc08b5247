"""/broker/config, /broker/instruments, and what was recorded: executions, cash, events"""

from typing import Annotated

from fastapi import Query

from trading_api.auth.principal import Scope
from trading_api.models.broker import (
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    Execution,
    InstrumentInfo,
)
from trading_api.modules.broker.api.parameters import (
    Limit,
    ReadDesk,
    Service,
    Since,
    SymbolPath,
)
from trading_api.web.json_array_stream import JSONArrayStream
from trading_api.web.json_route import NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import require_scope

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)


@router.get(
    "/config",
    operation_id="getBrokerConfig",
    summary="What a terminal may turn on",
    dependencies=[require_scope(Scope.ACCOUNT_READ)],
)
async def get_broker_config(service: Service) -> BrokerConfiguration:
    return service.statements.configuration()


@router.get(
    "/instruments/{symbol}",
    operation_id="getInstrument",
    summary="What a ticket needs of a symbol",
)
async def get_instrument(desk: ReadDesk, symbol: SymbolPath) -> InstrumentInfo:
    return desk.statements.instrument(desk.account, symbol)


@router.get(
    "/executions",
    operation_id="getAllExecutions",
    summary="The newest executions",
    response_model=list[Execution],
)
async def get_all_executions(desk: ReadDesk, limit: Limit = 200) -> JSONArrayStream:
    return JSONArrayStream(desk.statements.executions(desk.account, limit=limit))


@router.get(
    "/executions/{symbol}",
    operation_id="getExecutions",
    summary="The newest executions in one symbol",
    response_model=list[Execution],
)
async def get_executions(
    desk: ReadDesk,
    symbol: SymbolPath,
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many at the most")] = 1000,
) -> JSONArrayStream:
    return JSONArrayStream(desk.statements.executions(desk.account, symbol, limit))


@router.get(
    "/ledger",
    operation_id="getLedger",
    summary="Cash lines, which add up to the balance: those after `since`, or the newest",
    response_model=list[CashLine],
)
async def get_ledger(
    desk: ReadDesk, since: Since | None = None, limit: Limit = 200
) -> JSONArrayStream:
    return JSONArrayStream(desk.statements.cash_lines(desk.account, since, limit))


@router.get(
    "/events",
    operation_id="getEvents",
    summary="The account's events in order, for anyone who missed some",
    response_model=list[BrokerEvent],
)
async def get_events(desk: ReadDesk, since: Since = 0, limit: Limit = 200) -> JSONArrayStream:
    return JSONArrayStream(await desk.statements.events(desk.account, since, limit))
