"""Instruments of ccxt's markets, and the grids of their prices and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading_api.connectors.ccxt_exchange import our_symbol
from trading_api.connectors.errors import ConnectorError
from trading_api.domain.instrument import Instrument
from trading_api.modules.datafeed.venues.messages import VenueListing

_TICK_SIZE, _SIGNIFICANT_DIGITS, _DECIMAL_PLACES = 4, 3, 2
"""ccxt's precision modes."""
_FINEST = Decimal("0.00000001")
_QUANTITY_MAX = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class MarketGrid:
    """Converts ccxt's numbers to ticks and units. What is off the grid is rounded to it."""

    tick: Decimal
    step: Decimal
    volume_scale: int

    @property
    def lot(self) -> int:
        return max(1, int(self.step * self.volume_scale))

    def price(self, value: float | str) -> int:
        return round(Decimal(str(value)) / self.tick)

    def quantity(self, value: float | str) -> int:
        return round(Decimal(str(value)) * self.volume_scale)

    volume = quantity


def grid_of(exchange: Any, theirs: str) -> MarketGrid:
    """Return the grid of a loaded market. Raises ConnectorError with the code `unknown_symbol`."""
    market = (exchange.markets or {}).get(theirs)
    if market is None:
        text = f"{exchange.id} has no market {theirs!r}; ccxt writes them as BTC/USDT."
        raise ConnectorError("unknown_symbol", text)
    tick, step = (_step(exchange, market["precision"][name]) for name in ("price", "amount"))
    # Volumes are counted in powers of ten.
    decimals = max(0, -int(step.normalize().as_tuple().exponent))
    return MarketGrid(tick, step, 10**decimals)


def listing_of(
    exchange: Any, theirs: str, grid: MarketGrid, ticker: dict[str, Any], has_ids: bool
) -> VenueListing:
    """Return the listing of a market whose ticker was read. Raises ConnectorError for one that has
    never traded."""
    market = exchange.markets[theirs]
    price = next((ticker[name] for name in ("last", "close", "bid", "ask") if ticker[name]), None)
    if price is None:
        raise ConnectorError("rejected", f"{theirs} has no price at {exchange.id} yet.")
    scale, move = _price_scale(grid.tick)
    limit = (market["limits"].get("amount") or {}).get("max")
    instrument = Instrument(
        symbol=our_symbol(theirs),
        description=theirs,
        exchange=str(exchange.id).upper(),
        type="crypto",
        currency=market["quote"],
        price_scale=scale,
        min_move=move,
        volume_scale=grid.volume_scale,
        quantity_step=grid.step,
        quantity_max=Decimal(str(limit)) if limit else _QUANTITY_MAX,
    )
    time_ms = int(ticker["timestamp"] or exchange.milliseconds())
    return VenueListing(instrument, theirs, grid.price(price), time_ms, has_ids)


def _step(exchange: Any, precision: Any) -> Decimal:
    """Return the step of a precision in ccxt's three ways of writing it."""
    if precision is None or exchange.precisionMode == _SIGNIFICANT_DIGITS:
        return _FINEST
    if exchange.precisionMode == _DECIMAL_PLACES:
        return Decimal(1).scaleb(-int(precision))
    # 1e-05 and "0.00001" are the same step, which is then written without an exponent.
    return Decimal(f"{Decimal(str(precision)).normalize():f}")


def _price_scale(tick: Decimal) -> tuple[int, int]:
    """Return `price_scale` and `min_move`: 100 and 5 for a tick of 0.05."""
    decimals = max(0, -int(tick.normalize().as_tuple().exponent))
    return 10**decimals, int(tick.scaleb(decimals))
