"""The account of a request to the trading API, which is the account of the caller's key."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse, Response

from trading_api.auth.principal import Principal, Scope
from trading_api.models.alpaca.fields import AlpacaDocument
from trading_api.modules.alpaca.trading.service import AlpacaTrading


class AlpacaAccountContext:
    """The account that a request reads or trades in, and the trading API that serves it."""

    __slots__ = ("account_id", "trading")

    def __init__(self, trading: AlpacaTrading, account_id: str) -> None:
        self.trading = trading
        self.account_id = account_id


def _context(request: Request, scope: Scope) -> AlpacaAccountContext:
    """Return the context of a caller with the scope. Raises Forbidden without the scope, and
    NotFound for a live account that is not served."""
    principal: Principal = request.scope["state"]["principal"]
    principal.require(scope)
    return AlpacaAccountContext(request.app.state.trading, principal.account(None))


async def _read_context(request: Request) -> AlpacaAccountContext:
    return _context(request, Scope.ACCOUNT_READ)


async def _trade_context(request: Request) -> AlpacaAccountContext:
    return _context(request, Scope.ACCOUNT_TRADE)


async def _market_context(request: Request) -> AlpacaAccountContext:
    return _context(request, Scope.MARKET_READ)


ReadContext = Annotated[AlpacaAccountContext, Depends(_read_context)]
TradeContext = Annotated[AlpacaAccountContext, Depends(_trade_context)]
MarketContext = Annotated[AlpacaAccountContext, Depends(_market_context)]


def respond(document: AlpacaDocument, status: int = 200) -> Response:
    """Return the response with one document."""
    return JSONResponse(document.model_dump(), status)


def respond_list(documents: list[AlpacaDocument], status: int = 200) -> Response:
    """Return the response with a list of documents."""
    return JSONResponse([each.model_dump() for each in documents], status)
