"""A replacement at a venue where it is a cancellation and a new order."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from tests.kit.ccxt_account import SYMBOL, ConnectedAccount
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    OrderRef,
    VenueOrderStatus,
    VenueRejected,
    VenueTimeout,
)

pytestmark = pytest.mark.anyio

REPLACE = "POST /api/v3/order/cancelReplace"


async def test_an_unfilled_order_is_replaced_by_one_request(account: ConnectedAccount) -> None:
    await account.buy("a", "0.2", "98")
    report = await account.change("a", "a2", "0.3", "97.5")
    assert (report.exec_type, report.status) == (ExecType.REPLACED, VenueOrderStatus.NEW)
    assert (report.client_order_id, report.replaces) == ("a2", "a")
    assert (report.quantity, report.limit_price) == (Decimal("0.3"), Decimal("97.5"))
    assert account.order("a")["status"] == "CANCELED"
    streamed = await account.sink.report("a2", ExecType.REPLACED)
    assert streamed.replaces == "a"
    # The cancellation is a part of the replacement, and is not reported.
    assert not any(each.exec_type is ExecType.CANCELED for each in account.sink.reports)


async def test_replacements_share_one_quantity(account: ConnectedAccount) -> None:
    """Filled 0.1 of 0.3, replaced by 0.5; filled 0.2 more, replaced by 0.4: 0.1 is left."""
    await account.buy("b", "0.3", "98")
    account.venue.trade(SYMBOL, 98, "0.1")
    report = await account.change("b", "b2", "0.5", "98", filled="0.1")
    assert (report.quantity, report.replaces) == (Decimal("0.4"), "b")
    account.venue.trade(SYMBOL, 98, "0.2")
    # The server knows only of the first fill yet.
    report = await account.change("b2", "b3", "0.4", "97", filled="0.1")
    assert (report.quantity, report.replaces) == (Decimal("0.1"), "b2")
    with pytest.raises(VenueRejected) as caught:
        await account.change("b3", "b4", "0.3", "97", filled="0.3")
    assert caught.value.code == "quantity_not_above_filled"
    assert account.order("b3")["status"] == "NEW"


async def test_an_order_that_fills_meanwhile_never_fills_twice(account: ConnectedAccount) -> None:
    await account.buy("c", "0.2", "98")
    account.venue.inject("hold_request", count=1, path=REPLACE)
    held = account.venue.gate.held_counts.get("hold_request", 0)
    change = asyncio.create_task(account.change("c", "c2", "0.2", "97"))
    await account.venue.wait_held("hold_request", held + 1)
    account.venue.trade(SYMBOL, 98, "0.05")
    account.venue.clear("hold_request")
    report = await change
    assert (report.client_order_id, report.quantity) == ("c2", Decimal("0.15"))


async def test_a_refused_replacement_leaves_a_canceled_order(account: ConnectedAccount) -> None:
    """The cancellation works, the new order does not: it is reported, and nothing is placed."""
    await account.buy("d", "0.2", "98")
    with pytest.raises(VenueRejected) as caught:
        await account.change("d", "d2", "5000", "98")
    assert caught.value.code == "replacement_rejected_order_canceled"
    assert "insufficient balance" in caught.value.text
    canceled = await account.sink.report("d", ExecType.CANCELED)
    assert canceled.status is VenueOrderStatus.CANCELED
    assert await account.client.find_order(OrderRef(SYMBOL, "d2")) is None


async def test_a_refused_rest_leaves_a_canceled_order(account: ConnectedAccount) -> None:
    await account.buy("e", "0.2", "98")
    account.venue.trade(SYMBOL, 98, "0.1")
    with pytest.raises(VenueRejected) as caught:
        await account.change("e", "e2", "5000", "98", filled="0.1")
    assert caught.value.code == "replacement_rejected_order_canceled"
    canceled = await account.sink.report("e", ExecType.CANCELED)
    assert canceled.cumulative_quantity == Decimal("0.1")


async def test_a_lost_answer_is_found_under_the_new_id(account: ConnectedAccount) -> None:
    await account.buy("f", "0.2", "98")
    account.venue.inject("lose_answer", count=1, path=REPLACE)
    with pytest.raises(VenueTimeout):
        await account.change("f", "f2", "0.2", "97")
    found = await account.client.find_order(OrderRef(SYMBOL, "f2"))
    assert found is not None
    assert found.limit_price == 97


async def test_an_ended_order_cannot_be_replaced(account: ConnectedAccount) -> None:
    for old in ("nothing", "a"):
        with pytest.raises(VenueRejected) as caught:
            await account.change(old, f"{old}-2", "0.2", "97")
        assert caught.value.code == "order_not_working"
