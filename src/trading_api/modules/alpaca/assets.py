"""Instruments as Alpaca's assets: names, ids, classes and exchanges."""

from __future__ import annotations

from uuid import UUID

from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.alpaca.ids import asset_uuid

CRYPTO = "crypto"
US_EQUITY = "us_equity"
_EXCHANGES = frozenset({"AMEX", "ARCA", "BATS", "NYSE", "NASDAQ", "NYSEARCA", "OTC", "CRYPTO"})


class AssetDirectory:
    """Finds instruments by the names of Alpaca's clients: `AAPL`, `BTC/USD`, `BTCUSD` or a UUID."""

    def __init__(self, market: MarketData) -> None:
        self._market = market
        # As many entries as the market has instruments.
        self._by_uuid: dict[UUID, str] = {}

    def find(self, name: str) -> Instrument | None:
        """Return the instrument of a symbol or of an asset's UUID, or None."""
        if len(name) > 64:
            return None
        if (instrument := self.by_symbol(name)) is not None:
            return instrument
        try:
            uuid = UUID(name)
        except ValueError:
            return None
        symbol = self._symbols_by_uuid().get(uuid)
        return None if symbol is None else self._market.instrument(symbol)

    def by_symbol(self, name: str) -> Instrument | None:
        """Return the instrument of a symbol, with or without the slash of a pair, or None."""
        return self._market.instrument(name.replace("/", "", 1)) if ":" not in name else None

    def _symbols_by_uuid(self) -> dict[UUID, str]:
        instruments = self._market.instruments()
        if len(self._by_uuid) != len(instruments):
            self._by_uuid = {asset_uuid(each.symbol): each.symbol for each in instruments}
        return self._by_uuid


def asset_class(instrument: Instrument) -> str:
    """Return `crypto`, or `us_equity` for every other type: alpaca-py has no asset class for
    currency pairs, futures or indices."""
    return CRYPTO if instrument.type == "crypto" else US_EQUITY


def display_symbol(instrument: Instrument) -> str:
    """Return the symbol as Alpaca writes it: `BTC/USD` for crypto, else the bare symbol."""
    symbol, currency = instrument.symbol, instrument.currency
    if instrument.type != "crypto" or not symbol.endswith(currency) or symbol == currency:
        return symbol
    return f"{symbol.removesuffix(currency)}/{currency}"


def exchange_name(instrument: Instrument) -> str:
    """Return the exchange, or an empty string for one that alpaca-py does not know."""
    if instrument.type == "crypto":
        return "CRYPTO"
    return instrument.exchange if instrument.exchange in _EXCHANGES else ""


def is_fractionable(instrument: Instrument) -> bool:
    """Return whether less than one unit can be traded."""
    return instrument.quantity_step < 1
