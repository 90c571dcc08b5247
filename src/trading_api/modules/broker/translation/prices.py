"""Converts the market's quotes into an account's currency, for the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Context, Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quote import Quote
from trading_api.errors import Invalid, SymbolNotFound
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.margin import equity
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules

_RATES = Context(prec=20)


class Prices:
    """Quotes as touches in the account's currency, and the symbols that can be traded."""

    def __init__(self, market: MarketData, currency: str) -> None:
        self._market = market
        self.currency = currency

    @property
    def now_ms(self) -> int:
        """The market's present."""
        return self._market.now_ms

    def current_market(self, instrument: Instrument) -> Market:
        """Return an instrument's market at the present moment."""
        return self._engine_market(instrument, self.touch(instrument.symbol), self._market.now_ms)

    def quoted_market(self, quote: Quote) -> Market | None:
        """Return the market of a quote, or None while the quote cannot be traded on."""
        instrument, touch = self._market.instrument(quote.symbol), self.tradable_touch(quote)
        if instrument is None or touch is None:
            return None
        return self._engine_market(instrument, touch, quote.time_ms)

    def instrument(self, symbol: str) -> Instrument:
        """Return the instrument of a symbol. Raises SymbolNotFound."""
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise SymbolNotFound(symbol)
        return instrument

    def known_instrument(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol, or None for an unknown one."""
        return self._market.instrument(symbol)

    def tradable(self, symbol: str) -> Instrument:
        """Return the instrument of an order's symbol. Raises Invalid for an unknown symbol, and
        for one that cannot be traded in the account's currency."""
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise Invalid(SymbolNotFound(symbol).detail, "unknown_symbol")
        if not self._is_convertible(instrument):
            raise Invalid(
                f"{instrument.symbol} is priced in {instrument.currency}, and no pair converts "
                f"that to {self.currency}.",
                "no_conversion",
            )
        return instrument

    def is_tradable(self, symbol: str) -> bool:
        """Return whether a symbol is known and tradable in the account's currency."""
        instrument = self._market.instrument(symbol)
        return instrument is not None and self._is_convertible(instrument)

    def _is_convertible(self, instrument: Instrument) -> bool:
        return instrument.currency == self.currency or self._pair(instrument.currency) is not None

    def touch(self, symbol: str) -> Touch | None:
        """Return a symbol's touch, or None while there is no price to trade on."""
        quote = self._market.quote(symbol)
        return self.tradable_touch(quote) if quote else None

    def tradable_touch(self, quote: Quote) -> Touch | None:
        """Return the touch of a quote, or None while its symbol cannot be traded."""
        if self._market.status_of(quote.symbol).state is not MarketState.OPEN:
            return None
        return self._converted_touch(quote)

    def is_stale(self, symbol: str) -> bool:
        """Return whether a symbol should have a price to trade on but has none."""
        state = self._market.status_of(symbol).state
        return state is not MarketState.CLOSED and self.touch(symbol) is None

    def mark(self, symbol: str) -> Touch | None:
        """Return the last touch, tradable or not. Open positions are valued at it."""
        quote = self._market.quote(symbol)
        return self._converted_touch(quote) if quote else None

    def _converted_touch(self, quote: Quote) -> Touch | None:
        instrument = self._market.instrument(quote.symbol)
        rate = self.rate(instrument.currency) if instrument else None
        if rate is None:
            return None
        return Touch(
            symbol=quote.symbol,
            time_ms=quote.time_ms,
            bid=quote.bid,
            ask=quote.ask,
            bid_size=quote.bid_size,
            ask_size=quote.ask_size,
            rate=rate,
        )

    def marks(self) -> Mapping[str, Touch]:
        """Return the last touch of every symbol. Each is kept from its first access on."""
        return _LastTouches(self)

    def equity(self, state: AccountState) -> Decimal:
        """Return an account's equity at the last touches."""
        return equity(state, _LastTouches(self))

    def _engine_market(self, instrument: Instrument, touch: Touch | None, at_ms: int) -> Market:
        return Market(to_trading_rules(instrument), touch, at_ms, _LastTouches(self))

    def symbols(self) -> Iterator[str]:
        """Yield the symbols of all instruments."""
        return (instrument.symbol for instrument in self._market.instruments())

    def symbols_to_price(self, symbol: str) -> list[str]:
        """Return the known ones of the symbol and the pair that converts its currency."""
        instrument = self._market.instrument(symbol)
        if instrument is None:
            return []
        pair = None if instrument.currency == self.currency else self._pair(instrument.currency)
        return [each.symbol for each in (instrument, pair) if each is not None]

    def rate(self, currency: str) -> Decimal | None:
        """Return the value of one unit of `currency` at the mid of the pair that converts it, or
        None while that is unknown."""
        if currency == self.currency:
            return Decimal(1)
        pair = self._pair(currency)
        quote = self._market.quote(pair.symbol) if pair else None
        if pair is None or quote is None:
            return None
        mid = (quote.bid + quote.ask) / 2
        return mid if pair.currency == self.currency else _RATES.divide(Decimal(1), mid)

    def foreign_currency(self, symbol: str) -> str:
        """Return the currency of a symbol where that is not the account's, else an empty string."""
        instrument = self._market.instrument(symbol)
        return instrument.currency if instrument and instrument.currency != self.currency else ""

    def converted_currency(self, symbol: str) -> str:
        """Return the currency that the pair `symbol` converts, or an empty string for others."""
        for currency in (symbol.removeprefix(self.currency), symbol.removesuffix(self.currency)):
            pair = self._pair(currency) if currency not in (symbol, "") else None
            if pair is not None and pair.symbol == symbol:
                return currency
        return ""

    def _pair(self, currency: str) -> Instrument | None:
        """Return the pair that is named after both currencies. It is priced in the second one:
        `USDTUSD` converts USDT to USD, and is no pair of USD and TUSD."""
        for base, priced_in in ((currency, self.currency), (self.currency, currency)):
            pair = self._market.instrument(base + priced_in)
            if pair is not None and pair.currency == priced_in:
                return pair
        return None


class _LastTouches(Mapping[str, Touch]):
    """The last touch of every symbol, computed on first access."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._touches: dict[str, Touch] = {}

    def __getitem__(self, symbol: str) -> Touch:
        if symbol not in self._touches:
            mark = self._prices.mark(symbol)
            if mark is None:
                raise KeyError(symbol)
            self._touches[symbol] = mark
        return self._touches[symbol]

    def __iter__(self) -> Iterator[str]:
        return (symbol for symbol in self._prices.symbols() if symbol in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def to_trading_rules(instrument: Instrument) -> TradingRules:
    """Return the grid of prices and quantities that the engine checks."""
    return TradingRules(
        symbol=instrument.symbol,
        tick_size=instrument.tick_size,
        quantity_step=instrument.quantity_step,
        quantity_max=instrument.quantity_max,
    )
