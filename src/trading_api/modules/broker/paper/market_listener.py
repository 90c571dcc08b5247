"""Receives the market's updates and status for the paper exchange."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import islice

from trading_api.domain.broker_connection import BrokerConnection, connection_to_market
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quiet_range import QuietRange
from trading_api.modules.broker.paper.account_loader import AccountLoader
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_processor import CommandProcessor
from trading_api.modules.broker.paper.market_notices import MarketNotices
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.quiet_quotes import QuietQuotes
from trading_api.modules.broker.paper.quote_intake import QuoteIntake
from trading_api.modules.broker.translation.prices import Prices

VALUATIONS_PER_TURN = 256
"""The rest is published in the next turns of the event loop, so that commands do not wait."""


class PaperMarketListener:
    """A QuietListener that matches each quote against the accounts that it can change.

    `on_valuation` is called with each watched account whose open positions new quotes revalue, at
    most once for each instant of the market. `on_connection` is called with each change of the
    connection to the market."""

    def __init__(
        self,
        market: MarketData,
        prices: Prices,
        interest: PriceInterest,
        accounts: Accounts,
        processor: CommandProcessor,
        notices: MarketNotices,
        loader: AccountLoader,
        on_valuation: Callable[[str], None],
        on_connection: Callable[[BrokerConnection], None],
    ) -> None:
        self._market = market
        self._quotes = QuoteIntake(prices, interest, accounts.index)
        self._accounts = accounts
        self._processor = processor
        self._notices = notices
        self._loader = loader
        self._quiet = QuietQuotes(prices, accounts.index, notices)
        self._on_valuation = on_valuation
        self._on_connection = on_connection
        # At most the watched accounts; a quote that follows adds none twice.
        self._revalued: dict[str, None] = {}
        self._is_reporting = False

    def on_update(self, update: MarketUpdate) -> None:
        """Enqueue the quote for matching, and note the watched accounts that it revalues."""
        if quote := self._quotes.take(update):
            self._processor.match_quote(quote)
        symbol = update.quote.symbol
        for account_id in self._accounts.index.watched_holders(symbol):
            state = self._accounts.committed(account_id)
            if state is not None and symbol in state.positions:
                self._revalued[account_id] = None

    def on_status(self, status: MarketStatus) -> None:
        """Report the market's status as the connection of the exchange."""
        self._on_connection(connection_to_market(status))
        self._notices.on_status(status)

    def on_heartbeat(self) -> None:
        """Report the accounts that the quotes of this instant revalued. `flush` and a timer expire
        orders."""
        self._report_valuations()
        self._notices.on_time()

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return the prices at which updates of the symbol change no account, or None."""
        if self._accounts.index.watched_holders(symbol):
            return None
        return self._quiet.range(symbol)

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return when an order may expire or a session may close. It is the present while
        anything waits."""
        is_busy = self._revalued or self._loader.is_loading or not self._notices.is_idle
        if is_busy or not self._processor.is_idle:
            return self._market.now_ms
        return self._quiet.until_ms(self._market.now_ms, step_ms)

    async def flush(self) -> None:
        """Return once everything so far is committed and published, expired orders too, and the
        commands that wait for their accounts to be loaded."""
        await self._loader.settle()
        while self._revalued:
            self._report_valuations()
        self.expire_orders()
        await self._notices.flush()
        await self._processor.flush()

    def _report_valuations(self) -> None:
        for account_id in list(islice(self._revalued, VALUATIONS_PER_TURN)):
            del self._revalued[account_id]
            self._on_valuation(account_id)
        if self._revalued and not self._is_reporting:
            self._is_reporting = True
            asyncio.get_running_loop().call_soon(self._continue_reporting)

    def _continue_reporting(self) -> None:
        self._is_reporting = False
        self._report_valuations()

    def expire_orders(self) -> None:
        """Cancel the orders whose time is over at the market's present."""
        self._processor.expire_orders(self._market.now_ms)
