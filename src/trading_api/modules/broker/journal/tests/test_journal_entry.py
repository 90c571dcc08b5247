"""Journal entries as events of the broker port."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

from tests.kit.ledger_streams import trading
from trading_api.domain.account_event import EVENT_TYPES
from trading_api.domain.notification import Notification, ReferenceValue, Severity
from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.events import (
    AccountOpened,
    AccountReset,
    Event,
    LeverageSet,
    NotificationRaised,
    OrderFilled,
    OrderPlaced,
    PositionSettled,
)
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import KINDS
from trading_api.modules.broker.journal.journal import JournalEntry

ABSENT = (
    *("order", "execution", "position", "balance", "symbol", "price", "leverage"),
    "notification",
    "margin_level",
)


def absent(entry: JournalEntry) -> set[str]:
    return {name for name in ABSENT if getattr(entry, name) is None}


def test_every_event_has_a_type_of_the_port() -> None:
    assert {kind[0].lower() + kind[1:] for kind in KINDS} == EVENT_TYPES
    assert set(KINDS.values()) == set(get_args(Event))


def test_an_entry_has_the_fields_of_its_event() -> None:
    opened = JournalEntry("A", 1, AccountOpened("A", "USD", Decimal(5), 7), "ticket-1")
    assert (opened.type, opened.at_ms, opened.balance) == ("accountOpened", 7, Decimal(5))
    assert absent(opened) == {*ABSENT} - {"balance"}
    leverage = JournalEntry("A", 2, LeverageSet("AAPL", Decimal(3), 8))
    assert (leverage.symbol, leverage.leverage) == ("AAPL", Decimal(3))
    assert absent(leverage) == {*ABSENT} - {"symbol", "leverage"}


def test_orders_and_fills_are_the_objects_of_the_event() -> None:
    for entry in trading("A", 60):
        event = entry.event
        if isinstance(event, OrderPlaced):
            assert entry.order is event.order
            assert absent(entry) == {*ABSENT} - {"order"}
        if isinstance(event, OrderFilled):
            assert (entry.execution, entry.position) == (event.execution, event.position)
            assert absent(entry) == {"symbol", "price", "leverage", "notification", "margin_level"}
        if not isinstance(event, AccountReset | PositionSettled):
            assert entry.closed_positions == ()


def test_a_reset_has_the_positions_that_it_closed() -> None:
    flat = Position("AAPL")
    reset = AccountReset(Decimal(1), Decimal(5), (flat,), 9, (Side.SELL,))
    entry = JournalEntry("A", 3, reset)
    assert (entry.type, entry.closed_positions) == ("accountReset", [(flat, Side.SELL)])


def test_a_settlement_has_the_position_that_it_closed_and_no_fill() -> None:
    flat, price = Position("AAPL"), Decimal("12.5")
    event = PositionSettled("AAPL", Side.BUY, price, Decimal(1), Decimal(3), flat, Decimal(8), 9)
    entry = JournalEntry("A", 3, event)
    assert (entry.type, entry.closed_positions) == ("positionSettled", [(flat, Side.BUY)])
    assert (entry.symbol, entry.price, entry.balance) == ("AAPL", price, Decimal(8))
    assert absent(entry) == {
        "order",
        "execution",
        "position",
        "leverage",
        "notification",
        "margin_level",
    }


def test_a_notification_has_one_reference_of_texts_and_numbers() -> None:
    names, figures = {"symbol": "AAPL"}, {"price": Decimal("12.5")}
    event = NotificationRaised(Severity.INFO, "alert_fired", "Up.", names, figures, 9)
    entry = JournalEntry("A", 3, event)
    assert entry.type == "notificationRaised"
    reference: dict[str, ReferenceValue] = {"symbol": "AAPL", "price": Decimal("12.5")}
    assert entry.notification == Notification(Severity.INFO, "alert_fired", "Up.", reference)
    assert absent(entry) == {*ABSENT} - {"notification"}
