"""Finds the accounts that a quote or the time changes, without a look at all others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count

from trading_api.domain.quiet_range import QuietRange
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.quote_reach import NOTHING_REACHED, quote_reach
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.paper.maintenance_index import MaintenanceIndex
from trading_api.modules.broker.paper.order_index import OrderIndex
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.quiet_range import highest, inverse, lowest
from trading_api.modules.broker.paper.thresholds import Thresholds


class AccountIndex:
    """What each account's orders and positions wait for. Update it after each change of an account.

    Applying a quote to the accounts that `affected_by` returns has the same effect as applying it
    to all accounts with orders or a position in its symbol."""

    def __init__(
        self,
        rules: ExchangeRules,
        interest: PriceInterest,
        foreign_currency: Callable[[str], str],
        state_of: Callable[[str], AccountState],
    ) -> None:
        self._interest = interest
        self._state_of = state_of
        self._numbers = count()
        # By symbol, the exposed accounts with numbers that ascend in the order of their entry.
        self._by_symbol: dict[str, dict[str, int]] = {}
        self._symbols: dict[str, set[str]] = {}
        self._orders: dict[str, OrderIndex] = {}
        self._maintenance = MaintenanceIndex(rules, foreign_currency)
        self._expiries = Thresholds()
        self._watched: Counter[str] = Counter()
        self._watched_holders: dict[str, dict[str, None]] = {}

    def update(self, account_id: str, state: AccountState) -> None:
        """Index an account after its state has changed."""
        symbols = state.working.keys() | state.positions.keys()
        self._update_symbols(account_id, symbols)
        for symbol in symbols:
            self._put_orders(account_id, symbol, state)
        if state.positions:
            self._maintenance.suspect(account_id, tuple(symbols))
        else:
            self._maintenance.remove(account_id)
        self._put_expiry(account_id, state)
        if account_id in self._watched:
            self._update_watched(account_id)

    def put_back(self, account_id: str, state: AccountState) -> None:
        """Index an account again that was returned by `affected_by` or `take_expired`, and that
        has not changed."""
        for symbol in state.working:
            self._put_orders(account_id, symbol, state)
        self._put_expiry(account_id, state)

    def exposed_symbols(self) -> Sequence[str]:
        """Return the symbols in which any account has orders or a position."""
        return list(self._by_symbol)

    def exposed_accounts(self) -> Sequence[str]:
        """Return the accounts that have orders or a position in any symbol."""
        return list(self._symbols)

    def exposed_to(self, symbol: str) -> Sequence[str]:
        """Return the accounts that have orders or a position in the symbol."""
        return list(self._by_symbol.get(symbol, ()))

    def affected_by(self, market: Market) -> Sequence[str]:
        """Return the accounts that a quote can change, in the order in which they were exposed to
        its symbol. Call `update` or `put_back` with each."""
        symbol = market.symbol
        self._maintenance.on_price(symbol, market.marks.get(symbol))
        orders = self._orders.get(symbol)
        affected = orders.take_reached(market) if orders else set()
        for account_id in self._maintenance.suspects(symbol):
            if account_id not in affected:
                state = self._state_of(account_id)
                if not self._maintenance.clear_if_safe(account_id, state, market.marks):
                    affected.add(account_id)
        if len(affected) < 2:
            return list(affected)
        numbers = self._by_symbol[symbol]
        return sorted(affected, key=numbers.__getitem__)

    def quiet_range(
        self, symbol: str, converted_currency: str, *, is_inverse: bool
    ) -> QuietRange | None:
        """Return the prices at which a quote of the symbol changes no account, or None if every
        quote may change one.

        `converted_currency` is the currency that the symbol converts, or empty. With `is_inverse`,
        its rate is the inverse of the price. The result is valid until an account changes or its
        orders expire."""
        orders = self._orders.get(symbol)
        if (orders and orders.is_always_reached) or self._maintenance.suspects(symbol):
            return None
        bids_low, asks_low = self._maintenance.lows(symbol)
        bids_high, asks_high = self._maintenance.highs(symbol)
        rates_low, rates_high = self._maintenance.rates(converted_currency)
        mid_low, mid_high = highest((rates_low,)), lowest((rates_high,))
        if is_inverse:
            mid_low, mid_high = inverse(mid_high), inverse(mid_low)
        order_lows = orders.lows if orders else (None, None)
        order_highs = orders.highs if orders else (None, None)
        return QuietRange(
            bid_low=highest((bids_low, order_lows[0])),
            bid_high=lowest((bids_high, order_highs[0])),
            ask_low=highest((asks_low, order_lows[1])),
            ask_high=lowest((asks_high, order_highs[1])),
            mid_low=mid_low,
            mid_high=mid_high,
        )

    def next_expiry_ms(self) -> int | None:
        """Return the time at which the first order expires, or None if none does."""
        times = [
            self._expiries.nearest(),
            *(each.expiries.nearest() for each in self._orders.values()),
        ]
        found = [int(each) for each in times if each is not None]
        return min(found, default=None)

    def set_bounds(
        self, marks: Mapping[str, Touch], account_ids: Iterable[str] | None = None
    ) -> None:
        """Evaluate the suspect ones of the accounts, or of all, at the marks, so that the first
        quotes need not do it."""
        if account_ids is None:
            account_ids = self._maintenance.all_suspects()
        for account_id in filter(self._maintenance.is_suspect, account_ids):
            self._maintenance.clear_if_safe(account_id, self._state_of(account_id), marks)

    def on_price(self, symbol: str, mark: Touch | None) -> None:
        """Take note of a symbol's new price, before its quote is matched."""
        self._maintenance.on_price(symbol, mark)

    def on_rate(self, currency: str, rate: Decimal) -> None:
        """Take note of a currency's new conversion rate."""
        self._maintenance.on_rate(currency, rate)

    def has_expired_orders(self, at_ms: int) -> bool:
        """Return whether any order's time is over at `at_ms`."""
        return self._expiries.has_reached(at_ms)

    def take_expired(self, at_ms: int) -> Sequence[str]:
        """Return the accounts that have orders whose time is over at `at_ms`. Call `update` or
        `put_back` with each."""
        return self._expiries.take_reached(at_ms)

    def watch(self, account_id: str) -> None:
        """Include the account in `watched_holders`. Counted."""
        self._watched[account_id] += 1
        self._update_watched(account_id)

    def unwatch(self, account_id: str) -> None:
        """Undo one `watch` of the account."""
        self._watched[account_id] -= 1
        if not self._watched[account_id]:
            del self._watched[account_id]
            for symbol in self._symbols.get(account_id, ()):
                self._unwatch_symbol(account_id, symbol)

    def watched_holders(self, symbol: str) -> Sequence[str]:
        """Return the watched accounts that have orders or a position in the symbol."""
        return list(self._watched_holders.get(symbol, ()))

    def _update_symbols(self, account_id: str, symbols: set[str]) -> None:
        before = self._symbols.get(account_id, set())
        for symbol in before - symbols:
            del self._by_symbol[symbol][account_id]
            self._orders[symbol].put(account_id, NOTHING_REACHED)
            self._unwatch_symbol(account_id, symbol)
            if not self._by_symbol[symbol]:
                del self._by_symbol[symbol], self._orders[symbol]
                self._interest.remove(symbol)
        for symbol in symbols - before:
            if symbol not in self._by_symbol:
                self._by_symbol[symbol], self._orders[symbol] = {}, OrderIndex()
                self._interest.add(symbol)
            self._by_symbol[symbol][account_id] = next(self._numbers)
        if symbols:
            self._symbols[account_id] = symbols
        else:
            self._symbols.pop(account_id, None)

    def _put_orders(self, account_id: str, symbol: str, state: AccountState) -> None:
        open_orders = state.working.get(symbol)
        reach = quote_reach(open_orders) if open_orders else NOTHING_REACHED
        self._orders[symbol].put(account_id, reach)

    def _put_expiry(self, account_id: str, state: AccountState) -> None:
        times = (open_orders.next_expiry_ms for open_orders in state.working.values())
        self._expiries.set(account_id, min((ms for ms in times if ms is not None), default=None))

    def _update_watched(self, account_id: str) -> None:
        for symbol in self._symbols.get(account_id, ()):
            self._watched_holders.setdefault(symbol, {})[account_id] = None

    def _unwatch_symbol(self, account_id: str, symbol: str) -> None:
        holders = self._watched_holders.get(symbol, {})
        holders.pop(account_id, None)
        if not holders:
            self._watched_holders.pop(symbol, None)
