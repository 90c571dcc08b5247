"""/broker/config, /broker/instruments, and what was recorded: executions, cash, events"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import (
    BrokerConfiguration,
    BrokerEvent,
    CashLine,
    Execution,
    InstrumentInfo,
    Notification,
)
from trading_api.modules.broker.api.account_context import (
    ConfiguredAccount,
    Limit,
    ReadAccount,
    Since,
    SymbolPath,
)
from trading_api.web.json_array_stream import JSONArrayStream
from trading_api.web.json_route import NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker", tags=["broker"], responses=NOT_FOUND_ERROR)

BeforeExecution = Annotated[
    str, Query(max_length=64, description="The oldest execution that is known already")
]


@router.get(
    "/config",
    operation_id="getBrokerConfig",
    summary="The features that a terminal can enable for an account",
)
async def get_broker_config(context: ConfiguredAccount) -> BrokerConfiguration:
    return context.queries.configuration(context.account_id)


@router.get(
    "/instruments/{symbol}",
    operation_id="getInstrument",
    summary="The properties of a symbol that an order ticket needs",
)
async def get_instrument(context: ReadAccount, symbol: SymbolPath) -> InstrumentInfo:
    return context.queries.instrument(context.account_id, symbol)


@router.get(
    "/executions",
    operation_id="getAllExecutions",
    summary="The newest executions",
    response_model=list[Execution],
)
async def get_all_executions(
    context: ReadAccount, limit: Limit = 200, before: BeforeExecution | None = None
) -> JSONArrayStream:
    executions = await context.queries.executions(context.account_id, None, limit, before)
    return JSONArrayStream(executions)


@router.get(
    "/executions/{symbol}",
    operation_id="getExecutions",
    summary="The newest executions in one symbol",
    response_model=list[Execution],
)
async def get_executions(
    context: ReadAccount,
    symbol: SymbolPath,
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many at the most")] = 1000,
    before: BeforeExecution | None = None,
) -> JSONArrayStream:
    executions = await context.queries.executions(context.account_id, symbol, limit, before)
    return JSONArrayStream(executions)


@router.get(
    "/ledger",
    operation_id="getLedger",
    summary="Cash lines, which add up to the balance: those after a number, or the newest",
    response_model=list[CashLine],
)
async def get_ledger(
    context: ReadAccount, since: Since | None = None, limit: Limit = 200
) -> JSONArrayStream:
    return JSONArrayStream(await context.queries.cash_lines(context.account_id, since, limit))


@router.get(
    "/notifications",
    operation_id="getNotifications",
    summary="Notifications: those of the events after a number, or the newest",
    response_model=list[Notification],
)
async def get_notifications(
    context: ReadAccount, since: Since | None = None, limit: Limit = 200
) -> JSONArrayStream:
    return JSONArrayStream(await context.queries.notifications(context.account_id, since, limit))


@router.get(
    "/events",
    operation_id="getEvents",
    summary="The account's events after a number, in order",
    response_model=list[BrokerEvent],
)
async def get_events(context: ReadAccount, since: Since = 0, limit: Limit = 200) -> JSONArrayStream:
    return JSONArrayStream(await context.queries.events(context.account_id, since, limit))
