"""/broker/performance: the equity by day, the statistics of trades, and closed trades"""

from typing import Annotated

from fastapi import Query

from trading_api.models.broker import ClosedTrade, EquityHistoryData, PerformanceStatistics
from trading_api.modules.broker.api.account_context import Limit, ReadAccount
from trading_api.web.json_array_stream import JSONArrayStream
from trading_api.web.json_route import NOT_FOUND_ERROR, StrictJSONRouter

router = StrictJSONRouter(prefix="/broker/performance", tags=["broker"], responses=NOT_FOUND_ERROR)

_TIME_MAX = 8_640_000_000_000_000
FromTime = Annotated[
    int,
    Query(
        ge=0,
        le=_TIME_MAX,
        description="Only the UTC day of this time in ms since 1970, and later days",
        examples=[1789948800000],
    ),
]
ToTime = Annotated[
    int,
    Query(
        ge=0,
        le=_TIME_MAX,
        description="Only days that begin before this time in ms since 1970",
        examples=[1790035200000],
    ),
]
BeforeTrade = Annotated[
    int,
    Query(ge=0, le=2**53 - 1, description="The `seq` of the oldest trade that is known already"),
]


@router.get("/equity", operation_id="getEquityHistory", summary="The equity by day, with drawdown")
async def get_equity_history(
    context: ReadAccount, from_time: FromTime | None = None, to_time: ToTime | None = None
) -> EquityHistoryData:
    return await context.queries.performance.equity(context.account_id, from_time, to_time)


@router.get(
    "/statistics",
    operation_id="getPerformanceStatistics",
    summary="The statistics of closed trades: all, by symbol and by day",
)
async def get_performance_statistics(
    context: ReadAccount, from_time: FromTime | None = None, to_time: ToTime | None = None
) -> PerformanceStatistics:
    return await context.queries.performance.statistics(context.account_id, from_time, to_time)


@router.get(
    "/trades",
    operation_id="getClosedTrades",
    summary="Closed trades, the newest first: a page without any is the end",
    response_model=list[ClosedTrade],
)
async def get_closed_trades(
    context: ReadAccount, limit: Limit = 200, before: BeforeTrade | None = None
) -> JSONArrayStream:
    return JSONArrayStream(
        await context.queries.performance.trades(context.account_id, limit, before)
    )
