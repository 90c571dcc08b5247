"""The value of an order, which counts towards the maximum of a session."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.account_snapshot import AccountSnapshot, OrderView
from trading_api.domain.instrument import Instrument
from trading_api.domain.orders import Side
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Unavailable
from trading_api.modules.mcp.mapping import EXACT


class OrderValues:
    """Values orders in the account's currency, at the prices of this moment."""

    def __init__(self, market: MarketData) -> None:
        self._market = market

    def value(self, account: AccountSnapshot, instrument: Instrument, order: OrderView) -> Decimal:
        """Return the highest value that the whole order may have at the present prices, or 0 for
        one that can only reduce a position. Raises Unavailable without a price."""
        if order.reduce_only or order.is_bracket:
            return Decimal(0)
        rate = account.conversion_rate(instrument.currency)
        price = self._price(instrument, order)
        if rate is None or price is None:
            raise Unavailable(f"{instrument.symbol} has no price now.", "no_price")
        return EXACT.abs(EXACT.multiply(EXACT.multiply(order.quantity, price), rate))

    def _price(self, instrument: Instrument, order: OrderView) -> Decimal | None:
        """Return the limit price of a buy order, which no fill exceeds. For any other order, return
        the highest of its prices and the touch: a sell order may fill above its limit price."""
        if order.side is Side.BUY and order.limit_price is not None:
            return order.limit_price
        quote = self._market.quote(instrument.symbol)
        if quote is None:
            return None
        touch = quote.ask if order.side is Side.BUY else quote.bid
        trail_start = touch + order.trail.distance if order.trail else None
        prices = (touch, trail_start, order.limit_price, order.stop_price)
        return max(price for price in prices if price is not None)
