"""Idempotency keys: which commands are the same, and what a duplicate is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.kit.paper_client import PaperClient
from tests.kit.paper_exchange import BUY, LEVERAGE, LIMIT, MARKET, A, B, rejection_of, running
from trading_api.errors import ApiError
from trading_api.models.broker import Brackets, LeverageSetParams, PreOrder, SettlementRequest
from trading_api.modules.broker import mapping
from trading_api.modules.broker.journal.memory import MemoryJournal


async def test_a_key_names_one_command_for_ever() -> None:
    journal = MemoryJournal()
    order = {"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10.0}
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        first = PreOrder.model_validate(order | {"seenPrice": 100.0})
        again = PreOrder.model_validate(order | {"seenPrice": 101.0})
        assert await exchange.client.place_order(A, first, "key") == "order-1"
        assert await exchange.client.place_order(A, again, "key") == "order-1"
        assert await exchange.client.place_order(B, again, "key") == "order-1"
        await exchange.client.close_position(A, "AAPL", 4, "key")
        await exchange.client.close_position(A, "AAPL", 4, "key")
        assert [position.qty for position in exchange.queries.positions(A)] == [6.0]
    async with running(journal) as exchange:
        assert await exchange.client.place_order(A, again, "key") == "order-1"
        other = PreOrder.model_validate(order | {"qty": 11.0})
        with pytest.raises(ApiError) as rejected:
            await exchange.client.place_order(A, other, "key")
        assert (rejected.value.status, rejected.value.code) == (409, "idempotency_key_reused")


async def test_a_duplicate_is_answered_even_if_its_symbol_is_gone() -> None:
    journal = MemoryJournal()
    wanted: dict[str, Any] = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 10.0}
    order = PreOrder.model_validate(wanted | {"limitPrice": 100.0})
    change = PreOrder.model_validate(wanted | {"limitPrice": 91.0})
    other = PreOrder.model_validate(wanted | {"limitPrice": 1.0})

    async def repeat(client: PaperClient) -> None:
        assert await client.place_order(A, order, "key") == "order-1"
        assert await client.place_order(A, order, "key 2") == "order-2"
        await client.close_position(A, "AAPL", 4, "key")
        await client.reverse_position(A, "TEST:AAPL", "key")

    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await repeat(exchange.client)
        await exchange.place(type=LIMIT, limitPrice=90.0)
        await exchange.client.modify_order(A, "order-5", change, "key")
    async with running(journal, symbols=()) as exchange:
        events = len(list(await exchange.queries.events(A, 0, 1000)))
        await repeat(exchange.client)
        await exchange.client.modify_order(A, "order-5", change, "key")
        assert len(list(await exchange.queries.events(A, 0, 1000))) == events
        rejected = await rejection_of(exchange.client.place_order(A, other, "key"))
        assert rejected[:2] == (409, "idempotency_key_reused")
        rejected = await rejection_of(exchange.client.place_order(A, other, "fresh"))
        assert rejected[:2] == (422, "unknown_symbol")


async def test_a_symbol_with_and_without_its_exchange_is_the_same_command() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        wanted: dict[str, Any] = {"type": MARKET, "side": BUY, "qty": 10.0}
        for symbol in ("AAPL", "TEST:AAPL"):
            order = PreOrder.model_validate(wanted | {"symbol": symbol})
            assert await exchange.client.place_order(A, order, "key") == "order-1"
            await exchange.client.close_position(A, symbol, 4, "key")


async def test_a_rejected_command_records_no_key() -> None:
    async with running() as exchange:
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 1})
        with pytest.raises(ApiError):
            await exchange.client.place_order(A, order, "key")
        exchange.market.move("AAPL", "99.98", "100.00")
        assert await exchange.client.place_order(A, order, "key") == "order-1"


async def test_every_command_of_an_account_is_done_once_for_its_key() -> None:
    brackets = Brackets.model_validate({"takeProfit": 120.0, "stopLoss": 80.0})
    leverage = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 5.0})
    journal = MemoryJournal()
    async with running(journal) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.place(type=LIMIT, limitPrice=90.0)
        await exchange.place(type=LIMIT, limitPrice=91.0)
        client = exchange.client
        commands: dict[str, Callable[[str], Awaitable[object]]] = {
            "cancel-many": lambda key: client.cancel_orders(A, ["order-2"], key),
            "cancel-all": lambda key: client.cancel_orders(A, None, key),
            "brackets": lambda key: client.edit_brackets(A, "TEST:AAPL", brackets, key),
            "leverage": lambda key: client.set_leverage(A, leverage, key),
            "deposit": lambda key: client.deposit(A, 500.0, key),
            "withdraw": lambda key: client.withdraw(A, 50.0, key),
            "settle": lambda key: client.settle(A, "TEST:AAPL", 90.0, key),
            "reset": lambda key: client.reset(A, None, key),
        }
        others: dict[str, Callable[[str], Awaitable[object]]] = {
            "cancel-many": lambda key: client.cancel_orders(A, ["order-3"], key),
            "brackets": lambda key: client.edit_brackets(A, "AAPL", Brackets(), key),
            "deposit": lambda key: client.deposit(A, 501.0, key),
            "withdraw": lambda key: client.withdraw(A, 51.0, key),
            "settle": lambda key: client.settle(A, "AAPL", 91.0, key),
            "reset": lambda key: client.reset(A, 501.0, key),
        }
        first = {name: await command("key") for name, command in commands.items()}
        assert (first["cancel-many"], first["cancel-all"]) == (["order-2"], ["order-3"])
        events = [each async for each in journal.load()]
        again = {name: await command("key") for name, command in commands.items()}
        assert again == first
        for command in others.values():
            rejected = await rejection_of(command("key"))
            assert rejected[:2] == (409, "idempotency_key_reused")
        assert [each async for each in journal.load()] == events
        assert exchange.queries.equity(A).balance == 100_000.0
        await client.deposit(A, 500.0, "another key")
        assert exchange.queries.equity(A).balance == 100_500.0


async def test_a_repeated_cancellation_of_nothing_is_answered_alike() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        assert await exchange.client.cancel_orders(A, None, "key") == []
        await exchange.place(type=LIMIT, limitPrice=90.0)
        assert await exchange.client.cancel_orders(A, None, "key") == []
        (order,) = await exchange.queries.orders(A)
        assert order.status == 6


def test_fingerprints_are_those_that_older_ledgers_hold() -> None:
    order = PreOrder.model_validate(
        {
            "symbol": "NASDAQ:AAPL",
            "type": 4,
            "side": -1,
            "qty": 2.5,
            "limitPrice": 100.25,
            "stopPrice": 99.0,
            "duration": {"type": "GTD", "datetime": 1_790_000_000_000},
            "takeProfit": 90.0,
            "trailingStopPips": 50.0,
            "seenPrice": 1.0,
            "currentQuotes": {"ask": 1.0, "bid": 1.0},
            "isClose": False,
            "clientOrderId": "c-1",
        }
    )
    settlement = SettlementRequest(symbol="NASDAQ:AAPL", price=12.5)
    leverage = {"symbol": "NASDAQ:AAPL", "orderType": 2, "side": 1, "leverage": 5.0}
    keys = [
        mapping.to_place_order(order, "k").key,
        mapping.to_modify_order("order-7", order, "k").key,
        mapping.to_cancel_order("order-7", "k").key,
        mapping.to_close_position("AAPL", None, "k").key,
        mapping.to_close_position("NASDAQ:AAPL", 4.0, "k").key,
        mapping.to_reverse_position("AAPL", "k").key,
        mapping.to_cancel_orders(None, "k").key,
        mapping.to_cancel_orders(["order-7", "order-8"], "k").key,
        mapping.to_edit_brackets("AAPL", Brackets(take_profit=9.5), "k").key,
        mapping.to_set_leverage(LeverageSetParams.model_validate(leverage), "k").key,
        mapping.to_deposit(500.0, "k").key,
        mapping.to_reset_account(None, "k").key,
        mapping.to_withdraw(500.0, "k").key,
        mapping.to_settle_position(settlement, "k").key,
    ]
    assert [(key.operation, key.fingerprint[:16]) for key in keys if key] == [
        ("place", "aa31f3f5da0dff7d"),
        ("modify", "f8c14403256d8c83"),
        ("cancel", "6090fe9d3df657e4"),
        ("close", "1c896b75b5a904f8"),
        ("close", "ed58d97d28f93527"),
        ("reverse", "fcbb30b4ee6baa4d"),
        ("cancel-all", "4f53cda18c2baa0c"),
        ("cancel-many", "dc6c2f5ca8706f6e"),
        ("brackets", "a259af1d5466267b"),
        ("leverage", "3fbd9246252fd460"),
        ("deposit", "37136dd7b53c92c1"),
        ("reset", "1d8fc6ceb1f94c63"),
        ("withdraw", "37136dd7b53c92c1"),
        ("settle", "d031ad78532ac116"),
    ]
