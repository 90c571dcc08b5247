"""One command of a live account: duplicate, checks, risk gate, events and key, in this order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import localcontext
from typing import get_args

from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    CommandResult,
    IdempotencyKey,
    ModifyOrderCommand,
    PlaceOrderCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.broker_previews import OrderPreview
from trading_api.domain.notification import Severity
from trading_api.domain.ports.market_data import MarketData
from trading_api.errors import Conflict
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.engine import Duplicate, find_duplicate
from trading_api.modules.broker.engine.events import (
    ORDER_ID_SEPARATOR,
    Event,
    IdempotencyKeyRecorded,
    OrderCanceled,
    OrderModified,
    OrderPlaced,
)
from trading_api.modules.broker.engine.margin import used_margin
from trading_api.modules.broker.engine.money import EXACT, ZERO
from trading_api.modules.broker.engine.order import modified
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import (
    OrderCancelRequested,
    OrderReplaceRequested,
    RiskRejected,
)
from trading_api.modules.broker.external.adjustments import warn
from trading_api.modules.broker.external.held_commands import HeldOrderCommands
from trading_api.modules.broker.external.held_triggers import is_held
from trading_api.modules.broker.external.live_orders import LiveOrders
from trading_api.modules.broker.external.risk_gate import (
    CheckedCommand,
    RiskBreach,
    RiskLimits,
    check,
)
from trading_api.modules.broker.external.risk_monitor import RiskMonitor
from trading_api.modules.broker.external.venue_client import VenueFeatures
from trading_api.modules.broker.journal.history import RecordQuery
from trading_api.modules.broker.translation.engine_snapshot import EngineSnapshot
from trading_api.modules.broker.translation.order_requests import OrderRequestMapper
from trading_api.modules.broker.translation.prices import Prices
from trading_api.modules.broker.translation.rejection_mapping import to_api_error

_CHECKED = get_args(CheckedCommand)


class LiveCommands:
    """Decides what a command does, and previews it. Every method raises ApiError."""

    def __init__(
        self,
        market: MarketData,
        prices: Prices,
        features: Callable[[], VenueFeatures],
        risk: RiskMonitor,
        limits: RiskLimits,
        *,
        holds_orders: bool,
    ) -> None:
        requests = OrderRequestMapper(market)
        held = HeldOrderCommands(prices, requests, features, is_on=holds_orders)
        self._orders = LiveOrders(prices, requests, features, held)
        self._features = features
        self._prices = prices
        self._risk = risk
        self._limits = limits

    def query(
        self, state: AccountState, command: BrokerCommand, key: IdempotencyKey | None
    ) -> RecordQuery | None:
        """Return which records the command refers to, or None for none."""
        order_ids: list[str] = []
        client_ids: list[str] = []
        if isinstance(command, CancelOrderCommand | ModifyOrderCommand):
            order_ids = [command.order_id]
        elif isinstance(command, PlaceOrderCommand) and command.order.client_id:
            client_ids = [command.order.client_id]
        keys = [(key.operation, key.key)] if key else []
        if not (order_ids or client_ids or keys):
            return None
        return RecordQuery(state.account_id, order_ids, client_ids, keys)

    def decide(
        self,
        transaction: Transaction,
        account: EngineSnapshot,
        command: BrokerCommand,
        key: IdempotencyKey | None,
        require_ready: Callable[[], None] | None,
    ) -> Callable[[], CommandResult]:
        """Emit what the command changes. Return a function that is called once this is committed:
        it returns the result, or raises what the risk gate refused.

        `require_ready` raises Unavailable while the venue is not connected."""
        if key is not None and (known := find_duplicate(transaction.state, key)):
            if isinstance(known, Rejection):
                raise to_api_error(known)
            result = _duplicate(command, known)
            return lambda: result
        if require_ready is not None:
            require_ready()
        with localcontext(EXACT):
            events = self._orders.events(transaction, command)
            if (breach := self._breach(command, account)) is not None:
                return self._refuse(transaction, breach)
            for event in events:
                transaction.emit(event)
        self._notify_switch(transaction, command)
        result = _result(command, events)
        if key is not None:
            transaction.emit(_key_recorded(key, command, result, self._prices.now_ms))
        done = replace(result, seq=transaction.state.seq)
        return lambda: done

    def preview(
        self,
        transaction: Transaction,
        account: EngineSnapshot,
        command: PlaceOrderCommand | ModifyOrderCommand,
    ) -> OrderPreview:
        """Return what the command would do now. Emits nothing."""
        events = self._orders.events(transaction, command)
        if (breach := self._breach(command, account)) is not None:
            raise Conflict(breach.text, breach.code.value)
        state, rules = transaction.state, transaction.rules
        after = state.branch()
        for event in events:
            after.evolve(_as_done(state, event))
        if isinstance(command, ModifyOrderCommand):
            order = after.orders[command.order_id]
        else:
            order = next(each.order for each in events if isinstance(each, OrderPlaced))
        used = used_margin(after, rules)
        return OrderPreview(
            instrument=self._prices.instrument(order.symbol),
            currency=state.currency,
            order=order,
            filled_quantity=ZERO,
            commission=ZERO,
            margin_required=max(used - used_margin(state, rules), ZERO),
            free_margin=account.equity() - used,
            position_quantity=state.position(order.symbol).quantity
            + order.side * order.remaining_quantity,
        )

    def _breach(self, command: BrokerCommand, account: EngineSnapshot) -> RiskBreach | None:
        if not isinstance(command, _CHECKED):
            return None
        state, venue = account.state, account.state.venue
        held = [each for each in state.live_orders() if each.is_bracket and is_held(state, each)]
        if isinstance(command, ModifyOrderCommand) and command.order_id in {e.id for e in held}:
            return None  # it only reduces, and is not sent now
        requested = {
            each.order_id: each.replacement.quantity
            for each in (venue.orders.values() if venue else ())
            if each.replacement is not None
        }
        view = replace(
            self._risk.view(account),
            requested_quantities=requested,
            held_brackets={each.id for each in held},
            enforces_reduce_only=self._features().enforces_reduce_only,
        )
        return check(command, view, self._limits, self._prices.now_ms)

    def refuse(
        self, transaction: Transaction, account: EngineSnapshot, command: BrokerCommand
    ) -> str:
        """Return why the risk gate rejects a command, or an empty text. Emits the rejection."""
        breach = self._breach(command, account)
        if breach is not None:
            self._refuse(transaction, breach)
        return "" if breach is None else breach.text

    def _refuse(self, transaction: Transaction, breach: RiskBreach) -> Callable[[], CommandResult]:
        """Commit the refusal as an event."""
        now_ms, code, text = self._prices.now_ms, breach.code.value, breach.text
        transaction.emit(RiskRejected(breach.code.name.lower(), code, text, breach.symbol, now_ms))
        warn(transaction, code, text, now_ms, symbol=breach.symbol)

        def result() -> CommandResult:
            raise Conflict(text, code)

        return result

    def _notify_switch(self, transaction: Transaction, command: BrokerCommand) -> None:
        if not isinstance(command, SetKillSwitchCommand):
            return
        text = "Trading is halted" if command.is_on else "Trading is permitted again"
        text += f": {command.reason}" if command.reason else "."
        code = "trading_halted" if command.is_on else "trading_resumed"
        severity = Severity.CRITICAL if command.is_on else Severity.INFO
        warn(transaction, code, text, self._prices.now_ms, severity)


def _as_done(state: AccountState, event: Event) -> Event:
    """Return the event of a replacement as if the venue had made it."""
    if not isinstance(event, OrderReplaceRequested):
        return event
    order = modified(
        state.orders[event.order_id],
        event.at_ms,
        quantity=event.quantity,
        limit_price=event.limit_price,
        stop_price=event.stop_price,
        sequence=state.sequence_last + 1,
    )
    return OrderModified(order, event.at_ms)


def _result(command: BrokerCommand, events: Sequence[Event]) -> CommandResult:
    placed = next((each.order.id for each in events if isinstance(each, OrderPlaced)), "")
    canceled = [each.order_id for each in events if isinstance(each, OrderCancelRequested)]
    canceled += [each.order.id for each in events if isinstance(each, OrderCanceled)]
    if isinstance(command, CancelOrderCommand):
        canceled = [command.order_id]  # also where that was requested before
    return CommandResult(placed, canceled, seq=0)


def _duplicate(command: BrokerCommand, known: Duplicate) -> CommandResult:
    made = known.order_id
    if isinstance(command, CancelOrdersCommand):
        ids = made.split(ORDER_ID_SEPARATOR) if made else []
        return CommandResult(canceled=ids, is_duplicate=True, seq=known.seq)
    return CommandResult(made, is_duplicate=True, seq=known.seq)


def _key_recorded(
    key: IdempotencyKey, command: BrokerCommand, result: CommandResult, now_ms: int
) -> IdempotencyKeyRecorded:
    made = result.order_id
    if isinstance(command, CancelOrdersCommand):
        made = ORDER_ID_SEPARATOR.join(result.canceled)
    return IdempotencyKeyRecorded(key.operation, key.key, key.fingerprint, made, now_ms)
