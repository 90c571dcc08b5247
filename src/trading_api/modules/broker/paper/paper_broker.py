"""The paper exchange behind the broker port."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from trading_api.domain.account_kind import AccountKind, account_kind
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    NameAccountCommand,
    PlaceOrderCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import BrokerConnection, connection_to_market
from trading_api.domain.broker_features import ALL_FEATURES, BrokerFeatures
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.ports.broker import BrokerListener
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import ApiError, Unavailable
from trading_api.modules.broker.command_log import CommandLog, log_event
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.engine import CommandAnswer, Duplicate
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.journal import (
    CommitUnknown,
    FencedOut,
    Journal,
    JournalEntry,
)
from trading_api.modules.broker.journal.memory_history import MemoryHistory
from trading_api.modules.broker.paper.account_loader import AccountLoader
from trading_api.modules.broker.paper.accounts import Accounts
from trading_api.modules.broker.paper.command_processor import CommandProcessor
from trading_api.modules.broker.paper.command_results import to_command_result
from trading_api.modules.broker.paper.command_translator import CommandTranslator
from trading_api.modules.broker.paper.committed_accounts import CommittedAccounts, require_paper
from trading_api.modules.broker.paper.gateway_key_retention import GatewayKeyRetention
from trading_api.modules.broker.paper.ledger_loader import LedgerLoader
from trading_api.modules.broker.paper.loaded_shards import LoadedShards
from trading_api.modules.broker.paper.market_listener import PaperMarketListener
from trading_api.modules.broker.paper.market_notices import MarketNotices
from trading_api.modules.broker.paper.previews import preview_leverage, preview_order
from trading_api.modules.broker.paper.price_interest import PriceInterest
from trading_api.modules.broker.paper.record_recall import RecordRecall
from trading_api.modules.broker.paper.snapshot_schedule import SnapshotSchedule
from trading_api.modules.broker.translation.engine_history import EngineHistory, reading_journal
from trading_api.modules.broker.translation.engine_snapshot import EngineSnapshot
from trading_api.modules.broker.translation.prices import Prices
from trading_api.modules.broker.translation.rejection_mapping import to_api_error
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings

log = logging.getLogger(__name__)

EXPIRY_CHECK_S = 1.0
UNLOADING_S = 1.0
KEY_REMOVAL_S = 10.0


class PaperBroker:
    """An ExecutionVenue that matches orders against the market's quotes and keeps every event in
    a journal. Each account opens with its first command.

    It loads the accounts with live orders or positions when it starts, and each other one at its
    first use. With a `shard_count` it starts without accounts, and those of a shard come with
    `load_shard` and go with `release_shard`. At most `idle_max` idle accounts stay in memory; all
    do if that is None."""

    def __init__(
        self,
        journal: Journal,
        rules: ExchangeRules,
        settings: Settings,
        market: MarketData,
        metrics: Metrics,
        shard_count: int | None = None,
        idle_max: int | None = None,
    ) -> None:
        self._journal = journal
        self._rules = rules
        self._features = replace(ALL_FEATURES, margin_warning_levels=rules.margin_warning_levels)
        self._market = market
        self._prices = Prices(market, settings.account_currency)
        self._interest = PriceInterest(self._prices.symbols_to_price)
        self.accounts = Accounts(
            rules, self._interest, self._prices.foreign_currency, shard_count, idle_max
        )
        self.snapshots = SnapshotSchedule()
        currency = settings.account_currency
        self.loader = LedgerLoader(journal, self.accounts, self.snapshots, currency)
        self._committed = CommittedAccounts(self.accounts, rules, settings, market)
        self._translator = CommandTranslator(market, self._prices, settings.initial_balance)
        self._records = RecordRecall(self.accounts, journal.history)
        self._log = CommandLog(metrics)
        self._listeners: list[BrokerListener] = []
        self._processor = CommandProcessor(
            self.accounts,
            self._interest,
            journal,
            self._committed.opening,
            self._publish,
            self.snapshots,
        )
        self.account_loader = AccountLoader(
            journal, self.accounts, self.snapshots, self._processor.between_commits
        )
        self.shards: LoadedShards | None = None
        if shard_count is not None:
            self.shards = LoadedShards(
                shard_count,
                journal,
                self.accounts,
                self.snapshots,
                self._processor,
                self._prices.marks,
                self.account_loader,
            )
        self._notices = MarketNotices(
            market, self.accounts, self.submit, settings.session_warning_s * 1000
        )
        self.market_listener = PaperMarketListener(
            market,
            self._prices,
            self._interest,
            self.accounts,
            self._processor,
            self._notices,
            self.account_loader,
            on_valuation=self._publish_valuation,
            on_connection=self._publish_connection,
        )
        metrics.add_gauge(
            "commands_waiting", "What the broker's inbox holds", self._processor.queue_depth
        )

    # Commands

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        """Do one command and return once it is committed. Raises ApiError."""
        self._require_open(account_id)
        if not self.account_loader.is_ready(account_id):
            with reading_journal():
                await self.account_loader.load(account_id)
            self._require_open(account_id)
        try:
            engine_command = self._translator.to_engine(command, key)
        except ApiError:
            # A duplicate is answered even if the market no longer knows its symbol.
            if key is None or (known := await self._find_duplicate(account_id, key)) is None:
                raise
            return to_command_result(command, CommandAnswer(known))
        if isinstance(command, NameAccountCommand):
            engine_command = self._committed.naming(account_id, command, engine_command)
        execution = self._processor.execute(account_id, engine_command)
        return to_command_result(
            command, await self._log.record(account_id, engine_command, execution)
        )

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        """Return what the command would do now. Raises ApiError."""
        await self.load(account_id)
        engine_command = self._translator.order_command(command)
        instrument = self._prices.instrument(engine_command.request.symbol)
        self.pin(account_id)
        try:
            with reading_journal():
                branch = await self._records.branch(account_id, engine_command)
            self._require_readable(account_id)
        finally:
            self.unpin(account_id)
        state = branch or self._committed.state(account_id)
        preview = preview_order(state, self._rules, engine_command, instrument)
        if isinstance(preview, Rejection):
            raise to_api_error(preview)
        return preview

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        """Return what the command would do now. Raises Invalid for an unknown symbol."""
        self._require_loaded(account_id)
        engine_command = self._translator.leverage_command(command)
        return preview_leverage(self._committed.state(account_id), self._rules, engine_command)

    # State and events

    async def load(self, account_id: str) -> None:
        """Bring the account into memory. Raises Unavailable."""
        self._require_readable(account_id)
        if not self.account_loader.is_ready(account_id):
            with reading_journal():
                await self.account_loader.load(account_id)
            self._require_readable(account_id)

    def pin(self, account_id: str) -> None:
        """Keep the account in memory. Counted."""
        self.accounts.idle.pin(account_id)

    def unpin(self, account_id: str) -> None:
        """Undo one `pin` of the account."""
        self.accounts.unpin(account_id)

    def snapshot(self, account_id: str) -> EngineSnapshot:
        """Return the account's committed state."""
        self._require_loaded(account_id)
        return EngineSnapshot(self._committed.state(account_id), self._prices, self._rules)

    def history(self, account_id: str) -> EngineHistory:
        """Return the reader of the account's ended orders, executions and cash lines."""
        self._require_loaded(account_id)
        state = self.accounts.committed(account_id)
        if state is not None:
            return EngineHistory(state, self._journal.history)
        history = MemoryHistory()
        history.add(self._committed.opening_entry(account_id))
        return EngineHistory(self._committed.state(account_id), history)

    def account_ids(self, after: str = "", limit: int | None = None) -> Sequence[str]:
        """Return the default account and those that a command has opened, sorted: at most `limit`
        of those after `after`."""
        self.loader.require_finished()
        return self._committed.ids(self._is_readable, after, limit)

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of those of the accounts that have one. Raises Unavailable."""
        with reading_journal():
            return await self._journal.history.account_names(account_ids)

    async def events(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` events after number `since`. Raises Unavailable."""
        self._require_readable(account_id)
        with reading_journal():
            return await self._journal.read(account_id, since, limit)

    def features(self, account_id: str) -> BrokerFeatures:
        """Return what the exchange can do, which is everything."""
        return self._features

    def connection(self, account_id: str) -> BrokerConnection:
        """Return the connection to the market: without one the exchange cannot execute."""
        return connection_to_market(self._market.status)

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        """Call the listener from now on. Return a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_valuation(self, account_id: str) -> None:
        """Report new values of an account's positions to the listeners from now on. Counted."""
        self.accounts.index.watch(account_id)

    def unwatch_valuation(self, account_id: str) -> None:
        """Undo one `watch_valuation` of the account."""
        self.accounts.index.unwatch(account_id)

    def _require_readable(self, account_id: str) -> None:
        require_paper(account_id)
        self.loader.require_finished()
        if self.shards is not None:
            self.shards.require_readable(account_id)

    def _require_open(self, account_id: str) -> None:
        require_paper(account_id)
        self.loader.require_finished()
        if self.shards is not None:
            self.shards.require_open(account_id)

    def _require_loaded(self, account_id: str) -> None:
        self._require_readable(account_id)
        if self.accounts.is_unloaded(account_id):
            raise Unavailable("The account is not loaded; try again.", "account_loading")

    def _is_readable(self, account_id: str) -> bool:
        is_held = self.shards is None or self.shards.is_readable(account_id)
        return is_held and account_kind(account_id) is AccountKind.PAPER

    # Lifecycle

    async def load_shard(self, shard: int) -> None:
        """Load a shard's accounts and take their commands. Other shards trade meanwhile. Raises
        ConfigurationError."""
        assert self.shards is not None, "an exchange without shards loads all accounts"
        await self.shards.load(shard)

    async def release_shard(self, shard: int) -> None:
        """Refuse new commands of a shard with Unavailable, commit those that wait, and remove its
        accounts from memory. Other shards trade meanwhile."""
        assert self.shards is not None, "an exchange without shards keeps all accounts"
        await self.shards.release(shard)

    async def start(self) -> None:
        """Begin to load the accounts from the journal. A small ledger is loaded completely.
        Raises ConfigurationError."""
        try:
            if self.shards is None:
                await self.loader.begin()
            else:
                await self.loader.begin_empty()
        except BaseException:
            await self._journal.close()
            raise
        if self.loader.is_finished:
            self._listen_to_market()

    async def run(self) -> None:
        """Load the rest of the accounts. Then process commands and quotes until cancelled, and
        close the journal.

        Raises ConfigurationError. Raises FencedOut and CommitUnknown without a delay, and leaves
        the journal open: the process has to end before it answers anything."""
        # Not a task group: it would cancel this task too when the processor fails, and so
        # interrupt the journal's closing.
        timers: list[asyncio.Task[None]] = []
        try:
            if not self.loader.is_finished:
                await self.loader.finish()
                self._listen_to_market()
            upkeep = (
                self._expire_orders(),
                self._unload_idle(),
                self._remove_gateway_keys(),
                self._notices.run(),
            )
            timers += map(asyncio.create_task, upkeep)
            await self._processor.run()
        except (FencedOut, CommitUnknown):
            raise
        except BaseException:
            await self._journal.close()
            raise
        finally:
            for timer in timers:
                timer.cancel()

    def _listen_to_market(self) -> None:
        # Not before the datafeed does, so that a quote is sent before what it causes; and not
        # before all accounts are loaded, so that a quote reaches each of them.
        self._interest.connect(self._market.listen(self.market_listener))
        self.accounts.index.set_bounds(self._prices.marks())

    async def _expire_orders(self) -> None:
        """Expire orders on time even if no quote arrives."""
        while True:
            await asyncio.sleep(EXPIRY_CHECK_S)
            self.market_listener.expire_orders()

    async def _unload_idle(self) -> None:
        """Remove idle accounts from memory while there are too many."""
        while True:
            await asyncio.sleep(UNLOADING_S)
            await self.account_loader.unload_excess()

    async def _remove_gateway_keys(self) -> None:
        retention = GatewayKeyRetention(self._journal, lambda: self._market.now_ms)
        while True:
            await asyncio.sleep(KEY_REMOVAL_S)
            await retention.remove_old()

    async def _find_duplicate(
        self, account_id: str, key: IdempotencyKey
    ) -> Duplicate | Rejection | None:
        with reading_journal():
            (known,) = await self._records.find_duplicates([(account_id, key)])
            return known

    # Publishing

    def _publish(self, entry: JournalEntry) -> None:
        log_event(entry.account_id, entry.event)
        for listener in self._listeners:
            try:
                listener.on_event(entry)
            except Exception:  # the event is committed, whatever a listener does
                log.exception("event_not_published", extra={"account": entry.account_id})

    def _publish_valuation(self, account_id: str) -> None:
        if not self._is_readable(account_id):
            return  # released after the quote
        for listener in self._listeners:
            listener.on_valuation(account_id)

    def _publish_connection(self, connection: BrokerConnection) -> None:
        for listener in self._listeners:
            listener.on_connection(None, connection)
