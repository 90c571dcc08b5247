"""Finds the accounts that new prices may have brought to a liquidation or a margin warning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.maintenance_bounds import PositionBounds, maintenance_bounds
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.paper.thresholds import Thresholds

_ANY_PRICE = Decimal("Infinity")


class MaintenanceIndex:
    """The price bounds of each account's positions.

    An account is suspect from its last change, or from a price outside its bounds, until it is
    evaluated. For an account that is not suspect, no liquidation and no margin warning is due.
    `foreign_currency` returns the currency of a symbol where that is not the accounts' own, else
    an empty string."""

    def __init__(self, rules: ExchangeRules, foreign_currency: Callable[[str], str]) -> None:
        self._rules = rules
        self._foreign_currency = foreign_currency
        self._bounds: dict[str, Sequence[PositionBounds]] = {}
        self._currencies: dict[str, Iterable[str]] = {}
        self._suspects: dict[str, dict[str, None]] = {}
        self._symbols: dict[str, Iterable[str]] = {}
        # Kept negated: the bids of long positions, and rates from above.
        self._bids: dict[str, Thresholds] = {}
        self._asks: dict[str, Thresholds] = {}
        # Where positions gain: the bids of long positions, and the asks of short ones negated.
        self._bid_gains: dict[str, Thresholds] = {}
        self._ask_gains: dict[str, Thresholds] = {}
        self._rates_low: dict[str, Thresholds] = {}
        self._rates_high: dict[str, Thresholds] = {}

    def suspect(self, account_id: str, symbols: Iterable[str]) -> None:
        """Let the next quote of any of these symbols evaluate the account."""
        self._remove_bounds(account_id)
        self._clear(account_id)
        self._symbols[account_id] = symbols
        for symbol in symbols:
            self._suspects.setdefault(symbol, {})[account_id] = None

    def remove(self, account_id: str) -> None:
        """Remove an account that has no position."""
        self._remove_bounds(account_id)
        self._clear(account_id)
        self._symbols.pop(account_id, None)

    def suspects(self, symbol: str) -> list[str]:
        """Return the suspect accounts that a quote of the symbol has to evaluate."""
        return list(self._suspects.get(symbol, ()))

    def is_suspect(self, account_id: str) -> bool:
        """Return whether the next quote of the account's symbols has to evaluate it."""
        symbols = self._symbols.get(account_id, ())
        return any(account_id in self._suspects.get(symbol, ()) for symbol in symbols)

    def all_suspects(self) -> list[str]:
        """Return the suspect accounts of all symbols, once each."""
        suspects = (account_id for each in self._suspects.values() for account_id in each)
        return list(dict.fromkeys(suspects))

    def clear_if_safe(
        self, account_id: str, state: AccountState, marks: Mapping[str, Touch]
    ) -> bool:
        """Return whether nothing is due for a suspect account, and set its bounds if so."""
        bounds = maintenance_bounds(state, self._rules, marks, self._is_converted)
        if bounds is None:
            return False
        self._clear(account_id)
        if bounds:
            self._bounds[account_id] = bounds
        for each in bounds:
            if each.side is Side.BUY:
                _of(self._bids, each.symbol).set(account_id, each.price.copy_negate())
                if each.gain_price is not None:
                    _of(self._bid_gains, each.symbol).set(account_id, each.gain_price)
            else:
                _of(self._asks, each.symbol).set(account_id, each.price)
                if each.gain_price is not None:
                    negated = each.gain_price.copy_negate()
                    _of(self._ask_gains, each.symbol).set(account_id, negated)
        self._set_rate_bounds(account_id, bounds)
        return True

    def on_price(self, symbol: str, mark: Touch | None) -> None:
        """Suspect the accounts outside whose bounds the symbol's new price is."""
        bid = -_ANY_PRICE if mark is None else mark.bid
        # A side that shows no price counts at its cost: that may be a loss too.
        ask = _ANY_PRICE if mark is None or mark.ask <= 0 else mark.ask
        self._suspect_reached(self._bids.get(symbol), bid.copy_negate())
        self._suspect_reached(self._asks.get(symbol), ask)
        # ... or a gain, where the position had lost.
        gain_bid = bid if bid > 0 else _ANY_PRICE
        gain_ask = _ANY_PRICE if ask == _ANY_PRICE else ask.copy_negate()
        self._suspect_reached(self._bid_gains.get(symbol), gain_bid)
        self._suspect_reached(self._ask_gains.get(symbol), gain_ask)

    def on_rate(self, currency: str, rate: Decimal) -> None:
        """Suspect the accounts outside whose bounds a currency's conversion rate is."""
        self._suspect_reached(self._rates_low.get(currency), rate.copy_negate())
        self._suspect_reached(self._rates_high.get(currency), rate)

    def lows(self, symbol: str) -> tuple[Thresholds | None, Thresholds | None]:
        """Return the bids, and the asks, at or below which an account may need liquidation. They
        are negated."""
        return self._bids.get(symbol), self._ask_gains.get(symbol)

    def highs(self, symbol: str) -> tuple[Thresholds | None, Thresholds | None]:
        """Return the bids, and the asks, at or above which an account may need liquidation."""
        return self._bid_gains.get(symbol), self._asks.get(symbol)

    def rates(self, currency: str) -> tuple[Thresholds | None, Thresholds | None]:
        """Return the rates below which (negated) and above which an account may need
        liquidation."""
        return self._rates_low.get(currency), self._rates_high.get(currency)

    def _suspect_reached(self, thresholds: Thresholds | None, bound: Decimal) -> None:
        if thresholds is not None:
            for account_id in thresholds.take_reached(bound):
                self.suspect(account_id, self._symbols[account_id])

    def _set_rate_bounds(self, account_id: str, bounds: Sequence[PositionBounds]) -> None:
        lows: dict[str, Decimal] = {}
        highs: dict[str, Decimal] = {}
        for each in bounds:
            if each.rate_low is not None and each.rate_high is not None:
                currency = self._foreign_currency(each.symbol)
                lows[currency] = max(each.rate_low, lows.get(currency, each.rate_low))
                highs[currency] = min(each.rate_high, highs.get(currency, each.rate_high))
        for currency, low in lows.items():
            _of(self._rates_low, currency).set(account_id, low.copy_negate())
            _of(self._rates_high, currency).set(account_id, highs[currency])
        if lows:
            self._currencies[account_id] = lows.keys()

    def _remove_bounds(self, account_id: str) -> None:
        for each in self._bounds.pop(account_id, ()):
            for prices in (self._bids, self._asks, self._bid_gains, self._ask_gains):
                _unset(prices, each.symbol, account_id)
        for currency in self._currencies.pop(account_id, ()):
            _unset(self._rates_low, currency, account_id)
            _unset(self._rates_high, currency, account_id)

    def _clear(self, account_id: str) -> None:
        """End the suspicion against an account."""
        for symbol in self._symbols.get(account_id, ()):
            suspects = self._suspects.get(symbol, {})
            suspects.pop(account_id, None)
            if not suspects:
                self._suspects.pop(symbol, None)

    def _is_converted(self, symbol: str) -> bool:
        return bool(self._foreign_currency(symbol))


def _of(thresholds: dict[str, Thresholds], key: str) -> Thresholds:
    if key not in thresholds:
        thresholds[key] = Thresholds()
    return thresholds[key]


def _unset(thresholds: dict[str, Thresholds], key: str, account_id: str) -> None:
    each = thresholds.get(key)
    if each is not None:
        each.set(account_id, None)
        if not each:
            del thresholds[key]
