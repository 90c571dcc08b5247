"""One backtest: an account on the paper exchange, and a market that its caller moves."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trading_api.backtest.account_access import AccountAccess
from trading_api.backtest.ambiguous_bars import AmbiguousBars
from trading_api.backtest.backtest_broker import BacktestBroker
from trading_api.backtest.bar_history import HistoryColumns
from trading_api.backtest.market_steps import EveryStep, MarketSteps
from trading_api.backtest.market_updates import MarketSubscriptions, quote_changed
from trading_api.backtest.skipping_steps import SkippingSteps, bar_tracks
from trading_api.backtest.updates import AccountUpdate, BarClosed, QuoteChanged, Update
from trading_api.domain.instrument import Instrument
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.market.step_clock import SteppableSource
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.settings import Settings


class BacktestSession:
    """One account on the server's exchange, over a market source that moves in steps. It needs no
    event loop.

    `advance` moves the market to the next instant at which a subscribed bar closes, a subscribed
    quote changes, or the account changes. It returns these updates one by one. The effects of a
    command are returned before the market moves on. The market ends at `end_ms`. Commands and
    queries are those of `account`, which has the objects of REST.

    `skips` leaves out the quotes of recorded bars that change nothing. The updates and the events
    stay the same."""

    def __init__(
        self,
        source: SteppableSource,
        settings: Settings,
        account_id: str,
        end_ms: int,
        *,
        skips: bool = True,
    ) -> None:
        self.source = source
        self.settings = settings
        self.end_ms = end_ms
        self._updates: deque[Update] = deque()
        self._market = PublishedMarket(source)
        self._market.hold()  # the market is open and stands still
        # The caller receives a price before its effects, as a client does.
        subscriptions = MarketSubscriptions(self._market, self._updates)
        self.broker = BacktestBroker(self._market, settings, account_id, self._on_commit)
        self._symbols = Symbols(self._market, list(source.resolutions()))
        tracks = bar_tracks(source)
        self._ambiguous_bars = AmbiguousBars(tracks)
        self._steps: MarketSteps
        if isinstance(source, Replay) and tracks and skips:
            self._steps = SkippingSteps(
                source, tracks, self._market, self.broker, subscriptions, self._updates
            )
        else:
            self._steps = EveryStep(source, self._market, self.broker, subscriptions)
        self.account = AccountAccess(self.broker, self._market, settings.account_currency)

    # The market

    @property
    def now_ms(self) -> int:
        """The market time, in ms since 1970."""
        return self.source.now_ms

    def instruments(self) -> Sequence[Instrument]:
        """Return all instruments."""
        return self._market.instruments()

    def instrument(self, symbol: str) -> Instrument:
        """Return an instrument by its symbol, with or without its exchange. Raises
        SymbolNotFound."""
        return self._symbols.instrument(symbol)

    def subscribe_bars(self, symbol: str, resolution: str) -> None:
        """Return the closed bars of a symbol from `advance`. Raises SymbolNotFound, and Invalid for
        a resolution that the symbol does not have."""
        instrument = self.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        self._steps.subscribe_bars(instrument.symbol, name)

    def subscribe_quotes(self, symbol: str) -> None:
        """Return the changed quotes of a symbol from `advance`. Raises SymbolNotFound."""
        self._steps.subscribe_quotes(self.instrument(symbol).symbol)

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
        return self._steps.history(instrument, name, count)

    def history_before_waiting(self, symbol: str, resolution: str, count: int) -> HistoryColumns:
        """Return what `history_columns` does, without the bars that `advance` has not returned
        yet: at one instant, several symbols can have closed theirs."""
        instrument = self.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        key = instrument.symbol, name
        waiting = sum(
            isinstance(each, BarClosed) and (each.symbol, each.resolution) == key
            for each in self._updates
        )
        found = self._steps.history(instrument, name, count + waiting)
        return found.without_last(waiting) if waiting else found

    def advance(self) -> Update | None:
        """Return the next update, or None once the market has ended."""
        while not self._updates:
            if not self._steps.step_instant(self.end_ms):
                return self._updates.popleft() if self._updates else None
        return self._updates.popleft()

    def take_account_updates(self) -> Sequence[AccountUpdate]:
        """Return the account's updates that `advance` would return without moving the market, and
        leave the other ones."""
        updates = self._updates
        found = [each for each in updates if isinstance(each, AccountUpdate)]
        if found:
            others = [each for each in updates if not isinstance(each, AccountUpdate)]
            updates.clear()
            updates.extend(others)
        return found

    def advance_to(self, instant_ms: int) -> None:
        """Move the market to an instant, or to its end. The next calls of `advance` return the
        updates up to there."""
        until_ms = min(instant_ms, self.end_ms)
        while self._steps.step_instant(until_ms):
            pass

    # The account

    def events(self) -> Sequence[JournalEntry]:
        """Return all events of the account so far. The list grows with the session."""
        return self.broker.entries

    @property
    def ambiguous_bars(self) -> int:
        """The number of recorded bars that reached both the take-profit and the stop of a position.
        The assumed path decided which one filled."""
        return len(self._ambiguous_bars)

    def _on_commit(self, entries: Sequence[JournalEntry]) -> None:
        self._updates.extend(map(AccountUpdate, entries))
        self._ambiguous_bars.add(entries)
