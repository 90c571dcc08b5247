"""Which quotes reach the paper exchange, and what it does without any."""

from __future__ import annotations

from tests.kit.paper_exchange import BUY, LIMIT, MARKET, SELL, STOP, A, running
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.models.broker import PreOrder


async def test_an_order_in_a_stale_market_waits_for_its_next_quote() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.become(MarketState.STALE, "no sign of life for 5 s")
        await exchange.place()
        assert [order.status for order in await exchange.queries.orders(A)] == [6]
        exchange.market.become(MarketState.OPEN)
        exchange.market.move("AAPL", "99.99", "100.01")
        await exchange.client.flush()
        assert [(order.status, order.avg_price) for order in await exchange.queries.orders(A)] == [
            (2, 100.01)
        ]


async def test_an_order_of_a_closed_symbol_waits_until_the_symbol_opens_again() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "9.00", "10.00")
        exchange.market.move("MSFT", "9.00", "10.00")
        exchange.market.closed["AAPL"] = MarketStatus(
            MarketState.CLOSED, "AAPL is out of its hours"
        )
        await exchange.place()
        await exchange.place(type=STOP, side=SELL, stopPrice=20.0)
        await exchange.place(symbol="MSFT")
        exchange.market.move("AAPL", "9.00", "10.00")
        await exchange.client.flush()
        assert list(await exchange.queries.executions(A, "AAPL")) == []
        assert len(list(await exchange.queries.executions(A, "MSFT"))) == 1
        del exchange.market.closed["AAPL"]
        exchange.market.move("AAPL", "9.00", "10.00")
        await exchange.client.flush()
        assert len(list(await exchange.queries.executions(A, "AAPL"))) == 2


async def test_commands_in_a_stale_symbol_are_answered_as_in_a_stale_market() -> None:
    """Market orders wait, and previews, closings and leverage know no price to trade on."""
    answers: list[list[object]] = []
    for is_symbol_alone in (False, True):
        async with running() as exchange:
            market = exchange.market
            market.move("AAPL", "99.98", "100.00")
            await exchange.place()
            await exchange.place(type=STOP, side=SELL, stopPrice=90.0)
            if is_symbol_alone:
                market.closed["AAPL"] = MarketStatus(MarketState.STALE, "silent")
            else:
                market.become(MarketState.STALE, "silent")
            market.move("AAPL", "79.98", "80.00")
            await exchange.client.flush()
            fields = {"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 1}
            order = PreOrder.model_validate(fields)
            answer = await exchange.client.preview_order(A, order)
            preview = answer.model_dump(exclude={"confirm_id"})
            await exchange.place()
            await exchange.client.close_position(A, "AAPL", None)
            await exchange.client.flush()
            orders = [(each.status, each.type) for each in await exchange.queries.orders(A)]
            fills = len(list(await exchange.queries.executions(A, "AAPL")))
            answers.append([preview, orders, fills])
    assert answers[0] == answers[1]
    assert answers[1][-1] == 1, "what filled before"


async def test_there_is_interest_in_symbols_with_orders_or_a_position_only() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "9.00", "10.00")
        exchange.market.move("MSFT", "9.00", "10.00")
        await exchange.place(symbol="MSFT", type=LIMIT, limitPrice=1.0)
        await exchange.place()
        wanted = [each for each in ("MSFT", "AAPL", "DAX") if exchange.market.has_interest(each)]
        assert wanted == ["MSFT", "AAPL"]
        await exchange.client.close_position(A, "AAPL", None)
        await exchange.client.cancel_orders(A, None)
        assert not any(exchange.market.has_interest(each) for each in ("MSFT", "AAPL"))


async def test_a_stop_works_without_any_client() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(type=STOP, side=SELL, stopPrice=99.0)
        exchange.market.move("AAPL", "98.10", "98.20")
        await exchange.client.flush()
        assert [(order.status, order.avg_price) for order in await exchange.queries.orders(A)] == [
            (2, 98.1)
        ]


async def test_orders_expire_on_time_without_a_quote() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        until = float(exchange.market.now_ms + 1000)
        await exchange.place(
            type=LIMIT, limitPrice=90.0, duration={"type": "GTD", "datetime": until}
        )
        await exchange.place(type=LIMIT, limitPrice=90.0, duration={"type": "DAY"})
        exchange.market.now_ms += 1000
        await exchange.client.flush()
        assert [order.status for order in await exchange.queries.orders(A)] == [1, 6]
        exchange.market.now_ms = exchange.market.session_end_ms("AAPL")
        await exchange.client.flush()
        assert [order.status for order in await exchange.queries.orders(A)] == [1, 1]
