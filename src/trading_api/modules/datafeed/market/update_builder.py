"""Makes the update of a symbol, for sources that can read their own bars and order books."""

from __future__ import annotations

from trading_api.domain.market_update import MarketUpdate, VenueTrade
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.interest import SymbolInterest
from trading_api.modules.datafeed.market.ports import MarketSource


def build_update(
    source: MarketSource,
    quote: Quote,
    interest: SymbolInterest,
    trade: VenueTrade | None = None,
) -> MarketUpdate:
    """Return the quote with the facts that are wanted of its symbol, and the venue's trade that it
    reports. The source's present must be that of the quote."""
    if not interest.bars and not interest.book_levels and interest.day is None:
        return MarketUpdate(quote, trade=trade)
    bars = {
        resolution: changed
        for resolution, cursor in interest.bars.items()
        if (changed := cursor.advance())
    }
    levels = interest.book_levels
    return MarketUpdate(
        quote,
        bars,
        interest.day.advance() if interest.day else (),
        source.order_book(quote.symbol, levels) if levels else None,
        trade,
    )
