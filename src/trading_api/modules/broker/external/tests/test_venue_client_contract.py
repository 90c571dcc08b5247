"""What every VenueClient does: one set of tests for the venue in memory, ccxt and Alpaca."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from tests.kit.venue_harness import VenueHarness, venue_harness
from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    ReplaceOrder,
    VenueLink,
    VenueNotReached,
    VenueOrderStatus,
    VenueRejected,
    VenueTimeout,
)

_numbers = count(1)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=["fake", "ccxt", "alpaca"])
async def venue_of_module(
    anyio_backend: str, request: pytest.FixtureRequest
) -> AsyncIterator[VenueHarness]:
    async with venue_harness(request.param) as harness:
        yield harness


@pytest.fixture
async def venue(venue_of_module: VenueHarness) -> AsyncIterator[VenueHarness]:
    """A connected client. No order works before or after a test."""
    venue = venue_of_module
    await venue.sink.until(lambda: venue.sink.link is VenueLink.CONNECTED)
    venue.sink.reports.clear()
    yield venue
    for order in await venue.client.open_orders():
        await venue.client.cancel(ref(order))


def order(venue: VenueHarness, quantity: str = "2", **values: Any) -> NewOrder:
    """Return an order that rests, with an id of its own."""
    fields: dict[str, Any] = {"limit_price": venue.price, "duration": Duration.GTC} | values
    id, type = f"contract-{next(_numbers)}", OrderType.LIMIT
    return NewOrder(id, venue.symbol, Side.BUY, type, Decimal(quantity), **fields)


def ref(report: ExecutionReport) -> OrderRef:
    return OrderRef(report.symbol, report.client_order_id, report.venue_order_id)


def fills(venue: VenueHarness, client_order_id: str) -> dict[str, ExecutionReport]:
    """Return the reported fills of an order by their ids."""
    return {
        report.execution_id: report
        for report in venue.sink.reports
        if report.exec_type is ExecType.TRADE and report.client_order_id == client_order_id
    }


async def test_a_placed_order_has_both_ids_and_is_found_by_ours(venue: VenueHarness) -> None:
    new = order(venue)
    report = await venue.client.place(new)
    assert report.exec_type in (ExecType.NEW, ExecType.PENDING_NEW)
    assert report.client_order_id == new.client_order_id
    assert report.venue_order_id
    found = await venue.client.find_order(OrderRef(venue.symbol, new.client_order_id))
    assert found is not None
    assert (found.exec_type, found.venue_order_id) == (ExecType.ORDER_STATUS, report.venue_order_id)
    assert (found.side, found.type) == (Side.BUY, OrderType.LIMIT)
    assert (found.quantity, found.limit_price) == (Decimal(2), venue.price)
    assert found.cumulative_quantity == 0
    listed = {each.client_order_id for each in await venue.client.open_orders()}
    assert listed == {new.client_order_id}


async def test_an_order_that_the_venue_has_never_seen_is_none(venue: VenueHarness) -> None:
    assert await venue.client.find_order(OrderRef(venue.symbol, "never-seen")) is None


async def test_each_fill_has_one_id_wherever_it_is_reported(venue: VenueHarness) -> None:
    since_ms = (await venue.client.account()).time_ms - 60_000
    new = order(venue)
    placed = await venue.client.place(new)
    for quantity in ("0.5", "1.5"):
        venue.fill(new.client_order_id, quantity)
    await venue.sink.until(lambda: len(fills(venue, new.client_order_id)) == 2)
    reported = fills(venue, new.client_order_id)
    assert [each.last_quantity for each in reported.values()] == [Decimal("0.5"), Decimal("1.5")]
    assert {each.last_price for each in reported.values()} == {venue.price}
    last = list(reported.values())[-1]
    assert (last.status, last.cumulative_quantity) == (VenueOrderStatus.FILLED, Decimal(2))
    asked = [
        each
        for each in await venue.client.fills_since([venue.symbol], since_ms)
        if each.venue_order_id == placed.venue_order_id
    ]
    assert {each.execution_id for each in asked} == set(reported)
    assert sum(each.last_quantity for each in asked) == 2
    assert await venue.client.open_orders() == []


async def test_a_canceled_order_is_reported_and_works_no_more(venue: VenueHarness) -> None:
    placed = await venue.client.place(order(venue))
    answer = await venue.client.cancel(ref(placed))
    assert answer.exec_type in (ExecType.CANCELED, ExecType.PENDING_CANCEL)
    canceled = await venue.sink.report(placed.client_order_id, ExecType.CANCELED)
    assert canceled.status is VenueOrderStatus.CANCELED
    assert await venue.client.open_orders() == []
    with pytest.raises(VenueRejected) as caught:
        await venue.client.cancel(ref(placed))
    assert caught.value.code == "order_not_working"


async def test_an_unknown_order_cannot_be_canceled(venue: VenueHarness) -> None:
    with pytest.raises(VenueRejected) as caught:
        await venue.client.cancel(OrderRef(venue.symbol, "never-seen"))
    assert caught.value.code == "order_not_working"


async def test_a_replaced_order_works_at_the_new_terms(venue: VenueHarness) -> None:
    placed = await venue.client.place(order(venue))
    new_id, price = f"contract-{next(_numbers)}", venue.price - 1
    answer = await venue.client.replace(ReplaceOrder(ref(placed), new_id, Decimal(3), price))
    assert answer.exec_type in (ExecType.REPLACED, ExecType.PENDING_REPLACE)
    await venue.sink.report(new_id, ExecType.REPLACED)
    found = await venue.client.find_order(OrderRef(venue.symbol, new_id))
    assert found is not None
    assert (found.quantity, found.limit_price) == (Decimal(3), price)
    assert found.status is VenueOrderStatus.NEW
    listed = [each.client_order_id for each in await venue.client.open_orders()]
    assert listed == [new_id]


async def test_a_lost_answer_is_unknown_until_the_venue_is_asked(venue: VenueHarness) -> None:
    new = order(venue)
    venue.lose_next_answer()
    with pytest.raises(VenueTimeout):
        await venue.client.place(new)
    found = await venue.client.find_order(OrderRef(venue.symbol, new.client_order_id))
    assert found is not None
    listed = [each.client_order_id for each in await venue.client.open_orders()]
    assert listed == [new.client_order_id]


async def test_nothing_is_sent_while_the_link_is_down(venue: VenueHarness) -> None:
    await venue.disconnect()
    await venue.sink.until(lambda: venue.sink.link is VenueLink.DISCONNECTED)
    assert venue.sink.links[-1][1]  # a reason
    new = order(venue)
    with pytest.raises(VenueNotReached):
        await venue.client.place(new)
    await venue.reconnect()
    await venue.sink.until(lambda: venue.sink.link is VenueLink.CONNECTED)
    assert await venue.client.find_order(OrderRef(venue.symbol, new.client_order_id)) is None


async def test_holdings_are_exact(venue: VenueHarness) -> None:
    new = order(venue)
    before = await venue.client.account()
    placed = await venue.client.place(new)
    venue.fill(new.client_order_id, "2")
    await venue.sink.until(lambda: bool(fills(venue, placed.client_order_id)))
    fill = next(iter(fills(venue, placed.client_order_id).values()))
    after = await venue.client.account()
    change = _quantity(after.positions, venue.symbol) - _quantity(before.positions, venue.symbol)
    is_paid_in_asset = fill.commission_currency and venue.symbol.startswith(
        fill.commission_currency
    )
    assert change == 2 - (fill.commission if is_paid_in_asset else 0)
    assert isinstance(change, Decimal)


def _quantity(positions: Any, symbol: str) -> Decimal:
    return next((each.quantity for each in positions if each.symbol == symbol), Decimal(0))
