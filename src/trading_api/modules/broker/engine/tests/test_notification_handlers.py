"""Notifications are events that change nothing in their account."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.notification import Notification, Severity
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.engine.checks.rejection import Rejection
from trading_api.modules.broker.engine.commands import Notify, OpenAccount, symbol_of, time_of
from trading_api.modules.broker.engine.engine import Duplicate, Engine
from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded, NotificationRaised
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules

FIRED = Notification(
    Severity.INFO,
    "alert_fired",
    "AAPL is above 100.",
    {"symbol": "AAPL", "price": Decimal("100.50"), "firing": 2},
)
KEY = IdempotencyKey("alert", "alert-1:2", "digest")


def opened() -> Engine:
    engine = Engine(AccountState(), ExchangeRules())
    engine.apply(OpenAccount("A", "USD", Decimal(1000), 1))
    return engine


def test_a_notification_is_stored_with_its_texts_and_its_numbers_apart() -> None:
    engine = opened()
    before = image_of(engine.state)
    events = engine.apply(Notify(FIRED, at_ms=7))
    assert events == [
        NotificationRaised(
            severity=Severity.INFO,
            code="alert_fired",
            text="AAPL is above 100.",
            names={"symbol": "AAPL"},
            figures={"price": Decimal("100.50"), "firing": Decimal(2)},
            at_ms=7,
        )
    ]
    assert image_of(engine.state) == replace(before, seq=2), "nothing but the number changes"
    assert engine.state.cash[-1].seq == 1


def test_a_key_makes_it_one_notification() -> None:
    engine = opened()
    events = engine.apply(Notify(FIRED, 7, KEY))
    assert isinstance(events, list)
    assert [type(event) for event in events] == [NotificationRaised, IdempotencyKeyRecorded]
    assert engine.apply(Notify(FIRED, 8, KEY)) == Duplicate("", engine.state.seq)
    other = engine.apply(Notify(FIRED, 8, replace(KEY, fingerprint="other")))
    assert isinstance(other, Rejection)
    assert engine.state.seq == 3


def test_a_notification_names_no_market() -> None:
    assert (symbol_of(Notify(FIRED, 7)), time_of(Notify(FIRED, 7))) == (None, 7)
