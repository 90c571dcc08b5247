"""A server whose replay is played, paused and moved forward by its clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.kit.recorded_markets import random_series
from tests.kit.stepped_market import START_MS, Bot, stepping
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay

MINUTE_MS, DAY_MS = 60_000, 86_400_000
LIMIT, STOP, MARKET, BUY, SELL = 1, 3, 2, 1, -1
DAYS = 3


def replay(speed: float = 60.0) -> Replay:
    """Three days of minutes: a stock with a night, and one round the clock."""
    rows = DAYS * 1440
    series = [
        random_series("ACME", 5, first_ms=START_MS, rows=rows, session="0930-1600"),
        random_series("PLAIN", 6, first_ms=START_MS, rows=rows),
    ]
    return Replay(Recording(series), START_MS, speed)


@asynccontextmanager
async def played(clock: str = "wall", speed: float = 1.0, **settings: Any) -> AsyncIterator[Bot]:
    more = {"datafeed_clock": clock, "datafeed_start": None, "datafeed_speed": speed}
    async with stepping(replay(speed), **more, **settings) as bot:
        yield bot


async def put(bot: Bot, **request: Any) -> dict[str, Any]:
    answer = await bot.rest.put("/datafeed/replay", json=request)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def jump(bot: Bot, **request: int) -> dict[str, Any]:
    """Jump, and wait until it is done."""
    answer = await bot.rest.post("/datafeed/replay/jump", json=request)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    while "jump_to_ms" in state:
        await asyncio.sleep(0.01)
        state = (await bot.rest.get("/datafeed/replay")).json()
    return state


async def reached(bot: Bot, instant_ms: int) -> None:
    """Wait until the market that is played has reached an instant."""
    is_there = False
    while not is_there:
        await asyncio.sleep(0.01)
        is_there = (await bot.rest.get("/datafeed/replay")).json()["now_ms"] >= instant_ms


async def trade(bot: Bot) -> None:
    """Place orders whose fills depend on the order of the ticks."""
    for symbol in ("ACME", "PLAIN"):
        last = (await bot.quote(symbol))["lp"]
        for ticks in range(-9, 10, 3):
            price = {"limitPrice" if ticks < 0 else "stopPrice": round(last + ticks / 100, 2)}
            kind = LIMIT if ticks < 0 else STOP
            await bot.place(
                symbol=symbol, type=kind, side=BUY, takeProfit=round(last + 0.3, 2), **price
            )
    await bot.rest.post(
        "/alerts",
        json={
            "symbol": "PLAIN",
            "condition": "crossing",
            "price": round(last + 0.2, 2),
            "frequency": "once",
        },
    )


async def ledger(bot: Bot) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := (
        await bot.rest.get("/broker/events", params={"since": len(found), "limit": 1000})
    ).json():
        found += page
    return found


async def test_pauses_speeds_and_jumps_change_no_event_of_an_account() -> None:
    end_ms = START_MS + 2 * DAY_MS
    async with played("step") as bot:
        await trade(bot)
        for _ in range(2):
            await bot.advance(by_ms=DAY_MS)
        expected = await ledger(bot)
    assert sum(each["type"] == "orderFilled" for each in expected) > 10
    async with played(speed=0.001) as bot:
        await put(bot, state="paused")
        await trade(bot)
        await put(bot, state="playing", speed=20_000)
        await reached(bot, START_MS + DAY_MS // 4)
        await put(bot, speed=40_000)
        await asyncio.sleep(0.1)
        paused = await put(bot, state="paused")
        assert START_MS + DAY_MS // 4 <= paused["now_ms"] < end_ms
        await jump(bot, by_ms=MINUTE_MS)
        after = await jump(bot, to_ms=end_ms)
        assert (after["now_ms"], after["state"]) == (end_ms, "paused")
        found = await ledger(bot)
    assert found == expected


async def test_a_paused_market_fills_at_the_quote_of_that_instant() -> None:
    async with played(speed=60.0, market_stale_s=0.3) as bot:
        state = await put(bot, state="paused")
        assert (state["source"], state["state"], state["controllable"]) == (
            "replay",
            "paused",
            True,
        )
        assert (state["speed"], state["start_ms"] <= state["now_ms"]) == (60.0, True)
        assert state["end_ms"] > START_MS + 2 * DAY_MS
        await asyncio.sleep(0.5)
        assert (await bot.rest.get("/datafeed/health")).json()["market"] == "open"
        quote = await bot.quote("PLAIN")
        await bot.place(symbol="PLAIN", type=MARKET, side=BUY)
        (execution,) = await bot.executions("PLAIN")
        assert execution["price"] == quote["ask"]
        assert (await bot.rest.get("/datafeed/replay")).json()["now_ms"] == state["now_ms"]


async def test_every_client_is_told_of_each_change() -> None:
    async with played(speed=1.0) as bot:
        answer = await bot.socket.request("replay.subscribe", {})
        assert answer["topic"] == "replay:{}", answer
        await put(bot, state="paused")
        await put(bot, speed=5.0)
        await jump(bot, by_ms=MINUTE_MS)
        updates = [each["payload"]["payload"] for each in await bot.published()]
        updates = [each for each in updates if "controllable" in each]
        shown = [(each["state"], each["speed"], "jump_to_ms" in each) for each in updates]
        assert shown[:3] == [
            ("playing", 1.0, False),
            ("paused", 1.0, False),
            ("paused", 5.0, False),
        ]
        assert ("paused", 5.0, True) in shown
        assert shown[-1] == ("paused", 5.0, False)
        assert updates[-1]["now_ms"] == (await bot.rest.get("/datafeed/replay")).json()["now_ms"]


async def test_clients_are_sent_the_time_that_the_step_clock_reached() -> None:
    async with stepping() as bot:
        await bot.socket.request("replay.subscribe", {})
        moved = await bot.advance(by_ms=MINUTE_MS)
        updates = [each["payload"]["payload"] for each in await bot.published()]
        times = [each["now_ms"] for each in updates if "controllable" in each]
        assert times == [START_MS, moved["now_ms"]]


async def test_a_chart_has_every_bar_of_a_jump() -> None:
    async with played() as bot:
        await put(bot, state="paused")
        await bot.socket.subscribe("bars", symbol="ACME", resolution="60")
        await jump(bot, to_ms=START_MS + 2 * DAY_MS)
        updates = [each["payload"] for each in await bot.published()]
        streamed = {
            each["payload"]["time"]: each["payload"]
            for each in updates
            if each["topic"].startswith("bars:")
        }
        window = {"from_time": min(streamed) // 1000, "to_time": (START_MS + 3 * DAY_MS) // 1000}
        bars = await bot.bars("ACME", "60", **window)
        assert len(bars) > 12
        assert [streamed.get(each["time"]) for each in bars] == bars


async def test_quotes_and_books_show_the_present_after_a_jump() -> None:
    async with played() as bot:
        await put(bot, state="paused")
        await bot.socket.subscribe("quotes", symbols=[], fast_symbols=["ACME", "PLAIN"])
        await bot.socket.subscribe("orderbook", symbol="PLAIN", depth=3)
        await bot.socket.subscribe("trades", symbol="PLAIN")
        before = await bot.published()
        await jump(bot, to_ms=START_MS + DAY_MS + 7 * MINUTE_MS)
        updates = [each["payload"] for each in await bot.published()]
        data = {
            route: [each["payload"] for each in updates if each["topic"].startswith(route)]
            for route in ("quotes", "orderbook", "trades")
        }
        assert before
        assert len(data["trades"]) > 5_000
        assert len(data["quotes"]) < 1000, "those in between are not sent"
        for name in ("ACME", "PLAIN"):
            shown = [each["v"] for each in data["quotes"] if each["n"] == name]
            assert shown[-1] == await bot.quote(name)
        touch = (data["orderbook"][-1]["bids"][-1], data["orderbook"][-1]["asks"][0])
        quote = await bot.quote("PLAIN")
        assert [each["price"] for each in touch] == [quote["bid"], quote["ask"]]


async def test_the_clock_that_is_stepped_can_be_played_too() -> None:
    async with stepping() as bot:
        state = (await bot.rest.get("/datafeed/replay")).json()
        assert (state["source"], state["state"]) == ("simulator", "paused")
        assert "end_ms" not in state
        await put(bot, state="playing", speed=1_000)
        await reached(bot, START_MS + 5_000)
        stopped = await put(bot, state="paused")
        assert (await bot.advance(by_ms=250))["now_ms"] == stopped["now_ms"] + 250


async def test_what_makes_no_sense_is_refused() -> None:
    refusals: list[tuple[str, str, dict[str, Any], str]] = [
        ("POST", "/jump", {"to_ms": START_MS - 1}, "clock_is_later"),
        ("POST", "/jump", {"to_ms": START_MS + 9 * DAY_MS}, "jump_too_far"),
        ("POST", "/jump", {}, "invalid_request"),
        ("POST", "/jump", {"by_ms": 1, "to_ms": START_MS}, "invalid_request"),
        ("POST", "/jump", {"by_ms": 0}, "invalid_request"),
        ("PUT", "", {}, "invalid_request"),
        ("PUT", "", {"speed": 0}, "invalid_request"),
        ("PUT", "", {"speed": 1e9}, "invalid_request"),
        ("PUT", "", {"state": "ended"}, "invalid_request"),
    ]
    async with played(speed=0.001) as bot:
        before = (await bot.rest.get("/datafeed/replay")).json()
        for method, path, body, code in refusals:
            answer = await bot.rest.request(method, f"/datafeed/replay{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, code), body
        after = (await bot.rest.get("/datafeed/replay")).json()
        assert (after["state"], after["speed"]) == (before["state"], before["speed"])


async def test_the_end_is_reported_and_cannot_be_left() -> None:
    async with played(speed=0.001) as bot:
        end_ms = (await bot.rest.get("/datafeed/replay")).json()["end_ms"]
        ended = await jump(bot, to_ms=end_ms)
        assert (ended["state"], ended["now_ms"]) == ("ended", end_ms)
        for path, body in (("/jump", {"by_ms": 1}), ("", {"state": "playing"})):
            method = "POST" if path else "PUT"
            answer = await bot.rest.request(method, f"/datafeed/replay{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "replay_ended")


async def test_a_live_market_is_not_controlled() -> None:
    settings = {"datafeed_clock": "wall", "datafeed_start": None}
    async with stepping(**settings) as bot:
        state = (await bot.rest.get("/datafeed/replay")).json()
        assert (state["state"], state["controllable"], state["speed"]) == ("live", False, 1.0)
        for method, path, body in (
            ("PUT", "", {"state": "paused"}),
            ("POST", "/jump", {"by_ms": 1}),
        ):
            answer = await bot.rest.request(method, f"/datafeed/replay{path}", json=body)
            assert (answer.status_code, answer.json()["code"]) == (409, "replay_not_controllable")
