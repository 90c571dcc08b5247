"""A live account at Alpaca: the live broker over the client, against the simulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.kit.alpaca.alpaca_faults import lost_answer, lost_request
from tests.kit.alpaca.live_alpaca import LiveAlpaca, live_alpaca
from tests.kit.live_setup import ACCOUNT, limit_order, order
from tests.kit.server import until
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    CancelOrderCommand,
    ModifyOrderCommand,
)
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.orders import OrderStatus, OrderType, Side


@pytest.fixture(scope="module")
async def live_of_module(anyio_backend: str) -> AsyncIterator[LiveAlpaca]:
    async with live_alpaca() as live:
        yield live


@pytest.fixture
async def live(live_of_module: LiveAlpaca) -> LiveAlpaca:
    await live_of_module.ready()
    return live_of_module


async def test_an_order_is_filled_in_parts_while_the_stream_is_dropped(live: LiveAlpaca) -> None:
    server = live.server
    before = live.position()
    id, placed = await live.placed(limit_order(90))
    server.account.fill(placed, 3, 90)
    await until(lambda: live.position() == before + 3)
    server.stream.refused_with = 503
    server.stream.drop()
    await until(lambda: live.broker.connection(ACCOUNT).state is not ConnectionState.CONNECTED)
    server.account.fill(placed, 7, 90)
    await server.settle()
    server.stream.refused_with = 0
    assert await live.ended(id) is OrderStatus.FILLED
    assert live.position() == before + 10


async def test_an_order_whose_answer_is_lost_is_sent_once(live: LiveAlpaca) -> None:
    posts, before = live.posts(), live.position()
    live.server.faults.add(lost_answer("POST", "/v2/orders"))
    id, placed = await live.placed(limit_order(91))
    live.server.account.fill(placed, 10, 91)
    assert await live.ended(id) is OrderStatus.FILLED
    assert live.posts() == posts + 1
    assert live.position() == before + 10


async def test_a_rejected_order_ends_with_the_reason(live: LiveAlpaca) -> None:
    live.server.account.cash -= 1_000_000
    id = await live.submit(limit_order(92))
    assert await live.ended(id) is OrderStatus.REJECTED
    live.server.account.cash += 1_000_000
    found = await live.broker.history(ACCOUNT).order(id)
    assert found is not None
    assert found.message == "insufficient buying power"


async def test_an_order_is_replaced_between_its_fills(live: LiveAlpaca) -> None:
    before = live.position()
    id, first = await live.placed(limit_order(80))
    live.server.account.fill(first, 4, 80)
    await until(lambda: live.position() == before + 4)
    await live.submit(ModifyOrderCommand(id, limit_order(85, 12).order))
    await until(lambda: live.venue_order(id) is not first)
    second = live.venue_order(id)
    assert second.quantity == 8
    (shown,) = [each for each in live.broker.snapshot(ACCOUNT).live_orders() if each.id == id]
    assert [shown.quantity, shown.limit_price, shown.filled_quantity] == [12, 85, 4]
    live.server.account.fill(second, 8, 85)
    assert await live.ended(id) is OrderStatus.FILLED
    assert live.position() == before + 12


async def test_a_refused_replacement_leaves_the_order(live: LiveAlpaca) -> None:
    account = live.server.account
    id, first = await live.placed(limit_order(80))
    account.confirms = False
    await live.submit(ModifyOrderCommand(id, limit_order(85).order))
    await until(lambda: first.status == "pending_replace")
    account.confirms = True
    await live.server.settle()
    account.reject_replace(account.orders[list(account.orders)[-1]])
    venue = live.broker.account.state.venue
    assert venue is not None
    await until(lambda: venue.orders[id].replacement is None)
    await live.submit(CancelOrderCommand(id))
    assert await live.ended(id) is OrderStatus.CANCELED


async def test_a_lost_cancellation_is_sent_again(live: LiveAlpaca) -> None:
    id, placed = await live.placed(limit_order(80))
    live.server.faults.add(lost_request("DELETE", "/v2/orders"))
    await live.submit(CancelOrderCommand(id))
    assert await live.ended(id) is OrderStatus.CANCELED
    assert placed.status == "canceled"


async def test_a_refused_cancellation_is_reported_and_may_be_repeated(live: LiveAlpaca) -> None:
    account = live.server.account
    id, placed = await live.placed(limit_order(80))
    for _ in range(2):
        account.confirms = False
        await live.submit(CancelOrderCommand(id))
        await until(lambda: placed.status == "pending_cancel")
        account.confirms = True
        await live.server.settle()
        account.reject_cancel(placed)
        await until(lambda: not is_cancel_requested(live, id))
        assert live.status(id) is OrderStatus.WORKING
    await live.submit(CancelOrderCommand(id))
    assert await live.ended(id) is OrderStatus.CANCELED


def is_cancel_requested(live: LiveAlpaca, id: str) -> bool:
    venue = live.broker.account.state.venue
    assert venue is not None
    return venue.orders[id].is_cancel_requested


async def test_the_exits_of_a_bracket_are_external_orders(live: LiveAlpaca) -> None:
    before = live.position("MSFT")
    bracket = order(
        quantity=5,
        symbol="MSFT",
        type=OrderType.LIMIT,
        limit_price=Decimal(50),
        brackets=BracketsInstruction(take_profit=Decimal(60), stop_loss=Decimal(40)),
    )
    id, placed = await live.placed(bracket)
    live.server.account.fill(placed, 5, 50)
    assert await live.ended(id) is OrderStatus.FILLED
    assert live.position("MSFT") == before + 5
    take_profit, stop_loss = placed.legs
    await until(lambda: len(exits(live)) == 2)
    live.server.account.fill(take_profit, 5, 60)
    await until(lambda: not exits(live))
    assert live.position("MSFT") == before
    assert stop_loss.status == "canceled"


def exits(live: LiveAlpaca) -> list[Any]:
    orders = live.broker.snapshot(ACCOUNT).live_orders()
    return [each for each in orders if each.symbol == "MSFT" and each.side is Side.SELL]


async def test_what_happens_while_the_server_is_down_is_found(live: LiveAlpaca) -> None:
    before, posts = live.position(), live.posts()
    id, placed = await live.placed(limit_order(90))
    other, canceled = await live.placed(limit_order(70))
    await live.stop()
    account = live.server.account
    account.fill(placed, 10, 90)
    account.confirm_cancel(canceled)
    elsewhere = account.submit(
        {"symbol": "MSFT", "qty": "2", "side": "buy", "type": "limit", "limit_price": "45"}
        | {"time_in_force": "gtc"}
    )
    await live.start()
    assert await live.ended(id) is OrderStatus.FILLED
    assert await live.ended(other) is OrderStatus.CANCELED
    assert live.position() == before + 10
    await until(lambda: any(each.symbol == "MSFT" for each in live_orders(live)))
    account.fill(elsewhere, 2, 45)
    await until(lambda: live.position("MSFT") == 2)
    assert live.posts() == posts + 2
    account_state = live.broker.account.state
    paid = sum((each.cost for each in account_state.positions.values()), Decimal(0))
    assert account_state.balance - paid == account.cash


def live_orders(live: LiveAlpaca) -> list[Any]:
    return live.broker.snapshot(ACCOUNT).live_orders()
