"""The client of Alpaca against the simulator: orders, their changes, and the account."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.kit.alpaca.running_client import ConnectedAlpaca
from trading_api.domain.orders import Duration, OrderType, Side
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

HUNDRED = Decimal(100)
_numbers = count(1)


def order(quantity: Decimal | int | str = 10, **changed: Any) -> NewOrder:
    """Return a limit order with an id of its own."""
    fields: dict[str, Any] = {
        "client_order_id": f"ours-{next(_numbers)}",
        "symbol": "AAPL",
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "quantity": Decimal(quantity),
        "limit_price": HUNDRED,
    }
    return NewOrder(**(fields | changed))


def ref(report: ExecutionReport) -> OrderRef:
    return OrderRef(report.symbol, report.client_order_id, report.venue_order_id)


def change(
    report: ExecutionReport, quantity: int, price: int = 101, filled: int = 0, before: int = 0
) -> ReplaceOrder:
    return ReplaceOrder(
        ref(report),
        f"ours-{next(_numbers)}",
        Decimal(quantity),
        limit_price=Decimal(price),
        filled_quantity=Decimal(filled),
        filled_before=Decimal(before),
    )


async def rejected(request: Any) -> VenueRejected:
    with pytest.raises(VenueRejected) as caught:
        await request
    return caught.value


async def test_an_order_is_placed_and_filled_in_parts(alpaca: ConnectedAlpaca) -> None:
    new = order("10")
    answer = await alpaca.client.place(new)
    assert (answer.exec_type, answer.client_order_id) == (ExecType.NEW, new.client_order_id)
    assert (answer.quantity, answer.limit_price) == (Decimal(10), HUNDRED)
    placed = alpaca.order(new.client_order_id)
    assert answer.venue_order_id == placed.id
    for quantity, price in (("3", "99.5"), ("7", "99.75")):
        alpaca.server.account.fill(placed, quantity, price)
    await alpaca.sink.until(lambda: len(trades(alpaca, new)) == 2)
    first, last = trades(alpaca, new)
    assert (first.status, last.status) == (
        VenueOrderStatus.PARTIALLY_FILLED,
        VenueOrderStatus.FILLED,
    )
    assert (first.last_quantity, first.last_price) == (Decimal(3), Decimal("99.5"))
    assert (last.last_quantity, last.cumulative_quantity) == (Decimal(7), Decimal(10))
    assert first.execution_id != last.execution_id


def trades(alpaca: ConnectedAlpaca, new: NewOrder) -> list[ExecutionReport]:
    return [
        report
        for report in alpaca.sink.reports
        if report.client_order_id == new.client_order_id and report.exec_type is ExecType.TRADE
    ]


async def test_numbers_cross_as_they_are(alpaca: ConnectedAlpaca) -> None:
    new = order("0.123456789", duration=Duration.DAY, limit_price=Decimal("190.07"))
    answer = await alpaca.client.place(new)
    assert alpaca.server.bodies[-1]["qty"] == "0.123456789"
    assert (answer.quantity, answer.limit_price) == (new.quantity, new.limit_price)


async def test_an_order_outside_the_hours_of_the_market_waits(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    account.is_open = False
    new = order(type=OrderType.MARKET, limit_price=None, duration=Duration.DAY)
    answer = await alpaca.client.place(new)
    placed = alpaca.order(new.client_order_id)
    assert placed.status == "accepted"
    assert (answer.exec_type, answer.status) == (ExecType.NEW, VenueOrderStatus.NEW)
    assert answer.cumulative_quantity == 0
    assert (await rejected(alpaca.client.replace(change(answer, 5)))).code == (
        "order_not_replaceable"
    )
    account.open_market()
    report = await alpaca.sink.report(new.client_order_id, ExecType.NEW)
    assert report.status is VenueOrderStatus.NEW
    assert not trades(alpaca, new)


async def test_a_pending_order_is_new_when_the_exchange_accepts_it(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    account.accepts_orders = False
    new = order()
    answer = await alpaca.client.place(new)
    account.accepts_orders = True
    assert (answer.exec_type, answer.status) == (
        ExecType.PENDING_NEW,
        VenueOrderStatus.PENDING_NEW,
    )
    account.accept(alpaca.order(new.client_order_id))
    assert (await alpaca.sink.report(new.client_order_id, ExecType.NEW)).quantity == 10


async def test_an_order_ends_by_the_exchange(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    for end, exec_type in ((account.reject, ExecType.REJECTED), (account.expire, ExecType.EXPIRED)):
        new = order()
        await alpaca.client.place(new)
        end(alpaca.order(new.client_order_id))
        report = await alpaca.sink.report(new.client_order_id, exec_type)
        assert report.status.is_terminal


async def test_a_repeated_request_is_the_same_order(alpaca: ConnectedAlpaca) -> None:
    new = order()
    first, again = await alpaca.client.place(new), await alpaca.client.place(new)
    assert again.venue_order_id == first.venue_order_id
    assert (again.quantity, again.status) == (Decimal(10), VenueOrderStatus.NEW)
    other = await rejected(
        alpaca.client.place(order(client_order_id=new.client_order_id, symbol="MSFT"))
    )
    assert other.code == "client_order_id_not_unique"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (order(100_000), "insufficient_buying_power"),
        (order(symbol="BRK.A", side=Side.SELL), "insufficient_quantity"),
        (order("1.5", duration=Duration.GTC), "quantity_not_whole"),
        (order(duration=Duration.GTD), "not_supported_by_venue"),
        (order(symbol="XXXX"), "venue_rejected"),
    ],
)
async def test_a_rejection_has_a_code(alpaca: ConnectedAlpaca, new: NewOrder, code: str) -> None:
    rejection = await rejected(alpaca.client.place(new))
    assert rejection.code == code
    assert rejection.text
    assert await alpaca.client.find_order(OrderRef(new.symbol, new.client_order_id)) is None


async def test_an_order_is_canceled(alpaca: ConnectedAlpaca) -> None:
    new = order()
    answer = await alpaca.client.place(new)
    pending = await alpaca.client.cancel(ref(answer))
    assert (pending.exec_type, pending.status) == (
        ExecType.PENDING_CANCEL,
        VenueOrderStatus.PENDING_CANCEL,
    )
    canceled = await alpaca.sink.report(new.client_order_id, ExecType.CANCELED)
    assert canceled.status is VenueOrderStatus.CANCELED
    for _ in range(2):  # with the state known, and asked for
        assert (await rejected(alpaca.client.cancel(ref(answer)))).code == "order_not_working"


async def test_an_order_without_its_venue_id_is_canceled(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    await alpaca.client.cancel(OrderRef("AAPL", new.client_order_id))
    await alpaca.sink.report(new.client_order_id, ExecType.CANCELED)
    unknown = await rejected(alpaca.client.cancel(OrderRef("AAPL", "never-sent")))
    assert unknown.code == "order_not_working"


async def test_a_refused_cancellation_leaves_the_order(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    account.confirms = False
    new = order()
    answer = await alpaca.client.place(new)
    await alpaca.client.cancel(ref(answer))
    account.confirms = True
    await alpaca.sink.report(new.client_order_id, ExecType.PENDING_CANCEL)
    again = await alpaca.client.cancel(ref(answer))
    assert again.exec_type is ExecType.PENDING_CANCEL
    assert alpaca.requests("DELETE", "/v2/orders") == 1
    account.reject_cancel(alpaca.order(new.client_order_id))
    report = await alpaca.sink.report(new.client_order_id, ExecType.ORDER_STATUS)
    assert (report.code, report.status) == ("cancel_rejected", VenueOrderStatus.NEW)


async def test_a_replacement_is_a_new_order_for_what_remains(alpaca: ConnectedAlpaca) -> None:
    new = order(10)
    answer = await alpaca.client.place(new)
    alpaca.server.account.fill(alpaca.order(new.client_order_id), 3, 99)
    replacement = change(answer, 15, filled=3)
    pending = await alpaca.client.replace(replacement)
    assert (pending.exec_type, pending.status) == (
        ExecType.PENDING_REPLACE,
        VenueOrderStatus.PENDING_REPLACE,
    )
    replaced = await alpaca.sink.report(replacement.new_client_order_id, ExecType.REPLACED)
    assert replaced.replaces == new.client_order_id
    assert replaced.venue_order_id == pending.venue_order_id != answer.venue_order_id
    assert (replaced.quantity, replaced.cumulative_quantity) == (Decimal(12), Decimal(0))
    second = alpaca.order(replacement.new_client_order_id)
    assert second.quantity == 12, "what remains"

    again = change(replaced, 15, price=102, filled=3)
    await alpaca.client.replace(again)
    await alpaca.sink.report(again.new_client_order_id, ExecType.REPLACED)
    alpaca.server.account.fill(alpaca.order(again.new_client_order_id), 12, 100)
    fill = await alpaca.sink.report(again.new_client_order_id, ExecType.TRADE)
    assert (fill.status, fill.cumulative_quantity) == (VenueOrderStatus.FILLED, Decimal(12))
    found = await alpaca.client.find_order(ref(answer))
    assert found is not None, "the old id leads to what the order is now"
    assert found.client_order_id == again.new_client_order_id


async def test_what_filled_meanwhile_is_not_bought_again(alpaca: ConnectedAlpaca) -> None:
    new = order(10)
    answer = await alpaca.client.place(new)
    alpaca.server.account.fill(alpaca.order(new.client_order_id), 4, 99)
    first = change(answer, 10, filled=4)
    await alpaca.client.replace(first)
    replaced = await alpaca.sink.report(first.new_client_order_id, ExecType.REPLACED)
    alpaca.server.account.fill(alpaca.order(first.new_client_order_id), 2, 99)
    # The caller knows of one of the two.
    second = change(replaced, 12, filled=5, before=4)
    await alpaca.client.replace(second)
    await alpaca.sink.report(second.new_client_order_id, ExecType.REPLACED)
    assert alpaca.order(second.new_client_order_id).quantity == 6


async def test_what_filled_before_an_order_was_adopted_does_not_count(
    alpaca: ConnectedAlpaca,
) -> None:
    new = order(8)
    answer = await alpaca.client.place(new)
    alpaca.server.account.fill(alpaca.order(new.client_order_id), 3, 99)
    replacement = change(answer, 5, filled=0, before=-3)  # the account knows of 5, all open
    await alpaca.client.replace(replacement)
    await alpaca.sink.report(replacement.new_client_order_id, ExecType.REPLACED)
    assert alpaca.order(replacement.new_client_order_id).quantity == 5


async def test_a_refused_replacement_leaves_the_order(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    account.confirms = False
    new = order()
    answer = await alpaca.client.place(new)
    replacement = change(answer, 5)
    await alpaca.client.replace(replacement)
    account.confirms = True
    account.reject_replace(alpaca.order(replacement.new_client_order_id))
    refused = await alpaca.sink.report(replacement.new_client_order_id, ExecType.REJECTED)
    assert refused.replaces == new.client_order_id
    report = await alpaca.sink.report(new.client_order_id, ExecType.ORDER_STATUS)
    assert (report.code, report.status) == ("replace_rejected", VenueOrderStatus.NEW)
    found = await alpaca.client.find_order(ref(answer))
    assert found is not None
    assert found.client_order_id == new.client_order_id


async def test_a_refusal_of_the_replacement_alone_is_reported_of_both(
    alpaca: ConnectedAlpaca,
) -> None:
    account = alpaca.server.account
    account.confirms = False
    new = order()
    replacement = change(await alpaca.client.place(new), 5)
    await alpaca.client.replace(replacement)
    account.confirms = True
    account.report(alpaca.order(new.client_order_id), "order_replace_rejected", "new")
    refused = await alpaca.sink.report(replacement.new_client_order_id, ExecType.REJECTED)
    assert (refused.code, refused.replaces) == ("replace_rejected", new.client_order_id)


async def test_the_exits_of_a_bracket_are_orders_of_alpaca(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    new = order(take_profit=Decimal(120), stop_loss=Decimal(90))
    await alpaca.client.place(new)
    text = f"bracket of {new.client_order_id}"
    await alpaca.sink.until(lambda: len(exits(alpaca, text)) == 2)
    assert {report.type for report in exits(alpaca, text)} == {OrderType.LIMIT, OrderType.STOP}
    account.fill(alpaca.order(new.client_order_id), 10, 100)
    take_profit, stop_loss = alpaca.order(new.client_order_id).legs
    account.fill(take_profit, 10, 120)
    canceled = await alpaca.sink.report(stop_loss.client_order_id, ExecType.CANCELED)
    assert (canceled.side, canceled.text) == (Side.SELL, text)
    assert stop_loss.id not in {each.venue_order_id for each in await alpaca.client.open_orders()}


def exits(alpaca: ConnectedAlpaca, text: str) -> list[ExecutionReport]:
    return [report for report in alpaca.sink.reports if report.text == text]


async def test_an_order_that_is_to_reduce_opens_no_position(alpaca: ConnectedAlpaca) -> None:
    fields = {"symbol": "MSFT", "type": OrderType.MARKET, "limit_price": None}
    sell = {**fields, "side": Side.SELL, "reduce_only": True}
    assert (await rejected(alpaca.client.place(order(5, **sell)))).code == "reduce_only"
    buy = order(5, **fields)
    await alpaca.client.place(buy)
    alpaca.server.account.fill(alpaca.order(buy.client_order_id), 5, 100)
    assert (await rejected(alpaca.client.place(order(6, **sell)))).code == "reduce_only"
    reducing = order(5, **sell)
    await alpaca.client.place(reducing)
    alpaca.server.account.fill(alpaca.order(reducing.client_order_id), 5, 100)


async def test_the_account_is_what_was_traded(alpaca: ConnectedAlpaca) -> None:
    before = await alpaca.client.account()
    new = order("0.5", symbol="BTCUSD", limit_price=Decimal(60_000))
    alpaca.server.account.assets["BTCUSD"] = alpaca.server.account.assets["BTC/USD"]
    await alpaca.client.place(new)
    alpaca.server.account.fill(alpaca.order(new.client_order_id), "0.5", 60_000)
    state = await alpaca.client.account()
    cash = before.balances[0].total - 30_000
    assert state.balances == [VenueBalance("USD", cash, alpaca.server.account.buying_power)]
    assert VenuePosition("BTCUSD", Decimal("0.5"), Decimal(60_000)) in state.positions
    assert state.time_ms >= before.time_ms


async def test_open_orders_are_those_that_can_fill(alpaca: ConnectedAlpaca) -> None:
    new, ended = order(), order()
    await alpaca.client.place(new)
    answer = await alpaca.client.place(ended)
    await alpaca.client.cancel(ref(answer))
    elsewhere = alpaca.server.account.submit(
        {"symbol": "MSFT", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    )
    reports = {each.client_order_id: each for each in await alpaca.client.open_orders()}
    assert {new.client_order_id, elsewhere.client_order_id} <= set(reports)
    assert ended.client_order_id not in reports
    assert all(each.exec_type is ExecType.ORDER_STATUS for each in reports.values())


async def test_open_orders_of_many_pages_are_all_returned(alpaca: ConnectedAlpaca) -> None:
    fields = {"symbol": "MSFT", "qty": "1", "side": "buy", "type": "limit", "limit_price": "0.01"}
    submitted = [
        alpaca.server.account.submit(fields | {"time_in_force": "day"}) for _ in range(1_100)
    ]
    reports = await alpaca.client.open_orders()
    assert {each.id for each in submitted} <= {each.venue_order_id for each in reports}
    assert len({each.venue_order_id for each in reports}) == len(reports)
    assert alpaca.requests("GET", "/v2/orders") == 3
    for each in submitted:
        alpaca.server.account.confirm_cancel(each)
    await alpaca.server.settle()


async def test_fills_of_many_pages_are_returned_in_order(alpaca: ConnectedAlpaca) -> None:
    account = alpaca.server.account
    account.cash += 1_000_000
    new = order(250, symbol="MSFT", limit_price=Decimal(1))
    await alpaca.client.place(new)
    for _ in range(250):
        account.fill(alpaca.order(new.client_order_id), 1, 1)
    await alpaca.sink.until(lambda: len(trades(alpaca, new)) == 250)
    streamed = trades(alpaca, new)
    since_ms = streamed[0].venue_time_ms
    fills = [
        each
        for each in await alpaca.client.fills_since({"MSFT"}, since_ms)
        if each.client_order_id == new.client_order_id
    ]
    assert [each.execution_id for each in fills] == [each.execution_id for each in streamed]
    assert [each.cumulative_quantity for each in fills] == list(range(1, 251))
    assert alpaca.requests("GET", "/v2/account/activities") == 3
    later = await alpaca.client.fills_since({"MSFT"}, streamed[-1].venue_time_ms + 1)
    assert later == []
    assert await alpaca.client.fills_since({"AAPL"}, since_ms) == []


async def test_the_rate_limit_is_known_from_the_answers(alpaca: ConnectedAlpaca) -> None:
    await alpaca.client.account()
    await asyncio.sleep(0)
    (limit,) = alpaca.client.rate_limits()
    assert (limit.name, limit.limit, limit.interval_s) == ("requests", 200, 60)
    assert 0 < limit.used <= 200
