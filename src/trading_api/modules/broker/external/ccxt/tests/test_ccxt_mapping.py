"""ccxt's documents as reports of the port. They were recorded from the venue simulator with ccxt
4.5.90 and `number = str`; nulls are left out."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.ccxt.ccxt_mapping import (
    UnreadableAnswer,
    balances,
    contract_positions,
    fills_in,
    order_arguments,
    order_report,
    replacement,
    spot_positions,
    trade_report,
)
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueBalance,
    VenueOrderStatus,
    VenuePosition,
)

RECORDED = json.loads(Path(__file__).with_name("recorded_documents.json").read_text())
SYMBOL = "BTCUSDT"


def test_a_placed_limit_order_is_new() -> None:
    report = order_report(RECORDED["placed_limit"], SYMBOL)
    assert (report.exec_type, report.status) == (ExecType.NEW, VenueOrderStatus.NEW)
    assert (report.client_order_id, report.side) == ("o-1", Side.BUY)
    assert (report.type, report.duration) == (OrderType.LIMIT, Duration.GTC)
    assert (str(report.quantity), str(report.limit_price)) == ("0.5", "98.1")
    assert report.cumulative_quantity == 0
    assert report.stop_price is None
    assert report.venue_order_id
    assert report.venue_time_ms > 1_000_000_000_000


def test_stop_orders_have_a_stop_price() -> None:
    stop_limit = order_report(RECORDED["placed_stop_limit"], SYMBOL)
    assert stop_limit.type is OrderType.STOP_LIMIT
    assert (stop_limit.limit_price, stop_limit.stop_price) == (Decimal("120.5"), Decimal(120))
    stop = order_report(RECORDED["placed_stop"], SYMBOL)
    assert (stop.type, stop.side) == (OrderType.STOP, Side.SELL)
    assert (stop.limit_price, stop.stop_price) == (None, Decimal("80.5"))


def test_a_market_order_has_no_price_and_lists_its_fills() -> None:
    answer = RECORDED["filled_market"]
    report = order_report(answer, SYMBOL)
    assert (report.status, report.type) == (VenueOrderStatus.FILLED, OrderType.MARKET)
    assert report.limit_price is None  # ccxt puts the average there
    fills = fills_in(answer, SYMBOL, report)
    assert [(str(fill.last_quantity), str(fill.last_price)) for fill in fills] == [
        ("0.2", "101"),
        ("0.1", "101.5"),
    ]
    assert [fill.status for fill in fills] == [
        VenueOrderStatus.PARTIALLY_FILLED,
        VenueOrderStatus.FILLED,
    ]
    assert [str(fill.cumulative_quantity) for fill in fills] == ["0.2", "0.3"]
    assert {fill.commission_currency for fill in fills} == {"BTC"}
    assert [str(fill.commission) for fill in fills] == ["0.0002", "0.0001"]


def test_every_way_to_a_fill_names_it_equally() -> None:
    answer = RECORDED["filled_market"]
    answered = fills_in(answer, SYMBOL, order_report(answer, SYMBOL))
    asked = [trade_report(trade, SYMBOL) for trade in RECORDED["fills"]]
    streamed = [trade_report(trade, SYMBOL) for trade in RECORDED["streamed_trades"]]
    ids = [fill.execution_id for fill in streamed]
    assert len(set(ids)) == 3
    assert [fill.execution_id for fill in asked] == ids
    assert [fill.execution_id for fill in answered] == ids[:2]
    for one, other in zip(asked, streamed, strict=True):
        assert (one.last_quantity, one.last_price) == (other.last_quantity, other.last_price)
        assert (one.commission, one.venue_time_ms) == (other.commission, other.venue_time_ms)


def test_a_streamed_fill_carries_the_state_of_its_order() -> None:
    fill = trade_report(RECORDED["streamed_trades"][2], SYMBOL)
    assert fill.exec_type is ExecType.TRADE
    assert fill.client_order_id == "o-1"
    assert fill.status is VenueOrderStatus.PARTIALLY_FILLED
    assert (str(fill.quantity), str(fill.cumulative_quantity)) == ("0.5", "0.2")


def test_a_fill_that_was_asked_for_carries_no_state() -> None:
    fill = trade_report(RECORDED["fills"][2], SYMBOL)
    assert fill.client_order_id == ""
    assert fill.cumulative_quantity == 0
    assert fill.venue_order_id == RECORDED["placed_limit"]["id"]


def test_a_fill_takes_the_terms_of_a_known_order() -> None:
    order = {**RECORDED["found_partially_filled"], "status": "open"}
    fill = trade_report({**RECORDED["fills"][2], "info": {}}, SYMBOL, order)
    assert (fill.type, fill.limit_price) == (OrderType.LIMIT, Decimal("98.1"))
    assert fill.status is VenueOrderStatus.PARTIALLY_FILLED
    assert fill.client_order_id == "o-1"


def test_streamed_orders_are_what_happened() -> None:
    reports = [order_report(order, SYMBOL) for order in RECORDED["streamed_orders"]]
    of = {(each.client_order_id, each.exec_type): each for each in reports}
    assert of["o-2", ExecType.NEW].type is OrderType.STOP_LIMIT
    assert of["o-5", ExecType.EXPIRED].status is VenueOrderStatus.EXPIRED
    # The venue's document names the cancellation where the order's id stands elsewhere.
    assert of["o-1", ExecType.CANCELED].cumulative_quantity == Decimal("0.2")


def test_an_answer_to_a_cancellation_keeps_the_orders_own_id() -> None:
    answer = RECORDED["canceled"]
    assert answer["clientOrderId"] != "o-1"
    report = order_report(answer, SYMBOL, client_order_id="o-1")
    assert (report.client_order_id, report.exec_type) == ("o-1", ExecType.CANCELED)
    assert report.cumulative_quantity == Decimal("0.2")


def test_an_order_that_was_found_is_its_state() -> None:
    order = RECORDED["found_partially_filled"]
    report = order_report(order, SYMBOL, ExecType.ORDER_STATUS)
    assert report.exec_type is ExecType.ORDER_STATUS
    assert report.status is VenueOrderStatus.PARTIALLY_FILLED


@pytest.mark.parametrize(
    ("status", "filled", "expected"),
    [
        ("open", "0", VenueOrderStatus.NEW),
        ("open", "0.1", VenueOrderStatus.PARTIALLY_FILLED),
        ("closed", "1", VenueOrderStatus.FILLED),
        ("canceled", "0", VenueOrderStatus.CANCELED),
        ("canceling", "0", VenueOrderStatus.PENDING_CANCEL),
        ("expired", "0", VenueOrderStatus.EXPIRED),
        ("rejected", "0", VenueOrderStatus.REJECTED),
    ],
)
def test_ccxts_words_for_states(status: str, filled: str, expected: VenueOrderStatus) -> None:
    order = changed(info={}, status=status, filled=filled)
    assert order_report(order, SYMBOL).status is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"info": {}, "status": "frozen"},
        {"side": None},
        {"id": None},
        {"amount": "many"},
        {"filled": 0.1},  # a float: exact no more
        {"lastUpdateTimestamp": None, "timestamp": None},
    ],
)
def test_an_answer_that_cannot_be_read_is_no_guess(changes: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        order_report(changed(**changes), SYMBOL)


def test_ids_and_amounts_are_exact() -> None:
    order = changed(amount="0.10000000000000000001", filled="100000")
    report = order_report(order, SYMBOL)
    assert str(report.quantity) == "0.10000000000000000001"
    assert str(report.cumulative_quantity) == "100000"


def test_an_order_becomes_ccxts_arguments() -> None:
    order = NewOrder(
        "o-1",
        SYMBOL,
        Side.SELL,
        OrderType.STOP_LIMIT,
        Decimal("1E-7"),
        limit_price=Decimal("98.10"),
        stop_price=Decimal(99),
        duration=Duration.FOK,
        reduce_only=True,
    )
    arguments = order_arguments(order, is_spot=True)
    assert (arguments.type, arguments.side) == ("limit", "sell")
    assert (arguments.amount, arguments.price) == ("0.0000001", "98.10")
    assert arguments.params == {"clientOrderId": "o-1", "timeInForce": "FOK", "stopPrice": "99"}
    assert order_arguments(order, is_spot=False).params["reduceOnly"] is True
    market = NewOrder("o-2", SYMBOL, Side.BUY, OrderType.MARKET, Decimal(1))
    assert order_arguments(market, is_spot=True).params == {"clientOrderId": "o-2"}


def test_a_replacement_is_what_is_left_of_the_new_quantity() -> None:
    order = replace(
        order_report(RECORDED["found_partially_filled"], SYMBOL), cumulative_quantity=Decimal("0.2")
    )
    change = ReplaceOrder(
        OrderRef(SYMBOL, "o-1"), "o-9", Decimal(2), Decimal(97), filled_quantity=Decimal("0.5")
    )
    new = replacement(order, change, filled_before=Decimal("0.3"))
    assert (new.client_order_id, new.quantity) == ("o-9", Decimal("1.5"))
    assert (new.type, new.side, new.limit_price) == (OrderType.LIMIT, Side.BUY, Decimal(97))


def test_balances_are_what_is_held() -> None:
    held = {each.currency: each for each in balances(RECORDED["balance"])}
    assert held["BNB"].total == 10
    assert held["USDT"].available < held["USDT"].total  # working orders reserve the rest
    positions = spot_positions(list(held.values()), {"ETHUSDT": "ETH", "SOLUSDT": "SOL"})
    assert [(each.symbol, each.quantity) for each in positions] == [
        ("ETHUSDT", Decimal(10)),
        ("SOLUSDT", Decimal(0)),
    ]
    assert balances({"total": {"X": "0.00", "Y": None}}) == []
    assert balances({"total": {"X": "1"}, "free": {}}) == [
        VenueBalance("X", Decimal(1), Decimal(0))
    ]


def test_contracts_are_positions() -> None:
    rows = [
        {"symbol": "BTC/USDT:USDT", "contracts": "2", "side": "short", "entryPrice": "100.5"},
        {"symbol": "ETH/USDT:USDT", "contracts": "0", "side": "long"},
        {"symbol": "XRP/USDT:USDT", "contracts": "1", "side": "long"},
    ]
    names = {"BTC/USDT:USDT": "BTCUSDT.P", "ETH/USDT:USDT": "ETHUSDT.P"}
    assert contract_positions(rows, names) == [
        VenuePosition("BTCUSDT.P", Decimal(-2), Decimal("100.5"))
    ]


def changed(**changes: Any) -> dict[str, Any]:
    """Return a recorded order with other values."""
    return {**RECORDED["placed_limit"], **changes}
