"""The subscriptions of the client against a server on the step clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest

from clients.python.tests.support.lossy_proxy import lossy_proxy
from tests.kit.server import until
from tests.kit.stepped_market import Bot, stepping
from trading_api_client import AsyncClient, Refused, Side, TimedOut
from trading_api_client.models import Bar, Execution, Position
from trading_api_client.stream.account_feed import AccountUpdate
from trading_api_client.stream.channels import Reconnection
from trading_api_client.stream.stream import Subscription

numbers = count(1)
WAIT_S = 10.0


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Bot]:
    async with stepping() as bot:
        yield bot


@pytest.fixture
async def client(server: Bot) -> AsyncIterator[AsyncClient]:
    """A client of an account of its own."""
    account = f"STREAM-{next(numbers)}"
    async with AsyncClient(f"http://{server.address}", account=account) as client:
        yield client


async def last_seq(client: AsyncClient) -> int:
    return (await client.events(limit=None))[-1].seq


async def test_a_loop_over_bars_follows_the_market_and_ends_its_subscription(
    client: AsyncClient,
) -> None:
    received: list[Bar] = []
    async for bar in client.bars("AAPL", "1S"):
        received.append(bar)
        if len(received) == 5:
            break
        await client.advance_clock(by_ms=1_000)
    assert [bar.time for bar in received] == sorted(bar.time for bar in received)
    assert received[0].time < received[-1].time
    await until(lambda: not client._streams.topics)


async def test_every_market_channel_has_updates(client: AsyncClient) -> None:
    async with (
        client.quotes("AAPL", slow=["EURUSD"]) as quotes,
        client.trades("BTCUSD") as trades,
        client.order_book("AAPL", 3) as books,
    ):
        await asyncio.gather(*(each.synchronized() for each in (quotes, trades, books)))
        assert {(await quotes.next(WAIT_S)).n, (await quotes.next(WAIT_S)).n} == {"AAPL", "EURUSD"}
        assert len((await books.next(WAIT_S)).bids) == 3
        await client.advance_clock(by_ms=2_000)
        assert (await trades.next(WAIT_S)).symbol == "BTCUSD"


async def test_an_account_is_reported_in_the_order_of_its_events(client: AsyncClient) -> None:
    updates: list[AccountUpdate] = []
    subscription = client.on_account_update(updates.append)
    await subscription.synchronized()
    await client.place_order("AAPL", Side.BUY, 10)
    await client.close_position("AAPL", 4)
    await client.wait_for_seq(await last_seq(client))
    seen = [(each.seq, each.channel) for each in updates]
    filled = [seq for seq, channel in seen if channel == "executions"]
    order = ["executions", "orders", "positions", "notifications"]
    for seq in filled:
        assert [channel for each, channel in seen if each == seq] == order
    assert seen == sorted(seen, key=lambda each: (each[0], order.index(each[1])))
    positions = [each.data for each in updates if isinstance(each.data, Position)]
    assert [each.qty for each in positions] == [10, 6]


async def test_after_the_wait_for_a_command_its_effects_have_arrived(client: AsyncClient) -> None:
    executions: list[Execution] = []
    positions: dict[str, float] = {}
    subscriptions: list[Subscription[Any]] = [
        client.on_execution(executions.append),
        client.on_position(lambda position: positions.update({position.id: position.qty})),
        client.on_order(lambda order: None),
    ]
    await asyncio.gather(*(each.synchronized() for each in subscriptions))
    for number in range(1, 6):
        await client.place_order("AAPL", Side.BUY, 1)
        await client.wait_for_seq(await last_seq(client))
        assert len(executions) == number
        assert positions == {"AAPL": number}
    await client.deposit(1)
    await client.wait_for_seq(await last_seq(client))  # an event that changes no topic
    assert len(executions) == 5


async def test_waiting_for_an_event_that_never_comes_ends_in_time(server: Bot) -> None:
    async with (
        lossy_proxy(server.address) as (proxy, address),
        AsyncClient(f"http://{address}", account="STREAM-LATE", timeout_s=0.5) as client,
        client.order_updates() as orders,
    ):
        await orders.synchronized()
        proxy.cut()
        await until(lambda: client._streams.state.phase == "waiting")
        with pytest.raises(TimedOut, match="up to event 9"):
            await client.wait_for_seq(9)


async def test_listeners_share_a_topic_and_a_late_one_receives_the_state(
    client: AsyncClient,
) -> None:
    async with client.order_updates() as first:
        await first.synchronized()
        placed = await client.place_order("AAPL", Side.BUY, 1, limit_price=1)
        assert (await first.next(WAIT_S)).id == placed.orderId
        async with client.order_updates() as second:
            assert (await second.next(WAIT_S)).id == placed.orderId
            await second.synchronized()
            assert len(client._streams.topics) == 1
        assert len(client._streams.topics) == 1
        await client.cancel_order(placed.orderId)
        assert (await first.next(WAIT_S)).id == placed.orderId


async def test_a_rejected_subscription_raises_and_leaves_the_others(client: AsyncClient) -> None:
    async with client.bars("AAPL", "1") as bars:
        with pytest.raises(Refused, match="There is no symbol 'NONE'"):
            await anext(client.bars("NONE", "1"))
        with pytest.raises(Refused, match="depth is from 1 to 50"):
            await client.order_book("AAPL", 99).synchronized()
        await bars.synchronized()
        with pytest.raises(TypeError):
            client.trades(1.5)  # type: ignore[arg-type]


async def test_the_money_of_the_account_is_read_once_and_followed(client: AsyncClient) -> None:
    state = await client.account_state()
    assert state.balance == state.equity == (await client.equity()).balance
    async with client.equity_updates() as equities, client.alert_updates() as alerts:
        assert (await equities.next(WAIT_S)).balance == state.balance
        await alerts.synchronized()
        await client.deposit(5)
        assert (await equities.next(WAIT_S)).balance == state.balance + 5
        await client.create_alert("AAPL", "up", 1_000_000)
        assert (await alerts.next(WAIT_S)).price == 1_000_000


async def test_an_exception_in_a_callback_goes_to_the_loop(client: AsyncClient) -> None:
    reported: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))

    def fail(execution: Execution) -> None:
        raise ValueError(execution.id)

    subscription = client.on_execution(fail)
    await subscription.synchronized()
    await client.place_order("AAPL", Side.BUY, 1)
    await until(lambda: bool(reported))
    assert "fail" in str(reported[0]["message"])
    assert not subscription.is_closed


async def test_an_account_that_was_never_used_resumes_too(server: Bot) -> None:
    reconnections: list[Reconnection] = []
    async with (
        lossy_proxy(server.address) as (proxy, address),
        AsyncClient(f"http://{address}", account="STREAM-UNUSED") as client,
        client.account_updates() as updates,
    ):
        await updates.synchronized()
        client.on_reconnected(reconnections.append)
        proxy.cut()
        await until(lambda: client._streams.state.phase == "waiting")
        proxy.restore()
        client._streams.reconnect_now()
        await until(lambda: len(reconnections) == 4)
        assert all(each.is_replayed for each in reconnections)
