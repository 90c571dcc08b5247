"""The symbols of one class of assets, as clients of the data API write them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from trading_api.domain.instrument import Instrument
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Invalid
from trading_api.models.alpaca.market_data import SYMBOLS_MAX
from trading_api.modules.alpaca.assets import asset_class, display_symbol


@dataclass(frozen=True, slots=True)
class NamedInstrument:
    """An instrument, and the name by which the client requested it, which the response repeats."""

    name: str
    instrument: Instrument

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

    @property
    def is_canonical(self) -> bool:
        """Whether the name has the form of stream messages: `BTC/USD`, not `BTCUSD`."""
        return self.name == display_symbol(self.instrument)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the exchange: where the days of its bars begin."""
        return ZoneInfo(self.instrument.timezone)


class AssetClassSymbols:
    """The instruments of one class: `us_equity`, `crypto`, or both."""

    def __init__(self, market: MarketData, classes: Sequence[str]) -> None:
        self._market = market
        self.classes = frozenset(classes)

    def __iter__(self) -> Iterator[NamedInstrument]:
        """Yield every instrument of the classes, named as in stream messages."""
        for each in self._market.instruments():
            if asset_class(each) in self.classes:
                yield NamedInstrument(display_symbol(each), each)

    def find(self, name: str) -> NamedInstrument | None:
        """Return the instrument of `AAPL`, `BTC/USD` or `BTCUSD`, or None."""
        instrument = None if ":" in name else self._market.instrument(name.replace("/", "", 1))
        if instrument is None or asset_class(instrument) not in self.classes:
            return None
        if name not in (instrument.symbol, display_symbol(instrument)):
            return None
        return NamedInstrument(name, instrument)

    def find_all(self, symbols: str) -> list[NamedInstrument]:
        """Return the instruments of a comma-separated list, each once, sorted by name. Unknown
        names are left out, as Alpaca does. Raises Invalid for too many."""
        names = sorted({name.strip() for name in symbols.split(",")})
        if len(names) > SYMBOLS_MAX:
            raise Invalid(f"too many symbols; at most {SYMBOLS_MAX}", "too_many_symbols")
        return [found for name in names if (found := self.find(name)) is not None]
