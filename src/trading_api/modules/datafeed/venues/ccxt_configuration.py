"""The configuration that the server sends to ccxt's connector at its start."""

from __future__ import annotations

from msgspec import Struct

from trading_api.connectors.ccxt_exchange import CcxtConfiguration

TARGET = "trading_api.modules.datafeed.venues.ccxt_connector:main"


class CcxtMarketConfiguration(Struct, frozen=True):
    """The symbols of a venue to follow, by ccxt's names. Without any, the connector only answers
    requests."""

    exchange: CcxtConfiguration
    symbols: list[str]
