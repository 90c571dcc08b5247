"""Which rows an event changes, and how their values are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.ledger_streams import trading
from trading_api.domain.decimal_text import decimal_text
from trading_api.modules.broker.engine.cash import CashKind, CashLine
from trading_api.modules.broker.engine.events import OrderFilled
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.sql.projections import (
    CASH_ROWS,
    ORDER_ROWS,
    POSITION_ROWS,
    records,
)

FILL = next(entry.event for entry in trading("A", 99) if isinstance(entry.event, OrderFilled))


@dataclass(frozen=True, slots=True)
class Ended:
    orders: tuple[Order, ...]
    position: Position | None


@dataclass(frozen=True, slots=True)
class SomethingEnded:
    """As events may come to be: records in tuples, in parts, or absent."""

    ended: Ended
    other: Ended | None
    account_id: str
    at_ms: int


def test_every_record_is_found_at_any_depth() -> None:
    assert list(records(FILL)) == [FILL.execution, FILL.order, FILL.position]
    ended = Ended((FILL.order, FILL.order), FILL.position)
    assert list(records(SomethingEnded(ended, None, "A", 1))) == [
        FILL.order,
        FILL.order,
        FILL.position,
    ]
    assert list(records(SomethingEnded(Ended((), None), ended, "A", 1))) == [
        FILL.order,
        FILL.order,
        FILL.position,
    ]


def test_a_row_has_its_key_and_then_the_fields_as_a_person_reads_them() -> None:
    position = Position("AAPL", Decimal("-1.50"), Decimal("1E+2"), Decimal("0E-20"), updated_ms=7)
    row = POSITION_ROWS.row("A", 3, of=position)
    assert row == ("A", 3, "AAPL", "-1.5", "100", "0", "1", 7)
    line = CashLine(3, CashKind.COMMISSION, Decimal("-1E-8"), Decimal(5), 9, "AAPL")
    row = CASH_ROWS.row("A", 3, 1, of=line)
    assert row == ("A", 3, 1, "commission", "-0.00000001", "5", "AAPL", "", "", 9)
    assert {type(value) for value in row} == {str, int}
    named = dict(
        zip(ORDER_ROWS.table.columns.keys(), ORDER_ROWS.row("A", 3, of=FILL.order), strict=True)
    )
    assert named["side"] == FILL.order.side.name.lower()
    assert named["reduce_only"] is FILL.order.reduce_only


@given(st.decimals(allow_nan=False, allow_infinity=False, places=20) | st.integers().map(Decimal))
def test_one_value_has_one_text_and_the_text_has_the_whole_value(value: Decimal) -> None:
    text = decimal_text(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert decimal_text(Decimal(text)) == text


@pytest.mark.parametrize(("value", "text"), [("-0", "0"), ("1.10", "1.1"), ("20", "20")])
def test_what_does_not_count_is_left_out(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text
