"""The requests of the client against a server on the step clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count

import pytest

from clients.python.tests.support.lossy_proxy import lossy_proxy
from tests.kit.stepped_market import START_MS, Bot, stepping
from trading_api_client import (
    KEEP,
    AsyncClient,
    ConnectionFailed,
    InvalidResponse,
    OrderStatus,
    OrderType,
    PreOrder,
    Refused,
    Side,
    TimedOut,
)
from trading_api_client.models import DurationType, OrderDuration, QuoteError
from trading_api_client.rest.market_rest import to_ms

MINUTE_MS = 60_000
numbers = count(1)


def _market_order(qty: float) -> PreOrder:
    return PreOrder(symbol="AAPL", type=OrderType.MARKET, side=Side.BUY, qty=qty)


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Bot]:
    async with stepping() as bot:
        yield bot


@pytest.fixture
async def client(server: Bot) -> AsyncIterator[AsyncClient]:
    """A client of an account of its own."""
    account = f"SDK-{next(numbers)}"
    async with AsyncClient(f"http://{server.address}", account=account) as client:
        yield client


async def test_the_market_has_symbols_and_quotes(client: AsyncClient) -> None:
    found = await client.symbols()
    assert "AAPL" in {each.symbol for each in found}
    assert (await client.search("EUR", max_results=1))[0].symbol == "EURUSD"
    whole = await client.search("USD")
    assert list(await client.search("USD", offset=2, max_results=3)) == list(whole)[2:5]
    symbol = await client.resolve("AAPL")
    assert symbol.minmov / symbol.pricescale == 0.01
    quote = await client.quote("AAPL")
    assert quote.bid < quote.ask
    known, unknown = await client.last_quotes(["AAPL", "NONE"])
    assert (known.s, unknown.s) == ("ok", "error")
    assert isinstance(unknown.v, QuoteError)
    with pytest.raises(Refused, match="unknown"):
        await client.quote("NONE")
    trades = await client.last_trades("AAPL", limit=5)
    assert [each.symbol for each in trades] == ["AAPL"] * 5
    assert [each.time for each in trades] == sorted(each.time for each in trades)
    with pytest.raises(Refused, match="NONE"):
        await client.last_trades("NONE")
    assert "1" in (await client.datafeed_config()).supported_resolutions
    assert (await client.market_health()).market == "open"
    assert (await client.server_version()).version


async def test_history_is_by_count_and_by_window(client: AsyncClient) -> None:
    last = await client.history("AAPL", "1", count=10)
    assert [bar.time for bar in last] == [
        last[-1].time - number * MINUTE_MS for number in range(9, -1, -1)
    ]
    end_ms = last[-1].time
    assert await client.history("AAPL", "1", end=end_ms, count=9) == last[:-1]
    start = datetime.fromtimestamp(last[2].time / 1_000, UTC)
    assert await client.history("AAPL", "1", start=start, end=end_ms) == last[2:-1]
    assert await client.history("AAPL", "1", start=start, end=end_ms, count=3) == last[-4:-1]
    with pytest.raises(ValueError, match="no time zone"):
        to_ms(datetime(2026, 1, 1))  # noqa: DTZ001, that is what is refused


async def test_history_is_read_in_pages(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await client.history("AAPL", "1", end=START_MS, count=95)
    monkeypatch.setattr("trading_api_client.rest.market_rest.BARS_PER_REQUEST", 10)
    assert await client.history("AAPL", "1", end=START_MS, count=95) == whole
    assert await client.history("AAPL", "1", start=whole[0].time, end=START_MS) == whole


async def test_an_order_is_placed_changed_and_canceled(client: AsyncClient) -> None:
    bid = (await client.quote("AAPL")).bid
    placed = await client.place_order(
        "AAPL", Side.BUY, 10, limit_price=round(bid * 0.9, 2), take_profit=round(bid * 1.1, 2)
    )
    order = await client.order(placed.orderId)
    assert (order.type, order.status) == (OrderType.LIMIT, OrderStatus.WORKING)
    await client.modify_order(placed.orderId, qty=5, stop_loss=round(bid * 0.8, 2))
    changed = await client.order(placed.orderId)
    assert (changed.qty, changed.limitPrice) == (5, order.limitPrice)
    assert (changed.takeProfit, changed.stopLoss) == (order.takeProfit, round(bid * 0.8, 2))
    await client.modify_order(placed.orderId, take_profit=None, limit_price=KEEP)
    assert (await client.order(placed.orderId)).takeProfit is None
    await client.cancel_order(placed.orderId)
    assert (await client.order(placed.orderId)).status is OrderStatus.CANCELED
    assert [each.id for each in await client.orders_history()][-1] == placed.orderId


async def test_the_prices_decide_the_type_of_an_order(client: AsyncClient) -> None:
    ask = (await client.quote("AAPL")).ask
    above = round(ask * 1.1, 2)
    stop = await client.place_order("AAPL", Side.BUY, 1, stop_price=above)
    both = await client.place_order("AAPL", 1, 1, stop_price=above, limit_price=above)
    day = await client.place_order("AAPL", Side.BUY, 1, limit_price=1, duration="DAY")
    orders = {each.id: each for each in await client.orders()}
    assert orders[stop.orderId].type is OrderType.STOP
    assert orders[both.orderId].type is OrderType.STOP_LIMIT
    assert orders[day.orderId].duration == OrderDuration(type=DurationType.DAY)
    canceled = await client.cancel_orders([stop.orderId, both.orderId])
    assert canceled.canceled == [stop.orderId, both.orderId]
    assert (await client.cancel_all_orders()).canceled == [day.orderId]


async def test_a_position_is_opened_protected_reversed_and_closed(client: AsyncClient) -> None:
    bid = (await client.quote("AAPL")).bid
    preview = await client.preview_order(_market_order(10))
    assert preview.sections
    await client.place_order("AAPL", Side.BUY, 10)
    position = await client.position("AAPL")
    assert position is not None
    assert (position.qty, position.side) == (10, Side.BUY)
    await client.edit_brackets("AAPL", take_profit=round(bid * 1.2, 2))
    position = await client.position("AAPL")
    assert position is not None
    assert position.takeProfit == round(bid * 1.2, 2)
    await client.close_position("AAPL", 4)
    await client.reverse_position("AAPL")
    position = await client.position("AAPL")
    assert position is not None
    assert (position.qty, position.side) == (6, Side.SELL)
    await client.close_position("AAPL")
    assert await client.positions() == []
    executions = await client.executions()
    assert sum(each.qty * each.side for each in executions) == 0
    assert await client.executions("AAPL", limit=None) == executions
    assert await client.executions(limit=2, before=executions[-1].id) == executions[-3:-1]


async def test_cash_events_and_pages(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (await client.equity()).balance
    for _ in range(5):
        await client.deposit(100)
    await client.withdraw(50)
    lines = await client.ledger()
    assert (await client.equity()).balance == before + 450 == lines[-1].balance
    assert [line.kind for line in lines[-6:]] == ["deposit"] * 5 + ["withdrawal"]
    events = await client.events(limit=None)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    monkeypatch.setattr("trading_api_client.rest.account_rest.PAGE", 2)
    assert await client.events(limit=None) == events
    assert await client.events(since=2, limit=3) == events[2:5]
    assert await client.ledger(limit=None) == lines
    assert await client.ledger(since=lines[0].seq, limit=3) == lines[1:4]
    await client.put_account("Breakouts")
    assert "Breakouts" in [each.name for each in await client.accounts()]
    await client.reset_account(1_000)
    assert (await client.equity()).balance == 1_000
    with pytest.raises(Refused) as refused:
        await client.withdraw(2_000)
    assert (refused.value.code, refused.value.status) == ("insufficient_funds", 409)
    assert str(refused.value) == f"{refused.value.message} (insufficient_funds, 409)"


async def test_leverage_alerts_and_the_kill_switch(client: AsyncClient) -> None:
    info = await client.leverage("AAPL")
    assert (await client.preview_leverage("AAPL", info.min)).errors in (None, [])
    assert (await client.set_leverage("AAPL", info.min)).leverage == info.min
    alert = await client.create_alert("AAPL", "up", 1_000_000, message="High")
    assert await client.alerts() == [alert] == [await client.alert(alert.id)]
    changed = await client.change_alert(alert.id, "AAPL", "down", 1, frequency="repeating")
    assert (changed.price, changed.message) == (1, None)
    await client.delete_alert(alert.id)
    assert await client.alerts() == []
    assert (await client.set_kill_switch(True, "a trial")).on
    assert (await client.kill_switch()).reason == "a trial"
    with pytest.raises(Refused) as refused:
        await client.place_order("AAPL", Side.BUY, 1)
    assert refused.value.code == "trading_halted"
    await client.set_kill_switch(False)


async def test_accounts_are_apart(client: AsyncClient) -> None:
    other = client.with_account("SDK-OTHER")
    await other.place_order("AAPL", Side.BUY, 1)
    assert len(await other.positions()) == 1
    assert await client.positions() == []
    assert await other.notifications() == await other.notifications(since=0, limit=None)
    assert {"SDK-OTHER"} <= {account.id for account in await client.accounts()}
    assert (await client.broker_config()).durations
    assert (await client.instrument("AAPL")).minTick == 0.01
    assert "SDK-OTHER" in repr(other)


async def test_the_clock_is_advanced(client: AsyncClient) -> None:
    before = await client.now_ms()
    answer = await client.advance_clock(by_ms=2_000)
    assert answer.now_ms == await client.now_ms() == before + 2_000


async def test_a_command_whose_answer_is_lost_is_executed_once(server: Bot) -> None:
    async with (
        lossy_proxy(server.address) as (proxy, address),
        AsyncClient(f"http://{address}", account="SDK-LOST") as client,
    ):
        for lost in (1, 3):
            proxy.lose_answers(lost)
            await client.place_order("AAPL", Side.BUY, 1)
        assert proxy.lost_answers == 4
        assert len(await client.executions()) == 2
        first = await client.place_order("AAPL", Side.BUY, 1, key="own key")
        assert await client.place_order("AAPL", Side.BUY, 1, key="own key") == first
        with pytest.raises(Refused) as refused:
            await client.place_order("AAPL", Side.BUY, 2, key="own key")
        assert refused.value.code == "idempotency_key_reused"


async def test_without_a_server_a_request_fails_in_time(server: Bot) -> None:
    async with (
        lossy_proxy(server.address) as (proxy, address),
        AsyncClient(f"http://{address}") as client,
        AsyncClient(f"http://{address}", timeout_s=0.3) as hasty,
    ):
        proxy.cut()
        # On a slow machine the time can end within an attempt.
        path = f"http://{address}/api/v1/broker/orders"
        with pytest.raises((ConnectionFailed, TimedOut), match=f"{path}(: .+| was not answered)$"):
            await hasty.place_order("AAPL", Side.BUY, 1)
        with pytest.raises(ConnectionFailed):
            await client.advance_clock(by_ms=1_000)
        assert proxy.connections >= 2
        proxy.restore()
        before = await client.now_ms()
        proxy.lose_answers(1)
        with pytest.raises(ConnectionFailed):
            await client.advance_clock(by_ms=1_000)  # it is not known whether the market moved
        assert await client.now_ms() == before + 1_000


async def test_a_server_that_does_not_answer_is_a_timeout() -> None:
    async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(ignore, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with AsyncClient(f"http://127.0.0.1:{port}", timeout_s=0.1) as client:
            with pytest.raises(TimedOut):
                await client.positions()


@pytest.mark.parametrize("body", [b"<html></html>", b"", b'[{"id": 7}]'])
async def test_an_invalid_response_is_an_error_of_the_client(body: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write(head + body)
        await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with AsyncClient(f"http://127.0.0.1:{port}") as client:
            with pytest.raises(InvalidResponse, match="/broker/orders: "):
                await client.orders()
            with pytest.raises(InvalidResponse, match="/broker/orders/order-1: "):
                await client.cancel_order("order-1")
