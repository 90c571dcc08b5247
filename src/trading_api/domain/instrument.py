"""A tradable instrument and its price and quantity grid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Instrument:
    """A symbol that can be traded. Prices are whole ticks of `min_move / price_scale`, bar volumes
    are whole units of `1 / volume_scale`, order quantities are whole multiples of `quantity_step`.
    `resolutions` are the bar lengths that the instrument has; if empty, it has all of the market's.
    `session`, `holidays` and `corrections` are written as TradingView writes them."""

    symbol: str
    description: str
    exchange: str
    type: str
    currency: str
    price_scale: int
    min_move: int
    volume_scale: int
    quantity_step: Decimal
    quantity_max: Decimal
    session: str = "24x7"
    timezone: str = "Etc/UTC"
    holidays: str = ""
    corrections: str = ""
    resolutions: tuple[str, ...] = ()

    @property
    def tick_size(self) -> Decimal:
        return Decimal(self.min_move) / Decimal(self.price_scale)

    @property
    def pip_size(self) -> Decimal:
        """The price distance of one pip: the tick, or ten ticks where currencies are traded."""
        return self.tick_size * (10 if self.type == "forex" else 1)


def full_name(instrument: Instrument) -> str:
    """Return the symbol with its exchange: `NASDAQ:AAPL`."""
    return f"{instrument.exchange}:{instrument.symbol}"


def bare_symbol(symbol: str) -> str:
    """Return `AAPL` for `NASDAQ:AAPL`, also for a symbol that no market knows any more."""
    return symbol.rpartition(":")[2]
