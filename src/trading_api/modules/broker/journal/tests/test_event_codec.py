"""Events as JSON: nothing changes on the way, nothing unknown is taken."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given

from tests.kit.ledger_streams import any_events, trading
from trading_api.domain.notification import Severity
from trading_api.modules.broker.engine.events import AccountOpened, Event, NotificationRaised
from trading_api.modules.broker.journal.event_codec import (
    KINDS,
    UnreadableEvent,
    _contains,
    decode,
    encode,
    kind_of,
)

OPENED = AccountOpened("A", "USD", Decimal("100.10"), at_ms=5)


@given(any_events())
def test_any_event_comes_back_equal_and_writes_the_same_again(event: Event) -> None:
    kind, payload = kind_of(event), encode(event)
    found = decode(kind, payload)
    assert found == event
    assert repr(found) == repr(event), "to the last digit and exponent"
    assert encode(found) == payload


def test_a_trading_account_has_events_of_every_common_kind() -> None:
    kinds = {kind_of(entry.event) for entry in trading("A", 400)}
    assert {"AccountOpened", "OrderPlaced", "OrderFilled", "OrderCanceled"} <= kinds <= set(KINDS)


def test_an_event_is_written_as_an_object_with_decimals_as_text() -> None:
    assert json.loads(encode(OPENED)) == {
        "account_id": "A",
        "currency": "USD",
        "balance": "100.10",
        "at_ms": 5,
    }


def test_the_text_of_a_notification_never_changes() -> None:
    """The chain of hashes covers it, and older ledgers hold it."""
    names, figures = {"symbol": "AAPL"}, {"price": Decimal("100.50")}
    event = NotificationRaised(Severity.WARNING, "alert_fired", "Up.", names, figures, at_ms=5)
    stored = (
        '{"severity":"warning","code":"alert_fired","text":"Up.","names":{"symbol":"AAPL"},'
        '"figures":{"price":"100.50"},"at_ms":5}'
    )
    assert (kind_of(event), encode(event)) == ("NotificationRaised", stored)
    assert decode("NotificationRaised", stored) == event


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        ("AccountClosed", "{}", "AccountClosed is no event of this version"),
        ("AccountOpened", "{", "AccountOpened: "),
        ("AccountOpened", "{}", "missing required field `account_id`"),
        ("AccountOpened", encode(OPENED).replace("5", '"5"'), r"Expected `int`, got `str`"),
        ("AccountOpened", encode(OPENED).replace('"100.10"', "100.10"), "would lose"),
        ("AccountOpened", encode(OPENED).replace("{", '{"tax":1,', 1), "would lose"),
    ],
)
def test_what_this_version_did_not_write_is_refused(kind: str, payload: str, reason: str) -> None:
    with pytest.raises(UnreadableEvent, match=reason):
        decode(kind, payload)


def test_a_field_that_is_younger_than_the_payload_takes_its_default() -> None:
    placed = next(e.event for e in trading("A", 50) if kind_of(e.event) == "OrderPlaced")
    older = json.loads(encode(placed))
    del older["order"]["message"]
    assert decode("OrderPlaced", json.dumps(older)) == placed


def test_a_change_inside_a_list_is_not_passed_over() -> None:
    assert _contains({"orders": [{"id": 1, "new": 2}]}, {"orders": [{"id": 1}]})
    assert not _contains({"orders": [{"id": 1}]}, {"orders": [{"id": 1}, {"id": 2}]})
    assert not _contains({"orders": [{"id": 1}]}, {"orders": [{"id": 1, "old": 2}]})
