"""The smallest execution venue: the template for a broker adapter (docs/broker-adapter.md).

Market orders fill completely at the market's quote; limit orders wait until they are canceled.
The venue is this process, and its ledger is a list. An adapter to a real venue replaces these two;
the commit before the send, the events and the snapshots stay."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from decimal import Decimal

from tests.kit.venue_account import (
    ZERO,
    VenueAccount,
    VenueEvent,
    VenueExecution,
    VenueHistory,
    VenueOrder,
    VenuePosition,
)
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    NotifyCommand,
    OrderInstruction,
    PlaceOrderCommand,
    SetKillSwitchCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import BrokerConnection, connection_to_market
from trading_api.domain.broker_features import ALL_FEATURES, BrokerFeatures
from trading_api.domain.broker_previews import LeveragePreview, OrderPreview
from trading_api.domain.instrument import Instrument
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.notification import Notification
from trading_api.domain.orders import Duration, OrderStatus, OrderType, Side
from trading_api.domain.ports.broker import BrokerListener
from trading_api.domain.ports.market_data import Interest, MarketData
from trading_api.domain.quote import Quote
from trading_api.errors import Conflict, Invalid, NotFound, NotSupportedYet, SymbolNotFound


class InstantVenue:
    """An ExecutionVenue. `balance` is the first deposit of each account."""

    _interest: Interest

    def __init__(
        self, market: MarketData, balance: Decimal, default_account_id: str = "DEMO-ACCOUNT"
    ) -> None:
        self._market = market
        self._balance = balance
        self._default_account_id = default_account_id
        self._accounts: dict[str, VenueAccount] = {}
        self._ledger: dict[str, list[VenueEvent]] = {}
        self._keys: dict[tuple[str, str, str], tuple[str, CommandResult]] = {}
        self._listeners: list[BrokerListener] = []
        self._watched: Counter[str] = Counter()

    async def start(self) -> None:
        """A real adapter loads its ledger here and asks the venue for what it has missed.

        The market calls its listeners in the order in which they listened. Modules listen when
        they are built, so clients receive a quote before the equity that it changes."""
        self._interest = self._market.listen(self)

    async def run(self) -> None:
        """A real adapter reads the venue's reports here, and commits an event for each."""
        await asyncio.Event().wait()

    def features(self, account_id: str) -> BrokerFeatures:
        return replace(
            ALL_FEATURES,
            order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
            durations=frozenset({Duration.GTC}),
            modifies_orders=False,
            has_order_brackets=False,
            has_position_brackets=False,
            has_trailing_stops=False,
            has_leverage=False,
            moves_cash=False,
            modifies_durations=False,
        )

    def connection(self, account_id: str) -> BrokerConnection:
        """A real adapter returns the state of its connection to the venue."""
        return connection_to_market(self._market.status)

    def listen(self, listener: BrokerListener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch_valuation(self, account_id: str) -> None:
        self._watched[account_id] += 1

    def unwatch_valuation(self, account_id: str) -> None:
        self._watched[account_id] -= 1
        self._watched += Counter()  # removes the zeros

    async def load(self, account_id: str) -> None:
        """A real adapter with many accounts reads this one here, unless it is in memory."""

    def pin(self, account_id: str) -> None: ...

    def unpin(self, account_id: str) -> None: ...

    def account_ids(self, after: str = "", limit: int | None = None) -> list[str]:
        ids = {self._default_account_id, *self._accounts}
        return sorted(each for each in ids if each > after)[:limit]

    async def account_names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """The venue has no names of accounts."""
        return {}

    def snapshot(self, account_id: str) -> VenueAccount:
        return self._accounts.get(account_id) or self._new_account(account_id)

    def history(self, account_id: str) -> VenueHistory:
        return self.snapshot(account_id).history

    async def events(self, account_id: str, since: int, limit: int) -> list[VenueEvent]:
        return self._ledger.get(account_id, [])[since : since + limit]

    async def submit(
        self, account_id: str, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        if key is not None and (known := self._keys.get((account_id, key.operation, key.key))):
            fingerprint, result = known
            if fingerprint != key.fingerprint:
                raise Conflict("The key names another command.", "idempotency_key_reused")
            return replace(result, is_duplicate=True)
        result = self._execute(account_id, command)
        if key is not None:
            self._keys[account_id, key.operation, key.key] = key.fingerprint, result
        return result

    async def preview_order(
        self, account_id: str, command: PlaceOrderCommand | ModifyOrderCommand
    ) -> OrderPreview:
        if isinstance(command, ModifyOrderCommand):
            raise NotSupportedYet("Modifying an order")
        instrument, account = self._instrument(command.order.symbol), self.snapshot(account_id)
        order = self._new_order(account, command.order, instrument)
        filled = order.quantity if order.type is OrderType.MARKET else ZERO
        value = filled * self._price(instrument.symbol, order.side)
        position = account.position(instrument.symbol)
        return OrderPreview(
            instrument=instrument,
            currency=account.currency,
            order=self._filled(order, value) if filled else order,
            filled_quantity=filled,
            commission=ZERO,
            margin_required=value,
            free_margin=account.equity() - account.used_margin() - value,
            position_quantity=(position.quantity if position else ZERO)
            + order.side * order.quantity,
        )

    def preview_leverage(self, account_id: str, command: SetLeverageCommand) -> LeveragePreview:
        instrument = self._instrument(command.symbol)
        reason = "This venue has no leverage."
        return LeveragePreview(instrument.symbol, "USD", ZERO, ZERO, ZERO, reason)

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        for account_id in self._watched:
            if self.snapshot(account_id).position(update.quote.symbol):
                for listener in self._listeners:
                    listener.on_valuation(account_id)

    def on_status(self, status: MarketStatus) -> None:
        for listener in self._listeners:
            listener.on_connection(None, connection_to_market(status))

    def on_heartbeat(self) -> None: ...

    async def flush(self) -> None: ...

    # Commands

    def _execute(self, account_id: str, command: BrokerCommand) -> CommandResult:
        account = self.snapshot(account_id)
        match command:
            case PlaceOrderCommand():
                if account.kill_switch.is_on:
                    raise Conflict("Trading is halted in this account.", "trading_halted")
                instrument = self._instrument(command.order.symbol)
                return self._place(account, self._new_order(account, command.order, instrument))
            case CancelOrderCommand():
                return CommandResult(
                    canceled=[self._cancel(account, command.order_id)], seq=account.seq
                )
            case CancelOrdersCommand():
                live = [order.id for order in account.live_orders()]
                wanted = live if command.order_ids is None else command.order_ids
                return CommandResult(
                    canceled=[self._cancel(account, each) for each in live if each in wanted],
                    seq=account.seq,
                )
            case ClosePositionCommand():
                position = account.position(self._instrument(command.symbol).symbol)
                if position is None:
                    raise NotFound("There is no such position.", "position_not_found")
                side = Side.SELL if position.quantity > 0 else Side.BUY
                quantity = command.quantity or abs(position.quantity)
                order = OrderInstruction(position.symbol, side, OrderType.MARKET, quantity)
                instrument = self._instrument(position.symbol)
                return self._place(account, self._new_order(account, order, instrument))
            case SetKillSwitchCommand():
                switch = KillSwitch(command.is_on, command.reason, self._market.now_ms)
                self._commit(account, "killSwitchSet", kill_switch=switch)
                live = [order.id for order in account.live_orders() if command.is_on]
                return CommandResult(
                    canceled=[self._cancel(account, each) for each in live], seq=account.seq
                )
            case NotifyCommand():
                self._commit(account, "notificationRaised", notification=command.notification)
                return CommandResult(seq=account.seq)
            case _:
                raise NotSupportedYet(type(command).__name__)

    def _place(self, account: VenueAccount, order: VenueOrder) -> CommandResult:
        price = self._price(order.symbol, order.side)
        # The intent is committed before it is sent to the venue.
        self._commit(account, "orderPlaced", order=order)
        if order.type is OrderType.MARKET:
            self._report_fill(account, order, price)
        return CommandResult(order.id, seq=account.seq)

    def _cancel(self, account: VenueAccount, order_id: str) -> str:
        order = account.history.by_id.get(order_id)
        if order is None:
            raise NotFound(f"There is no order {order_id!r}.", "order_not_found")
        if not order.is_live:
            raise Conflict(f"{order_id} has ended.", "order_not_working")
        canceled = self._changed(order, status=OrderStatus.CANCELED)
        self._commit(account, "orderCanceled", order=canceled)
        return order_id

    def _report_fill(self, account: VenueAccount, order: VenueOrder, price: Decimal) -> None:
        before = account.position(order.symbol)
        held, cost = (before.quantity, before.average_price) if before else (ZERO, ZERO)
        change = order.side * order.quantity
        closed = min(abs(held), abs(change)) if held * change < 0 else ZERO
        profit = closed * (price - cost) * (1 if held > 0 else -1)
        after = held + change
        if not held:
            self._interest.add(order.symbol)
        if not after:
            self._interest.remove(order.symbol)
        if held * change >= 0:
            cost = (held * cost + change * price) / after
        elif abs(change) > abs(held):
            cost = price
        at_ms = self._market.now_ms
        self._commit(
            account,
            "orderFilled",
            order=self._filled(order, order.quantity * price),
            execution=VenueExecution(
                f"execution-{len(account.history.fills) + 1}",
                order.id,
                order.symbol,
                order.side,
                order.quantity,
                price,
                profit,
                at_ms,
            ),
            position=VenuePosition(order.symbol, after, cost if after else ZERO, at_ms),
            balance=account.balance + profit,
        )

    def _commit(
        self,
        account: VenueAccount,
        type: str,
        *,
        order: VenueOrder | None = None,
        execution: VenueExecution | None = None,
        position: VenuePosition | None = None,
        balance: Decimal | None = None,
        notification: Notification | None = None,
        kill_switch: KillSwitch | None = None,
    ) -> None:
        """Append one event, then apply it, then publish it."""
        account_id = account.account_id
        if account_id not in self._accounts:
            self._accounts[account_id] = account
            self._publish(self._opened(account_id))
        at_ms, seq = self._market.now_ms, account.seq + 1
        event = VenueEvent(
            account_id,
            seq,
            type,
            at_ms,
            order,
            execution,
            position,
            balance,
            notification=notification,
            kill_switch=kill_switch,
        )
        account.evolve(event)
        self._publish(event)

    def _publish(self, event: VenueEvent) -> None:
        self._ledger.setdefault(event.account_id, []).append(event)
        for listener in self._listeners:
            listener.on_event(event)

    # Values

    def _new_account(self, account_id: str) -> VenueAccount:
        account = VenueAccount(account_id, self._market)
        account.evolve(self._opened(account_id))
        return account

    def _opened(self, account_id: str) -> VenueEvent:
        at_ms = self._market.now_ms
        return VenueEvent(account_id, 1, "accountOpened", at_ms, balance=self._balance)

    def _new_order(
        self, account: VenueAccount, order: OrderInstruction, instrument: Instrument
    ) -> VenueOrder:
        if order.type not in (OrderType.MARKET, OrderType.LIMIT):
            raise NotSupportedYet(f"A {order.type.name} order")
        if order.quantity <= 0:
            raise Invalid("The quantity is not above zero.", "quantity_not_positive")
        return VenueOrder(
            id=f"order-{len(account.history.by_id) + 1}",
            symbol=instrument.symbol,
            side=order.side,
            type=order.type,
            quantity=order.quantity,
            limit_price=order.limit_price,
            status=OrderStatus.WORKING,
            placed_ms=self._market.now_ms,
            updated_ms=self._market.now_ms,
            client_id=order.client_id,
        )

    def _filled(self, order: VenueOrder, value: Decimal) -> VenueOrder:
        return self._changed(
            order, status=OrderStatus.FILLED, filled_quantity=order.quantity, filled_value=value
        )

    def _changed(
        self,
        order: VenueOrder,
        status: OrderStatus,
        filled_quantity: Decimal = ZERO,
        filled_value: Decimal = ZERO,
    ) -> VenueOrder:
        return replace(
            order,
            status=status,
            filled_quantity=filled_quantity,
            filled_value=filled_value,
            updated_ms=self._market.now_ms,
            version=order.version + 1,
        )

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise Invalid(SymbolNotFound(symbol).detail, "unknown_symbol")
        return instrument

    def _price(self, symbol: str, side: Side) -> Decimal:
        quote: Quote | None = self._market.quote(symbol)
        if quote is None:
            raise Conflict(f"{symbol} has no price.", "no_price")
        return quote.ask if side is Side.BUY else quote.bid
