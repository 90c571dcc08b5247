"""Turns the market's updates into quotes for the paper exchange to match."""

from __future__ import annotations

from trading_api.domain.market_update import MarketUpdate
from trading_api.modules.broker.engine.commands import MatchQuote
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.translation.prices import Prices


class QuoteIntake:
    """Reports each new price to the index of accounts, and creates the quote to match."""

    def __init__(self, prices: Prices, interest: PriceInterest, index: AccountIndex) -> None:
        self._prices = prices
        self._interest = interest
        self._index = index

    def take(self, update: MarketUpdate) -> MatchQuote | None:
        """Return the quote to match, or None if it cannot change any account."""
        symbol = update.quote.symbol
        self._index.on_price(symbol, self._prices.mark(symbol))
        if currency := self._prices.converted_currency(symbol):
            rate = self._prices.rate(currency)
            assert rate is not None, "the pair has just been quoted"
            self._index.on_rate(currency, rate)
        if symbol in self._interest and (market := self._prices.quoted_market(update.quote)):
            return MatchQuote(market)
        return None
