"""The instruments that the simulated venue lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ORDER_TYPES = [
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A spot pair: `tick` is the price step, `step` the quantity step, `price` where it opens."""

    base: str
    quote: str
    price: Decimal
    tick: Decimal
    step: Decimal
    notional_min: Decimal = Decimal(5)
    quantity_max: Decimal = Decimal(9000)

    @property
    def symbol(self) -> str:
        return self.base + self.quote

    def exchange_info(self, status: str) -> dict[str, Any]:
        """Return the instrument as `GET /api/v3/exchangeInfo` lists it."""
        return {
            "symbol": self.symbol,
            "status": status,
            "baseAsset": self.base,
            "baseAssetPrecision": 8,
            "quoteAsset": self.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "baseCommissionPrecision": 8,
            "quoteCommissionPrecision": 8,
            "orderTypes": ORDER_TYPES,
            "icebergAllowed": False,
            "ocoAllowed": False,
            "quoteOrderQtyMarketAllowed": True,
            "allowTrailingStop": False,
            "cancelReplaceAllowed": True,
            "isSpotTradingAllowed": True,
            "isMarginTradingAllowed": False,
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": amount(self.tick),
                    "maxPrice": "1000000.00000000",
                    "tickSize": amount(self.tick),
                },
                {
                    "filterType": "LOT_SIZE",
                    "minQty": amount(self.step),
                    "maxQty": amount(self.quantity_max),
                    "stepSize": amount(self.step),
                },
                {
                    "filterType": "NOTIONAL",
                    "minNotional": amount(self.notional_min),
                    "applyMinToMarket": True,
                    "maxNotional": "9000000.00000000",
                    "applyMaxToMarket": False,
                    "avgPriceMins": 5,
                },
            ],
            "permissions": [],
            "permissionSets": [["SPOT"]],
            "defaultSelfTradePreventionMode": "NONE",
            "allowedSelfTradePreventionModes": ["NONE"],
        }


def amount(value: Decimal) -> str:
    """Format a price or a quantity as Binance does, with eight decimals."""
    return f"{value:.8f}"


def _instrument(base: str, price: str, tick: str, step: str) -> Instrument:
    return Instrument(base, "USDT", Decimal(price), Decimal(tick), Decimal(step))


INSTRUMENTS = (
    _instrument("BTC", "60000", "0.01", "0.00001"),
    _instrument("ETH", "3000", "0.01", "0.0001"),
    _instrument("SOL", "150", "0.01", "0.001"),
    _instrument("BNB", "500", "0.01", "0.001"),
    _instrument("XRP", "0.6", "0.0001", "0.1"),
)


def by_symbol(instruments: Iterable[Instrument]) -> dict[str, Instrument]:
    return {each.symbol: each for each in instruments}
