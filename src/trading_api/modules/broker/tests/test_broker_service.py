"""The broker behind its port to the market: what it refuses, does, announces, and keeps apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_client import PaperClient
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.errors import ApiError, SymbolNotFound
from trading_api.models.broker import (
    Brackets,
    CashLine,
    Execution,
    LeverageSetParams,
    PlacedOrder,
    PreOrder,
)
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.paper.factory import create_exchange_rules
from trading_api.modules.broker.publishing.replay import MISSED_EVENTS_MAX
from trading_api.observability.request_id import client_request_id
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

A, B = "ACCOUNT-A", "ACCOUNT-B"
BUY, SELL, LIMIT, MARKET, STOP = 1, -1, 1, 2, 3
NOT_ALLOWED = (422, "duration_not_allowed")


class Desk:
    """A running broker, and everything its topics said, in order."""

    def __init__(
        self, journal: MemoryJournal, symbols: Sequence[str] = ("AAPL",), **settings: Any
    ) -> None:
        self.market = ManualMarket(
            *map(instrument, symbols),
            instrument("MSFT"),
            instrument("USDJPY", currency="JPY", price_scale=1000),
            instrument("NIKKEI", currency="JPY"),
            instrument("DAX", currency="EUR"),
        )
        context = ModuleContext(
            Settings.defaults().model_copy(update=settings), self.market, lambda: 42
        )
        self.client = PaperClient(journal, create_exchange_rules(context.settings), context)
        self.broker, self.service = self.client.broker, self.client.service
        self.queries = self.client.queries
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.meta: list[tuple[str, dict[str, int | str]]] = []

    async def follow(self, route: str, account: str, **more: str) -> Sequence[BaseModel]:
        fields = [f'"accountId":"{account}"', *(f'"{k}":"{v}"' for k, v in more.items())]
        topic = f"{route}:{{{','.join(fields)}}}"

        def hear(data: BaseModel, **meta: int | str) -> None:
            self.heard.append((topic, data.model_dump(by_alias=True, exclude_none=True)))
            self.meta.append((route, meta))

        await self.service.create_topic(topic, hear)
        return self.service.topic_state(topic)

    async def place(self, account: str = A, **order: Any) -> str:
        fields = {"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10.0} | order
        return await self.client.place_order(account, PreOrder.model_validate(fields))

    def told(self, route: str) -> list[dict[str, Any]]:
        return [data for topic, data in self.heard if topic.startswith(f"{route}:")]

    def routes(self) -> list[str]:
        return [topic.partition(":")[0] for topic, _ in self.heard]


@asynccontextmanager
async def running(journal: MemoryJournal | None = None, **settings: Any) -> AsyncIterator[Desk]:
    desk = Desk(journal or MemoryJournal(), **settings)
    await desk.client.start()
    task = asyncio.create_task(desk.client.run())
    try:
        yield desk
    finally:
        task.cancel()


async def test_a_fill_is_told_as_execution_order_position_equity() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        for route in ("equity", "positions", "orders", "executions"):
            await desk.follow(route, A)
        await desk.place(qty=10)
        placed, fill = ["orders", "equity"], ["executions", "orders", "positions", "equity"]
        assert desk.routes() == placed + fill
        working, _, execution, filled, position, equity = [data for _, data in desk.heard]
        assert (working["status"], filled["status"]) == (6, 2)
        assert (execution["price"], execution["qty"]) == (100.0, 10.0)
        assert filled["avgPrice"] == position["avgPrice"] == 100.0
        assert equity == {
            "balance": 100_000.0,
            "realizedPL": 0.0,
            "unrealizedPL": pytest.approx(-0.2),
            "equity": pytest.approx(99_999.8),
            "usedMargin": 100.0,
            "freeMargin": pytest.approx(99_899.8),
        }


async def test_accounts_hear_only_of_themselves() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.follow("orders", A)
        await desk.follow("orders", B)
        await desk.place(A)
        await desk.place(B)
        assert [topic for topic, _ in desk.heard] == [
            f'orders:{{"accountId":"{account}"}}' for account in (A, A, B, B)
        ]
        assert desk.queries.positions(A) == desk.queries.positions(B)
        for account in (A, B):
            assert len(list(desk.queries.orders(account))) == 1


async def test_an_executions_topic_of_one_symbol_hears_that_symbol() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        desk.market.move("MSFT", "49.98", "50.00")
        await desk.follow("executions", A, symbol="MSFT")
        await desk.place(symbol="AAPL")
        await desk.place(symbol="MSFT")
        assert [data["symbol"] for _, data in desk.heard] == ["MSFT"]


async def test_equity_follows_every_quote_of_an_open_position() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        await desk.follow("equity", A)
        desk.market.move("MSFT", "49.98", "50.00")
        desk.market.move("AAPL", "101.00", "101.02")
        assert [data["equity"] for _, data in desk.heard] == [100_010.0]


async def test_a_closed_position_is_told_with_quantity_0_and_its_profit_is_cash() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        desk.market.move("AAPL", "103.50", "103.52")
        await desk.follow("positions", A)
        (equity,) = await desk.follow("equity", A)
        assert equity.model_dump()["unrealizedPL"] == 35.0
        await desk.client.close_position(A, "AAPL", None)
        position, equity_after = [data for _, data in desk.heard]
        assert (position["id"], position["qty"], position["side"]) == ("AAPL", 0.0, BUY)
        assert equity_after["balance"] == equity_after["equity"] == 100_035.0
        assert equity_after["realizedPL"] == 35.0
        assert desk.queries.positions(A) == []


async def test_a_part_of_a_position_is_closed_and_no_more_than_all_of_it() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        await desk.client.close_position(A, "AAPL", 4)
        assert [position.qty for position in desk.queries.positions(A)] == [6.0]
        with pytest.raises(ApiError) as refused:
            await desk.client.close_position(A, "AAPL", 7)
        assert (refused.value.status, refused.value.code) == (409, "exceeds_position")


async def test_an_order_in_a_silent_market_waits_for_its_next_quote() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        desk.market.become(MarketState.STALE, "no sign of life for 5 s")
        await desk.place()
        assert [order.status for order in desk.queries.orders(A)] == [6]
        desk.market.become(MarketState.OPEN)
        desk.market.move("AAPL", "99.99", "100.01")
        await desk.client.flush()
        assert [(order.status, order.avg_price) for order in desk.queries.orders(A)] == [
            (2, 100.01)
        ]


async def test_an_order_of_a_closed_symbol_waits_until_that_opens_again() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "9.00", "10.00")
        desk.market.move("MSFT", "9.00", "10.00")
        desk.market.closed["AAPL"] = MarketStatus(MarketState.CLOSED, "AAPL is out of its hours")
        await desk.place()
        await desk.place(type=STOP, side=SELL, stopPrice=20.0)
        await desk.place(symbol="MSFT")
        desk.market.move("AAPL", "9.00", "10.00")
        await desk.client.flush()
        assert list(desk.queries.executions(A, "AAPL")) == []
        assert len(list(desk.queries.executions(A, "MSFT"))) == 1
        del desk.market.closed["AAPL"]
        desk.market.move("AAPL", "9.00", "10.00")
        await desk.client.flush()
        assert len(list(desk.queries.executions(A, "AAPL"))) == 2


async def test_symbols_with_orders_or_a_position_are_wanted_and_no_others() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "9.00", "10.00")
        desk.market.move("MSFT", "9.00", "10.00")
        await desk.place(symbol="MSFT", type=LIMIT, limitPrice=1.0)
        await desk.place()
        wanted = [each for each in ("MSFT", "AAPL", "DAX") if desk.market.has_interest(each)]
        assert wanted == ["MSFT", "AAPL"]
        await desk.client.close_position(A, "AAPL", None)
        await desk.client.cancel_orders(A, None)
        assert not any(desk.market.has_interest(each) for each in ("MSFT", "AAPL"))


async def test_a_stop_works_with_nobody_connected() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(type=STOP, side=SELL, stopPrice=99.0)
        desk.market.move("AAPL", "98.10", "98.20")
        await desk.client.flush()
        assert [(order.status, order.avg_price) for order in desk.queries.orders(A)] == [(2, 98.1)]


async def test_connection_says_connected_while_prices_are_fresh_and_why_when_they_are_not() -> None:
    async with running() as desk:
        (state,) = await desk.follow("broker-connection", A)
        assert state.model_dump(exclude_none=True) == {"status": 1, "timestamp": 42}
        desk.market.become(MarketState.STALE, "no sign of life for 5 s")
        desk.market.become(MarketState.OPEN)
        desk.market.become(MarketState.CLOSED, "the recording has ended")
        assert [(data["status"], data.get("message")) for _, data in desk.heard] == [
            (3, "no sign of life for 5 s"),
            (1, None),
            (1, "The market is closed: the recording has ended"),
        ]


async def test_the_state_of_a_topic_is_what_is_working_and_open() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=3)
        await desk.place(type=LIMIT, limitPrice=90.0)
        (order,) = await desk.follow("orders", A)
        (position,) = await desk.follow("positions", A)
        assert order.model_dump()["limitPrice"] == 90.0
        assert position.model_dump()["qty"] == 3.0
        assert await desk.follow("executions", A) == []


async def test_an_order_is_modified_and_cancelled_while_it_works() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        order_id = await desk.place(type=LIMIT, limitPrice=90.0)
        changed = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 5.0, "limitPrice": 91.0}
        await desk.client.modify_order(A, order_id, PreOrder.model_validate(changed))
        (order,) = desk.queries.orders(A)
        assert (order.qty, order.limit_price, order.status) == (5.0, 91.0, 6)
        await desk.client.cancel_order(A, order_id)
        with pytest.raises(ApiError) as refused:
            await desk.client.cancel_order(A, order_id)
        assert (refused.value.status, refused.value.code) == (409, "order_not_working")


async def test_orders_that_ended_more_than_a_day_ago_are_not_listed() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place()
        await desk.place(type=LIMIT, limitPrice=90.0)
        desk.market.now_ms += 24 * 60 * 60 * 1000 + 1
        assert [order.limit_price for order in desk.queries.orders(A)] == [90.0]


async def test_reading_opens_no_account_and_shows_a_fresh_one() -> None:
    journal = MemoryJournal()
    async with running(journal) as desk:
        assert desk.queries.account("NEW").model_dump() == {
            "id": "NEW",
            "name": "NEW",
            "type": "demo",
            "currency": "USD",
        }
        (equity,) = await desk.follow("equity", "NEW")
        assert equity.model_dump()["equity"] == 100_000.0
        assert list(desk.queries.orders("NEW")) == []
        with pytest.raises(ApiError):
            await desk.client.cancel_order("NEW", "order-1")
    assert [entry async for entry in journal.load()] == []


async def test_profit_in_another_currency_converts_at_the_mid_of_its_pair() -> None:
    async with running() as desk:
        desk.market.move("USDJPY", "149.990", "150.010")
        desk.market.move("NIKKEI", "1000.00", "1000.50")
        await desk.place(symbol="NIKKEI", qty=10)
        desk.market.move("NIKKEI", "1030.50", "1031.00")
        await desk.client.close_position(A, "NIKKEI", None)
        (equity,) = await desk.follow("equity", A)
        assert equity.model_dump()["realizedPL"] == pytest.approx(300 / 150, abs=1e-8)


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"symbol": "NOPE"}, 422, "unknown_symbol"),
        ({"symbol": "DAX"}, 422, "no_conversion"),
        ({"qty": 0.0}, 422, "quantity_not_positive"),
        ({"qty": -1.0}, 422, "quantity_not_positive"),
        ({"qty": 1.5}, 422, "quantity_off_grid"),
        ({"qty": 1e308}, 422, "quantity_too_large"),
        ({"type": LIMIT}, 422, "limit_price_missing"),
        ({"type": STOP}, 422, "stop_price_missing"),
        ({"type": LIMIT, "limitPrice": 1.001}, 422, "price_off_tick"),
        ({"type": LIMIT, "limitPrice": -1.0}, 422, "price_not_positive"),
        ({"isClose": True}, 404, "position_not_found"),
        ({"stopLoss": 101.0}, 422, "bracket_price_wrong"),
        ({"takeProfit": 99.0}, 422, "bracket_price_wrong"),
        ({"stopType": 1}, 422, "trailing_stop_pips_missing"),
        ({"guaranteedStop": 90.0}, 422, "not_supported_yet"),
        ({"stopType": 2}, 422, "not_supported_yet"),
        ({"duration": {"type": "GTD"}}, 422, "expiry_missing"),
        ({"duration": {"type": "GTD", "datetime": 1.0}}, 422, "expiry_past"),
        ({"type": STOP, "stopPrice": 101.0, "duration": {"type": "FOK"}}, *NOT_ALLOWED),
        ({"qty": 100_000.0}, 409, "insufficient_margin"),
        ({"symbol": "MSFT"}, 409, "no_price"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_with_its_code_and_leaves_nothing(
    order: dict[str, Any], status: int, code: str
) -> None:
    journal = MemoryJournal()
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        with pytest.raises(ApiError) as refused:
            await desk.place(**order)
        assert (refused.value.status, refused.value.code) == (status, code)
        assert refused.value.detail.endswith(".")
    assert [entry async for entry in journal.load()] == []


async def test_a_preview_says_what_placing_would_do_and_does_nothing() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00", size=4)
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10})
        preview = desk.client.preview_order(A, order).model_dump(exclude_none=True)
        rows = {row["title"]: row["value"] for row in preview["sections"][1]["rows"]}
        assert rows["Filled quantity"] == "4"
        assert rows["Average price"] == "100 USD"
        assert preview["warnings"] == ["6 of 10 would wait as Working."]
        assert list(desk.queries.orders(A)) == []


class FullJournal(MemoryJournal):
    """Takes nothing once `is_full`."""

    is_full = False

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        await super().append(entries)


async def test_what_the_journal_did_not_take_did_not_happen() -> None:
    journal = FullJournal()
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=1)
        await desk.follow("orders", A)
        journal.is_full = True
        with pytest.raises(ApiError) as refused:
            await desk.place(qty=2)
        assert (refused.value.status, refused.value.code) == (503, "ledger_failed")
        assert desk.heard == []
        assert [order.qty for order in desk.queries.orders(A)] == [1.0]
        journal.is_full = False
        assert await desk.place(qty=3) == "order-2"
        assert [position.qty for position in desk.queries.positions(A)] == [4.0]


async def test_accounts_go_on_where_the_journal_left_them() -> None:
    journal = MemoryJournal()
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=5)
        await desk.place(type=LIMIT, limitPrice=90.0)
        before = list(desk.queries.orders(A)), desk.queries.positions(A)
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        assert await desk.place(type=LIMIT, limitPrice=80.0) == "order-3"
        assert (
            list(desk.queries.orders(A))[:2],
            desk.queries.positions(A),
        ) == before
        desk.market.move("AAPL", "89.00", "90.00")
        await desk.client.flush()
        assert [position.qty for position in desk.queries.positions(A)] == [15.0]


async def test_commands_that_wait_together_are_journaled_together_and_each_is_answered() -> None:
    appended: list[int] = []

    class CountingJournal(MemoryJournal):
        async def append(self, entries: Sequence[JournalEntry]) -> None:
            appended.append(len(entries))
            await super().append(entries)

    async with running(CountingJournal()) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        placing = [desk.place(account, type=LIMIT, limitPrice=90.0) for account in (A, B) * 8]
        ids = await asyncio.gather(*placing)
    assert sorted(ids) == sorted([f"order-{number}" for number in range(1, 9)] * 2)
    assert len(appended) < 16
    assert sum(appended) == 18


async def test_commands_take_their_place_among_the_quotes_at_once() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00", size=100)
        placing = asyncio.create_task(desk.place(qty=300))
        await asyncio.sleep(0)
        desk.market.move("AAPL", "89.98", "90.00", size=100)
        desk.market.move("AAPL", "109.98", "110.00", size=100)
        await placing
        await desk.client.flush()
        executions = list(desk.queries.executions(A, "AAPL"))
        assert [(each.price, each.qty) for each in executions] == [
            (100.0, 100.0),
            (90.0, 100.0),
            (110.0, 100.0),
        ]


async def test_a_caller_that_has_gone_and_a_follower_that_fails_do_not_stop_the_writer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")

        def fail(data: BaseModel, **meta: int | str) -> None:
            raise LookupError

        await desk.service.create_topic(f'orders:{{"accountId":"{A}"}}', fail)
        gone = asyncio.create_task(desk.place(qty=1))
        await asyncio.sleep(0)
        gone.cancel()
        assert await desk.place(qty=2) == "order-2"
        assert [position.qty for position in desk.queries.positions(A)] == [3.0]
    assert "event_not_published" in caplog.text


async def test_ids_that_were_only_tried_are_not_kept() -> None:
    async with running() as desk:
        for number in range(50):
            with pytest.raises(ApiError):
                await desk.client.cancel_order(f"TRIED-{number}", "order-1")
        assert [account.id for account in desk.queries.accounts(None)] == ["DEMO-ACCOUNT"]


async def test_an_unknown_symbol_opens_no_topic() -> None:
    async with running() as desk:
        with pytest.raises(ApiError) as refused:
            await desk.follow("executions", A, symbol="NOPE")
        assert refused.value.code == "unknown_symbol"


class SlowJournal(MemoryJournal):
    """Takes nothing before `is_open`."""

    def __init__(self) -> None:
        super().__init__()
        self.is_open = asyncio.Event()
        self.asked = asyncio.Event()

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        self.asked.set()
        await self.is_open.wait()
        await super().append(entries)


async def test_what_waits_for_the_journal_trades_at_the_quote_of_the_moment_it_came() -> None:
    journal = SlowJournal()
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        resting = asyncio.create_task(desk.place(type=LIMIT, limitPrice=98.0))
        await journal.asked.wait()
        desk.market.move("AAPL", "97.98", "98.00")
        dip_ms = desk.market.now_ms
        market = asyncio.create_task(desk.place(qty=3))
        await asyncio.sleep(0)  # the task places its order
        desk.market.move("AAPL", "104.98", "105.00")
        settling = asyncio.create_task(desk.client.flush())
        journal.is_open.set()
        await asyncio.gather(resting, market, settling)
        executions = list(desk.queries.executions(A, "AAPL"))
        assert [(each.price, each.qty, each.time) for each in executions] == [
            (98.0, 10.0, dip_ms),
            (98.0, 3.0, dip_ms),
        ]


async def test_brackets_are_told_as_a_terminal_expects_them() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        for route in ("positions", "orders"):
            await desk.follow(route, A)
        await desk.place(qty=10, takeProfit=110.0, stopLoss=90.0)
        told = [(data["id"], data["status"], data.get("parentId")) for data in desk.told("orders")]
        assert told == [
            ("order-1", 6, None),
            ("order-2", 3, "order-1"),
            ("order-3", 3, "order-1"),
            ("order-1", 2, None),
            ("order-2", 6, "AAPL"),
            ("order-3", 6, "AAPL"),
            ("order-2", 6, "AAPL"),  # the market stands away from its limit: it rests
        ]
        assert [data["parentType"] for data in desk.told("orders")[4:]] == [2, 2, 2]
        position = desk.told("positions")[-1]
        assert (position["takeProfit"], position["stopLoss"]) == (110.0, 90.0)
        desk.heard.clear()
        desk.market.move("AAPL", "110.50", "110.52")
        await desk.client.flush()
        assert [(data["id"], data["status"]) for data in desk.told("orders")] == [
            ("order-2", 2),
            ("order-3", 1),
        ]
        assert desk.told("positions")[-1]["qty"] == 0.0


async def test_a_position_is_protected_reversed_and_told() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        await desk.follow("positions", A)
        brackets = Brackets.model_validate({"takeProfit": 110.0, "trailingStopPips": 50.0})
        await desk.client.edit_brackets(A, "AAPL", brackets)
        position = desk.told("positions")[-1]
        assert (position["takeProfit"], position["stopLoss"]) == (110.0, 99.48)
        desk.market.move("AAPL", "101.00", "101.02")
        await desk.client.flush()
        assert desk.told("positions")[-1]["stopLoss"] == 100.5
        await desk.client.reverse_position(A, "AAPL")
        (reversed,) = desk.queries.positions(A)
        assert (reversed.qty, reversed.side, reversed.stop_loss) == (10.0, SELL, None)


async def test_a_key_names_one_command_for_ever() -> None:
    journal = MemoryJournal()
    order = {"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10.0}
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        first = PreOrder.model_validate(order | {"seenPrice": 100.0})
        again = PreOrder.model_validate(order | {"seenPrice": 101.0})
        assert await desk.client.place_order(A, first, "key") == "order-1"
        assert await desk.client.place_order(A, again, "key") == "order-1"
        assert await desk.client.place_order(B, again, "key") == "order-1"
        await desk.client.close_position(A, "AAPL", 4, "key")
        await desk.client.close_position(A, "AAPL", 4, "key")
        assert [position.qty for position in desk.queries.positions(A)] == [6.0]
    async with running(journal) as desk:
        assert await desk.client.place_order(A, again, "key") == "order-1"
        other = PreOrder.model_validate(order | {"qty": 11.0})
        with pytest.raises(ApiError) as refused:
            await desk.client.place_order(A, other, "key")
        assert (refused.value.status, refused.value.code) == (409, "idempotency_key_reused")


async def test_a_key_is_answered_also_where_its_symbol_is_gone() -> None:
    journal = MemoryJournal()
    wanted: dict[str, Any] = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 10.0}
    order = PreOrder.model_validate(wanted | {"limitPrice": 100.0})
    change = PreOrder.model_validate(wanted | {"limitPrice": 91.0})
    other = PreOrder.model_validate(wanted | {"limitPrice": 1.0})

    async def ask(client: PaperClient) -> None:
        assert await client.place_order(A, order, "key") == "order-1"
        assert await client.place_order(A, order, "key 2") == "order-2"
        await client.close_position(A, "AAPL", 4, "key")
        await client.reverse_position(A, "TEST:AAPL", "key")

    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await ask(desk.client)
        await desk.place(type=LIMIT, limitPrice=90.0)
        await desk.client.modify_order(A, "order-5", change, "key")
    async with running(journal, symbols=()) as desk:
        events = len(list(await desk.queries.events(A, 0, 1000)))
        await ask(desk.client)
        await desk.client.modify_order(A, "order-5", change, "key")
        assert len(list(await desk.queries.events(A, 0, 1000))) == events
        refused = await refusal_of(desk.client.place_order(A, other, "key"))
        assert refused[:2] == (409, "idempotency_key_reused")
        refused = await refusal_of(desk.client.place_order(A, other, "fresh"))
        assert refused[:2] == (422, "unknown_symbol")


async def test_a_symbol_with_and_without_its_exchange_is_the_same_command() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        wanted: dict[str, Any] = {"type": MARKET, "side": BUY, "qty": 10.0}
        for symbol in ("AAPL", "TEST:AAPL"):
            order = PreOrder.model_validate(wanted | {"symbol": symbol})
            assert await desk.client.place_order(A, order, "key") == "order-1"
            await desk.client.close_position(A, symbol, 4, "key")


async def test_what_is_held_of_a_symbol_that_is_gone_has_no_price() -> None:
    journal = MemoryJournal()
    async with running(journal) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place()
    async with running(journal, symbols=()) as desk:
        (position,) = desk.queries.positions(A)
        assert (position.symbol, position.qty, position.pl) == ("AAPL", 10.0, None)
        for name in ("AAPL", "TEST:AAPL"):
            (execution,) = desk.queries.executions(A, name)
            assert execution.symbol == "AAPL"
        assert list(desk.queries.executions(A, "MSFT")) == []
        for account, name in ((B, "AAPL"), (A, "NOPE")):
            with pytest.raises(SymbolNotFound):
                desk.queries.executions(account, name)


async def test_what_was_refused_binds_no_key() -> None:
    async with running() as desk:
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 1})
        with pytest.raises(ApiError):
            await desk.client.place_order(A, order, "key")
        desk.market.move("AAPL", "99.98", "100.00")
        assert await desk.client.place_order(A, order, "key") == "order-1"


async def test_orders_end_in_their_time_where_no_quote_comes() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        until = float(desk.market.now_ms + 1000)
        await desk.place(type=LIMIT, limitPrice=90.0, duration={"type": "GTD", "datetime": until})
        await desk.place(type=LIMIT, limitPrice=90.0, duration={"type": "DAY"})
        desk.market.now_ms += 1000
        await desk.client.flush()
        assert [order.status for order in desk.queries.orders(A)] == [1, 6]
        desk.market.now_ms = desk.market.session_end_ms("AAPL")
        await desk.client.flush()
        assert [order.status for order in desk.queries.orders(A)] == [1, 1]


async def test_many_orders_are_canceled_at_once_and_those_that_ended_are_passed_over() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        ids = [await desk.place(type=LIMIT, limitPrice=price) for price in (90.0, 91.0, 92.0)]
        await desk.client.cancel_order(A, ids[0])
        assert await desk.client.cancel_orders(A, [ids[0], ids[1], "order-99"]) == [ids[1]]
        assert await desk.client.cancel_orders(A, None) == [ids[2]]
        assert await desk.client.cancel_orders(A, None) == []


async def test_events_and_cash_lines_tell_the_account_from_its_beginning() -> None:
    async with running(commission_per_unit=Decimal("0.5")) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        await desk.client.deposit(A, 500.0)
        await desk.client.close_position(A, "AAPL", None)
        queries = desk.queries
        events = list(await queries.events(A, 0, 100))
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert list(await queries.events(A, 2, 2)) == events[2:4]
        cash = list(queries.cash_lines(A, 0, 100))
        assert list(queries.cash_lines(A, cash[2].seq - 1, 1)) == cash[2:3]
        assert list(queries.cash_lines(A, cash[2].seq, 9)) == cash[3:]
        lines = [(line.kind, line.amount) for line in cash]
        assert lines == [
            ("deposit", 100_000.0),
            ("commission", -5.0),
            ("deposit", 500.0),
            ("realized_pl", -0.2),
            ("commission", -5.0),
        ]
        assert queries.equity(A).balance == sum(amount for _, amount in lines)
        assert list(queries.cash_lines(A, cash[-1].seq, 2)) == []


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_whoever_asks_for_cash_lines_by_pages_gets_them_all(limit: int) -> None:
    async with running(commission_per_unit=Decimal("0.5")) as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        for side in (1, -1, -1, 1):
            await desk.place(side=side)
        queries, since = desk.queries, 0
        paged: list[CashLine] = []
        while page := list(queries.cash_lines(A, since, limit)):
            paged += page
            since = page[-1].seq
        assert paged == list(queries.cash_lines(A, 0, 100))
        newest = list(queries.cash_lines(A, None, limit))
        assert newest == paged[-len(newest) :]
        assert limit <= len(newest) <= limit + 1


async def test_a_reset_begins_anew_and_erases_nothing() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        await desk.place(type=LIMIT, limitPrice=90.0)
        for route in ("positions", "orders", "equity"):
            await desk.follow(route, A)
        await desk.client.reset(A, 5_000.0)
        assert desk.routes() == ["orders", "equity", "positions", "equity"]
        assert [data["qty"] for data in desk.told("positions")] == [0.0]
        assert desk.told("equity")[-1]["balance"] == desk.told("equity")[-1]["equity"] == 5_000.0
        assert len(list(desk.queries.executions(A))) == 1
        assert desk.queries.positions(A) == []
        assert await desk.place() == "order-3"


async def test_ended_orders_are_told_page_by_page_the_newest_first() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        for _ in range(5):
            await desk.place()
        await desk.place(type=LIMIT, limitPrice=90.0)
        history = desk.queries.orders_history
        newest = list(history(A, 2, None))
        assert [order.id for order in newest] == ["order-5", "order-4"]
        older = history(A, 9, newest[-1].id)
        assert [order.id for order in older] == ["order-3", "order-2", "order-1"]
        with pytest.raises(ApiError) as refused:
            history(A, 9, "order-99")
        assert (refused.value.status, refused.value.code) == (404, "order_not_found")


async def test_a_statement_is_of_the_moment_it_was_asked_for_however_late_it_is_read() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        resting = [await desk.place(type=LIMIT, limitPrice=price) for price in (90.0, 91.0)]
        await desk.client.cancel_order(A, resting[0])
        queries = desk.queries

        def asked() -> list[Iterator[PlacedOrder] | Iterator[Execution]]:
            orders, history = queries.orders(A), queries.orders_history(A, 100, None)
            return [orders, history, queries.executions(A), queries.executions(A, "AAPL")]

        at_once = [list(each) for each in asked()]
        late = asked()
        begun = [next(each) for each in late]
        await desk.client.cancel_order(A, resting[1])
        await desk.place(qty=5)
        desk.market.now_ms += 2 * 24 * 60 * 60 * 1000
        rest = [list(each) for each in late]
        assert [[first, *more] for first, more in zip(begun, rest, strict=True)] == at_once
        assert [list(each) for each in asked()] != at_once


async def refusal_of(doing: Awaitable[object]) -> tuple[int, str, str]:
    with pytest.raises(ApiError) as refused:
        await doing
    return refused.value.status, refused.value.code, refused.value.detail


async def test_what_the_state_of_an_order_does_not_allow_is_a_conflict() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00", size=4)
        order: dict[str, Any] = {
            "symbol": "AAPL",
            "type": 4,
            "side": BUY,
            "qty": 9.0,
            "limitPrice": 100.0,
        }
        await desk.place(**order, stopPrice=99.0)
        for change, code in (
            ({"stopPrice": 98.0}, "order_triggered"),
            ({"stopPrice": 99.0, "qty": 4.0}, "quantity_below_filled"),
        ):
            wanted = PreOrder.model_validate(order | change)
            status, said, _ = await refusal_of(desk.client.modify_order(A, "order-1", wanted))
            assert (status, said) == (409, code)


async def test_a_refusal_says_what_holds_the_position() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(qty=10)
        closing: dict[str, Any] = {"side": SELL, "isClose": True}
        await desk.place(**closing, type=LIMIT, limitPrice=101.0, qty=4)
        await desk.place(**closing, type=LIMIT, limitPrice=102.0, qty=6)
        held = "order-2 is to close 4 of it, order-3 is to close 6 of it; cancel that first."
        refused = (409, "exceeds_position", f"0 of AAPL is left to close: {held}")
        assert await refusal_of(desk.client.close_position(A, "AAPL", None)) == refused
        assert await refusal_of(desk.place(**closing, qty=1)) == refused
        await desk.client.cancel_orders(A, None)
        refused = (409, "exceeds_position", "10 of AAPL is left to close.")
        assert await refusal_of(desk.client.close_position(A, "AAPL", 11.0)) == refused


@pytest.mark.parametrize(
    ("pips", "sentence"),
    [
        (0.0, "trailingStopPips 0, 0.00 in price, is not above zero."),
        (1e15, "trailingStopPips 1000000000000000, 10000000000000.00 in price, is above the "),
        (0.5, "trailingStopPips 0.5, 0.005 in price, is not a multiple of AAPL's tick, 0.01."),
    ],
)
async def test_a_trail_is_refused_in_pips(pips: float, sentence: str) -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        itself: dict[str, Any] = {"type": STOP, "stopType": 1}
        for how in ({}, itself):
            _, _, detail = await refusal_of(desk.place(**how, trailingStopPips=pips))
            assert detail.startswith(sentence)


async def test_a_time_in_seconds_is_told_from_one_in_milliseconds() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        in_seconds = {"type": "GTD", "datetime": 2}
        refused = await refusal_of(desk.place(type=LIMIT, limitPrice=90.0, duration=in_seconds))
        assert refused[:2] == (422, "expiry_past")
        assert refused[2].endswith("datetime is in milliseconds.")


async def test_leverage_is_set_within_its_bounds_and_what_the_margin_allows() -> None:
    async with running(leverage_default=10, leverage_max=20) as desk:
        desk.market.move("AAPL", "100.00", "100.00")
        await desk.place(qty=9_000)
        info = desk.queries.leverage(A, "AAPL")
        assert (info.leverage, info.min, info.max) == (10.0, 1.0, 20.0)
        for wanted, code in ((21.0, "leverage_wrong"), (5.0, "insufficient_margin")):
            params = LeverageSetParams.model_validate(LEVERAGE | {"leverage": wanted})
            assert desk.client.preview_leverage(A, params).errors
            with pytest.raises(ApiError) as refused:
                await desk.client.set_leverage(A, params)
            assert refused.value.code == code
        params = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 20.0})
        await desk.client.set_leverage(A, params)
        assert desk.queries.leverage(A, "AAPL").leverage == 20.0
        assert desk.queries.instrument(A, "AAPL").leverage == "20:1"


async def test_an_account_that_can_no_longer_carry_its_position_is_liquidated() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "100.00", "100.00", size=10_000)
        await desk.place(qty=9_900)
        desk.market.move("AAPL", "94.80", "94.80", size=10_000)
        await desk.client.flush()
        assert desk.queries.positions(A) == []
        *_, order = desk.queries.orders(A)
        assert order.message is not None
        assert "Liquidation" in order.message.text


async def test_a_preview_tells_the_real_fee_margin_and_position() -> None:
    async with running(commission_taker_bps=Decimal(10), commission_minimum=Decimal(2)) as desk:
        desk.market.move("AAPL", "99.90", "100.00")
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 50})
        preview = desk.client.preview_order(A, order)
        rows = {row.title: row.value for row in preview.sections[-1].rows}
        assert rows == {
            "Commission": "5 USD",
            "Margin required": "500 USD",
            "Free margin afterwards": "99490 USD",
            "Position once filled": "50",
        }
        await desk.place(qty=50)
        assert desk.queries.equity(A).balance == 99_995.0
        changed = PreOrder.model_validate(
            {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 5, "limitPrice": 90.0}
        )
        order_id = await desk.client.place_order(A, changed)
        preview = desk.client.preview_order(A, changed, order_id)
        assert {row.title: row.value for row in preview.sections[-1].rows}["Commission"] == "2 USD"


async def test_equity_is_told_as_margin_is_reserved_and_released() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.follow("equity", A)
        order_id = await desk.place(type=LIMIT, limitPrice=90.0, qty=10)
        leverage = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 5.0})
        await desk.client.set_leverage(A, leverage)
        larger = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 20, "limitPrice": 90.0}
        await desk.client.modify_order(A, order_id, PreOrder.model_validate(larger))
        await desk.client.cancel_order(A, order_id)
        margins = [data["usedMargin"] for data in desk.told("equity")]
        assert margins == [pytest.approx(each) for each in (90.2, 180.2, 360.4, 0.0)]


async def test_updates_carry_the_number_of_their_event_and_the_one_told_before() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        for route in ("equity", "positions", "orders", "executions"):
            await desk.follow(route, A)
        await desk.place(qty=10)  # event 1 opened the account, 2 placed, 3 filled
        assert desk.meta == [
            ("orders", {"seq": 2, "prev": 1}),
            ("equity", {"as_of_seq": 2}),
            ("executions", {"seq": 3, "prev": 1}),
            ("orders", {"seq": 3, "prev": 2}),
            ("positions", {"seq": 3, "prev": 1}),
            ("equity", {"as_of_seq": 3}),
        ]
        assert desk.service.sequence(f'orders:{{"accountId":"{A}"}}') == {"seq": 3}
        assert desk.service.sequence(f'equity:{{"accountId":"{A}"}}') == {"as_of_seq": 3}


async def test_what_a_topic_was_told_since_can_be_told_again() -> None:
    async with running() as desk:
        for symbol in ("AAPL", "MSFT"):
            desk.market.move(symbol, "99.98", "100.00")
        topics = {route: f'{route}:{{"accountId":"{A}"}}' for route in ROUTES}
        await desk.place(type=LIMIT, limitPrice=90.0)
        for route in ROUTES:
            await desk.follow(route, A)
        seq = desk.service.sequence(topics["orders"])["seq"]
        await desk.place(qty=10, takeProfit=110.0, stopLoss=90.0)
        token = client_request_id.set("ticket-2")
        await desk.place(symbol="MSFT", qty=3)
        client_request_id.reset(token)
        await desk.client.close_position(A, "AAPL", 4)
        for route, topic in topics.items():
            missed = await desk.service.replay_since(topic, seq)
            assert missed is not None
            live = [meta for name, meta in desk.meta if name == route]
            assert [each.meta for each in missed] == live
            caused = [each.meta.get("request_id", "") for each in missed]
            assert dict.fromkeys(caused) == dict.fromkeys(["", "ticket-2", ""])
            if route != "positions":  # these show what their brackets are now
                data = [each.data.model_dump(by_alias=True, exclude_none=True) for each in missed]
                assert data == desk.told(route)
        of_one = f'executions:{{"accountId":"{A}","symbol":"MSFT"}}'
        await desk.follow("executions", A, symbol="MSFT")
        missed = await desk.service.replay_since(of_one, seq)
        assert missed is not None
        assert [each.data.model_dump()["symbol"] for each in missed] == ["MSFT"]
        assert await desk.service.replay_since(topics["orders"], 10**6) is None
        assert await desk.service.replay_since(topics["orders"], seq + 99) is None


async def test_who_missed_too_much_is_told_so() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.follow("orders", A)
        topic = f'orders:{{"accountId":"{A}"}}'
        for _ in range(MISSED_EVENTS_MAX // 2):
            order_id = await desk.place(type=LIMIT, limitPrice=90.0)
            await desk.client.cancel_order(A, order_id)
        missed = await desk.service.replay_since(topic, 1)
        assert missed is not None
        assert len(missed) == MISSED_EVENTS_MAX
        assert await desk.service.replay_since(topic, 0) is None


async def test_brackets_that_never_protected_anything_end_with_their_order_as_parent() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.follow("orders", A)
        order_id = await desk.place(type=LIMIT, limitPrice=90.0, takeProfit=95.0, stopLoss=80.0)
        await desk.client.cancel_order(A, order_id)
        ended = [data for data in desk.told("orders") if data["status"] == 1]
        assert [(data["id"], data.get("parentId"), data.get("parentType")) for data in ended] == [
            ("order-1", None, None),
            ("order-2", "order-1", 1),
            ("order-3", "order-1", 1),
        ]


async def test_a_reset_tells_of_each_position_with_the_side_that_it_had() -> None:
    async with running() as desk:
        desk.market.move("AAPL", "99.98", "100.00")
        await desk.place(side=SELL, qty=3)
        await desk.follow("positions", A)
        await desk.client.reset(A, None)
        assert [(data["qty"], data["side"]) for data in desk.told("positions")] == [(0.0, SELL)]
        *_, event = await desk.queries.events(A, 0, 100)
        assert event.positions is not None
        assert [(each.symbol, each.qty) for each in event.positions] == [("AAPL", 0.0)]


ROUTES = ("executions", "orders", "positions")
LEVERAGE = {"symbol": "AAPL", "orderType": MARKET, "side": BUY}
