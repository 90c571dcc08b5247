"""A market whose quotes and status the test sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import QUOTE, Fact, MarketListener
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


class SymbolCounts(Counter[str]):
    """The interest of one listener, in quotes alone."""

    def add(self, symbol: str, fact: Fact = QUOTE) -> None:
        assert fact == QUOTE
        self[symbol] += 1

    def remove(self, symbol: str, fact: Fact = QUOTE) -> None:
        self[symbol] -= 1
        if not self[symbol]:
            del self[symbol]

    def close(self) -> None:
        self.clear()


class ManualMarket:
    def __init__(self, *instruments: Instrument) -> None:
        self._instruments = {each.symbol: each for each in instruments}
        self._quotes: dict[str, Quote] = {}
        self._listeners: list[tuple[MarketListener, SymbolCounts]] = []
        self.status = MarketStatus(MarketState.OPEN)
        self.closed: dict[str, MarketStatus] = {}
        self.now_ms = 1_000
        self.ends_ms: dict[str, int] = {}

    def instruments(self) -> Sequence[Instrument]:
        return list(self._instruments.values())

    def instrument(self, symbol: str) -> Instrument | None:
        return self._instruments.get(symbol.removeprefix("TEST:"))

    def quote(self, symbol: str) -> Quote | None:
        return self._quotes.get(symbol)

    def status_of(self, symbol: str) -> MarketStatus:
        return self.closed.get(symbol, self.status)

    def session_end_ms(self, symbol: str) -> int:
        return self.ends_ms.get(symbol, DAY_MS)

    def listen(self, listener: MarketListener) -> SymbolCounts:
        interest = SymbolCounts()
        self._listeners.append((listener, interest))
        return interest

    def has_interest(self, symbol: str) -> bool:
        return any(symbol in interest for _, interest in self._listeners)

    def move(
        self, symbol: str, bid: str, ask: str, size: int = 1000, last: str | None = None
    ) -> None:
        self.now_ms += 250
        self._quotes[symbol] = quote = Quote(
            symbol=symbol,
            time_ms=self.now_ms,
            bid=Decimal(bid),
            ask=Decimal(ask),
            bid_size=Decimal(size),
            ask_size=Decimal(size),
            last=Decimal(bid if last is None else last),
            last_size=Decimal(0),
        )
        for listener, interest in self._listeners:
            if symbol in interest:
                listener.on_update(MarketUpdate(quote))
            listener.on_heartbeat()

    def become(self, state: MarketState, reason: str = "") -> None:
        self.status = MarketStatus(state, reason)
        for listener, _ in self._listeners:
            listener.on_status(self.status)
