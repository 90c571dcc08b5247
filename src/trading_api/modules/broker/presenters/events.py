"""Committed events as the wire shows them: over REST, and on the topics of the WebSocket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel

from trading_api.domain.account_event import AccountEvent
from trading_api.domain.account_kind import account_kind
from trading_api.domain.account_snapshot import AccountSnapshot, OrderView, PositionView
from trading_api.models import broker as wire
from trading_api.modules.broker.presenters.accounts import (
    open_side,
    to_kill_switch,
    to_open_position,
    to_position,
)
from trading_api.modules.broker.presenters.notifications import (
    NotificationPresenter,
    to_wire_notification,
)
from trading_api.modules.broker.presenters.numbers import optional_float
from trading_api.modules.broker.presenters.orders import to_execution, to_placed_order

ROUTES = ("executions", "orders", "positions", "notifications")
"""The routes whose updates are events, in the order in which one event is published on them."""

_CLOSES_POSITIONS = {"accountReset", "positionAdjusted", "positionSettled"}


@dataclass(frozen=True, slots=True)
class TopicChange:
    """One update that an event causes on a route. `symbol` is the symbol that it is about."""

    data: BaseModel
    symbol: str = ""


def topic_changes(
    route: str, account: AccountSnapshot, event: AccountEvent, notifications: NotificationPresenter
) -> Sequence[TopicChange]:
    """Return the updates that an event of the account causes on one of ROUTES."""
    if route == "notifications":
        notification = notifications.to_wire(event)
        return [] if notification is None else [TopicChange(notification)]
    order = event.order
    if order is None:
        if route != "positions":
            return []
        if event.position is not None:
            adjusted = to_open_position(account, event.position)
            return [TopicChange(adjusted, adjusted.symbol)]
        return [TopicChange(each, each.symbol) for each in to_closed_positions(event)]
    match route:
        case "executions" if event.execution is not None:
            return [TopicChange(to_execution(event.execution), order.symbol)]
        case "orders":
            return [TopicChange(to_placed_order(order), order.symbol)]
        case "positions":
            return _position_changes(account, event, order)
    return []


def _position_changes(
    account: AccountSnapshot, event: AccountEvent, order: OrderView
) -> Sequence[TopicChange]:
    """A position also shows the prices of its brackets."""
    symbol, filled = order.symbol, event.position
    if filled is not None:
        if not filled.quantity:
            closed = to_position(filled, _side_after_fill(event, filled), Decimal(0))
            return [TopicChange(closed, symbol)]
        return [TopicChange(to_open_position(account, filled), symbol)]
    position = account.position(symbol)
    is_shown = order.is_bracket and order.was_activated
    return (
        [TopicChange(to_open_position(account, position), symbol)] if position and is_shown else []
    )


def to_closed_positions(event: AccountEvent) -> list[wire.Position]:
    """Return the positions that the event ended without a fill."""
    return [
        to_position(position, wire.Side(side), Decimal(0))
        for position, side in event.closed_positions
    ]


def to_broker_event(event: AccountEvent) -> wire.BrokerEvent:
    """Return the event without prices of the present: its position has no profit."""
    order, execution, position = event.order, event.execution, event.position
    return wire.BrokerEvent(
        seq=event.seq,
        type=event.type,
        time=event.at_ms,
        account_kind=account_kind(event.account_id).value,
        request_id=event.request_id or None,
        order=None if order is None else to_placed_order(order),
        execution=None if execution is None else to_execution(execution),
        position=(
            None
            if position is None
            else to_position(position, _side_after_fill(event, position), None)
        ),
        positions=to_closed_positions(event) if event.type in _CLOSES_POSITIONS else None,
        balance=optional_float(event.balance),
        symbol=event.symbol,
        price=optional_float(event.price),
        leverage=optional_float(event.leverage),
        name=event.name,
        notification=(
            None if event.notification is None else to_wire_notification(event, event.notification)
        ),
        code=event.code or None,
        text=event.text or None,
        kill_switch=None if event.kill_switch is None else to_kill_switch(event.kill_switch),
    )


def _side_after_fill(event: AccountEvent, position: PositionView) -> wire.Side:
    """Return the position's side; a closed position shows the side that it had."""
    if position.quantity:
        return open_side(position)
    assert event.execution is not None, "a position changes by a fill"
    return wire.Side(-event.execution.side)
