"""An order book around a touch, where no more than the touch was recorded."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.size_decay import decayed_size


def modelled_book(quote: Quote, instrument: Instrument, step: Decimal, levels: int) -> OrderBook:
    """Return a book whose best levels are the quote's own. The others are `step` apart, and their
    sizes decay."""
    bids = _side(PriceLevel(quote.bid, quote.bid_size), -step, instrument, levels)
    asks = _side(PriceLevel(quote.ask, quote.ask_size), step, instrument, levels)
    return OrderBook(quote.symbol, quote.time_ms, bids, asks)


def _side(
    best: PriceLevel, step: Decimal, instrument: Instrument, levels: int
) -> tuple[PriceLevel, ...]:
    if best.price <= 0 or best.size <= 0:
        return ()
    side, quantity_step = [best], instrument.quantity_step
    while len(side) < levels and (price := side[-1].price + step) > 0:
        side.append(PriceLevel(price, decayed_size(best.size, quantity_step, len(side))))
    return tuple(side)
