"""Alpaca's documents as execution reports, and orders as Alpaca's requests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.alpaca.alpaca_documents import (
    AlpacaAccountDocument,
    AlpacaFill,
    AlpacaOrderDocument,
    AlpacaPosition,
    AlpacaTradeUpdate,
    milliseconds,
    read_document,
)
from trading_api.modules.broker.external.alpaca.alpaca_mapping import (
    account_state,
    exec_type_of,
    fill_report,
    order_fields,
    order_report,
    rejected_replacement,
    replace_fields,
    status_of,
    update_report,
)
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueBalance,
    VenueOrderStatus,
    VenuePosition,
    VenueRejected,
)

ORDER = {
    "id": "7b08df51-c1ac-453c-99f9-323a5f075f0d",
    "client_order_id": "ours-1",
    "created_at": "2026-03-02T14:30:00.000000001Z",
    "updated_at": "2026-03-02T14:30:00.123999999Z",
    "submitted_at": "2026-03-02T14:30:00.000000001Z",
    "replaced_by": None,
    "replaces": None,
    "symbol": "AAPL",
    "asset_class": "us_equity",
    "notional": None,
    "qty": "1.5",
    "filled_qty": "0",
    "filled_avg_price": None,
    "order_class": "",
    "order_type": "limit",
    "type": "limit",
    "side": "buy",
    "time_in_force": "day",
    "limit_price": "190.25",
    "stop_price": None,
    "status": "new",
    "extended_hours": False,
    "legs": None,
    "hwm": None,
}
ORDER_MS = 1_772_461_800_123


def document(**changed: Any) -> AlpacaOrderDocument:
    return read_document(ORDER | changed, AlpacaOrderDocument)


def update(event: str, fields: dict[str, Any] | None = None, **changed: Any) -> ExecutionReport:
    raw = {
        "event": event,
        "timestamp": "2026-03-02T14:30:01.5Z",
        "order": ORDER | changed,
    }
    return update_report(read_document(raw | (fields or {}), AlpacaTradeUpdate))


def test_an_order_is_reported_with_exact_numbers_and_milliseconds() -> None:
    report = order_report(document(filled_qty="0.000000001", status="partially_filled"))
    assert report == ExecutionReport(
        ExecType.ORDER_STATUS,
        VenueOrderStatus.PARTIALLY_FILLED,
        "AAPL",
        Side.BUY,
        "ours-1",
        ORDER["id"],  # type: ignore[arg-type]
        ORDER_MS,
        OrderType.LIMIT,
        Decimal("1.5"),
        Decimal("0.000000001"),
        Decimal("190.25"),
        None,
        Duration.DAY,
    )


@pytest.mark.parametrize(
    ("status", "filled", "expected"),
    [
        ("pending_new", "0", VenueOrderStatus.PENDING_NEW),
        ("pending_review", "0", VenueOrderStatus.PENDING_NEW),
        ("accepted", "0", VenueOrderStatus.NEW),
        ("accepted_for_bidding", "0", VenueOrderStatus.NEW),
        ("new", "0", VenueOrderStatus.NEW),
        ("held", "0", VenueOrderStatus.NEW),
        ("stopped", "0", VenueOrderStatus.NEW),
        ("suspended", "1", VenueOrderStatus.PARTIALLY_FILLED),
        ("calculated", "1", VenueOrderStatus.PARTIALLY_FILLED),
        ("done_for_day", "1", VenueOrderStatus.PARTIALLY_FILLED),
        ("partially_filled", "1", VenueOrderStatus.PARTIALLY_FILLED),
        ("a_status_of_tomorrow", "0", VenueOrderStatus.NEW),
        ("filled", "1.5", VenueOrderStatus.FILLED),
        ("pending_cancel", "1", VenueOrderStatus.PENDING_CANCEL),
        ("canceled", "1", VenueOrderStatus.CANCELED),
        ("pending_replace", "0", VenueOrderStatus.PENDING_REPLACE),
        ("replaced", "0", VenueOrderStatus.CANCELED),
        ("rejected", "0", VenueOrderStatus.REJECTED),
        ("expired", "0", VenueOrderStatus.EXPIRED),
    ],
)
def test_each_status_is_mapped(status: str, filled: str, expected: VenueOrderStatus) -> None:
    assert status_of(document(status=status, filled_qty=filled)) is expected


@pytest.mark.parametrize(
    ("event", "status", "exec_type"),
    [
        ("accepted", "accepted", ExecType.NEW),
        ("new", "new", ExecType.NEW),
        ("pending_new", "pending_new", ExecType.PENDING_NEW),
        ("canceled", "canceled", ExecType.CANCELED),
        ("expired", "expired", ExecType.EXPIRED),
        ("rejected", "rejected", ExecType.REJECTED),
        ("pending_cancel", "pending_cancel", ExecType.PENDING_CANCEL),
        ("pending_replace", "pending_replace", ExecType.PENDING_REPLACE),
        ("replaced", "replaced", ExecType.REPLACED),
        ("done_for_day", "done_for_day", ExecType.ORDER_STATUS),
        ("stopped", "stopped", ExecType.ORDER_STATUS),
        ("suspended", "suspended", ExecType.ORDER_STATUS),
        ("calculated", "calculated", ExecType.ORDER_STATUS),
        ("restated", "new", ExecType.ORDER_STATUS),
        ("an_event_of_tomorrow", "new", ExecType.ORDER_STATUS),
    ],
)
def test_each_event_is_mapped(event: str, status: str, exec_type: ExecType) -> None:
    report = update(event, status=status)
    assert (report.exec_type, report.status) == (exec_type, status_of(document(status=status)))
    assert report.venue_time_ms == 1_772_461_801_500, "the event's own time"
    if exec_type is ExecType.ORDER_STATUS:
        assert report.text == event.replace("_", " ")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ("order_cancel_rejected", "cancel_rejected"),
        ("order_replace_rejected", "replace_rejected"),
        ("trade_bust", "trade_bust"),
    ],
)
def test_a_refused_change_is_a_status_with_a_code(event: str, code: str) -> None:
    report = update(event, {"reason": "TOO_LATE_TO_CANCEL"}, filled_qty="1")
    assert report.exec_type is ExecType.ORDER_STATUS
    assert report.status is VenueOrderStatus.PARTIALLY_FILLED, "the order goes on"
    assert (report.code, report.text) == (code, "TOO_LATE_TO_CANCEL")
    assert update(event).text == event.replace("_", " ")


def test_fills_are_trades_named_by_the_order_and_what_is_filled() -> None:
    fields = {"price": "190.1", "qty": "0.5", "execution_id": "ca6b8cc3", "position_qty": "7"}
    report = update("partial_fill", fields, status="partially_filled", filled_qty="1.0")
    assert report.exec_type is ExecType.TRADE
    assert report.status is VenueOrderStatus.PARTIALLY_FILLED
    assert (report.last_quantity, report.last_price) == (Decimal("0.5"), Decimal("190.1"))
    assert report.cumulative_quantity == 1
    assert report.execution_id == f"{ORDER['id']}:1"
    last = update("fill", fields, status="filled", filled_qty="1.5")
    assert (last.exec_type, last.status) == (ExecType.TRADE, VenueOrderStatus.FILLED)
    assert last.execution_id == f"{ORDER['id']}:1.5"


def test_a_fill_without_a_price_is_no_trade() -> None:
    report = update("fill", status="filled", filled_qty="1.5")
    assert (report.exec_type, report.status) == (ExecType.ORDER_STATUS, VenueOrderStatus.FILLED)


def activity(**changed: Any) -> AlpacaFill:
    raw = {
        "id": "20260302143001500::b68ca618-f2a3-42a4-804f-f7ffda59023a",
        "activity_type": "FILL",
        "transaction_time": "2026-03-02T14:30:01.5Z",
        "type": "partial_fill",
        "price": "190.1",
        "qty": "0.5",
        "side": "sell",
        "symbol": "BTC/USD",
        "leaves_qty": "0.5",
        "order_id": ORDER["id"],
        "cum_qty": "1",
        "order_status": "partially_filled",
    }
    return read_document(raw | changed, AlpacaFill)


def test_an_activity_is_the_same_trade_as_in_the_stream() -> None:
    fields = {"price": "190.1", "qty": "0.5"}
    streamed = update("partial_fill", fields, status="partially_filled", filled_qty="1")
    order = document(status="partially_filled", filled_qty="1")
    assert fill_report(activity(), order) == streamed


def test_an_activity_whose_order_has_gone_on_has_its_own_numbers() -> None:
    report = fill_report(activity(), document(status="canceled", filled_qty="1.25"))
    assert report.status is VenueOrderStatus.PARTIALLY_FILLED
    assert report.cumulative_quantity == 1
    assert fill_report(activity(leaves_qty="0")).status is VenueOrderStatus.FILLED


def test_an_activity_without_its_order_names_the_venues_id_alone() -> None:
    report = fill_report(activity())
    assert (report.client_order_id, report.venue_order_id) == ("", ORDER["id"])
    assert (report.symbol, report.side) == ("BTCUSD", Side.SELL)
    assert (report.quantity, report.cumulative_quantity) == (Decimal("1.5"), Decimal(1))


def test_a_replacement_counts_from_0_and_names_what_it_replaces() -> None:
    new = document(client_order_id="ours-2", qty="7", filled_qty="2", status="partially_filled")
    report = order_report(new, ExecType.REPLACED, replaces="ours-1")
    assert report.replaces == "ours-1"
    assert (report.quantity, report.cumulative_quantity) == (Decimal(7), Decimal(2))
    fill = fill_report(activity(cum_qty="2"), new, replaces="ours-1")
    assert fill.cumulative_quantity == 2


def test_a_refused_replacement_is_rejected_while_the_order_works() -> None:
    report = rejected_replacement(document(client_order_id="ours-2"), "ours-1", "too late")
    assert (report.exec_type, report.status) == (ExecType.REJECTED, VenueOrderStatus.REJECTED)
    assert (report.client_order_id, report.replaces) == ("ours-2", "ours-1")
    assert (report.code, report.text) == ("replace_rejected", "too late")


def test_numbers_of_json_are_exact_too() -> None:
    assert order_report(document(qty=1.1, limit_price=0.1)).quantity == Decimal("1.1")
    assert order_report(document(qty=None, notional="100", filled_qty="0.5")).quantity == Decimal(
        "0.5"
    )


def test_the_answer_to_a_request_reports_no_fill() -> None:
    for status in VenueOrderStatus:
        values = {each.value for each in ExecType}
        expected = ExecType(status.value if status.value in values else ExecType.ORDER_STATUS)
        assert exec_type_of(status) is expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-02T14:30:00.123999999Z", ORDER_MS),
        ("2026-03-02T09:30:00.123-05:00", ORDER_MS),
        ("1970-01-01T00:00:01Z", 1_000),
        (None, 0),
        ("", 0),
    ],
)
def test_times_are_milliseconds(time: str | None, expected: int) -> None:
    assert milliseconds(time) == expected


def new_order(**changed: Any) -> NewOrder:
    fields: dict[str, Any] = {
        "client_order_id": "ours-1",
        "symbol": "AAPL",
        "side": Side.SELL,
        "type": OrderType.STOP_LIMIT,
        "quantity": Decimal("1E+2"),
        "limit_price": Decimal("190.20"),
        "stop_price": Decimal(191),
        "duration": Duration.GTC,
    }
    return NewOrder(**(fields | changed))


def test_an_order_is_sent_with_exact_strings() -> None:
    assert order_fields(new_order()) == {
        "symbol": "AAPL",
        "qty": "100",
        "side": "sell",
        "type": "stop_limit",
        "time_in_force": "gtc",
        "client_order_id": "ours-1",
        "limit_price": "190.20",
        "stop_price": "191",
    }
    market = order_fields(new_order(type=OrderType.MARKET, duration=Duration.DAY))
    assert not {"limit_price", "stop_price"} & set(market)


def test_brackets_are_alpacas_own() -> None:
    both = order_fields(new_order(take_profit=Decimal(180), stop_loss=Decimal(200)))
    assert both["order_class"] == "bracket"
    assert both["take_profit"] == {"limit_price": "180"}
    assert both["stop_loss"] == {"stop_price": "200"}
    assert order_fields(new_order(stop_loss=Decimal(200)))["order_class"] == "oto"
    assert "order_class" not in order_fields(new_order())


def test_an_order_of_a_duration_that_alpaca_lacks_is_rejected() -> None:
    with pytest.raises(VenueRejected) as rejected:
        order_fields(new_order(duration=Duration.GTD, expires_ms=ORDER_MS))
    assert rejected.value.code == "not_supported_by_venue"


def replacement(order: AlpacaOrderDocument, quantity: str, filled: str = "0") -> dict[str, Any]:
    return replace_fields(
        order,
        ReplaceOrder(
            OrderRef("AAPL", order.client_order_id, order.id),
            "ours-2",
            Decimal(quantity),
            limit_price=Decimal("190.5"),
            stop_price=Decimal(1),
            filled_quantity=Decimal(filled),
        ),
    )


def test_a_replacement_asks_for_what_remains() -> None:
    order = document(qty="10", filled_qty="3", status="partially_filled")
    fields = {"client_order_id": "ours-2", "limit_price": "190.5"}
    assert replacement(order, "10", filled="3") == fields | {"qty": "7"}
    assert replacement(order, "10", filled="2") == fields | {"qty": "7"}, "3 by now"
    assert replacement(order, "15", filled="8") == fields | {"qty": "7"}, "5 of earlier orders"


def test_a_replacement_with_the_same_quantity_sends_none() -> None:
    """Alpaca refuses the quantity of an order of fractions, also if it is the same."""
    assert "qty" not in replacement(document(), "1.5")


def test_a_replacement_with_a_filled_quantity_is_rejected() -> None:
    with pytest.raises(VenueRejected) as rejected:
        replacement(document(qty="10", filled_qty="3"), "3", filled="2")
    assert rejected.value.code == "order_not_working"


def test_the_account_has_one_balance_and_signed_positions() -> None:
    account = read_document(
        {"status": "ACTIVE", "cash": "1000.5", "currency": "USD", "equity": "3"},
        AlpacaAccountDocument,
    )
    positions = [
        {"symbol": "AAPL", "qty": "-3", "side": "short", "avg_entry_price": "190"},
        {"symbol": "BTCUSD", "qty": "0.1", "side": "long", "avg_entry_price": "60000.5"},
    ]
    state = account_state(account, read_document(positions, list[AlpacaPosition]), ORDER_MS)
    assert state.balances == [VenueBalance("USD", Decimal("1000.5"), Decimal("1000.5"))]
    assert state.positions == [
        VenuePosition("AAPL", Decimal(-3), Decimal(190)),
        VenuePosition("BTCUSD", Decimal("0.1"), Decimal("60000.5")),
    ]
    assert state.time_ms == ORDER_MS
