"""Receives the market's updates and status for the paper exchange."""

from __future__ import annotations

from collections.abc import Callable

from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData
from trading_api.modules.broker.engine.commands import MatchQuote
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_processor import CommandProcessor
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.prices import Prices


class PaperMarketListener:
    """Match each quote against the accounts that it can change.

    `on_valuation` is called with each account whose open positions a quote revalues; `on_status`
    with each change of the market's status."""

    def __init__(
        self,
        market: MarketData,
        prices: Prices,
        interest: PriceInterest,
        accounts: Accounts,
        processor: CommandProcessor,
        on_valuation: Callable[[str], None],
        on_status: Callable[[MarketStatus], None],
    ) -> None:
        self._market = market
        self._prices = prices
        self._interest = interest
        self._accounts = accounts
        self._processor = processor
        self._on_valuation = on_valuation
        self._on_status = on_status

    def on_update(self, update: MarketUpdate) -> None:
        """Enqueue the quote for matching, and report the accounts that it revalues."""
        quote, symbol = update.quote, update.quote.symbol
        if symbol in self._interest and (market := self._prices.quoted_market(quote)):
            self._processor.match_quote(MatchQuote(market))
        for account_id in self._accounts.exposed_to(symbol):
            state = self._accounts.committed(account_id)
            if state is not None and symbol in state.positions:
                self._on_valuation(account_id)

    def on_status(self, status: MarketStatus) -> None:
        """Report the market's status as the status of the exchange."""
        self._on_status(status)

    def on_heartbeat(self) -> None:
        """Ignore that time may have passed: `flush` and a timer expire orders."""

    async def flush(self) -> None:
        """Return once everything so far is committed and published, expired orders too."""
        self.expire_orders()
        await self._processor.flush()

    def expire_orders(self) -> None:
        """Cancel the orders whose time is over at the market's present."""
        self._processor.expire_orders(self._market.now_ms)
