"""/udf: the datafeed in TradingView's UDF protocol. A well-formed request that fails is answered
with status 200 and `s: "error"`, as UDF clients expect."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from trading_api.auth.principal import Scope
from trading_api.errors import ApiError
from trading_api.models.market import (
    SearchSymbolResultItem,
    SymbolInfo,
    UdfConfiguration,
    UdfError,
    UdfHistory,
    UdfQuotes,
)
from trading_api.modules.datafeed.api import (
    CountBack,
    Instant,
    ResolutionName,
    ServerTime,
    Service,
    SymbolName,
)
from trading_api.modules.datafeed.mapping import to_udf_history
from trading_api.modules.datafeed.streams.quotes import QUOTED_NAMES_MAX
from trading_api.web.json_route import StrictJSONRouter
from trading_api.web.security import require_scope

router = StrictJSONRouter(
    prefix="/udf",
    tags=["udf"],
    dependencies=[require_scope(Scope.MARKET_READ)],
)


def _examples_of(*models: type[SymbolInfo | UdfError | UdfHistory | UdfQuotes]) -> list[object]:
    return [model.model_json_schema()["examples"][0] for model in models]


SymbolAnswer = Annotated[SymbolInfo | UdfError, Field(examples=_examples_of(SymbolInfo, UdfError))]
HistoryAnswer = Annotated[UdfHistory | UdfError, Field(examples=_examples_of(UdfHistory, UdfError))]
QuotesAnswer = Annotated[UdfQuotes | UdfError, Field(examples=_examples_of(UdfQuotes, UdfError))]


@router.get("/config", operation_id="udfConfig", summary="The configuration of the datafeed")
async def udf_config(service: Service) -> UdfConfiguration:
    return UdfConfiguration(**dict(service.configuration()))


@router.get("/time", operation_id="udfTime", summary="The market's time, seconds since 1970")
async def udf_time(service: Service) -> ServerTime:
    return service.time_s()


@router.get("/symbols", operation_id="udfSymbols", summary="One symbol, as AAPL or NASDAQ:AAPL")
async def udf_symbols(service: Service, symbol: SymbolName) -> SymbolAnswer:
    try:
        return service.resolve(symbol)
    except ApiError as refusal:
        return _error(refusal)


@router.get("/search", operation_id="udfSearch", summary="Search symbols by text")
async def udf_search(
    service: Service,
    query: Annotated[str, Query(max_length=256, examples=["EUR"])] = "",
    type: Annotated[str, Query(max_length=64, examples=["forex"])] = "",
    exchange: Annotated[str, Query(max_length=64, examples=["FX"])] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 30,
) -> list[SearchSymbolResultItem]:
    return service.search(query, exchange, type, limit)


@router.get(
    "/history",
    operation_id="udfHistory",
    summary="History: closed bars, and the forming one where the window holds it",
)
async def udf_history(
    service: Service,
    symbol: SymbolName,
    resolution: ResolutionName,
    from_: Annotated[Instant, Query(alias="from")],
    to: Annotated[Instant, Query(description="As from; exclusive")],
    countback: CountBack = None,
) -> HistoryAnswer:
    try:
        return to_udf_history(await service.bars(symbol, resolution, from_, to, countback or 0))
    except ApiError as refusal:
        return _error(refusal)


@router.get("/quotes", operation_id="udfQuotes", summary="Quotes of up to 500 symbols")
async def udf_quotes(
    service: Service,
    symbols: Annotated[
        str,
        Query(
            max_length=10 * QUOTED_NAMES_MAX,
            description="Names, with commas between them",
            examples=["AAPL,FX:EURUSD"],
        ),
    ],
) -> QuotesAnswer:
    names = symbols.split(",")
    if len(names) > QUOTED_NAMES_MAX:
        return UdfError(errmsg=f"At most {QUOTED_NAMES_MAX} symbols can be quoted at once.")
    return UdfQuotes(d=service.quotes(names))


def _error(refusal: ApiError) -> UdfError:
    return UdfError(errmsg=refusal.detail)
