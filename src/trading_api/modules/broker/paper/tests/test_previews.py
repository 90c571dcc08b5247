"""Previews of orders."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.paper_exchange import BUY, LIMIT, MARKET, A, running
from trading_api.models.broker import PreOrder


async def test_a_preview_shows_what_placing_would_do_and_does_nothing() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=4)
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 10})
        preview = (await exchange.client.preview_order(A, order)).model_dump(exclude_none=True)
        rows = {row["title"]: row["value"] for row in preview["sections"][1]["rows"]}
        assert rows["Filled quantity"] == "4"
        assert rows["Average price"] == "100 USD"
        assert preview["warnings"] == ["6 of 10 would wait as Working."]
        assert list(await exchange.queries.orders(A)) == []


async def test_a_preview_shows_the_real_commission_margin_and_position() -> None:
    async with running(commission_taker_bps=Decimal(10), commission_minimum=Decimal(2)) as exchange:
        exchange.market.move("AAPL", "99.90", "100.00")
        order = PreOrder.model_validate({"symbol": "AAPL", "type": MARKET, "side": BUY, "qty": 50})
        preview = await exchange.client.preview_order(A, order)
        rows = {row.title: row.value for row in preview.sections[-1].rows}
        assert rows == {
            "Commission": "5 USD",
            "Margin required": "500 USD",
            "Free margin afterwards": "99490 USD",
            "Position once filled": "50",
        }
        await exchange.place(qty=50)
        assert exchange.queries.equity(A).balance == 99_995.0
        changed = PreOrder.model_validate(
            {"symbol": "AAPL", "type": LIMIT, "side": BUY, "qty": 5, "limitPrice": 90.0}
        )
        order_id = await exchange.client.place_order(A, changed)
        preview = await exchange.client.preview_order(A, changed, order_id)
        rows = {row.title: row.value for row in preview.sections[-1].rows}
        assert rows["Commission, at most"] == "2 USD"
