"""`/v1beta3/crypto/{loc}`: the bars, quotes, trades, order books and snapshots of crypto."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from trading_api.modules.alpaca.data.rest import (
    MARKET_READ,
    DataRequests,
    crypto,
    encoded_response,
)
from trading_api.modules.alpaca.data.stock_routes import (
    BarsOfSymbolsParameters,
    HistoryOfSymbolsParameters,
    LatestParameters,
)


def check_location(loc: Annotated[str, Path(pattern=r"^(us|us-1|us-2|eu-1|bs-1)$")]) -> None:
    """Accept each of Alpaca's locations: one market serves all of them."""


router = APIRouter(
    prefix="/v1beta3/crypto/{loc}", dependencies=[*MARKET_READ, Depends(check_location)]
)

Requests = Annotated[DataRequests, Depends(crypto)]


@router.get("/bars")
async def get_crypto_bars(requests: Requests, query: BarsOfSymbolsParameters) -> Response:
    page = await requests.queries.bars(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("bars"))


@router.get("/quotes")
async def get_crypto_quotes(requests: Requests, query: HistoryOfSymbolsParameters) -> Response:
    page = await requests.queries.quotes(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("quotes"))


@router.get("/trades")
async def get_crypto_trades(requests: Requests, query: HistoryOfSymbolsParameters) -> Response:
    page = await requests.queries.trades(requests.symbols.find_all(query.symbols), query)
    return encoded_response(await page.encode("trades"))


@router.get("/latest/bars")
async def get_latest_crypto_bars(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("bars", query.symbols, requests.queries.latest_bar)


@router.get("/latest/quotes")
async def get_latest_crypto_quotes(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("quotes", query.symbols, requests.queries.latest_quote)


@router.get("/latest/trades")
async def get_latest_crypto_trades(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("trades", query.symbols, requests.queries.latest_trade)


@router.get("/latest/orderbooks")
async def get_latest_order_books(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("orderbooks", query.symbols, requests.queries.latest_order_book)


@router.get("/snapshots")
async def get_crypto_snapshots(requests: Requests, query: LatestParameters) -> Response:
    return await requests.latest("snapshots", query.symbols, requests.queries.snapshot)
