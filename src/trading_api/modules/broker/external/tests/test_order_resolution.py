"""Requests in doubt: the venue is asked, an order is never sent a second time."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.kit.fake_venue import Fault
from tests.kit.live_setup import ACCOUNT, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import CancelOrderCommand, ModifyOrderCommand
from trading_api.domain.orders import OrderStatus, Side
from trading_api.modules.broker.external.order_resolution import CONTACT_S
from trading_api.modules.broker.external.venue_client import ExecutionReport, ReplaceOrder


async def test_a_lost_answer_is_found_by_asking() -> None:
    async with live_setup() as live:
        live.client.answers = False
        live.client.faults.append(Fault.ANSWER_LOST)
        live.client.alter = lambda _: []
        await live.submit(limit_order())
        (placing,) = live.live()
        assert placing.status is OrderStatus.PLACING
        assert "not answered" in placing.message
        assert live.seen.types[-1] == "orderStateUnknown"
        live.client.answers = True
        await live.clock.advance(1)
        (working,) = live.live()
        assert (working.status, working.message) == (OrderStatus.WORKING, "")
        assert len(live.venue.accepted) == 1


async def test_an_order_that_the_venue_never_received_is_rejected_after_ten_seconds() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.LOST)
        placed = (await live.submit(limit_order())).order_id
        await live.clock.advance(CONTACT_S - 1)
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]
        await live.clock.advance(6)
        rejected = await live.find(placed)
        assert rejected.status is OrderStatus.REJECTED
        assert "never received" in rejected.message
        assert live.venue.accepted == []


async def test_seconds_without_contact_do_not_count() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.LOST)
        await live.submit(limit_order())
        await live.clock.advance(CONTACT_S - 1)
        live.client.answers = False
        await live.clock.advance(2 * CONTACT_S)
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]
        live.client.answers = True
        await live.clock.advance(CONTACT_S - 1)
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]


async def test_an_order_that_arrives_late_is_found() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.LATE)
        live.client.alter = lambda _: []
        await live.submit(limit_order())
        await live.clock.advance(2)
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]
        assert len(live.venue.accepted) == 1


async def test_a_request_that_certainly_did_not_arrive_is_rejected() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.NOT_REACHED)
        placed = (await live.submit(limit_order())).order_id
        assert (await live.find(placed)).status is OrderStatus.REJECTED
        assert live.venue.accepted == []


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.LATE, Fault.NOT_REACHED])
async def test_a_cancellation_in_doubt_is_sent_again(fault: Fault) -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        live.client.alter = lambda _: []
        live.client.faults.append(fault)
        await live.submit(CancelOrderCommand(placed))
        await live.clock.advance(3)
        assert (await live.find(placed)).status is OrderStatus.CANCELED
        assert not live.venue.orders[0].is_open


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.LATE])
async def test_a_replacement_in_doubt_is_found(fault: Fault) -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.client.alter = lambda _: []
        live.client.faults.append(fault)
        await live.submit(ModifyOrderCommand(placed, limit_order(85).order))
        await live.clock.advance(2)
        (changed,) = live.live()
        assert (changed.limit_price, changed.message) == (Decimal(85), "")


async def test_a_replacement_that_never_arrived_is_refused() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.client.faults.append(Fault.LOST)
        await live.submit(ModifyOrderCommand(placed, limit_order(85).order))
        await live.clock.advance(CONTACT_S + 6)
        (kept,) = live.live()
        assert (kept.limit_price, kept.message) == (Decimal(80), "")
        assert "orderRequestRejected" in live.seen.types


async def test_a_replacement_in_doubt_of_an_order_that_was_filled() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.client.faults.append(Fault.LOST)
        await live.broker.submit(ACCOUNT, ModifyOrderCommand(placed, limit_order(85).order))
        live.venue.trade(live.venue.orders[0], 10)
        await live.clock.advance(CONTACT_S + 6)
        assert (await live.find(placed)).status is OrderStatus.FILLED
        assert live.position() == 10


async def test_a_cancellation_of_a_filled_order_finds_the_fill() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.client.alter = lambda _: []
        live.venue.trade(live.venue.orders[0], 10)
        await live.submit(CancelOrderCommand(placed))
        await live.clock.advance(3)
        assert (await live.find(placed)).status is OrderStatus.FILLED
        assert live.position() == 10


@pytest.mark.parametrize("turns", range(8))
async def test_an_intent_of_a_killed_process_is_asked_for_and_not_sent_again(turns: int) -> None:
    live = LiveSetup()
    await live.start()
    live.client.alter = lambda _: []
    result = await live.broker.submit(ACCOUNT, order())
    for _ in range(turns):
        await asyncio.sleep(0)
    await live.kill()
    await live.start()
    await live.clock.advance(CONTACT_S + 6)
    found = await live.find(result.order_id)
    is_received = bool(live.venue.accepted)
    assert found.status is (OrderStatus.FILLED if is_received else OrderStatus.REJECTED)
    assert live.position() == (10 if is_received else 0)
    assert len(live.venue.accepted) <= 1
    await live.kill()


async def test_a_cancellation_of_a_killed_process_is_sent() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        await live.broker.submit(ACCOUNT, CancelOrderCommand(placed))
        await live.kill()
        await live.start()
        await settle()
        assert (await live.find(placed)).status is OrderStatus.CANCELED


async def test_a_replacement_names_what_an_adopted_order_filled_before() -> None:
    live = LiveSetup()
    external = live.venue.place_elsewhere("AAPL", Side.BUY, 8, "90")
    live.venue.trade(external, 3)
    await live.start()
    live.venue.trade(external, 2)
    await settle()
    (adopted,) = live.live()
    asked: list[ReplaceOrder] = []
    replace_at_venue = live.venue.replace

    def keep(change: ReplaceOrder) -> ExecutionReport:
        asked.append(change)
        return replace_at_venue(change)

    live.venue.replace = keep  # type: ignore[method-assign]
    await live.submit(ModifyOrderCommand(adopted.id, limit_order(85, 5).order))
    (change,) = asked
    named = [change.quantity, change.filled_quantity, change.filled_before]
    assert named == [Decimal(5), Decimal(2), Decimal(-3)]
    await live.kill()
