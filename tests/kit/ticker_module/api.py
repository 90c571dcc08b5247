"""/ticker: the last price over REST."""

from typing import Annotated

from fastapi import Path

from tests.kit.ticker_module.models import Ticker
from tests.kit.ticker_module.service import TickerService
from trading_api.auth.principal import Scope
from trading_api.web.dependencies import get_service
from trading_api.web.json_route import NOT_FOUND_ERROR, StrictJSONRouter
from trading_api.web.security import require_scope

router = StrictJSONRouter(
    prefix="/ticker", tags=["ticker"], dependencies=[require_scope(Scope.MARKET_READ)]
)


@router.get(
    "/{symbol}",
    operation_id="getTicker",
    summary="The last price of a symbol",
    responses=NOT_FOUND_ERROR,
)
async def get_ticker(
    service: Annotated[TickerService, get_service("ticker")],
    symbol: Annotated[str, Path(max_length=64, examples=["AAPL"])],
) -> Ticker:
    return service.ticker(symbol)
