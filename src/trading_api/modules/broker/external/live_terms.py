"""Converts prices and commissions of a venue into the account's currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.money import EXACT, MONEY_STEP, ONE, ZERO, rounded
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.external.venue_client import ExecutionReport
from trading_api.modules.broker.translation.prices import Prices, to_trading_rules


@dataclass(frozen=True, slots=True)
class Commission:
    """The commission of a fill in the account's currency.

    It was paid with `asset_quantity` of the asset of `symbol`, or with the account's cash where
    `symbol` is empty. `is_foreign` means that it was paid with what the account does not keep."""

    amount: Decimal
    symbol: str = ""
    asset_quantity: Decimal = ZERO
    is_foreign: bool = False


NO_COMMISSION = Commission(ZERO)


class LiveTerms:
    """Rates and commissions at the prices of the market."""

    def __init__(self, prices: Prices, currency: str) -> None:
        self._prices = prices
        self._currency = currency

    def rate(self, symbol: str) -> Decimal:
        """Return what a unit of the symbol's currency is worth; 1 where that is unknown."""
        return self._prices.rate(self._prices.foreign_currency(symbol) or self._currency) or ONE

    def market(self, symbol: str, at_ms: int, price: Decimal) -> Market | None:
        """Return the market of a symbol without a touch to trade on, or None for an unknown symbol.

        If the market shows no price, `price` is the last one."""
        instrument = self._prices.known_instrument(symbol)
        if instrument is None:
            return None
        mark = self._prices.mark(symbol)
        if mark is None or not mark.has_price:
            mark = Touch(symbol, at_ms, price, price, ZERO, ZERO, self.rate(symbol))
        return Market(to_trading_rules(instrument), None, at_ms, {symbol: mark})

    def mark_price(self, symbol: str) -> Decimal | None:
        """Return the middle of the last touch, or None without one."""
        mark = self._prices.mark(symbol)
        if mark is None or not mark.has_price:
            return None
        if not (mark.bid and mark.ask):
            return mark.bid or mark.ask
        return EXACT.divide(mark.bid + mark.ask, Decimal(2))

    def commission(self, state: AccountState, report: ExecutionReport) -> Commission:
        """Return the commission of a fill.

        In the account's currency it is what the venue states. In the asset that was traded it is
        valued at the price of the fill, and in any other at the market's, or 0 without a price."""
        paid, asset = report.commission, report.commission_currency
        if not paid or asset in ("", self._currency):
            return Commission(rounded(paid, MONEY_STEP))
        if report.symbol.startswith(asset) and self._is_asset_of(asset, report.symbol):
            value = paid * report.last_price * self.rate(report.symbol)
            return Commission(rounded(value, MONEY_STEP), report.symbol, paid)
        symbol = asset + self._currency
        price = self.mark_price(symbol)
        if price is None:
            return NO_COMMISSION
        amount = rounded(paid * price, MONEY_STEP)
        if state.position(symbol).quantity:
            return Commission(amount, symbol, paid)
        return Commission(amount, is_foreign=True)

    def _is_asset_of(self, asset: str, symbol: str) -> bool:
        currency = self._prices.foreign_currency(symbol) or self._currency
        return symbol == asset + currency
