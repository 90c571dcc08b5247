"""What the connector remembers of orders."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from trading_api.domain.orders import Side
from trading_api.modules.broker.external.ccxt.order_ids import OrderIds
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    VenueOrderStatus,
)

REPORT = ExecutionReport(
    ExecType.NEW, VenueOrderStatus.NEW, "BTCUSDT", Side.BUY, "a", "1", 5, quantity=Decimal(1)
)
CANCELED = replace(REPORT, exec_type=ExecType.CANCELED, status=VenueOrderStatus.CANCELED)


def test_a_fill_without_our_id_gets_it_from_its_order() -> None:
    known = OrderIds()
    known.noted(REPORT)
    fill = replace(REPORT, client_order_id="", quantity=Decimal(0), exec_type=ExecType.TRADE)
    assert known.noted(fill) == replace(REPORT, exec_type=ExecType.TRADE)
    foreign = replace(REPORT, client_order_id="", symbol="ETHUSDT")
    assert known.noted(foreign).client_order_id == ""


def test_a_replacement_hides_the_cancellation_that_is_a_part_of_it() -> None:
    known = OrderIds()
    known.replacing("a", "b")
    assert known.streamed(CANCELED) is None
    streamed = known.streamed(replace(REPORT, client_order_id="b", venue_order_id="2"))
    assert streamed is not None
    assert (streamed.exec_type, streamed.replaces) == (ExecType.REPLACED, "a")


def test_a_failed_replacement_hides_nothing() -> None:
    known = OrderIds()
    known.replacing("a", "b")
    known.not_replaced("a")
    assert known.streamed(CANCELED) == CANCELED
    known.not_replaced("a")


def test_what_the_predecessors_filled_is_remembered() -> None:
    known = OrderIds()
    known.replaced("b", Decimal("0.4"))
    assert known.filled_before("b") == Decimal("0.4")
    assert known.filled_before("a") is None


def test_the_oldest_are_forgotten() -> None:
    known = OrderIds(orders_max=2)
    for client_order_id in ("a", "b", "a", "c"):
        known.sent(client_order_id)
    assert [known.was_sent(each) for each in "abc"] == [True, False, True]
