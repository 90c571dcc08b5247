"""Parsing of alerts: the documented messages, and arbitrary bodies."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kit.hooks import order, target
from trading_api.errors import Invalid
from trading_api.models.hooks import OrderAlert, TargetAlert
from trading_api.modules.hooks.alert_message import AlertMessage, read_message

DOCUMENT = Path(__file__).resolve().parents[5] / "docs" / "compatibility.md"
VALUES = {
    "ticker": "AAPL",
    "timenow": "2026-11-30T14:30:00Z",
    "strategy.position_size": "-10",
    "strategy.order.action": "sell",
    "strategy.order.contracts": "0.25",
    "strategy.order.price": "187.5",
    "strategy.order.id": "Short",
    "plot_0": "190.25",
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3)
    | st.dictionaries(st.text(max_size=12), children, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [*OrderAlert.model_fields, *TargetAlert.model_fields, "secret", "{{ticker}}", ""]
)


def read(fields: dict[str, Any]) -> OrderAlert | TargetAlert:
    return read_message(json.dumps({"secret": "s" * 43, **fields}).encode(), 16).alert()


def refusal_of(message: AlertMessage) -> str:
    """Return why the message is refused, or an empty string."""
    try:
        message.alert()
    except Invalid as error:
        return error.detail
    return ""


def test_the_documented_messages_are_read_once_tradingview_has_filled_them() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    messages = re.findall(r"```json\n(\{\n  \"secret\".*?)```", text, re.DOTALL)
    alerts = [
        read_message(re.sub(r"\{\{(.+?)\}\}", lambda name: VALUES[name[1]], each).encode(), 16)
        for each in messages
    ]
    followed, limited = (each.alert() for each in alerts)
    assert isinstance(followed, TargetAlert)
    assert (followed.position_size, followed.timenow) == (Decimal(-10), 1_796_049_000_000)
    assert isinstance(limited, OrderAlert)
    assert (limited.contracts, limited.stop_loss) == (Decimal("0.25"), Decimal("190.25"))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (10, "10"),
        ("10", "10"),
        (10.0, "10"),
        (-0.1, "-0.1"),
        ("1e-7", "1E-7"),
        (1e-7, "1E-7"),
        ("+3.", "3"),
        ("0.30000000000000004", "0.30000000000000004"),
        (10**12, "1000000000000"),
    ],
    ids=repr,
)
def test_a_number_is_read_as_it_was_written(written: object, number: str) -> None:
    alert = read(target(written))
    assert isinstance(alert, TargetAlert)
    assert alert.position_size == Decimal(number)


@pytest.mark.parametrize(
    "written",
    [
        "",
        " 1",
        "1,000",
        "NaN",
        "Infinity",
        "1e999",
        "٣",
        "0x10",
        "1_0",
        True,
        None,
        [1],
        10**12 + 1,
    ],
)
def test_an_invalid_number_is_refused(written: object) -> None:
    with pytest.raises(Invalid, match="position_size: should be"):
        read(target(written))


@pytest.mark.parametrize(
    ("written", "time_ms"),
    [
        ("2026-11-30T14:30:00Z", 1_796_049_000_000),
        ("2026-11-30T15:30:00+01:00", 1_796_049_000_000),
        (1_796_049_000_000, 1_796_049_000_000),
        ("1796049000000", 1_796_049_000_000),
    ],
    ids=repr,
)
def test_a_time_is_read(written: object, time_ms: int) -> None:
    assert read(target(1, timenow=written)).timenow == time_ms


@pytest.mark.parametrize(
    "written", ["", "now", "2026-11-30", "2026-11-30T14:30:00", "{{timenow}}", 1.5, -1, None, True]
)
def test_an_invalid_time_is_refused(written: object) -> None:
    with pytest.raises(Invalid, match="timenow: should be a "):
        read(target(1, timenow=written))


def test_all_fields_but_the_secret_identify_an_alert() -> None:
    def digest(**fields: Any) -> str:
        return read_message(json.dumps(target(1) | fields).encode(), 16).digest()

    assert digest(secret="a") == digest(secret="b") == digest()
    assert len({digest(), digest(comment="x"), digest(position_size=1.5)}) == 3


@settings(max_examples=100, deadline=None)
@given(
    base=st.sampled_from([target(1), order("buy", 1), {}]),
    changes=st.dictionaries(FIELDS, JSON, max_size=3),
)
@example(base=target(1), changes={"ticker": "\ud800"})
@example(base=target(1), changes={"timenow": "9998-12-31T23:59:59-23:59"})
@example(base=target(1), changes={"sequence": 10**400})
def test_any_body_is_read_or_refused_with_a_sentence(
    base: dict[str, Any], changes: dict[str, Any]
) -> None:
    message = read_message(json.dumps({"secret": "s" * 43, **base, **changes}).encode(), 16)
    assert len(message.digest()) == 64
    sentence = refusal_of(message)
    assert sentence.isprintable()
    assert len(sentence) < 300


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=40))
def test_bytes_that_are_no_message_have_no_secret(body: bytes) -> None:
    assert read_message(body, 16).secret == ""
