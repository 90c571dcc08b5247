"""The account that a request of the trading API is about: that of the caller's key."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse, Response

from trading_api.auth.principal import Principal, Scope
from trading_api.models.alpaca.fields import AlpacaDocument
from trading_api.modules.alpaca.trading.service import AlpacaTrading


class AlpacaCaller:
    """The caller of one request, the account of its key, and what serves it."""

    __slots__ = ("account_id", "trading")

    def __init__(self, trading: AlpacaTrading, account_id: str) -> None:
        self.trading = trading
        self.account_id = account_id


def _caller(request: Request, scope: Scope) -> AlpacaCaller:
    """Raises Forbidden without the scope, and NotFound for a live account that is not served."""
    principal: Principal = request.scope["state"]["principal"]
    principal.require(scope)
    return AlpacaCaller(request.app.state.trading, principal.account(None))


async def _reader(request: Request) -> AlpacaCaller:
    return _caller(request, Scope.ACCOUNT_READ)


async def _trader(request: Request) -> AlpacaCaller:
    return _caller(request, Scope.ACCOUNT_TRADE)


async def _market_reader(request: Request) -> AlpacaCaller:
    return _caller(request, Scope.MARKET_READ)


ReadCaller = Annotated[AlpacaCaller, Depends(_reader)]
TradeCaller = Annotated[AlpacaCaller, Depends(_trader)]
MarketCaller = Annotated[AlpacaCaller, Depends(_market_reader)]


def answer(document: AlpacaDocument, status: int = 200) -> Response:
    """Return the response with one document."""
    return JSONResponse(document.model_dump(), status)


def answer_list(documents: list[AlpacaDocument], status: int = 200) -> Response:
    """Return the response with a list of documents."""
    return JSONResponse([each.model_dump() for each in documents], status)
