"""A market that moves when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.ports.market_data import MarketListener
from trading_api.domain.quote import Quote

DAY_MS = 24 * 60 * 60 * 1000


def instrument(symbol: str, currency: str = "USD", price_scale: int = 100) -> Instrument:
    return Instrument(
        symbol=symbol,
        description=symbol,
        exchange="TEST",
        type="stock",
        currency=currency,
        price_scale=price_scale,
        min_move=1,
        volume_scale=1,
        quantity_step=Decimal(1),
        quantity_max=Decimal(1_000_000),
    )


class ManualMarket:
    def __init__(self, *instruments: Instrument) -> None:
        self._instruments = {each.symbol: each for each in instruments}
        self._quotes: dict[str, Quote] = {}
        self._listeners: list[MarketListener] = []
        self.status = MarketStatus(MarketState.OPEN)
        self.closed: dict[str, MarketStatus] = {}
        self.now_ms = 1_000

    def instruments(self) -> Sequence[Instrument]:
        return list(self._instruments.values())

    def instrument(self, symbol: str) -> Instrument | None:
        return self._instruments.get(symbol.removeprefix("TEST:"))

    def quote(self, symbol: str) -> Quote | None:
        return self._quotes.get(symbol)

    def status_of(self, symbol: str) -> MarketStatus:
        return self.closed.get(symbol, self.status)

    def session_end_ms(self, symbol: str) -> int:
        return DAY_MS

    def listen(self, listener: MarketListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def move(self, symbol: str, bid: str, ask: str, size: int = 1000) -> None:
        self.now_ms += 250
        self._quotes[symbol] = quote = Quote(
            symbol=symbol,
            time_ms=self.now_ms,
            bid=Decimal(bid),
            ask=Decimal(ask),
            bid_size=Decimal(size),
            ask_size=Decimal(size),
            last=Decimal(bid),
            last_size=Decimal(0),
        )
        for listener in self._listeners:
            listener.on_quote(quote)

    def become(self, state: MarketState, reason: str = "") -> None:
        self.status = MarketStatus(state, reason)
        for listener in self._listeners:
            listener.on_status(self.status)
