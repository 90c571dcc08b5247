"""`/v2/stocks`: the bars, quotes, trades and snapshots of everything but crypto."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from trading_api.models.alpaca.market_data import (
    BarsOfSymbolsQuery,
    BarsQuery,
    HistoryOfSymbolsQuery,
    HistoryQuery,
    LatestQuery,
)
from trading_api.modules.alpaca.data.rest import (
    MARKET_READ,
    DataRequests,
    encoded_response,
    json_response,
    no_data,
    stocks,
)

router = APIRouter(prefix="/v2/stocks", dependencies=MARKET_READ)

Requests = Annotated[DataRequests, Depends(stocks)]
SymbolName = Annotated[str, Path(max_length=64)]
LatestParameters = Annotated[LatestQuery, Query()]
BarsParameters = Annotated[BarsQuery, Query()]
BarsOfSymbolsParameters = Annotated[BarsOfSymbolsQuery, Query()]
HistoryParameters = Annotated[HistoryQuery, Query()]
HistoryOfSymbolsParameters = Annotated[HistoryOfSymbolsQuery, Query()]


@router.get("/bars")
async def get_bars(requests: Requests, query: BarsOfSymbolsParameters) -> Response:
    page = await requests.queries.bars(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("bars"))


@router.get("/quotes")
async def get_quotes(requests: Requests, query: HistoryOfSymbolsParameters) -> Response:
    page = await requests.queries.quotes(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("quotes"))


@router.get("/trades")
async def get_trades(requests: Requests, query: HistoryOfSymbolsParameters) -> Response:
    page = await requests.queries.trades(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("trades"))


@router.get("/bars/latest")
async def get_latest_bars(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("bars", query.symbols, requests.queries.latest_bar)


@router.get("/quotes/latest")
async def get_latest_quotes(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("quotes", query.symbols, requests.queries.latest_quote)


@router.get("/trades/latest")
async def get_latest_trades(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("trades", query.symbols, requests.queries.latest_trade)


@router.get("/snapshots")
async def get_snapshots(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest(None, query.symbols, requests.queries.snapshot)


@router.get("/{symbol}/bars")
async def get_bars_of_symbol(
    requests: Requests, symbol: SymbolName, query: BarsParameters
) -> Response:
    page = await requests.queries.bars(requests.symbol(symbol), query)
    return encoded_response(await page.encode_symbol("bars", symbol))


@router.get("/{symbol}/quotes")
async def get_quotes_of_symbol(
    requests: Requests, symbol: SymbolName, query: HistoryParameters
) -> Response:
    page = await requests.queries.quotes(requests.symbol(symbol), query)
    return encoded_response(await page.encode_symbol("quotes", symbol))


@router.get("/{symbol}/trades")
async def get_trades_of_symbol(
    requests: Requests, symbol: SymbolName, query: HistoryParameters
) -> Response:
    page = await requests.queries.trades(requests.symbol(symbol), query)
    return encoded_response(await page.encode_symbol("trades", symbol))


@router.get("/{symbol}/bars/latest")
async def get_latest_bar_of_symbol(requests: Requests, symbol: SymbolName) -> Response:
    return await requests.latest_of_symbol("bar", symbol, requests.queries.latest_bar)


@router.get("/{symbol}/quotes/latest")
async def get_latest_quote_of_symbol(requests: Requests, symbol: SymbolName) -> Response:
    return await requests.latest_of_symbol("quote", symbol, requests.queries.latest_quote)


@router.get("/{symbol}/trades/latest")
async def get_latest_trade_of_symbol(requests: Requests, symbol: SymbolName) -> Response:
    return await requests.latest_of_symbol("trade", symbol, requests.queries.latest_trade)


@router.get("/{symbol}/snapshot")
async def get_snapshot_of_symbol(requests: Requests, symbol: SymbolName) -> Response:
    for named in requests.symbol(symbol):
        if snapshot := await requests.queries.snapshot(named):
            return json_response({"symbol": symbol, **snapshot})
    raise no_data("snapshot", symbol)
