"""/datafeed: TradingView's datafeed over REST."""

from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import Field

from trading_api.auth.principal import Scope
from trading_api.models.market import (
    AdvanceClockRequest,
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    GetBarsResponse,
    GetQuotesRequest,
    JumpRequest,
    QuoteData,
    ReplayRequest,
    ReplayState,
    SearchSymbolResultItem,
    SymbolInfo,
    Trade,
)
from trading_api.modules.datafeed.bars_encoding import encode_bars
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.web.dependencies import get_service
from trading_api.web.json_route import COMMAND_ERRORS, NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import require_scope

router = StrictJSONRouter(
    prefix="/datafeed",
    tags=["datafeed"],
    dependencies=[require_scope(Scope.MARKET_READ)],
)

Service = Annotated[DatafeedService, get_service("datafeed")]
SymbolName = Annotated[str, Query(max_length=64, examples=["AAPL"])]
ResolutionName = Annotated[str, Query(max_length=16, examples=["5"])]
CountBack = Annotated[
    int | None,
    Query(ge=0, le=10_000, description="Add older bars to reach this many", examples=[300]),
]
Instant = Annotated[
    int,
    Query(
        ge=-(10**14),
        le=10**14,
        description="Seconds since 1970, UTC, or before it; milliseconds are told by their size",
        examples=[1_790_000_000],
    ),
]

ServerTime = Annotated[int, Field(examples=[1_790_000_000])]


@router.get("/config", operation_id="getConfig", summary="The configuration of the datafeed")
async def get_config(service: Service) -> DatafeedConfiguration:
    return service.configuration()


@router.get("/search", operation_id="searchSymbols", summary="Search symbols by text")
async def search_symbols(
    service: Service,
    user_input: Annotated[str, Query(max_length=256, examples=["EUR"])],
    exchange: Annotated[str, Query(max_length=64, examples=["FX"])] = "",
    symbol_type: Annotated[str, Query(max_length=64, examples=["forex"])] = "",
    max_results: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[
        int,
        Query(ge=0, le=1_000_000, description="Leave out this many of the first", examples=[50]),
    ] = 0,
) -> list[SearchSymbolResultItem]:
    return service.search(user_input, exchange, symbol_type, max_results, offset)


@router.get(
    "/resolve/{symbol}",
    operation_id="resolveSymbol",
    summary="One symbol, as AAPL or NASDAQ:AAPL",
    responses=NOT_FOUND_ERROR,
)
async def resolve_symbol(
    service: Service, symbol: Annotated[str, Path(max_length=64, examples=["NASDAQ:AAPL"])]
) -> SymbolInfo:
    return service.resolve(symbol)


@router.get(
    "/bars",
    operation_id="getBars",
    summary="History: closed bars, and the forming one where the window holds it",
    response_model=GetBarsResponse,
    responses=NOT_FOUND_ERROR,
)
async def get_bars(
    service: Service,
    symbol: SymbolName,
    resolution: ResolutionName,
    from_time: Instant,
    to_time: Annotated[Instant, Query(description="As from_time; exclusive")],
    count_back: CountBack = None,
) -> Response:
    history = await service.bars(symbol, resolution, from_time, to_time, count_back or 0)
    return Response(await encode_bars(history), media_type="application/json")


@router.post("/quotes", operation_id="getQuotes", summary="Quotes of up to 500 symbols")
async def get_quotes(service: Service, request: GetQuotesRequest) -> list[QuoteData]:
    return service.quotes(request.symbols)


@router.get(
    "/trades",
    operation_id="getTrades",
    summary="The last trades of a symbol, the oldest first, as the channel trades publishes them",
    responses=NOT_FOUND_ERROR,
)
async def get_trades(
    service: Service,
    symbol: SymbolName,
    limit: Annotated[
        int,
        Query(
            ge=1,
            le=500,
            description="The most trades; those of the symbol's last 1,000 quotes at most",
        ),
    ] = 100,
) -> list[Trade]:
    return service.trades(symbol, limit)


@router.get("/time", operation_id="getServerTime", summary="The market's time, seconds since 1970")
async def get_server_time(service: Service) -> ServerTime:
    return service.time_s()


@router.get("/health", operation_id="datafeedHealthCheck", summary="The state of the market source")
async def datafeed_health_check(service: Service) -> DatafeedHealthResponse:
    return service.health()


@router.post(
    "/clock/advance",
    operation_id="advanceClock",
    summary="Advance a market under the step clock, at most a day in one request",
    responses=COMMAND_ERRORS,
    dependencies=[require_scope(Scope.ADMIN)],
)
async def advance_clock(service: Service, request: AdvanceClockRequest) -> ClockResponse:
    return await service.advance_clock(request.by_ms, request.to_ms)


@router.get(
    "/replay",
    operation_id="getReplay",
    summary="What the time of the market does, and whether it can be controlled",
)
async def get_replay(service: Service) -> ReplayState:
    return service.replay.state()


@router.put(
    "/replay",
    operation_id="setReplay",
    summary="Play or pause a replay, or a market under the step clock, and set its speed",
    responses=COMMAND_ERRORS,
    dependencies=[require_scope(Scope.ADMIN)],
)
async def set_replay(service: Service, request: ReplayRequest) -> ReplayState:
    return service.replay.set(request.state, request.speed)


@router.post(
    "/replay/jump",
    operation_id="jumpReplay",
    summary="Move a replay, or a market under the step clock, forward: every tick is made",
    responses=COMMAND_ERRORS,
    dependencies=[require_scope(Scope.ADMIN)],
)
async def jump_replay(service: Service, request: JumpRequest) -> ReplayState:
    return await service.replay.jump(request.by_ms, request.to_ms)
