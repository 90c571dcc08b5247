"""States which quotes and which times change no account."""

from __future__ import annotations

from trading_api.domain.quiet_range import QuietRange
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.market_notices import CHECK_INTERVAL_MS, MarketNotices
from trading_api.modules.broker.translation.prices import Prices


class QuietQuotes:
    """What a market may leave out. Each answer is right until an account changes."""

    def __init__(self, prices: Prices, index: AccountIndex, notices: MarketNotices) -> None:
        self._prices = prices
        self._index = index
        self._notices = notices

    def range(self, symbol: str) -> QuietRange | None:
        """Return the prices at which a quote changes no account, or None if any may."""
        if not self._index.exposed_symbols():
            return self._index.quiet_range(symbol, "", is_inverse=False)
        currency = self._prices.converted_currency(symbol)
        is_inverse = currency != "" and self._prices.foreign_currency(symbol) != ""
        return self._index.quiet_range(symbol, currency, is_inverse=is_inverse)

    def until_ms(self, now_ms: int, step_ms: int) -> int | None:
        """Return the earliest market time at which a step may expire an order or send a
        notification of a session. None means never.

        Sessions are checked at most once a second. Unless steps are that far apart, by `step_ms`,
        any step may notify."""
        expiry_ms = self._index.next_expiry_ms()
        check_ms = self._notices.next_check_ms()
        if check_ms is not None and step_ms < CHECK_INTERVAL_MS:
            check_ms = now_ms
        return min((each for each in (expiry_ms, check_ms) if each is not None), default=None)
