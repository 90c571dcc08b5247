"""What the publisher sends on the topic of live profits."""

from __future__ import annotations

import pytest

from tests.kit.paper_exchange import SELL, A, running


async def test_the_profit_of_a_position_follows_its_quotes() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.move("MSFT", "49.98", "50.00")
        await exchange.place(qty=10)
        await exchange.place(symbol="MSFT", side=SELL, qty=4)
        state = await exchange.subscribe("position-pl", A)
        assert [each.model_dump(by_alias=True) for each in state] == [
            {"symbol": "AAPL", "pl": -0.2, "plPercent": -0.02, "price": 99.98},
            {"symbol": "MSFT", "pl": -0.08, "plPercent": pytest.approx(-0.040016), "price": 50.0},
        ]
        exchange.updates.clear()
        exchange.market.move("AAPL", "101.00", "101.02")
        exchange.market.move("MSFT", "48.98", "48.98")
        await exchange.client.flush()
        profits = {data["symbol"]: data for data in exchange.published("position-pl")}
        assert profits == {
            "AAPL": {"symbol": "AAPL", "pl": 10.0, "plPercent": 1.0, "price": 101.0},
            "MSFT": {
                "symbol": "MSFT",
                "pl": 4.0,
                "plPercent": pytest.approx(2.0008),
                "price": 48.98,
            },
        }


async def test_a_quote_publishes_only_the_profits_that_it_changes() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.move("MSFT", "49.98", "50.00")
        await exchange.subscribe("position-pl", A)
        await exchange.place(qty=10)
        await exchange.place(symbol="MSFT", qty=4)
        exchange.updates.clear()
        exchange.market.move("MSFT", "50.98", "51.00")
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.client.flush()
        assert [data["symbol"] for data in exchange.published("position-pl")] == ["MSFT"]


async def test_a_fill_publishes_the_profit_without_a_number_after_the_position() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        for route in ("equity", "position-pl", "positions"):
            await exchange.subscribe(route, A)
        await exchange.place(qty=10)
        assert exchange.routes()[-3:] == ["positions", "position-pl", "equity"]
        assert ("position-pl", {}) in exchange.meta
        topic = f'position-pl:{{"accountId":"{A}"}}'
        assert exchange.service.sequence(topic) == {}


async def test_a_closed_position_has_no_profit_and_the_next_one_is_published_again() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.subscribe("position-pl", A)
        await exchange.place(qty=10)
        await exchange.client.close_position(A, "AAPL", None)
        assert len(exchange.published("position-pl")) == 1
        await exchange.place(qty=10)
        first, second = exchange.published("position-pl")
        assert first == second


async def test_the_profit_in_another_currency_is_in_percent_of_the_converted_cost() -> None:
    async with running() as exchange:
        exchange.market.move("USDJPY", "150.000", "150.000")
        exchange.market.move("NIKKEI", "30000.00", "30000.00")
        await exchange.place(symbol="NIKKEI", qty=1)
        await exchange.subscribe("position-pl", A)
        exchange.updates.clear()
        exchange.market.move("NIKKEI", "33000.00", "33000.00")
        await exchange.client.flush()
        (profit,) = exchange.published("position-pl")
        assert (profit["price"], profit["pl"]) == (33_000.0, 20.0)
        assert profit["plPercent"] == pytest.approx(10.0)
