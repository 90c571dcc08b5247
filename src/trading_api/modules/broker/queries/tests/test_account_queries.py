"""What clients read of an account: lists, pages and records."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.kit.paper_exchange import LIMIT, A, B, rejection_of, running
from trading_api.errors import ApiError, SymbolNotFound
from trading_api.models.broker import CashLine, Execution, PlacedOrder
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.queries import account_queries


async def test_orders_that_ended_more_than_a_day_ago_are_not_listed() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place()
        await exchange.place(type=LIMIT, limitPrice=90.0)
        exchange.market.now_ms += 24 * 60 * 60 * 1000 + 1
        assert [order.limit_price for order in await exchange.queries.orders(A)] == [90.0]


async def test_orders_that_ended_before_a_time_can_be_left_out() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for limit_price in (90.0, None, 91.0, None):
            exchange.market.now_ms += 1_000
            if limit_price is None:
                await exchange.place()
            else:
                await exchange.place(type=LIMIT, limitPrice=limit_price)
        now_ms = exchange.market.now_ms

        async def numbers(ended_since_ms: int, **page: Any) -> list[int]:
            orders = await exchange.queries.orders(A, ended_since_ms=ended_since_ms, **page)
            return [int(order.id.removeprefix("order-")) for order in orders]

        assert await numbers(now_ms - 2_000) == [1, 2, 3, 4]
        assert await numbers(now_ms - 1_999) == [1, 3, 4]
        assert await numbers(now_ms) == [1, 3, 4]
        assert await numbers(now_ms + 1) == [1, 3]
        assert await numbers(2**53 - 1, limit=1) == [3]


async def test_orders_come_in_pages_and_live_ones_come_always(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(type=LIMIT, limitPrice=90.0)
        for _ in range(11):
            await exchange.place()
        await exchange.place(type=LIMIT, limitPrice=91.0)

        async def numbers(**page: Any) -> list[int]:
            orders = await exchange.queries.orders(A, **page)
            return [int(order.id.removeprefix("order-")) for order in orders]

        assert await numbers() == list(range(1, 14))
        assert await numbers(limit=3) == [11, 12, 13]
        assert await numbers(limit=3, before="order-11") == [8, 9, 10]
        assert await numbers(limit=100, before="order-3") == [1, 2]
        assert await numbers(limit=5, before="order-1") == []
        assert (await rejection_of(exchange.queries.orders(A, 3, "order-14")))[0] == 404
        monkeypatch.setattr(account_queries, "ENDED_ORDERS_MAX", 2)
        assert await numbers() == [1, 11, 12, 13]
        pages = [await numbers(limit=2)]
        while pages[0]:
            pages.insert(0, await numbers(before=f"order-{pages[0][0]}"))
        assert [number for page in pages for number in page] == list(range(1, 14))
        assert max(map(len, pages)) == 2


async def test_executions_have_ids_and_come_in_pages() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.move("MSFT", "49.98", "50.00")
        for number in range(6):
            await exchange.place(symbol="MSFT" if number % 2 else "AAPL")
        queries = exchange.queries
        ids = [each.id for each in await queries.executions(A, None, 4)]
        assert ids == ["execution-3", "execution-4", "execution-5", "execution-6"]
        older = [each.id for each in await queries.executions(A, None, 4, ids[0])]
        assert older == ["execution-1", "execution-2"]
        own = [each.id for each in await queries.executions(A, "AAPL", 1, "execution-5")]
        assert own == ["execution-3"]
        assert list(await queries.executions(A, None, 4, "execution-9")) == []


async def test_accounts_come_in_pages() -> None:
    async with running() as exchange:
        for account in ("C", "B", "A"):
            await exchange.client.deposit(account, 1.0)
        queries = exchange.queries
        assert [each.id for each in await queries.accounts(None)] == ["A", "B", "C", "DEMO-ACCOUNT"]
        assert [each.id for each in await queries.accounts(None, 2)] == ["A", "B"]
        assert [each.id for each in await queries.accounts(None, 2, "B")] == ["C", "DEMO-ACCOUNT"]
        assert [each.id for each in await queries.accounts({"Z", "X"}, 5, "X")] == ["Z"]


async def test_a_position_in_a_symbol_that_is_gone_has_no_price() -> None:
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place()
    async with running(journal, symbols=()) as exchange:
        (position,) = exchange.queries.positions(A)
        assert (position.symbol, position.qty, position.pl) == ("AAPL", 10.0, None)
        for name in ("AAPL", "TEST:AAPL"):
            (execution,) = await exchange.queries.executions(A, name)
            assert execution.symbol == "AAPL"
        assert list(await exchange.queries.executions(A, "MSFT")) == []
        for account, name in ((B, "AAPL"), (A, "NOPE")):
            with pytest.raises(SymbolNotFound):
                await exchange.queries.executions(account, name)


async def test_events_and_cash_lines_show_the_account_from_its_beginning() -> None:
    async with running(commission_per_unit=Decimal("0.5")) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.client.deposit(A, 500.0)
        await exchange.client.close_position(A, "AAPL", None)
        queries = exchange.queries
        events = list(await queries.events(A, 0, 100))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert list(await queries.events(A, 2, 2)) == events[2:4]
        cash = list(await queries.cash_lines(A, 0, 100))
        assert list(await queries.cash_lines(A, cash[2].seq - 1, 1)) == cash[2:3]
        assert list(await queries.cash_lines(A, cash[2].seq, 9)) == cash[3:]
        lines = [(line.kind, line.amount) for line in cash]
        assert lines == [
            ("deposit", 100_000.0),
            ("commission", -5.0),
            ("deposit", 500.0),
            ("realized_pl", -0.2),
            ("commission", -5.0),
        ]
        assert queries.equity(A).balance == sum(amount for _, amount in lines)
        assert list(await queries.cash_lines(A, cash[-1].seq, 2)) == []


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_cash_lines_read_by_pages_are_complete(limit: int) -> None:
    async with running(commission_per_unit=Decimal("0.5")) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for side in (1, -1, -1, 1):
            await exchange.place(side=side)
        queries, since = exchange.queries, 0
        paged: list[CashLine] = []
        while page := list(await queries.cash_lines(A, since, limit)):
            paged += page
            since = page[-1].seq
        assert paged == list(await queries.cash_lines(A, 0, 100))
        newest = list(await queries.cash_lines(A, None, limit))
        assert newest == paged[-len(newest) :]
        assert limit <= len(newest) <= limit + 1


async def test_ended_orders_are_listed_page_by_page_the_newest_first() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for _ in range(5):
            await exchange.place()
        await exchange.place(type=LIMIT, limitPrice=90.0)
        history = exchange.queries.orders_history
        newest = list(await history(A, 2, None))
        assert [order.id for order in newest] == ["order-5", "order-4"]
        older = await history(A, 9, newest[-1].id)
        assert [order.id for order in older] == ["order-3", "order-2", "order-1"]
        with pytest.raises(ApiError) as rejected:
            await history(A, 9, "order-99")
        assert (rejected.value.status, rejected.value.code) == (404, "order_not_found")


async def test_a_list_shows_the_moment_of_the_call_however_late_it_is_read() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        resting = [await exchange.place(type=LIMIT, limitPrice=price) for price in (90.0, 91.0)]
        await exchange.client.cancel_order(A, resting[0])
        queries = exchange.queries

        async def read() -> list[Iterator[PlacedOrder] | Iterator[Execution]]:
            orders, history = await queries.orders(A), await queries.orders_history(A, 100, None)
            return [
                orders,
                history,
                await queries.executions(A),
                await queries.executions(A, "AAPL"),
            ]

        immediately = [list(each) for each in await read()]
        late = await read()
        begun = [next(each) for each in late]
        await exchange.client.cancel_order(A, resting[1])
        await exchange.place(qty=5)
        exchange.market.now_ms += 2 * 24 * 60 * 60 * 1000
        rest = [list(each) for each in late]
        assert [[first, *more] for first, more in zip(begun, rest, strict=True)] == immediately
        assert [list(each) for each in await read()] != immediately
