"""One backtest: an account on the paper exchange, and a market that its caller moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trading_api.backtest.account_access import AccountAccess
from trading_api.backtest.backtest_broker import BacktestBroker
from trading_api.backtest.bar_history import BarHistories, HistoryColumns
from trading_api.backtest.market_updates import FollowedMarket, quote_changed
from trading_api.backtest.updates import AccountUpdate, QuoteChanged, Update
from trading_api.domain.instrument import Instrument
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.market.step_clock import SteppableSource
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.settings import Settings


class BacktestSession:
    """The server's exchange over a market source that has steps, without an event loop.

    `advance` moves the market to the next instant at which a followed bar closed, a followed quote
    changed, or the account changed, and returns these updates one after the other. What a command
    caused is returned before the market moves on. The market ends at `end_ms`. Commands and
    queries are those of `account`, which are REST's."""

    def __init__(
        self, source: SteppableSource, settings: Settings, account_id: str, end_ms: int
    ) -> None:
        self.source = source
        self.settings = settings
        self.end_ms = end_ms
        self._updates: deque[Update] = deque()
        self._market = PublishedMarket(source)
        self._market.hold()  # the market is open and stands still
        # The caller receives a price before what it caused, as a client does.
        self._followed = FollowedMarket(self._market, self._updates)
        self._broker = BacktestBroker(self._market, settings, account_id, self._on_event)
        self._symbols = Symbols(self._market, list(source.resolutions()))
        self._histories = BarHistories(source)
        self.account = AccountAccess(self._broker, self._market, settings.account_currency)

    # The market

    @property
    def now_ms(self) -> int:
        """The market time, in ms since 1970."""
        return self.source.now_ms

    def instruments(self) -> Sequence[Instrument]:
        """Return everything that can be traded."""
        return self._market.instruments()

    def instrument(self, symbol: str) -> Instrument:
        """Return an instrument by its symbol, with or without its exchange. Raises
        SymbolNotFound."""
        return self._symbols.instrument(symbol)

    def follow_bars(self, symbol: str, resolution: str) -> None:
        """Return the closed bars of a symbol from `advance`. Raises SymbolNotFound, and Invalid
        for a resolution that the symbol does not have."""
        instrument = self.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        self._followed.follow_bars(instrument.symbol, name)

    def follow_quotes(self, symbol: str) -> None:
        """Return the changed quotes of a symbol from `advance`. Raises SymbolNotFound."""
        self._followed.follow_quotes(self.instrument(symbol).symbol)

    def quote(self, symbol: str) -> QuoteChanged:
        """Return the newest quote. Raises SymbolNotFound."""
        quote = self._market.quote(self.instrument(symbol).symbol)
        assert quote is not None
        return quote_changed(quote)

    def history_columns(self, symbol: str, resolution: str, count: int) -> HistoryColumns:
        """Return the last `count` closed bars, or as many as there are. Raises SymbolNotFound, and
        Invalid for a resolution that the symbol does not have."""
        instrument = self.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        return self._histories.closed(instrument, name, count)

    def advance(self) -> Update | None:
        """Return the next update, or None once the market has ended."""
        while not self._updates:
            if not self._step_instant():
                return self._updates.popleft() if self._updates else None
        return self._updates.popleft()

    def advance_to(self, instant_ms: int) -> None:
        """Move the market to an instant, or to its end. What is reported on the way is returned by
        the next calls of `advance`."""
        until_ms = min(instant_ms, self.end_ms)
        while self._step(until_ms):
            pass

    # The account

    def events(self) -> Sequence[JournalEntry]:
        """Return every event of the account so far. The list grows with the session."""
        return self._broker.entries

    def _on_event(self, entry: JournalEntry) -> None:
        self._updates.append(AccountUpdate(entry))

    def _step_instant(self) -> bool:
        """Make the next step, and the steps of other symbols at the same instant. Return False at
        the end of the market."""
        if not self._step(self.end_ms):
            return False
        while self._step(self.source.now_ms):
            pass
        return True

    def _step(self, until_ms: int) -> bool:
        has_stepped = self.source.step(until_ms, self._market)
        self._broker.settle()
        return has_stepped
