"""Alpaca's market data: REST endpoints and streams."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from trading_api.modules.alpaca.data import crypto_routes, stock_routes
from trading_api.modules.alpaca.data.streams.endpoint import DataStreams


def routes(streams: DataStreams) -> Sequence[BaseRoute]:
    """Return the routes of the data API, below `/v2/stocks` and `/v1beta3/crypto`, and those of the
    streams at Alpaca's own paths. Every HTTP request that reaches them is authenticated."""
    return [*stock_routes.router.routes, *crypto_routes.router.routes, *streams.routes()]
