"""One run of a strategy on a server."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock
from typing import Any, Generic, TypeAlias

from trading_api_client.client import Client
from trading_api_client.errors import TradingApiError
from trading_api_client.models import Bar, QuoteData, QuoteError
from trading_api_client.strategy.live_account import LiveAccount
from trading_api_client.strategy.live_bars import LiveBars
from trading_api_client.strategy.live_host import LiveHost
from trading_api_client.strategy.market_data import TopOfBook
from trading_api_client.strategy.spelling import bare_symbol, canonical_resolution
from trading_api_client.strategy.strategy_creation import (
    StrategyT,
    bar_subscriptions,
    create_strategy,
    handles_quotes,
)
from trading_api_client.stream.account_feed import AccountUpdate

_Work: TypeAlias = Callable[[], None]


class LiveRun(Generic[StrategyT]):
    """Passes the reports of the socket's thread to the strategy, on the thread that calls
    `serve`."""

    def __init__(
        self, client: Client, strategy_class: type[StrategyT], parameters: dict[str, Any]
    ) -> None:
        self._client = client
        self._account = LiveAccount(client)
        self._host = LiveHost(client, self._account)
        # At most an entry for each new bar, account update and symbol with a new quote.
        self._inbox: SimpleQueue[_Work] = SimpleQueue()
        self._quotes = ConflatedQuotes(self._inbox.put, self._on_quote)
        self.strategy = create_strategy(strategy_class, parameters, self._host)

    def subscribe(self) -> None:
        """Subscribe, and return once the present state is known.

        Raises ConnectionFailed if no server answers. Only later outages are waited for."""
        self._client.account()
        subscriptions = [self._subscribe(*each) for each in bar_subscriptions(self.strategy)]
        subscriptions.append(self._client.on_account_update(self._account_updated))
        if handles_quotes(self.strategy):
            symbols = list(self.strategy.symbols)
            subscriptions.append(self._client.on_quote(symbols, self._quotes.put))
        for subscription in subscriptions:
            subscription.synchronized()
            subscription.on_end(self._ended)
        self._account.start()

    def serve(self) -> None:
        """Call `on_start`, and pass on reports until the strategy stops."""
        self.strategy.on_start()
        self._report_events()
        while not self._host.is_stopped:
            self._inbox.get()()

    def _subscribe(self, symbol: str, resolution: str) -> Any:
        key = bare_symbol(symbol), canonical_resolution(resolution)
        bars = self._host.bars[key] = LiveBars(self._client, *key)
        last_ms = -1

        def put_new(bar: Bar) -> None:
            nonlocal last_ms
            if last_ms < 0:
                bars.begin(bar)  # before `on_start`, which can read the history
            if bar.time > last_ms:
                last_ms = bar.time
                self._inbox.put(lambda: self._on_new_bar(bars, bar))

        return self._client.on_bar(symbol, resolution, put_new)

    def _account_updated(self, update: AccountUpdate) -> None:
        self._inbox.put(lambda: self._on_account(update.seq))

    def _ended(self, error: TradingApiError | None) -> None:
        if error is not None:
            self._inbox.put(lambda: _raise(error))

    # On the strategy's thread

    def _on_new_bar(self, bars: LiveBars, forming: Bar) -> None:
        # Fills by the first tick of the new bar count already, and are reported after the bar.
        self._account.synchronize()
        for bar in bars.closed_by(forming):
            if self._host.is_stopped:
                return
            bars.deliver(bar)
            self.strategy.on_bar(bar)
            self._report_events()

    def _on_quote(self, quote: QuoteData) -> None:
        if not isinstance(quote.v, QuoteError):
            self._account.synchronize()  # the quote may have filled an order
            self.strategy.on_quote(
                TopOfBook(bare_symbol(quote.n), quote.v.bid, quote.v.ask, quote.v.lp)
            )
            self._report_events()

    def _on_account(self, seq: int | None) -> None:
        if seq is None or seq > self._account.seq:
            self._account.synchronize()
            self._report_events()

    def _report_events(self) -> None:
        reported = self._account.reported
        while reported and not self._host.is_stopped:
            event = reported.popleft()
            if event.execution is not None:
                self.strategy.on_execution(event.execution)
            if event.order is not None:
                self.strategy.on_order(event.order)


def _raise(error: TradingApiError) -> None:
    raise error


class ConflatedQuotes:
    """Keeps the last unhandled quote of each symbol.

    Call `put` on the socket's thread. It calls `put_work` once for each symbol that waits, so a
    slow strategy receives fewer quotes but no older ones."""

    def __init__(
        self, put_work: Callable[[_Work], None], handle: Callable[[QuoteData], None]
    ) -> None:
        self._put_work = put_work
        self._handle = handle
        self._lock = Lock()
        self._waiting: dict[str, QuoteData] = {}

    def put(self, quote: QuoteData) -> None:
        with self._lock:
            is_new = quote.n not in self._waiting
            self._waiting[quote.n] = quote
        if is_new:
            self._put_work(lambda: self._take(quote.n))

    def _take(self, symbol: str) -> None:
        with self._lock:
            quote = self._waiting.pop(symbol)
        self._handle(quote)
