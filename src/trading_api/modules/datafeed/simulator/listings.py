"""The symbols of the simulated market, with usual price, range and volume."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.domain.instrument import Instrument


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument and its usual market. The price and the spread are in ticks, the day's range is
    in millionths of the price, the day's volume is in the instrument's volume units. Sizes at the
    touch are multiples of `lot`."""

    instrument: Instrument
    usual_price: int
    usual_day_range_ppm: int
    usual_day_volume: int
    usual_spread: int
    lot: Decimal


def _stock(symbol: str, description: str, price: int, day_range_ppm: int, volume: int) -> Listing:
    instrument = Instrument(
        symbol=symbol,
        description=description,
        exchange="NASDAQ",
        type="stock",
        currency="USD",
        price_scale=100,
        min_move=1,
        volume_scale=1,
        quantity_step=Decimal(1),
        quantity_max=Decimal(1_000_000),
    )
    return Listing(instrument, price, day_range_ppm, volume, 2, Decimal(10))


def _forex(symbol: str, description: str, price_scale: int, price: int, spread: int) -> Listing:
    instrument = Instrument(
        symbol=symbol,
        description=description,
        exchange="FX",
        type="forex",
        currency=symbol[3:],
        price_scale=price_scale,
        min_move=1,
        volume_scale=1,
        quantity_step=Decimal(1),
        quantity_max=Decimal(100_000_000),
    )
    return Listing(instrument, price, 6_000, 90_000_000_000, spread, Decimal(50_000))


def _crypto(
    symbol: str, description: str, price_scale: int, price: int, volume: int, step: Decimal
) -> Listing:
    instrument = Instrument(
        symbol=symbol,
        description=description,
        exchange="CRYPTO",
        type="crypto",
        currency="USD",
        price_scale=price_scale,
        min_move=1,
        volume_scale=int(1 / step),
        quantity_step=step,
        quantity_max=Decimal(1_000_000),
    )
    return Listing(instrument, price, 33_000, volume * int(1 / step), 5, step * 100)


LISTINGS = (
    _stock("AAPL", "Apple Inc.", 230_00, 17_000, 55_000_000),
    _stock("MSFT", "Microsoft Corporation", 430_00, 16_000, 22_000_000),
    _stock("NVDA", "NVIDIA Corporation", 140_00, 26_000, 210_000_000),
    _stock("TSLA", "Tesla, Inc.", 270_00, 30_000, 95_000_000),
    _stock("AMZN", "Amazon.com, Inc.", 200_00, 19_000, 41_000_000),
    _forex("EURUSD", "Euro / US Dollar", 100_000, 1_10000, 8),
    _forex("GBPUSD", "British Pound / US Dollar", 100_000, 1_28000, 12),
    _forex("USDJPY", "US Dollar / Japanese Yen", 1_000, 148_000, 9),
    _crypto("BTCUSD", "Bitcoin / US Dollar", 10, 64_000_0, 28_000, Decimal("0.0001")),
    _crypto("ETHUSD", "Ethereum / US Dollar", 100, 3_100_00, 390_000, Decimal("0.001")),
    _crypto("SOLUSD", "Solana / US Dollar", 100, 150_00, 4_200_000, Decimal("0.01")),
)
