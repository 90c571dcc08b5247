"""The symbols whose prices the paper exchange needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from trading_api.domain.ports.market_data import Interest


class PriceInterest:
    """Counts the symbols in which accounts have orders or a position, and those of waiting
    commands. Keeps the market's interest in all symbols that `symbols_to_price` returns of each:
    itself, and the pair that converts its currency."""

    def __init__(self, symbols_to_price: Callable[[str], Iterable[str]]) -> None:
        self._symbols_to_price = symbols_to_price
        self._symbols: Counter[str] = Counter()
        self._interest: Interest | None = None

    def __contains__(self, symbol: str) -> bool:
        """Whether a quote of the symbol could change an account. A pair that only converts is not
        contained."""
        return symbol in self._symbols

    def connect(self, interest: Interest) -> None:
        """Add what was counted so far to `interest`, and keep it up to date from now on."""
        self._interest = interest
        for symbol in self._symbols:
            self._start(symbol)

    def add(self, symbol: str) -> None:
        """Count one more use of a symbol; the first one starts the interest."""
        self._symbols[symbol] += 1
        if self._symbols[symbol] == 1:
            self._start(symbol)

    def remove(self, symbol: str) -> None:
        """Count one use less; the last one ends the interest."""
        self._symbols[symbol] -= 1
        if not self._symbols[symbol]:
            del self._symbols[symbol]
            if self._interest is not None:
                for each in self._symbols_to_price(symbol):
                    self._interest.remove(each)

    def _start(self, symbol: str) -> None:
        if self._interest is not None:
            for each in self._symbols_to_price(symbol):
                self._interest.add(each)
