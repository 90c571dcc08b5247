"""What the endpoints of stocks and of crypto share: symbols, queries and responses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Depends, Request
from starlette.responses import Response

from trading_api.auth.principal import Principal, Scope
from trading_api.modules.alpaca.assets import CRYPTO, US_EQUITY
from trading_api.modules.alpaca.data.pages import to_json
from trading_api.modules.alpaca.data.queries import DataQueries
from trading_api.modules.alpaca.data.symbols import AssetClassSymbols, NamedInstrument
from trading_api.modules.alpaca.errors import not_found
from trading_api.modules.alpaca.services import AlpacaServices

ReadLatest = Callable[[NamedInstrument], Awaitable[Any]]


class DataRequests:
    """Answers requests about the symbols of one class of assets."""

    def __init__(self, services: AlpacaServices, asset_class: str) -> None:
        market = services.context.market
        self.symbols = AssetClassSymbols(market, [asset_class])
        self.queries = DataQueries(market, services.context.history)

    def symbol(self, name: str) -> list[NamedInstrument]:
        """Return the instrument of a name, or nothing for an unknown one."""
        found = self.symbols.find(name)
        return [] if found is None else [found]

    async def latest_of_symbol(self, key: str, name: str, read: ReadLatest) -> Response:
        """Return the response with the latest document of a symbol. Raises AlpacaError with 404 if
        there is none."""
        for named in self.symbol(name):
            if (document := await read(named)) is not None:
                return json_response({"symbol": name, key: document})
        raise no_data(key, name)

    async def latest(self, key: str | None, symbols: str, read: ReadLatest) -> Response:
        """Return the response with the latest document of each symbol that has one, under `key` if
        it is given. Raises Invalid."""
        documents: dict[str, Any] = {}
        for named in self.symbols.find_all(symbols):
            if document := await read(named):
                documents[named.name] = document
        return json_response(documents if key is None else {key: documents})


def no_data(what: str, name: str) -> Exception:
    """Return the 404 of a symbol without the requested data."""
    return not_found(f"no {what} found for {name[:64]}")


def json_response(document: Any) -> Response:
    return encoded_response(to_json(document))


def encoded_response(body: bytes) -> Response:
    return Response(body, media_type="application/json")


def require_market_read(request: Request) -> None:
    """Raises Forbidden for a key without the scope `market:read`."""
    principal: Principal = request.state.principal
    principal.require(Scope.MARKET_READ)


MARKET_READ: Sequence[Any] = [Depends(require_market_read)]


def stocks(request: Request) -> DataRequests:
    return DataRequests(request.app.state.alpaca, US_EQUITY)


def crypto(request: Request) -> DataRequests:
    return DataRequests(request.app.state.alpaca, CRYPTO)
