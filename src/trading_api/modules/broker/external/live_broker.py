"""A real venue behind the broker port, for one configured account."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from trading_api.domain.broker_commands import (
    BrokerCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    NotifyCommand,
    PlaceOrderCommand,
    SetKillSwitchCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.broker_features import BrokerFeatures
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.broker import BrokerListener
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import NotFound, NotSupportedByVenue
from trading_api.modules.broker.command_log import CommandLog, log_event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.external.daily_loss_watch import DailyLossWatch
from trading_api.modules.broker.external.held_orders import HeldOrders
from trading_api.modules.broker.external.live_account import LiveAccount
from trading_api.modules.broker.external.live_clock import LiveClock, MonotonicClock
from trading_api.modules.broker.external.live_commands import LiveCommands
from trading_api.modules.broker.external.live_connection import LiveConnection
from trading_api.modules.broker.external.live_features import broker_features
from trading_api.modules.broker.external.live_opening import check_currency, load_account
from trading_api.modules.broker.external.live_prices import LivePrices
from trading_api.modules.broker.external.live_terms import LiveTerms
from trading_api.modules.broker.external.order_resolution import OrderRequests
from trading_api.modules.broker.external.reconciliation import Reconciliation
from trading_api.modules.broker.external.report_handling import handle_report
from trading_api.modules.broker.external.risk_gate import RiskLimits
from trading_api.modules.broker.external.risk_monitor import RiskMonitor
from trading_api.modules.broker.external.unstored_halt import UnstoredHalt
from trading_api.modules.broker.external.venue_client import (
    ExecutionReport,
    VenueClient,
    VenueLink,
)
from trading_api.modules.broker.journal.journal import (
    CommitUnknown,
    FencedOut,
    Journal,
    JournalEntry,
)
from trading_api.modules.broker.translation.engine_history import EngineHistory, reading_journal
from trading_api.modules.broker.translation.engine_snapshot import EngineSnapshot
from trading_api.modules.broker.translation.prices import Prices

log = logging.getLogger(__name__)

CLIENT_RESTART_S = 5.0
RULES = ExchangeRules(latency_ms=1)
"""The engine's rules for the orders of a live account: an order is on its way until the venue has
acknowledged it. Commission and margin are the venue's."""


