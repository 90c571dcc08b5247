"""The paper exchange of a backtest, behind the broker port."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from trading_api.backtest.synchronous_calls import call
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    NotifyCommand,
    PlaceOrderCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import BrokerConnection, connection_to_market
from trading_api.domain.broker_features import ALL_FEATURES, BrokerFeatures
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.broker import BrokerListener
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import (
    Command,
    ExpireOrders,
    Market,
    MatchQuote,
    symbol_of,
)
from trading_api.modules.broker.engine.engine import CommandAnswer, find_duplicate
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory_history import MemoryHistory
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_execution import AccountEvents, CommandExecution
from trading_api.modules.broker.paper.command_results import to_command_result
from trading_api.modules.broker.paper.command_translator import CommandTranslator
from trading_api.modules.broker.paper.committed_accounts import CommittedAccounts, require_paper
from trading_api.modules.broker.paper.factory import create_exchange_rules
from trading_api.modules.broker.paper.market_notices import MarketNotices
from trading_api.modules.broker.paper.previews import preview_leverage, preview_order
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.quiet_quotes import QuietQuotes
from trading_api.modules.broker.paper.quote_intake import QuoteIntake
from trading_api.modules.broker.translation.engine_history import EngineHistory
from trading_api.modules.broker.translation.engine_snapshot import EngineSnapshot
from trading_api.modules.broker.translation.prices import Prices
from trading_api.modules.broker.translation.rejection_mapping import to_api_error
from trading_api.modules.datafeed.replay.quiet_prices import PriceRange, quiet_prices
from trading_api.settings import Settings


class BacktestBroker:
    """A Broker of one account whose coroutines never wait, and a MarketListener.

    The effects of a command are committed in memory before the call returns. Call `settle` after
    each step of the market: it commits the effects of the quotes of that step. `entries` has all
    events of the account. `on_commit` receives the new ones after a command or a step. `version`
    changes with each command and each `settle`."""

    def __init__(
        self,
        market: MarketData,
        settings: Settings,
        account_id: str,
        on_commit: Callable[[Sequence[JournalEntry]], None],
    ) -> None:
        require_paper(account_id)
        self.account_id = account_id
        self.entries: list[JournalEntry] = []
        self.version = 0
        self._market = market
        self._rules = create_exchange_rules(settings)
        self._prices = Prices(market, settings.account_currency)
        self._interest = PriceInterest(self._prices.symbols_to_price)
        self._accounts = Accounts(self._rules, self._interest, self._prices.foreign_currency)
        self._committed = CommittedAccounts(self._accounts, self._rules, settings, market)
        self._translator = CommandTranslator(market, self._prices, settings.initial_balance)
        self._execution = CommandExecution(self._accounts, self._committed.opening, raises=True)
        self._quote_intake = QuoteIntake(self._prices, self._interest, self._accounts.index)
        self._notices = MarketNotices(
            market, self._accounts, self._notify, settings.session_warning_s * 1000
        )
        self._quiet = QuietQuotes(self._prices, self._accounts.index, self._notices)
        # The events up to `_recorded`: most backtests read their history once.
        self._history, self._recorded = MemoryHistory(), 0
        # The quotes of one step of the market: at most one for each symbol.
        self._quotes: list[MatchQuote] = []
        self._on_commit = on_commit
        self._listeners: list[BrokerListener] = []
        self._interest.connect(market.listen(self))

    # The market

    def on_update(self, update: MarketUpdate) -> None:
        """Keep the quote for the next `settle`, if it can change the account."""
        if quote := self._quote_intake.take(update):
            self._quotes.append(quote)

    def on_heartbeat(self) -> None:
        """Notify of sessions that are about to close."""
        self._notices.on_time()

    def on_status(self, status: MarketStatus) -> None:
        """Notify of a connection that is lost."""
        self._notices.on_status(status)

    async def flush(self) -> None:
        """Do nothing: no update waits after `settle`."""

    def settle(self) -> None:
        """Match the quotes of this step, expire orders and send notifications. A server with the
        step clock does the same at each step."""
        self.version += 1
        events: AccountEvents = []
        for quote in self._quotes:
            self._execution.match(quote, events)
        self._quotes.clear()
        now_ms = self._market.now_ms
        if self._accounts.index.has_expired_orders(now_ms):
            self._execution.expire(ExpireOrders(now_ms), events)
        self._commit(events)
        call(self._notices.submit_waiting())

    # What a quote can change

    def quiet_prices(self, instrument: Instrument) -> PriceRange:
        """Return the last prices of a recorded bar at which its quotes change nothing. The result
        is valid until `version` changes."""
        return quiet_prices(self._quiet.range(instrument.symbol), instrument.tick_size)

    def next_time_ms(self, step_ms: int) -> int | None:
        """Return the earliest market time at which a step may expire an order or send a
        notification of a session. None means never. Steps are at least `step_ms` apart. The result
        is valid until `version` changes."""
        return self._quiet.until_ms(self._market.now_ms, step_ms)

    # Commands

    def market_of(self, symbol: str) -> Market:
        """Return a symbol's market at the present moment, for a command of the engine. Raises
        SymbolNotFound."""
        return self._prices.current_market(self._prices.instrument(symbol))

    def execute(self, command: Command) -> CommandAnswer:
        """Apply a command of the engine, and commit what it causes."""
        self.version += 1
        events: AccountEvents = []
        symbol = symbol_of(command)
        if symbol:
            self._interest.add(symbol)
        try:
            answer = self._execution.execute(self.account_id, command, events)
            self._commit(events)
        finally:
            if symbol:
                self._interest.remove(symbol)
        return answer

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        """Execute one command. Raises ApiError."""
        self._require_own(account_id)
        state = self._accounts.committed(account_id)
        try:
            engine_command = self._translator.to_engine(command, key)
        except ApiError:
            # A duplicate is answered even if the market no longer knows its symbol.
            known = find_duplicate(state, key) if state is not None and key is not None else None
            if known is None:
                raise
            return to_command_result(command, CommandAnswer(known))
        return to_command_result(command, self.execute(engine_command))

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        """Return the effects that the command would have now. Raises ApiError."""
        engine_command = self._translator.order_command(command)
        instrument = self._prices.instrument(engine_command.request.symbol)
        preview = preview_order(self._state(account_id), self._rules, engine_command, instrument)
        if isinstance(preview, Rejection):
            raise to_api_error(preview)
        return preview

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        """Return the effects that the command would have now. Raises Invalid for an unknown
        symbol."""
        engine_command = self._translator.leverage_command(command)
        return preview_leverage(self._state(account_id), self._rules, engine_command)

    # State and events

    async def load(self, account_id: str) -> None:
        """Do nothing: the account is in memory."""
        self._require_own(account_id)

    def pin(self, account_id: str) -> None:
        """Do nothing: the account stays in memory."""

    def unpin(self, account_id: str) -> None:
        """Do nothing: the account stays in memory."""

    def snapshot(self, account_id: str) -> EngineSnapshot:
        """Return the account's state."""
        return EngineSnapshot(self._state(account_id), self._prices, self._rules)

    @property
    def state(self) -> AccountState:
        """The account's state, to be read only."""
        return self._committed.state(self.account_id)

    def history(self, account_id: str) -> EngineHistory:
        """Return the reader of the account's ended orders, executions and cash lines."""
        if self.entries:
            for entry in self.entries[self._recorded :]:
                self._history.add(entry)
            self._recorded = len(self.entries)
            return EngineHistory(self._state(account_id), self._history)
        history = MemoryHistory()
        history.add(self._committed.opening_entry(account_id))
        return EngineHistory(self._state(account_id), history)

    def account_ids(self, after: str = "", limit: int | None = None) -> Sequence[str]:
        """Return the id of the account."""
        return [self.account_id] if self.account_id > after else []

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the name of the account, if it has one."""
        name = self._state(self.account_id).name
        return {self.account_id: name} if name and self.account_id in account_ids else {}

    async def events(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` events after number `since`."""
        self._require_own(account_id)
        return self.entries[since : since + limit]

    def features(self, account_id: str) -> BrokerFeatures:
        """Return the features of the exchange, which are all."""
        return ALL_FEATURES

    def connection(self, account_id: str) -> BrokerConnection:
        """Return the connection to the market."""
        return connection_to_market(self._market.status)

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        """Call the listener with each event from now on. Return a function that stops the calls."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_valuation(self, account_id: str) -> None:
        """Do nothing: a backtest calculates values when they are read."""

    def unwatch_valuation(self, account_id: str) -> None:
        """Do nothing, as `watch_valuation` does."""

    async def _notify(
        self, account_id: str, command: NotifyCommand, key: IdempotencyKey
    ) -> CommandResult:
        return await self.submit(account_id, command, key)

    def _commit(self, events: AccountEvents) -> None:
        if not events:
            return
        if not self.entries:
            account = self._accounts[self.account_id]
            for _, event in events:
                account.committed.evolve(event)
            account.commit_immediately()
        first = len(self.entries)
        for account_id, event in events:
            entry = JournalEntry(account_id, len(self.entries) + 1, event)
            self.entries.append(entry)
            for listener in self._listeners:
                listener.on_event(entry)
        self._on_commit(self.entries[first:])

    def _state(self, account_id: str) -> AccountState:
        self._require_own(account_id)
        return self._committed.state(account_id)

    def _require_own(self, account_id: str) -> None:
        assert account_id == self.account_id, account_id
