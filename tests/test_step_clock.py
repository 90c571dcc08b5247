"""A market that the test moves: the same commands are the same executions, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.kit.server import connected
from tests.kit.stepped_market import ACCOUNT, START_MS, stepping
from trading_api.app_factory import create_app
from trading_api.errors import ConfigurationError
from trading_api.settings import Settings

PRIVATE = ("orders", "executions", "positions", "equity")
SECOND_MS, MINUTE_MS, DAY_MS = 1_000, 60_000, 86_400_000
BUY, SELL, LIMIT, MARKET, STOP, STOP_LIMIT = 1, -1, 1, 2, 3, 4


async def test_the_same_commands_are_the_same_updates_byte_for_byte() -> None:
    first, second = await _scripted(), await _scripted()
    assert first == second
    assert await _scripted(datafeed_seed=8) != first
    for route in PRIVATE:
        assert sum(f'"{route}.update"' in frame for frame in first) >= 4, route


async def test_other_clients_change_nothing_that_is_sent() -> None:
    assert await _scripted() == await _scripted(others=["AAPL", "EURUSD", "USDJPY", "BTCUSD"])


async def _scripted(others: Sequence[str] = (), **settings: Any) -> list[str]:
    """Place all kinds of orders between moves of all lengths, and return all updates. `others` are
    symbols that another client follows."""
    async with stepping(**settings) as bot, connected(bot.address) as other:
        if others:
            await other.subscribe("quotes", symbols=[], fast_symbols=others)
            for symbol in others:
                await other.subscribe("trades", symbol=symbol)
        for route in PRIVATE:
            await bot.socket.subscribe(route, **ACCOUNT)
        await bot.place(type=MARKET, side=BUY, qty=10)
        await bot.advance(by_ms=250)
        last = (await bot.quote("AAPL"))["lp"]
        await bot.place(type=LIMIT, side=BUY, limitPrice=round(last - 0.05, 2))
        await bot.place(type=STOP, side=SELL, qty=4, stopPrice=round(last - 0.1, 2))
        prices = {"stopPrice": round(last + 0.05, 2), "limitPrice": round(last + 0.2, 2)}
        resting = await bot.place(type=STOP_LIMIT, side=BUY, **prices)
        await bot.advance(to_ms=START_MS + 20 * SECOND_MS)
        await bot.rest.delete(f"/broker/orders/{resting}")
        await bot.socket.subscribe("bars", symbol="AAPL", resolution="1S")
        await bot.advance(by_ms=3 * SECOND_MS + 1)
        await bot.socket.request("bars.unsubscribe", {"symbol": "AAPL", "resolution": "1S"})
        await bot.place(symbol="USDJPY", type=MARKET, side=SELL, qty=1_000)
        await bot.socket.subscribe("trades", symbol="EURUSD")
        await bot.socket.subscribe("quotes", symbols=["BTCUSD"], fast_symbols=[])
        for distance in (-2, -1, 1, 2):
            last = (await bot.quote("AAPL"))["lp"]
            price = round(last + distance / 100, 2)
            await bot.place(type=LIMIT if distance < 0 else STOP, side=BUY, **_priced(price))
        await bot.advance(by_ms=3 * MINUTE_MS)
        await bot.rest.delete("/broker/positions/AAPL")
        await bot.advance(by_ms=SECOND_MS)
        executions = await bot.executions()
        assert len(executions) >= 6
        return [json.dumps(published) for published in (*await bot.published(), *executions)]


def _priced(price: float) -> dict[str, float]:
    return {"limitPrice": price, "stopPrice": price}


async def test_a_quote_is_sent_before_what_it_causes() -> None:
    async with stepping() as bot:
        await bot.place(type=MARKET, side=BUY)
        await bot.socket.subscribe("equity", **ACCOUNT)
        await bot.socket.subscribe("quotes", symbols=[], fast_symbols=["AAPL"])
        await bot.published()
        await bot.advance(by_ms=500)
        routes = [update["type"] for update in await bot.published()]
        routes.remove("broker-connection.update")
        assert routes == ["quotes.update", "equity.update"] * 2


async def test_an_order_between_two_moves_fills_at_the_quote_of_that_instant() -> None:
    async with stepping() as bot:
        for moves in range(4):
            quote = await bot.quote("AAPL")
            await bot.place(type=MARKET, side=BUY)
            execution = (await bot.executions())[-1]
            assert (execution["price"], execution["time"]) == (
                quote["ask"],
                START_MS + moves * MINUTE_MS,
            )
            await bot.advance(by_ms=MINUTE_MS)


async def test_what_a_move_caused_is_there_when_it_is_answered() -> None:
    async with stepping() as bot:
        before = await bot.quote("BTCUSD")
        await bot.place(symbol="BTCUSD", type=STOP, side=BUY, stopPrice=before["ask"] + 1)
        await bot.place(symbol="BTCUSD", type=STOP, side=SELL, stopPrice=before["bid"] - 1)
        now_ms = START_MS
        while not await bot.executions("BTCUSD"):
            now_ms = (await bot.advance(by_ms=250))["now_ms"]
        (execution,) = await bot.executions("BTCUSD")
        assert execution["time"] == now_ms - 1 > START_MS, "within the last tick"
        after = await bot.quote("BTCUSD")
        assert execution["price"] == after["ask" if execution["side"] == BUY else "bid"]


async def test_one_long_move_is_all_its_short_ones() -> None:
    async def fills(*moves_ms: int) -> list[dict[str, Any]]:
        async with stepping() as bot:
            last = (await bot.quote("AAPL"))["lp"]
            for cents in range(-20, 21):
                order_type = LIMIT if cents < 0 else STOP
                await bot.place(type=order_type, side=BUY, **_priced(round(last + cents / 100, 2)))
            for move_ms in moves_ms:
                await bot.advance(by_ms=move_ms)
            return await bot.executions()

    assert await fills(30 * SECOND_MS) == await fills(*[250] * 120)


async def test_every_tick_is_sent_even_to_a_client_that_reads_slowly() -> None:
    async with stepping(ws_outbox_size=16) as bot:
        await bot.socket.subscribe("quotes", symbols=[], fast_symbols=["AAPL"])
        await bot.socket.subscribe("bars", symbol="AAPL", resolution="1S")
        await bot.advance(by_ms=MINUTE_MS)
        quotes = [each for each in await bot.published() if each["type"] == "quotes.update"]
        assert len(quotes) == 1 + 4 * 60, "the state, and one a tick"


async def test_a_step_market_is_open_and_stands_still() -> None:
    async with stepping() as bot:
        status = await bot.socket.subscribe("broker-connection", **ACCOUNT)
        update = await bot.socket.update("broker-connection")
        assert update["payload"] | {"topic": status} == {
            "topic": status,
            "payload": {"status": 1, "timestamp": START_MS},
            "ts": START_MS,
        }
        before = await bot.quote("AAPL")
        for _ in range(2):
            assert (await bot.advance(by_ms=0)) == {"now_ms": START_MS, "market": "open"}
        assert await bot.quote("AAPL") == before


async def test_parts_of_a_tick_add_up() -> None:
    async with stepping() as bot:
        presents = [(await bot.advance(by_ms=100))["now_ms"] - START_MS for _ in range(5)]
        assert presents == [100, 200, 300, 400, 500]
        bars = await bot.bars("AAPL", "1S", from_time=START_MS, to_time=START_MS + MINUTE_MS)
        assert [bar["time"] for bar in bars] == [START_MS - 1000, START_MS]


async def test_a_move_that_is_impossible_is_rejected_and_moves_nothing() -> None:
    async with stepping() as bot:
        assert await bot.refused(to_ms=START_MS - 1) == (422, "clock_is_later")
        assert await bot.refused(to_ms=START_MS + DAY_MS + 1) == (422, "advance_too_far")
        for request in ({}, {"by_ms": 1, "to_ms": 2}, {"by_ms": -1}, {"by_ms": DAY_MS + 1}):
            assert (await bot.refused(**request))[0] == 422
        assert (await bot.advance(to_ms=START_MS))["now_ms"] == START_MS


async def test_the_clock_on_the_wall_cannot_be_moved() -> None:
    async with stepping(datafeed_clock="wall", datafeed_start=None) as bot:
        assert await bot.refused(by_ms=1) == (409, "clock_not_steppable")


async def test_a_recording_is_stepped_through_in_its_own_time_and_ends(tmp_path: Path) -> None:
    path = tmp_path / "ONE.csv"
    lines = ["time,open,high,low,close,volume"]
    for number, minute in enumerate([*range(5), *range(600, 605)]):
        price = 100 + number
        lines.append(f"{START_MS // 1000 + 60 * minute},{price},{price + 2},{price - 2},{price},40")
    path.write_text("\n".join(lines))
    settings = {
        "datafeed_source": "replay",
        "datafeed_path": path,
        "datafeed_start": datetime.fromtimestamp(START_MS / 1_000 + 120, UTC),
    }
    async with stepping(**settings) as bot:
        began_ms = (await bot.advance(by_ms=0))["now_ms"]
        await bot.socket.subscribe("bars", symbol="ONE", resolution="1")
        await bot.place(symbol="ONE", type=STOP, side=BUY, stopPrice=110)
        answer = await bot.advance(by_ms=60 * MINUTE_MS)
        assert began_ms == START_MS + 120 * SECOND_MS
        assert answer == {"now_ms": began_ms + 60 * MINUTE_MS, "market": "open"}
        await bot.place(symbol="ONE", type=MARKET, side=SELL)
        assert await bot.executions("ONE") == [], "nothing trades where nothing was recorded"
        for _ in range(10):
            answer = await bot.advance(by_ms=60 * MINUTE_MS)
        assert answer["market"] == "closed"
        executions = await bot.executions("ONE")
        assert sorted(execution["side"] for execution in executions) == [SELL, BUY]
        for execution in executions:
            assert START_MS + 600 * MINUTE_MS <= execution["time"] < START_MS + 605 * MINUTE_MS
        published = [update["payload"]["payload"] for update in await bot.published()]
        last = {bar["time"]: bar["close"] for bar in published if "close" in bar}
        assert list(last.values()) == [float(102 + number) for number in range(8)]


@pytest.mark.parametrize("away_ms", [-60_001, 60_000])
def test_a_start_outside_what_is_recorded_is_refused(tmp_path: Path, away_ms: int) -> None:
    path = tmp_path / "ONE.csv"
    rows = [f"{START_MS + minute * MINUTE_MS},10,12,9,11,5" for minute in (-1, 0)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    settings = {
        "datafeed_source": "replay",
        "datafeed_path": path,
        "datafeed_start": datetime.fromtimestamp((START_MS + away_ms) / 1_000, UTC),
    }
    with pytest.raises(ConfigurationError, match=r"2026-01-05T10:29:00.* to .*T10:31:00"):
        create_app(Settings.defaults().model_copy(update=settings))


@pytest.mark.parametrize(
    "settings",
    [
        {"datafeed_start": datetime(2026, 1, 5, tzinfo=UTC)},
        {"datafeed_start": datetime(1999, 1, 5, tzinfo=UTC), "datafeed_clock": "step"},
        {"enabled_modules": "broker", "datafeed_clock": "step"},
    ],
)
def test_a_clock_that_cannot_be_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"DATAFEED_(START|CLOCK)"):
        create_app(Settings.defaults().model_copy(update=settings))


@pytest.mark.parametrize("text", ["2026-01-05T10:30:00Z", "2026-01-05T11:30:00+01:00", START_MS])
def test_a_start_is_an_instant_or_milliseconds(text: Any) -> None:
    settings = Settings.model_validate({"datafeed_start": text})
    assert settings.datafeed_start == datetime.fromtimestamp(START_MS / 1_000, UTC)