class LiveBroker:
    """An ExecutionVenue for one account at one venue, over a VenueClient and a journal.

    `submit` returns once the intent is committed. The venue's execution reports then arrive as
    events. While the venue is not connected, commands raise Unavailable and store nothing. Only
    the kill switch and notifications are committed then."""

    def __init__(
        self,
        account_id: str,
        venue: str,
        client: VenueClient,
        journal: Journal,
        market: MarketData,
        currency: str,
        limits: RiskLimits,
        command_log: CommandLog,
        clock: LiveClock | None = None,
        *,
        holds_orders: bool = False,
    ) -> None:
        clock = self._clock = clock or MonotonicClock()
        self.account_id = account_id
        self._venue = venue
        self._client = client
        self._journal = journal
        self._market = market
        self._currency = currency
        self._log = command_log
        self._listeners: list[BrokerListener] = []
        self._prices = Prices(market, currency)
        self._terms = LiveTerms(self._prices, currency)
        self._live_prices = LivePrices(self._prices.symbols_to_price)
        self._risk = RiskMonitor(market)
        self._loss_watch = DailyLossWatch(limits, self._halt)
        self.connected = LiveConnection(self._publish_connection)
        self.account = LiveAccount(
            account_id, journal, RULES, clock, self._publish, self._after_commit
        )
        self.requests = OrderRequests(
            self.account, client, self.connected, clock, self._now_ms, self._apply
        )
        self.reconciliation = Reconciliation(
            self.account,
            client,
            self.requests,
            self.connected,
            self._terms,
            clock,
            self._now_ms,
            lambda: list(self._prices.symbols()),
            venue,
        )
        self._unstored_halt = UnstoredHalt(self.account, client, clock, self._switch_on)
        self._holds_orders = holds_orders
        self._commands = LiveCommands(
            market,
            self._prices,
            lambda: client.features,
            self._risk,
            limits,
            holds_orders=holds_orders,
        )
        self.held = HeldOrders(
            self.account,
            self._prices,
            self.connected,
            clock,
            lambda: client.features,
            self._refuse,
            lambda: not self._unstored_halt.is_halting,
            is_on=holds_orders,
        )

    # Commands

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        """Commit the intent of one command. Raises ApiError."""
        self._require_own(account_id)
        execution = self._submit(command, key)
        return await self._log.record_live(account_id, command, execution)

    async def _submit(self, command: BrokerCommand, key: IdempotencyKey | None) -> CommandResult:
        self._unstored_halt.require_permitted(command)
        needs_venue = not isinstance(command, SetKillSwitchCommand | NotifyCommand)
        require_ready = self.connected.require_ready if needs_venue else None

        def decide(transaction: Transaction) -> Callable[[], CommandResult]:
            self._unstored_halt.require_permitted(command)
            snapshot = self._snapshot(transaction)
            return self._commands.decide(transaction, snapshot, command, key, require_ready)

        query = self._commands.query(self.account.state, command, key)
        is_urgent = isinstance(command, SetKillSwitchCommand)
        execute = partial(self.account.execute, decide, query, is_urgent=is_urgent)
        if isinstance(command, SetKillSwitchCommand) and command.is_on:
            result = await self._unstored_halt.execute(command.reason, execute)
        else:
            result = await execute()
        return result()

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        """Return what the command would do now. The venue alone knows its commission."""
        self._require_own(account_id)
        return await self.account.execute(
            lambda transaction: self._commands.preview(
                transaction, self._snapshot(transaction), command
            )
        )

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        """Return that the leverage cannot be set. Raises Invalid for an unknown symbol."""
        self._require_own(account_id)
        symbol = self._prices.tradable(command.symbol).symbol
        reason = NotSupportedByVenue("another leverage").detail
        return LeveragePreview(symbol, self._currency, ZERO, ZERO, ZERO, reason)

    # State and events

    async def load(self, account_id: str) -> None:
        """Do nothing: the account stays in memory. Raises NotFound for another account."""
        self._require_own(account_id)

    def pin(self, account_id: str) -> None:
        """Do nothing: the account stays in memory."""

    def unpin(self, account_id: str) -> None:
        """Do nothing: the account stays in memory."""

    def snapshot(self, account_id: str) -> EngineSnapshot:
        """Return the account's committed state."""
        self._require_own(account_id)
        return EngineSnapshot(self.account.state, self._prices, RULES)

    def history(self, account_id: str) -> EngineHistory:
        """Return the reader of the account's ended orders, executions and cash lines."""
        self._require_own(account_id)
        return EngineHistory(self.account.state, self._journal.history)

    def account_ids(self, after: str = "", limit: int | None = None) -> Sequence[str]:
        """Return the account, if it comes after `after`."""
        return [self.account_id][:limit] if self.account_id > after else []

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return none: a live account is shown by its id alone."""
        return {}

    async def events(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` events after number `since`. Raises Unavailable."""
        self._require_own(account_id)
        with reading_journal():
            return await self._journal.read(account_id, since, limit)

    def features(self, account_id: str) -> BrokerFeatures:
        """Return what the venue can do."""
        self._require_own(account_id)
        return broker_features(self._client.features, holds_orders=self._holds_orders)

    def connection(self, account_id: str) -> BrokerConnection:
        """Return the state of the connection to the venue."""
        self._require_own(account_id)
        return self.connected.state

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        """Call the listener from now on. Return a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_valuation(self, account_id: str) -> None:
        """Report new values of the account's positions to the listeners from now on. Counted."""
        self._live_prices.watch(account_id)

    def unwatch_valuation(self, account_id: str) -> None:
        """Undo one `watch_valuation` of the account."""
        self._live_prices.unwatch(account_id)

    # Lifecycle

    async def start(self) -> None:
        """Load the account, or open it with a balance of 0: what it holds is known when the venue
        is connected. Raises ConfigurationError."""
        check_currency(self._prices)
        try:
            events = await load_account(
                self.account, self._journal, self._currency, self._venue, self._now_ms()
            )
        except BaseException:
            await self._journal.close()
            raise
        self._risk.load(self.account.state, events)
        self._live_prices.connect(self._market.listen(self))
        self._live_prices.update(self.account.state)

    async def run(self) -> None:
        """Keep connected, and process commands and reports, until cancelled.

        Raises JournalConflict, and FencedOut and CommitUnknown without closing the journal: the
        process has to end before it answers anything."""
        parts = (self.account, self.reconciliation, self.held)
        work = (self._keep_connected(), *(each.run() for each in parts))
        tasks = [asyncio.create_task(each) for each in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except (FencedOut, CommitUnknown):
            raise
        except BaseException:
            await self._stop(tasks)
            await self._journal.close()
            raise

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.requests.close()
        await self._unstored_halt.close()

    async def _keep_connected(self) -> None:
        """Run the client, and run it again if it fails."""
        while True:
            try:
                await self._client.run(self)
            except Exception as error:  # a client must not end the server
                log.exception("venue_client_failed", extra={"account": self.account_id})
                self.on_link(VenueLink.DISCONNECTED, f"The client failed: {error}")
            await self._clock.sleep(CLIENT_RESTART_S)

    # The venue's sink

    def on_report(self, report: ExecutionReport) -> None:
        """Take an execution report of the venue."""
        self.account.post(lambda transaction: self._apply(transaction, report, False))
        if self.account.has_lost_reports:
            self.reconciliation.ask(report.symbol)

    def on_link(self, link: VenueLink, reason: str = "") -> None:
        """Take a change of the connection."""
        self.connected.on_link(link, reason)
        if link is VenueLink.CONNECTED:
            self.reconciliation.start_now()

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        """Revalue the account at a new price, and compare its held orders with it."""
        symbol = update.quote.symbol
        self.held.on_quote(symbol)
        if not self._live_prices.changes_value(self.account.state, symbol):
            return
        self._risk.on_value(self.snapshot(self.account_id))
        self._watch_loss()
        if self._live_prices.is_watched(self.account_id):
            for listener in self._listeners:
                listener.on_valuation(self.account_id)

    def on_heartbeat(self) -> None:
        """Do nothing: each quote is compared with the held orders when it arrives."""

    def on_status(self, status: MarketStatus) -> None:
        """Compare the held orders with the present quotes."""
        self.held.check()

    async def flush(self) -> None:
        """Do nothing: the effects of a quote are updates of their own."""

    # Publishing

    def _apply(self, transaction: Transaction, report: ExecutionReport, is_answer: bool) -> bool:
        if transaction.state.venue is None:
            return False  # the account is opened with what the venue reports then
        asks = handle_report(transaction, report, self._terms, self._now_ms(), is_answer=is_answer)
        if asks:
            self.reconciliation.ask(report.symbol)
        return asks

    def _publish(self, entry: JournalEntry) -> None:
        log_event(entry.account_id, entry.event)
        for part in (self.requests, self._risk, self.held, self._unstored_halt):
            part.on_event(entry.event)
        for listener in self._listeners:
            try:
                listener.on_event(entry)
            except Exception:  # the event is committed, whatever a listener does
                log.exception("event_not_published", extra={"account": entry.account_id})

    def _watch_loss(self) -> None:
        self._loss_watch.on_value(self._risk.view(self.snapshot(self.account_id)))

    def _halt(self, reason: str) -> bool:
        if self.account.is_retrying:
            self._unstored_halt.start(reason)
            return True
        return self.account.post(lambda transaction: self._switch_on(transaction, reason))

    def _refuse(self, transaction: Transaction, command: BrokerCommand) -> str:
        return self._commands.refuse(transaction, self._snapshot(transaction), command)

    def _switch_on(self, transaction: Transaction, reason: str) -> None:
        command = SetKillSwitchCommand(is_on=True, reason=reason)
        self._commands.decide(transaction, self._snapshot(transaction), command, None, None)

    def _after_commit(self) -> None:
        self._watch_loss()
        self._live_prices.update(self.account.state)
        self.requests.start_due()
        self.held.check()

    def _publish_connection(self, connection: BrokerConnection) -> None:
        for listener in self._listeners:
            listener.on_connection([self.account_id], connection)
        self.held.check()

    # Values

    def _snapshot(self, transaction: Transaction) -> EngineSnapshot:
        return EngineSnapshot(transaction.state, self._prices, RULES)

    def _now_ms(self) -> int:
        return self._market.now_ms

    def _require_own(self, account_id: str) -> None:
        if account_id != self.account_id:
            raise NotFound(f"There is no account {account_id!r}.", "account_not_found")
