"""Finds the alerts that the market's quotes cross, and those whose time is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import Interest, MarketData
from trading_api.domain.quiet_range import QuietRange
from trading_api.domain.quote import Quote
from trading_api.modules.alerts.alert import AlertKey, CrossingDirection, Firing, PriceAlert
from trading_api.modules.alerts.expiry_queue import ExpiryQueue
from trading_api.modules.alerts.symbol_watch import SymbolWatch

SeenPrices: TypeAlias = Mapping[tuple[int, str], Decimal]
"""The last price that the alerts of a shard have seen of a symbol."""


class Trigger(NamedTuple):
    """That the price crossed `threshold`, for which the alert waited, or that its time is over.

    A tuple, because one quote can make thousands of them."""

    alert: AlertKey
    threshold: Decimal | None = None
    firing: Firing | None = None


class AlertWatcher:
    """A QuietListener that queues a Trigger for each crossing and expiry.

    It has an interest only in the symbols of active alerts. A quote of a market that is stale or
    closed crosses nothing. `on_trigger` is called when there is something to take; `flush` returns
    once everything that was taken is done."""

    def __init__(
        self,
        market: MarketData,
        on_trigger: Callable[[], None],
        flush: Callable[[], Awaitable[None]],
    ) -> None:
        self._market = market
        self._on_trigger = on_trigger
        self._flush = flush
        self._interest: Interest | None = None
        self._watches: dict[str, SymbolWatch] = {}
        self._expiries = ExpiryQueue()
        # Bounded by the alerts: one that waits here is queued again only after the price came back.
        self._triggers: deque[Trigger] = deque()
        self._prices: dict[tuple[int, str], Decimal] = {}
        self.crossed_total = 0

    def start(self) -> None:
        """Listen to the market from now on."""
        self._interest = self._market.listen(self)
        for symbol in self._watches:
            self._begin_interest(symbol)

    # Alerts

    def watch(self, alert: PriceAlert, shard: int, seen_price: Decimal | None) -> None:
        """Watch an active alert. Its first crossing starts from `seen_price`, or from the next
        quote if it is None."""
        watch = self._watches.get(alert.symbol)
        if watch is None:
            watch = self._watches[alert.symbol] = SymbolWatch()
            self._begin_interest(alert.symbol)
        watch.add(alert, shard, seen_price)
        if alert.expires_ms is not None:
            self._expiries.set(alert.key, alert.expires_ms)

    def unwatch(self, alert: PriceAlert, shard: int) -> None:
        """Stop watching an alert. Ignores one that is not watched."""
        self._expiries.remove(alert.key)
        watch = self._watches.get(alert.symbol)
        if watch is not None and watch.remove(alert.key, shard) and not len(watch):
            del self._watches[alert.symbol]
            if self._interest is not None and self._is_known(alert.symbol):
                self._interest.remove(alert.symbol)

    def _begin_interest(self, symbol: str) -> None:
        if self._interest is not None and self._is_known(symbol):
            self._interest.add(symbol)

    def _is_known(self, symbol: str) -> bool:
        """Return whether the market has the symbol. Alerts may be older than the market source."""
        return self._market.instrument(symbol) is not None

    def last_price(self, symbol: str) -> Decimal | None:
        """Return the price from which a new alert watches: the last that the alerts of the symbol
        have seen since the start, or else that of the latest quote."""
        watch, quote = self._watches.get(symbol), self._market.quote(symbol)
        if watch is not None and (watch.is_live or quote is None):
            return watch.last_price
        return None if quote is None else price_of(quote)

    def store_price(self, shard: int, symbol: str, price: Decimal) -> None:
        """Store the price with the next changes, for an alert that has seen it.

        It is not stored if earlier alerts would then miss what happened while the server was down.
        """
        watch = self._watches.get(symbol)
        last = None if watch is None or watch.is_live else watch.last_price
        if watch is None or last is None or not watch.separates(last, price):
            self._prices[shard, symbol] = price

    # What there is to do

    def has_triggers(self) -> bool:
        return bool(self._triggers)

    def take_trigger(self) -> Trigger:
        """Remove and return the oldest trigger."""
        return self._triggers.popleft()

    def take_prices(self) -> SeenPrices:
        """Remove and return the prices to store, together with what all triggers changed."""
        taken, self._prices = self._prices, {}
        return taken

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        """Compare the quote with the one before it."""
        quote = update.quote
        watch = self._watches.get(quote.symbol)
        if watch is None or self._market.status_of(quote.symbol).state is not MarketState.OPEN:
            return
        price = price_of(quote)
        crossings = watch.move(price)
        if crossings:
            self.crossed_total += len(crossings)
            firings = {each: Firing(quote.time_ms, price, each) for each in CrossingDirection}
            self._triggers.extend(
                Trigger(alert, threshold, firings[direction])
                for alert, threshold, direction in crossings
            )
        stored_price = watch.take_price_to_store()
        if stored_price is not None:
            for shard in watch.shards:
                self._prices[shard, quote.symbol] = stored_price
        if crossings or stored_price is not None:
            self._on_trigger()

    def on_heartbeat(self) -> None:
        """Queue the alerts whose time is over at the market's present."""
        due = [Trigger(alert) for alert in self._expiries.take_due(self._market.now_ms)]
        if due:
            self._triggers.extend(due)
            self._on_trigger()

    def on_status(self, status: MarketStatus) -> None:
        """Ignore the status: each quote is checked."""

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return None: each quote of a symbol with alerts is compared with the one before."""
        return None

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return when the next alert expires, or None if none does."""
        return self._market.now_ms if self._triggers else self._expiries.next_ms()

    async def flush(self) -> None:
        """Return once everything that the quotes up to now caused is stored and published."""
        await self._flush()


def price_of(quote: Quote) -> Decimal:
    """Return the price by which alerts fire: the last trade's, or the mid without a trade."""
    return quote.last or (quote.bid + quote.ask) / 2
