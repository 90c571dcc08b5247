"""Finds the command that caused a recorded event."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.domain.orders import Brackets, OrderRequest, OrderType
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Command,
    DepositCash,
    EditBrackets,
    Market,
    ModifyOrder,
    NameAccount,
    PlaceOrder,
    ResetAccount,
    ReversePosition,
    SetKillSwitch,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.engine.events import (
    AccountNamed,
    AccountReset,
    CashDeposited,
    CashWithdrawn,
    Event,
    LeverageSet,
    OrderCanceled,
    OrderModified,
    OrderPlaced,
    OrderSuspended,
    PositionSettled,
)
from trading_api.modules.broker.engine.handlers.position_handlers import REPLACED, REVERSED
from trading_api.modules.broker.engine.order import Order, OrderPurpose
from trading_api.modules.broker.engine.venue_events import KillSwitchSet


def causing_command(events: Sequence[Event], state: AccountState, market: Market) -> Command | None:
    """Return the command that caused the first of an account's events, or None if no command caused
    it.

    `events` are those of one instant from that event on. `state` is the account before it, and
    `market` is that of the event's symbol. Several cancellations by one command are found one by
    one."""
    event = events[0]
    match event:
        case OrderPlaced(order=Order(purpose=OrderPurpose.LIQUIDATION)):
            return None
        case OrderPlaced(order=Order(purpose=OrderPurpose.REVERSAL)) | OrderSuspended():
            return ReversePosition(market)
        case OrderPlaced(order=Order(is_bracket=True)):
            return EditBrackets(_brackets_after(events, state, market.symbol), market)
        case OrderPlaced():
            return PlaceOrder(_request(event.order), market)
        case OrderModified() if _changes_trail(event.order, state):
            return EditBrackets(_brackets_after(events, state, market.symbol), market)
        case OrderModified():
            return ModifyOrder(event.order.id, _request(event.order), market)
        case OrderCanceled(order=Order(message=message)) if message == REVERSED:
            return ReversePosition(market)
        case OrderCanceled(order=Order(message=message)) if message == REPLACED:
            return EditBrackets(_brackets_after(events, state, market.symbol), market)
        case OrderCanceled():
            return CancelOrder(event.order.id, event.at_ms)
        case LeverageSet():
            return SetLeverage(event.leverage, market)
        case CashDeposited():
            return DepositCash(event.amount, event.at_ms)
        case CashWithdrawn():
            return WithdrawCash(event.amount, market.marks, event.at_ms)
        case AccountReset():
            return ResetAccount(event.balance, event.at_ms)
        case AccountNamed():
            return NameAccount(event.name, event.at_ms)
        case PositionSettled():
            return SettlePosition(event.symbol, event.price, event.rate, event.at_ms)
        case KillSwitchSet():
            return SetKillSwitch(event.is_on, event.reason, event.at_ms)
    return None


def symbol_of_event(event: Event) -> str:
    """Return the symbol of an event, or an empty string."""
    order = getattr(event, "order", None)
    symbol: str = order.symbol if order is not None else getattr(event, "symbol", "")
    return symbol


def _changes_trail(order: Order, state: AccountState) -> bool:
    """Return whether a stop became a trailing stop or ceased to be one. Only new brackets of its
    position change that."""
    before = state.orders.get(order.id)
    return before is not None and (before.trail is None) != (order.trail is None)


def _request(order: Order) -> OrderRequest:
    return OrderRequest(
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        quantity=order.quantity,
        limit_price=order.limit_price,
        stop_price=None if order.trail else order.stop_price,
        trail=order.trail,
        duration=order.duration,
        expires_ms=order.expires_ms,
        brackets=order.brackets,
        reduce_only=order.purpose is OrderPurpose.CLOSE,
        client_id=order.client_id,
    )


def _brackets_after(events: Sequence[Event], state: AccountState, symbol: str) -> Brackets:
    """Return the brackets of a position after a command. All of its changes come first."""
    legs = {order.type: order for order in state.live_brackets_of(symbol, "")}
    changed: set[str] = set()
    for event in events:
        if not isinstance(event, OrderPlaced | OrderModified | OrderCanceled):
            break
        order = event.order
        if not order.is_bracket or order.symbol != symbol or order.id in changed:
            break  # of the next command
        changed.add(order.id)
        if isinstance(event, OrderCanceled):
            legs.pop(order.type, None)
        elif not order.parent_id:
            legs[order.type] = order
    limit, stop = legs.get(OrderType.LIMIT), legs.get(OrderType.STOP)
    return Brackets(
        take_profit=limit.limit_price if limit else None,
        stop_loss=stop.stop_price if stop and not stop.trail else None,
        trail=stop.trail if stop else None,
    )
