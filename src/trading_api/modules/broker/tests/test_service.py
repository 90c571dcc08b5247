"""The topics of the WebSocket routes: opening, present state, sequence numbers and replay."""

from __future__ import annotations

import asyncio

import pytest

from tests.kit.paper_exchange import LIMIT, ROUTES, A, running
from trading_api.errors import ApiError
from trading_api.modules.broker.publishing.replay import (
    MISSED_EVENTS_MAX,
    MISSED_UPDATES_MAX,
    PAGE_EVENTS,
)
from trading_api.observability.request_id import client_request_id


async def test_the_state_of_a_topic_is_what_is_working_and_open() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=3)
        await exchange.place(type=LIMIT, limitPrice=90.0)
        (order,) = await exchange.subscribe("orders", A)
        (position,) = await exchange.subscribe("positions", A)
        assert order.model_dump()["limitPrice"] == 90.0
        assert position.model_dump()["qty"] == 3.0
        assert await exchange.subscribe("executions", A) == []


async def test_an_unknown_symbol_opens_no_topic() -> None:
    async with running() as exchange:
        with pytest.raises(ApiError) as rejected:
            await exchange.subscribe("executions", A, symbol="NOPE")
        assert rejected.value.code == "unknown_symbol"


async def test_updates_carry_the_numbers_of_their_event_and_of_the_one_before_it() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for route in ("equity", "positions", "orders", "executions"):
            await exchange.subscribe(route, A)
        await exchange.place(qty=10)  # event 1 opened the account, 2 placed, 3 filled
        assert exchange.meta == [
            ("orders", {"seq": 2, "prev": 1}),
            ("equity", {"as_of_seq": 2}),
            ("executions", {"seq": 3, "prev": 1}),
            ("orders", {"seq": 3, "prev": 2}),
            ("positions", {"seq": 3, "prev": 1}),
            ("equity", {"as_of_seq": 3}),
        ]
        assert exchange.service.sequence(f'orders:{{"accountId":"{A}"}}') == {"seq": 3}
        assert exchange.service.sequence(f'equity:{{"accountId":"{A}"}}') == {"as_of_seq": 3}


async def test_missed_updates_are_replayed_as_they_were_published() -> None:
    async with running() as exchange:
        for symbol in ("AAPL", "MSFT"):
            exchange.market.move(symbol, "99.98", "100.00")
        topics = {route: f'{route}:{{"accountId":"{A}"}}' for route in ROUTES}
        await exchange.place(type=LIMIT, limitPrice=90.0)
        for route in ROUTES:
            await exchange.subscribe(route, A)
        seq = exchange.service.sequence(topics["orders"])["seq"]
        await exchange.place(qty=10, takeProfit=110.0, stopLoss=90.0)
        token = client_request_id.set("ticket-2")
        await exchange.place(symbol="MSFT", qty=3)
        client_request_id.reset(token)
        await exchange.client.close_position(A, "AAPL", 4)
        for route, topic in topics.items():
            missed = await exchange.service.replay_since(topic, seq)
            assert missed is not None
            live = [meta for name, meta in exchange.meta if name == route]
            assert [each.meta for each in missed] == live
            caused = [each.meta.get("request_id", "") for each in missed]
            assert dict.fromkeys(caused) == dict.fromkeys(["", "ticket-2", ""])
            if route != "positions":  # these show what their brackets are now
                data = [each.data.model_dump(by_alias=True, exclude_none=True) for each in missed]
                assert data == exchange.published(route)
        of_one = f'executions:{{"accountId":"{A}","symbol":"MSFT"}}'
        await exchange.subscribe("executions", A, symbol="MSFT")
        missed = await exchange.service.replay_since(of_one, seq)
        assert missed is not None
        assert [each.data.model_dump()["symbol"] for each in missed] == ["MSFT"]
        assert await exchange.service.replay_since(topics["orders"], 10**6) is None
        assert await exchange.service.replay_since(topics["orders"], seq + 99) is None


async def test_a_client_that_missed_too_much_cannot_resume() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("orders", A)
        topic = f'orders:{{"accountId":"{A}"}}'
        for _ in range(MISSED_UPDATES_MAX // 2):
            order_id = await exchange.place(type=LIMIT, limitPrice=90.0)
            await exchange.client.cancel_order(A, order_id)
        missed = await exchange.service.replay_since(topic, 1)
        assert missed is not None
        assert len(missed) == MISSED_UPDATES_MAX
        await exchange.place(type=LIMIT, limitPrice=90.0)
        assert await exchange.service.replay_since(topic, 1) is None
        assert len(await exchange.service.replay_since(topic, 2) or ()) == MISSED_UPDATES_MAX


async def test_a_client_of_a_quiet_topic_resumes_after_many_events_of_others() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        topic = f'executions:{{"accountId":"{A}"}}'
        await exchange.subscribe("executions", A)
        await exchange.place()
        seq = exchange.service.sequence(topic)["seq"]
        while exchange.service.sequence(topic)["seq"] <= seq + 2 * PAGE_EVENTS:
            order_id = await exchange.place(type=LIMIT, limitPrice=90.0)
            await exchange.client.cancel_order(A, order_id)
        assert await exchange.service.replay_since(topic, seq) == []
        await exchange.place()
        (missed,) = await exchange.service.replay_since(topic, seq) or ()
        assert missed.meta["prev"] == seq
        (missed,) = await exchange.service.replay_since(topic, seq + 2 * PAGE_EVENTS, seq) or ()
        assert missed.meta["prev"] == seq


async def test_more_events_than_are_searched_cannot_be_replayed() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        topic = f'executions:{{"accountId":"{A}"}}'
        await exchange.subscribe("executions", A)
        await exchange.client.deposit(A, 1e9)
        first = exchange.service.sequence(topic)["seq"]
        while exchange.service.sequence(topic)["seq"] < first + MISSED_EVENTS_MAX:
            orders = (exchange.place(type=LIMIT, limitPrice=90.0) for _ in range(100))
            await asyncio.gather(*orders)
        last = exchange.service.sequence(topic)["seq"]
        assert await exchange.service.replay_since(topic, last - MISSED_EVENTS_MAX) == []
        assert await exchange.service.replay_since(topic, last - MISSED_EVENTS_MAX - 1) is None
