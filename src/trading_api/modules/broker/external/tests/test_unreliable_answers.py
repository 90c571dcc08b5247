"""A venue whose answers are incomplete, late or nonsense: nothing is concluded from one of them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.kit.fake_venue import FakeOrder, Fault
from tests.kit.live_setup import limit_order, live_setup, order
from trading_api.domain.broker_commands import CancelOrderCommand, SetKillSwitchCommand
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.external.order_resolution import CONTACT_S, DELAYS_S
from trading_api.modules.broker.external.reconciliation import INTERVAL_S, WAITING_MAX
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    NewOrder,
    OrderRef,
    VenueAccount,
    VenueOrderStatus,
)


async def test_a_working_order_does_not_end_because_the_venue_once_does_not_find_it() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        hidden, live.venue.orders = live.venue.orders, []
        await live.clock.advance(INTERVAL_S)
        live.venue.orders = hidden
        await live.clock.advance(INTERVAL_S + 2)
        (working,) = live.live()
        assert (working.id, working.status) == (placed, OrderStatus.WORKING)
        assert "order_adopted" not in live.codes()


async def test_a_working_order_ends_when_the_venue_never_finds_it_again() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        live.venue.orders.clear()
        await live.clock.advance((WAITING_MAX + 1) * INTERVAL_S + 2)
        ended = await live.find(placed)
        assert ended.status is OrderStatus.CANCELED
        assert "does not know it any more" in ended.message


async def test_an_order_in_doubt_that_filled_without_listed_fills_does_not_place_for_ever() -> None:
    async with live_setup() as live:
        live.client.alter = lambda _: []
        live.client.faults.append(Fault.ANSWER_LOST)
        placed = (await live.submit(order())).order_id
        live.venue.fills.clear()
        await live.clock.advance((WAITING_MAX + 1) * INTERVAL_S)
        assert (await live.find(placed)).status is OrderStatus.CANCELED
        assert live.position() == 10, "adjusted to what the venue holds"


async def test_an_order_that_the_venue_has_numbered_is_not_rejected_as_never_received(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with live_setup() as live:
        live.client.alter = lambda _: []
        place_at_venue, hidden = live.venue.place, list[FakeOrder]()

        def receive(order: NewOrder) -> ExecutionReport:
            report = place_at_venue(order)
            hidden.extend(live.venue.orders)
            live.venue.orders.clear()
            return pending(report)

        live.venue.place = receive  # type: ignore[method-assign]
        placed = (await live.submit(limit_order())).order_id
        await live.clock.advance(4 * CONTACT_S)
        assert [(each.id, each.status) for each in live.live()] == [(placed, OrderStatus.PLACING)]
        denials = [each for each in caplog.records if each.message == "received_order_not_found"]
        assert len(denials) == 1
        live.venue.orders = hidden
        await live.clock.advance(DELAYS_S[1])
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]


async def test_an_order_that_the_venue_has_received_and_not_accepted_is_canceled() -> None:
    async with live_setup() as live:
        live.client.alter = lambda _: []
        place_at_venue, state_of = live.venue.place, live.venue.state_of

        def receive(order: NewOrder) -> ExecutionReport:
            return pending(place_at_venue(order))

        live.venue.place = receive  # type: ignore[method-assign]
        live.venue.state_of = (  # type: ignore[method-assign]
            lambda order: pending(state_of(order)) if order.is_open else state_of(order)
        )
        placed = (await live.submit(limit_order())).order_id
        await live.clock.advance(2 * CONTACT_S)
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]
        live.client.faults.append(Fault.LOST)
        await live.submit(SetKillSwitchCommand(is_on=True))
        await live.clock.advance(3 * DELAYS_S[1])
        assert not live.venue.orders[0].is_open
        assert (await live.find(placed)).status is OrderStatus.CANCELED


async def test_nonsense_in_a_comparison_does_not_end_the_broker() -> None:
    async with live_setup() as live:
        account, live.client.account = live.client.account, nonsense  # type: ignore[method-assign]
        await live.clock.advance(2 * INTERVAL_S)
        live.client.account = account  # type: ignore[method-assign]
        await live.clock.advance(INTERVAL_S)
        await live.submit(order())
        assert live.position() == 10


async def test_nonsense_about_an_order_in_doubt_is_asked_for_with_pauses() -> None:
    async with live_setup() as live:
        asked: list[OrderRef] = []

        async def find_order(ref: OrderRef) -> ExecutionReport:
            asked.append(ref)
            raise ValueError("nonsense")

        find, live.client.find_order = live.client.find_order, find_order  # type: ignore[method-assign,assignment]
        live.client.alter = lambda _: []
        live.client.faults.append(Fault.ANSWER_LOST)
        await live.submit(limit_order())
        await live.clock.advance(20)
        assert 3 <= len(asked) <= 12
        live.client.find_order = find  # type: ignore[method-assign]
        await live.clock.advance(6)
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]


async def test_nonsense_about_a_cancellation_is_asked_for_with_pauses() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        sent: list[OrderRef] = []

        async def cancel(ref: OrderRef) -> ExecutionReport:
            sent.append(ref)
            raise ValueError("nonsense")

        original, live.client.cancel = live.client.cancel, cancel  # type: ignore[method-assign,assignment]
        await live.submit(CancelOrderCommand(placed))
        await live.clock.advance(20)
        assert 2 <= len(sent) <= 30
        live.client.cancel = original  # type: ignore[method-assign]
        await live.clock.advance(6)
        assert live.live() == []


def pending(report: ExecutionReport) -> ExecutionReport:
    """Return the report of an order that the venue has received, and not accepted yet."""
    return replace(report, exec_type=ExecType.PENDING_NEW, status=VenueOrderStatus.PENDING_NEW)


async def nonsense() -> VenueAccount:
    raise ValueError("nonsense")
