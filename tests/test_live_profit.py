"""The live profit of a position, as a client of the WebSocket receives it."""

import pytest

from tests.kit.stepped_market import ACCOUNT, stepping


async def test_the_profit_of_a_position_is_live_and_agrees_with_quote_and_equity() -> None:
    async with stepping() as bot:
        await bot.place(type=2, side=1)
        (position,) = (await bot.rest.get("/broker/positions")).json()
        await bot.socket.subscribe("position-pl", **ACCOUNT)
        seen = [await bot.socket.update("position-pl")]
        for _ in range(3):
            await bot.advance(by_ms=60_000)
            quote = await bot.quote("AAPL")
            equity = (await bot.rest.get("/broker/equity")).json()
            seen += [each for each in await bot.published() if each["type"] == "position-pl.update"]
            profit = seen[-1]["payload"]["payload"]
            assert (profit["symbol"], profit["price"]) == ("AAPL", quote["bid"])
            assert profit["pl"] == equity["unrealizedPL"]
            assert profit["plPercent"] == pytest.approx(100 * profit["pl"] / position["avgPrice"])
        assert len(seen) > 4
        assert all(set(each["payload"]) == {"topic", "payload", "ts"} for each in seen)
        await bot.rest.delete("/broker/positions/AAPL")
        await bot.published()
        await bot.advance(by_ms=60_000)
        after = [each for each in await bot.published() if each["type"] == "position-pl.update"]
        assert after == []


async def test_the_configuration_offers_live_profits() -> None:
    async with stepping() as bot:
        assert (await bot.rest.get("/broker/config")).json()["configFlags"]["supportPLUpdate"]
