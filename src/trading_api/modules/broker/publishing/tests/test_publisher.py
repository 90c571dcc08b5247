"""What the publisher sends on the topics of orders, executions, positions and equity."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.kit.paper_exchange import BUY, LEVERAGE, LIMIT, SELL, A, B, running
from trading_api.domain.market_status import MarketState
from trading_api.models.broker import Brackets, LeverageSetParams, PreOrder
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal


async def test_a_fill_is_published_as_execution_order_position_equity() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for route in ("equity", "positions", "orders", "executions"):
            await exchange.subscribe(route, A)
        await exchange.place(qty=10)
        placed, fill = ["orders", "equity"], ["executions", "orders", "positions", "equity"]
        assert exchange.routes() == placed + fill
        working, _, execution, filled, position, equity = [data for _, data in exchange.updates]
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
            "deposited": 100_000.0,
            "seq": 3,
        }


async def test_only_an_order_that_reduces_is_published_as_such() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10, stopLoss=90.0)
        await exchange.subscribe("orders", A)
        await exchange.place(side=-1, type=1, qty=4, limitPrice=120.0, isClose=True)
        await exchange.place(side=-1, type=1, qty=4, limitPrice=130.0, isClose=False)
        orders = await exchange.queries.orders(A)
        shown = {each.limit_price or each.stop_price: each.is_close for each in orders}
        assert shown == {None: None, 90.0: None, 120.0: True, 130.0: None}
        assert [each.get("isClose") for each in exchange.published("orders")] == [True, None]


async def test_topics_receive_the_updates_of_their_own_account_only() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("orders", A)
        await exchange.subscribe("orders", B)
        await exchange.place(A)
        await exchange.place(B)
        assert [topic for topic, _ in exchange.updates] == [
            f'orders:{{"accountId":"{account}"}}' for account in (A, A, B, B)
        ]
        assert exchange.queries.positions(A) == exchange.queries.positions(B)
        for account in (A, B):
            assert len(list(await exchange.queries.orders(account))) == 1


async def test_an_executions_topic_of_one_symbol_receives_that_symbol_only() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.move("MSFT", "49.98", "50.00")
        await exchange.subscribe("executions", A, symbol="MSFT")
        await exchange.place(symbol="AAPL")
        await exchange.place(symbol="MSFT")
        assert [data["symbol"] for _, data in exchange.updates] == ["MSFT"]


async def test_equity_follows_every_quote_of_an_open_position() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.subscribe("equity", A)
        exchange.market.move("MSFT", "49.98", "50.00")
        exchange.market.move("AAPL", "101.00", "101.02")
        assert [data["equity"] for _, data in exchange.updates] == [100_010.0]


async def test_a_closed_position_is_published_with_quantity_0_and_its_profit_is_cash() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        exchange.market.move("AAPL", "103.50", "103.52")
        await exchange.subscribe("positions", A)
        (equity,) = await exchange.subscribe("equity", A)
        assert equity.model_dump()["unrealizedPL"] == 35.0
        await exchange.client.close_position(A, "AAPL", None)
        position, equity_after = [data for _, data in exchange.updates]
        assert (position["id"], position["qty"], position["side"]) == ("AAPL", 0.0, BUY)
        assert equity_after["balance"] == equity_after["equity"] == 100_035.0
        assert equity_after["realizedPL"] == 35.0
        assert exchange.queries.positions(A) == []


async def test_the_connection_is_connected_while_prices_are_fresh_and_else_gives_the_reason() -> (
    None
):
    async with running() as exchange:
        (state,) = await exchange.subscribe("broker-connection", A)
        assert state.model_dump(exclude_none=True) == {"status": 1, "timestamp": 42}
        exchange.market.become(MarketState.STALE, "no sign of life for 5 s")
        exchange.market.become(MarketState.OPEN)
        exchange.market.become(MarketState.CLOSED, "the recording has ended")
        assert [(data["status"], data.get("message")) for _, data in exchange.updates] == [
            (3, "no sign of life for 5 s"),
            (1, None),
            (1, "The market is closed: the recording has ended"),
        ]


async def test_brackets_are_published_as_a_terminal_expects_them() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for route in ("positions", "orders"):
            await exchange.subscribe(route, A)
        await exchange.place(qty=10, takeProfit=110.0, stopLoss=90.0)
        published = [
            (data["id"], data["status"], data.get("parentId"))
            for data in exchange.published("orders")
        ]
        assert published == [
            ("order-1", 6, None),
            ("order-2", 3, "order-1"),
            ("order-3", 3, "order-1"),
            ("order-1", 2, None),
            ("order-2", 6, "AAPL"),
            ("order-3", 6, "AAPL"),
            ("order-2", 6, "AAPL"),  # the market stands away from its limit: it rests
        ]
        assert [data["parentType"] for data in exchange.published("orders")[4:]] == [2, 2, 2]
        position = exchange.published("positions")[-1]
        assert (position["takeProfit"], position["stopLoss"]) == (110.0, 90.0)
        exchange.updates.clear()
        exchange.market.move("AAPL", "110.50", "110.52")
        await exchange.client.flush()
        assert [(data["id"], data["status"]) for data in exchange.published("orders")] == [
            ("order-2", 2),
            ("order-3", 1),
        ]
        assert exchange.published("positions")[-1]["qty"] == 0.0


async def test_a_position_that_is_protected_and_reversed_is_published() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.subscribe("positions", A)
        brackets = Brackets.model_validate({"takeProfit": 110.0, "trailingStopPips": 50.0})
        await exchange.client.edit_brackets(A, "AAPL", brackets)
        position = exchange.published("positions")[-1]
        assert (position["takeProfit"], position["stopLoss"]) == (110.0, 99.48)
        exchange.market.move("AAPL", "101.00", "101.02")
        await exchange.client.flush()
        assert exchange.published("positions")[-1]["stopLoss"] == 100.5
        await exchange.client.reverse_position(A, "AAPL")
        (reversed,) = exchange.queries.positions(A)
        assert (reversed.qty, reversed.side, reversed.stop_loss) == (10.0, SELL, None)


async def test_equity_is_published_when_margin_is_reserved_and_released() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("equity", A)
        order_id = await exchange.place(type=LIMIT, limitPrice=90.0, qty=10)
        leverage = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 5.0})
        await exchange.client.set_leverage(A, leverage)
        larger = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 20, "limitPrice": 90.0}
        await exchange.client.modify_order(A, order_id, PreOrder.model_validate(larger))
        await exchange.client.cancel_order(A, order_id)
        margins = [data["usedMargin"] for data in exchange.published("equity")]
        assert margins == [pytest.approx(each) for each in (90.2, 180.2, 360.4, 0.0)]


async def test_brackets_that_never_protected_anything_end_with_their_order_as_parent() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("orders", A)
        order_id = await exchange.place(type=LIMIT, limitPrice=90.0, takeProfit=95.0, stopLoss=80.0)
        await exchange.client.cancel_order(A, order_id)
        ended = [data for data in exchange.published("orders") if data["status"] == 1]
        assert [(data["id"], data.get("parentId"), data.get("parentType")) for data in ended] == [
            ("order-1", None, None),
            ("order-2", "order-1", 1),
            ("order-3", "order-1", 1),
        ]


async def test_a_reset_publishes_each_position_with_the_side_that_it_had() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(side=SELL, qty=3)
        await exchange.subscribe("positions", A)
        await exchange.client.reset(A, None)
        assert [(data["qty"], data["side"]) for data in exchange.published("positions")] == [
            (0.0, SELL)
        ]
        *_, event = await exchange.queries.events(A, 0, 100)
        assert event.positions is not None
        assert [(each.symbol, each.qty) for each in event.positions] == [("AAPL", 0.0)]


async def test_a_reset_starts_again_and_erases_nothing() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.place(type=LIMIT, limitPrice=90.0)
        for route in ("positions", "orders", "equity"):
            await exchange.subscribe(route, A)
        await exchange.client.reset(A, 5_000.0)
        assert exchange.routes() == ["orders", "equity", "positions", "equity"]
        assert [data["qty"] for data in exchange.published("positions")] == [0.0]
        assert (
            exchange.published("equity")[-1]["balance"]
            == exchange.published("equity")[-1]["equity"]
            == 5_000.0
        )
        assert len(list(await exchange.queries.executions(A))) == 1
        assert exchange.queries.positions(A) == []
        assert await exchange.place() == "order-3"


async def test_events_that_were_removed_cannot_be_replayed() -> None:
    class PrunedJournal(MemoryJournal):
        first = 0

        async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
            entries = await super().read(account_id, since, limit)
            return [entry for entry in entries if entry.seq > self.first]

    journal = PrunedJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place()
        await exchange.subscribe("orders", A)
        topic = f'orders:{{"accountId":"{A}"}}'
        assert len(await exchange.service.replay_since(topic, 1) or ()) == 2
        journal.first = 2
        assert await exchange.service.replay_since(topic, 1) is None
        assert len(await exchange.service.replay_since(topic, 2) or ()) == 1
