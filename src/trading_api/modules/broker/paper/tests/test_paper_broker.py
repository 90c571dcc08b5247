"""Commands to the paper exchange from their wire form to their effect."""

from __future__ import annotations

import pytest

from tests.kit.paper_exchange import BUY, LEVERAGE, LIMIT, A, running
from trading_api.errors import ApiError
from trading_api.models.broker import LeverageSetParams, PreOrder


async def test_a_part_of_a_position_is_closed_and_no_more_than_all_of_it() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.client.close_position(A, "AAPL", 4)
        assert [position.qty for position in exchange.queries.positions(A)] == [6.0]
        with pytest.raises(ApiError) as rejected:
            await exchange.client.close_position(A, "AAPL", 7)
        assert (rejected.value.status, rejected.value.code) == (409, "exceeds_position")


async def test_an_order_is_modified_and_cancelled_while_it_works() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        order_id = await exchange.place(type=LIMIT, limitPrice=90.0)
        changed = {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 5.0, "limitPrice": 91.0}
        await exchange.client.modify_order(A, order_id, PreOrder.model_validate(changed))
        (order,) = await exchange.queries.orders(A)
        assert (order.qty, order.limit_price, order.status) == (5.0, 91.0, 6)
        await exchange.client.cancel_order(A, order_id)
        with pytest.raises(ApiError) as rejected:
            await exchange.client.cancel_order(A, order_id)
        assert (rejected.value.status, rejected.value.code) == (409, "order_not_working")


async def test_many_orders_are_canceled_together_and_ended_ones_ignored() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        ids = [await exchange.place(type=LIMIT, limitPrice=price) for price in (90.0, 91.0, 92.0)]
        await exchange.client.cancel_order(A, ids[0])
        assert await exchange.client.cancel_orders(A, [ids[0], ids[1], "order-99"]) == [ids[1]]
        assert await exchange.client.cancel_orders(A, None) == [ids[2]]
        assert await exchange.client.cancel_orders(A, None) == []


async def test_profit_in_another_currency_converts_at_the_mid_of_its_pair() -> None:
    async with running() as exchange:
        exchange.market.move("USDJPY", "149.990", "150.010")
        exchange.market.move("NIKKEI", "1000.00", "1000.50")
        await exchange.place(symbol="NIKKEI", qty=10)
        exchange.market.move("NIKKEI", "1030.50", "1031.00")
        await exchange.client.close_position(A, "NIKKEI", None)
        (equity,) = await exchange.subscribe("equity", A)
        assert equity.model_dump()["realizedPL"] == pytest.approx(300 / 150, abs=1e-8)


async def test_leverage_is_set_within_its_bounds_and_what_the_margin_allows() -> None:
    async with running(leverage_default=10, leverage_max=20) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        await exchange.place(qty=9_000)
        info = exchange.queries.leverage(A, "AAPL")
        assert (info.leverage, info.min, info.max) == (10.0, 1.0, 20.0)
        for wanted, code in ((21.0, "leverage_wrong"), (5.0, "insufficient_margin")):
            params = LeverageSetParams.model_validate(LEVERAGE | {"leverage": wanted})
            assert exchange.client.preview_leverage(A, params).errors
            with pytest.raises(ApiError) as rejected:
                await exchange.client.set_leverage(A, params)
            assert rejected.value.code == code
        params = LeverageSetParams.model_validate(LEVERAGE | {"leverage": 20.0})
        await exchange.client.set_leverage(A, params)
        assert exchange.queries.leverage(A, "AAPL").leverage == 20.0
        assert exchange.queries.instrument(A, "AAPL").leverage == "20:1"


async def test_an_account_that_can_no_longer_carry_its_position_is_liquidated() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "100.00", "100.00", size=10_000)
        await exchange.place(qty=9_900)
        exchange.market.move("AAPL", "94.80", "94.80", size=10_000)
        await exchange.client.flush()
        assert exchange.queries.positions(A) == []
        *_, order = await exchange.queries.orders(A)
        assert order.message is not None
        assert "Liquidation" in order.message.text
