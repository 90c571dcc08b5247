"""Finds and describes the symbols of the market."""

from __future__ import annotations

from trading_api.domain.instrument import Instrument
from trading_api.domain.instrument_search import search_instruments
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.resolution import canonical
from trading_api.errors import Invalid, SymbolNotFound, truncate
from trading_api.models.market import (
    DatafeedConfiguration,
    Exchange,
    SearchSymbolResultItem,
    SymbolInfo,
    SymbolType,
)
from trading_api.modules.datafeed.mapping import to_search_result, to_symbol_info


class Symbols:
    """Looks up symbols by name or text. `resolutions` are those of the market; an instrument may
    have its own."""

    def __init__(self, market: MarketData, resolutions: list[str]) -> None:
        self._market = market
        self._resolutions = resolutions

    def configuration(self) -> DatafeedConfiguration:
        instruments = self._market.instruments()
        exchanges = dict.fromkeys(instrument.exchange for instrument in instruments)
        types = dict.fromkeys(instrument.type for instrument in instruments)
        return DatafeedConfiguration(
            exchanges=[Exchange(value=name, name=name, desc=name) for name in exchanges],
            symbols_types=[SymbolType(name=name.capitalize(), value=name) for name in types],
            supported_resolutions=self._resolutions,
        )

    def search(
        self, user_input: str, exchange: str, symbol_type: str, max_results: int, offset: int = 0
    ) -> list[SearchSymbolResultItem]:
        """Return the exact symbol first, then those that begin with the input, then those that
        contain it: at most `max_results`, after the first `offset` ones."""
        found = search_instruments(
            self._market.instruments(),
            user_input,
            exchange=exchange,
            type=symbol_type,
            limit=max_results,
            offset=offset,
        )
        return [to_search_result(instrument) for instrument in found]

    def resolve(self, symbol: str) -> SymbolInfo:
        instrument = self.instrument(symbol)
        return to_symbol_info(instrument, self.resolutions_of(instrument))

    def find(self, name: str) -> Instrument | None:
        """Return the instrument of `AAPL` or `NASDAQ:AAPL`, or None."""
        return self._market.instrument(name)

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument of a name. Raises SymbolNotFound."""
        instrument = self.find(symbol)
        if instrument is None:
            raise SymbolNotFound(symbol)
        return instrument

    def resolutions_of(self, instrument: Instrument) -> list[str]:
        return list(instrument.resolutions) or self._resolutions

    def resolution(self, resolution: str, instrument: Instrument) -> str:
        """Return the canonical name of a resolution that the instrument has. Raises Invalid."""
        name, known = canonical(resolution), self.resolutions_of(instrument)
        if name not in known:
            raise Invalid(
                f"There is no resolution {truncate(resolution)!r} of {instrument.symbol}; "
                f"there are {', '.join(known)}.",
                "unsupported_resolution",
            )
        return name
