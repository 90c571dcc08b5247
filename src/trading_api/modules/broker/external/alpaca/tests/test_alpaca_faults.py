"""Faults of Alpaca's REST API and of its stream: what is known, and what has to be asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.kit.alpaca.alpaca_faults import (
    Fault,
    error_answer,
    held_answer,
    held_request,
    lost_answer,
    lost_request,
    rate_limited,
)
from tests.kit.alpaca.running_client import ConnectedAlpaca
from trading_api.connectors.errors import ConnectorError
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.alpaca.alpaca_messages import NOT_REACHED, PlaceParams
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueLink,
    VenueNotReached,
    VenueTimeout,
)

ORDERS = "/v2/orders"
_numbers = count(1)


def order(**changed: Any) -> NewOrder:
    fields: dict[str, Any] = {
        "client_order_id": f"ours-{next(_numbers)}",
        "symbol": "AAPL",
        "side": Side.BUY,
        "type": OrderType.LIMIT,
        "quantity": Decimal(10),
        "limit_price": Decimal(100),
    }
    return NewOrder(**(fields | changed))


def ref(new: NewOrder) -> OrderRef:
    return OrderRef(new.symbol, new.client_order_id)


@pytest.mark.parametrize(
    "fault",
    [
        lost_answer("POST", ORDERS),
        held_answer("POST", ORDERS),
        error_answer("POST", ORDERS, 500, is_after=True),
        error_answer("POST", ORDERS, 504, is_after=True),
    ],
)
async def test_an_order_whose_answer_is_lost_is_found(
    alpaca: ConnectedAlpaca, fault: Fault
) -> None:
    alpaca.server.faults.add(fault)
    new = order()
    with pytest.raises(VenueTimeout):
        await alpaca.client.place(new)
    fault.release.set()
    found = await alpaca.client.find_order(ref(new))
    assert found is not None
    assert (found.exec_type, found.client_order_id) == (ExecType.ORDER_STATUS, new.client_order_id)
    assert alpaca.requests("POST", ORDERS) == 1, "it was not sent again"
    again = await alpaca.client.place(new)
    assert again.venue_order_id == found.venue_order_id, "sent again, it is the same order"


@pytest.mark.parametrize(
    "fault",
    [
        lost_request("POST", ORDERS),
        error_answer("POST", ORDERS, 502),
        error_answer("POST", ORDERS, 504),
    ],
)
async def test_an_order_that_is_lost_is_not_found(alpaca: ConnectedAlpaca, fault: Fault) -> None:
    alpaca.server.faults.add(fault)
    new = order()
    with pytest.raises(VenueTimeout):
        await alpaca.client.place(new)
    assert await alpaca.client.find_order(ref(new)) is None
    assert alpaca.requests("POST", ORDERS) == 1, "it was not sent again"


async def test_a_held_order_may_be_placed_after_the_time_out(alpaca: ConnectedAlpaca) -> None:
    fault = alpaca.server.faults.add(held_request("POST", ORDERS))
    new = order()
    with pytest.raises(VenueTimeout):
        await alpaca.client.place(new)
    assert await alpaca.client.find_order(ref(new)) is None, "not yet"
    fault.release.set()
    await alpaca.sink.report(new.client_order_id, ExecType.NEW)
    assert await alpaca.client.find_order(ref(new)) is not None


async def test_a_cancellation_whose_answer_is_lost_may_be_repeated(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    alpaca.server.faults.add(lost_request("DELETE", ORDERS))
    with pytest.raises(VenueTimeout):
        await alpaca.client.cancel(ref(new))
    await alpaca.client.cancel(ref(new))
    await alpaca.sink.report(new.client_order_id, ExecType.CANCELED)


async def test_a_replacement_whose_answer_is_lost_is_found(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    alpaca.server.faults.add(lost_answer("PATCH", ORDERS))
    change = ReplaceOrder(ref(new), f"{new.client_order_id}-2", Decimal(5), Decimal(101))
    with pytest.raises(VenueTimeout):
        await alpaca.client.replace(change)
    found = await alpaca.client.find_order(OrderRef("AAPL", change.new_client_order_id))
    assert found is not None
    assert (found.replaces, found.quantity) == (new.client_order_id, Decimal(5))
    replaced = await alpaca.sink.report(change.new_client_order_id, ExecType.REPLACED)
    assert replaced.venue_order_id == found.venue_order_id


async def test_an_order_is_sent_once_the_rate_limit_is_reset(alpaca: ConnectedAlpaca) -> None:
    alpaca.server.faults.add(rate_limited("POST", ORDERS, int(time.time())))
    new = order()
    with pytest.raises(VenueNotReached):
        await alpaca.client.place(new)
    answer: ExecutionReport | None = None
    while answer is None:
        with suppress(VenueNotReached):
            answer = await alpaca.client.place(new)
    assert answer.client_order_id == new.client_order_id
    assert alpaca.requests("POST", ORDERS) == 2, "what waits is not sent to find out"


async def test_an_order_that_is_there_already_is_in_doubt_if_it_cannot_be_read(
    alpaca: ConnectedAlpaca,
) -> None:
    new = order()
    first = await alpaca.client.place(new)
    alpaca.server.faults.add(rate_limited("GET", ORDERS, int(time.time())))
    with pytest.raises(VenueTimeout):
        await alpaca.client.place(new)
    found: ExecutionReport | None = None
    while found is None:
        with suppress(VenueNotReached):
            found = await alpaca.client.find_order(ref(new))
    assert found.venue_order_id == first.venue_order_id


async def test_what_could_not_be_prepared_was_not_sent(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    change = ReplaceOrder(ref(new), f"{new.client_order_id}-2", Decimal(5), Decimal(101))
    requests: list[Callable[[], Awaitable[ExecutionReport]]] = [
        lambda: alpaca.client.replace(change),
        lambda: alpaca.client.cancel(ref(new)),
        lambda: alpaca.client.place(order(reduce_only=True)),
    ]
    for request in requests:
        alpaca.server.faults.add(error_answer("GET", "/v2/", 500))
        with pytest.raises(VenueNotReached):
            await request()
    sent = [each for each in alpaca.server.requests if not each.startswith("GET")]
    assert sent == ["POST /v2/orders"]


async def test_a_fill_of_an_order_that_alpaca_has_no_more_is_reported(
    alpaca: ConnectedAlpaca,
) -> None:
    account = alpaca.server.account
    alpaca.server.stream.hold()
    fields = {"symbol": "MSFT", "qty": "1", "side": "buy", "type": "market"}
    elsewhere = account.submit(fields | {"time_in_force": "day"})
    fill = account.fill(elsewhere, 1, 50)
    await alpaca.server.settle()
    alpaca.server.stream.lose()
    del account.orders[elsewhere.id]
    (report,) = await alpaca.client.fills_since({"MSFT"}, fill.time_ns // 1_000_000)
    assert (report.client_order_id, report.venue_order_id) == ("", elsewhere.id)
    assert (report.side, report.last_quantity) == (Side.BUY, Decimal(1))


async def test_a_request_that_waited_too_long_is_not_sent(alpaca: ConnectedAlpaca) -> None:
    params = PlaceParams(order(), time.monotonic() - 1)
    with pytest.raises(ConnectorError) as error:
        await alpaca.client._process.request("place", params, ExecutionReport, 10)
    assert error.value.code == NOT_REACHED
    assert not alpaca.server.requests


async def test_an_order_behind_slow_requests_is_not_sent_late(alpaca: ConnectedAlpaca) -> None:
    fault = alpaca.server.faults.add(Fault("GET", "/v2/clock", holds=True, times=12))
    slow = [asyncio.create_task(alpaca.client.account()) for _ in range(12)]
    await fault.reached.wait()
    # Four requests at a time take a second each until they time out: three seconds in all.
    with pytest.raises(VenueNotReached, match="too long"):
        await alpaca.client.place(order())
    answers = await asyncio.gather(*slow, return_exceptions=True)
    assert all(isinstance(each, VenueTimeout) for each in answers)
    assert alpaca.requests("POST", ORDERS) == 0
    fault.release.set()


async def test_an_answer_that_is_not_understood_leaves_doubt(alpaca: ConnectedAlpaca) -> None:
    fault = Fault("POST", ORDERS, is_after=True, status=200, document={"id": 7})
    alpaca.server.faults.add(fault)
    with pytest.raises(VenueTimeout):
        await alpaca.client.place(order())


async def test_updates_that_come_twice_are_reported_twice(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    alpaca.server.stream.copies = 2
    alpaca.server.account.fill(alpaca.order(new.client_order_id), 10, 100)
    await alpaca.server.settle()
    alpaca.server.stream.copies = 1
    await alpaca.sink.until(lambda: len(trades(alpaca, new)) == 2)
    first, second = trades(alpaca, new)
    assert first == second, "the same execution id names the same fill"


def trades(alpaca: ConnectedAlpaca, new: NewOrder) -> list[ExecutionReport]:
    return [
        report
        for report in alpaca.sink.reports
        if report.client_order_id == new.client_order_id and report.exec_type is ExecType.TRADE
    ]


async def test_updates_out_of_order_have_their_own_numbers(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    alpaca.server.stream.hold()
    for quantity in (1, 2, 7):
        alpaca.server.account.fill(alpaca.order(new.client_order_id), quantity, 100)
    await alpaca.server.settle()
    await alpaca.server.stream.release(is_reversed=True)
    await alpaca.sink.until(lambda: len(trades(alpaca, new)) == 3)
    assert [each.cumulative_quantity for each in trades(alpaca, new)] == [10, 3, 1]
    assert [each.last_quantity for each in trades(alpaca, new)] == [7, 2, 1]


async def test_fills_without_the_stream_are_asked_for(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    alpaca.server.stream.refused_with = 503
    alpaca.server.stream.drop()
    await alpaca.sink.until(lambda: alpaca.sink.link is VenueLink.DISCONNECTED)
    placed = alpaca.order(new.client_order_id)
    fills = [alpaca.server.account.fill(placed, quantity, 100) for quantity in (4, 6)]
    await alpaca.server.settle()
    alpaca.server.stream.refused_with = 0
    await alpaca.connected()
    assert not trades(alpaca, new)
    since_ms = fills[0].time_ns // 1_000_000
    missed = await alpaca.client.fills_since({"AAPL"}, since_ms)
    assert [each.last_quantity for each in missed] == [4, 6]
    assert {each.client_order_id for each in missed} == {new.client_order_id}


async def test_an_event_that_is_not_understood_is_a_gap(alpaca: ConnectedAlpaca) -> None:
    await alpaca.server.stream.send({"event": "new", "order": {"id": "x"}})
    await alpaca.sink.until(lambda: VenueLink.DISCONNECTED in [link for link, _ in alpaca.links()])
    await alpaca.connected()
    assert "not understood" in alpaca.links()[1][1]


async def test_an_event_of_an_option_strategy_is_passed_over(alpaca: ConnectedAlpaca) -> None:
    new = order()
    await alpaca.client.place(new)
    legs = alpaca.order(new.client_order_id).document()
    strategy = legs | {"id": "strategy", "symbol": "", "side": None, "order_class": "mleg"}
    await alpaca.server.stream.send({"event": "fill", "order": strategy, "price": "1", "qty": "1"})
    alpaca.server.account.fill(alpaca.order(new.client_order_id), 10, 100)
    await alpaca.sink.report(new.client_order_id, ExecType.TRADE)
    assert "strategy" not in {each.venue_order_id for each in alpaca.sink.reports}
    assert alpaca.sink.link is VenueLink.CONNECTED


async def test_an_event_whose_orders_cannot_be_read_is_a_gap(alpaca: ConnectedAlpaca) -> None:
    new = order()
    answer = await alpaca.client.place(new)
    await alpaca.sink.report(new.client_order_id, ExecType.NEW)
    # The replacement is asked for elsewhere, so that reading it is up to the event.
    alpaca.server.faults.add(error_answer("GET", ORDERS, 500))
    second = alpaca.server.account.replace(answer.venue_order_id, {"limit_price": "101"})
    await alpaca.sink.until(lambda: VenueLink.DISCONNECTED in [link for link, _ in alpaca.links()])
    await alpaca.connected()
    found = await alpaca.client.find_order(ref(new))
    assert found is not None
    assert (found.venue_order_id, found.replaces) == (second.id, new.client_order_id)
