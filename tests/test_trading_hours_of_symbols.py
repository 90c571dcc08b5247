"""Symbols with hours of their own, traded under both clocks: no fill is outside its symbol's
session, before its order, or at a price that was not quoted then."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from operator import add
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.paper_client import PaperClient
from tests.kit.stepped_market import stepping
from trading_api.models.broker import Execution, OrderType, PreOrder, Side
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
MONDAY_MS = 1_741_564_800_000
"""The 10th of March 2025, 00:00 UTC."""

OPENING_MS, CLOSING_MS = 13 * HOUR_MS + 30 * MINUTE_MS, 20 * HOUR_MS
"""Of New York, in UTC, in that week."""

SYMBOLS = ("SHARE", "FUND", "COIN")
BUY, SELL, MARKET, STOP = 1, -1, 2, 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four days of SHARE (5 minutes) and FUND (days), both of New York's session, and three of COIN
    (hours, round the clock)."""
    folder = tmp_path_factory.mktemp("data")
    days = [MONDAY_MS + day * DAY_MS for day in range(4)]
    session_ms = range(OPENING_MS, CLOSING_MS, 5 * MINUTE_MS)
    load(folder, "SHARE", [day_ms + into_ms for day_ms in days for into_ms in session_ms])
    load(folder, "FUND", days)
    load(folder, "COIN", list(range(MONDAY_MS, MONDAY_MS + 3 * DAY_MS, HOUR_MS)))
    return folder


def load(folder: Path, symbol: str, times_ms: list[int]) -> None:
    path = folder / f"{symbol}.csv"
    lines = ["time,open,high,low,close,volume"]
    for number, time_ms in enumerate(times_ms):
        price = 100 + number * 7 % 5
        lines.append(f"{time_ms},{price},{price + 3},{price - 2},{price + 1},400")
    path.write_text("\n".join(lines), encoding="utf-8")
    hours = ("UTC", None) if symbol == "COIN" else ("America/New_York", "0930-1600")
    import_files(BarStore(folder), ImportRequest([path], symbol, *hours))


TICKETS = st.tuples(
    st.sampled_from(SYMBOLS),
    st.sampled_from([OrderType.MARKET, OrderType.STOP, OrderType.LIMIT]),
    st.sampled_from(list(Side)),
    st.integers(-4, 4),
    st.one_of(st.integers(0, 30 * MINUTE_MS), st.integers(0, 20 * HOUR_MS)),
)
"""Symbol, type, side, how far the trigger or limit is from the last price, and how much time goes
by before the next."""

Ticket = tuple[str, OrderType, Side, int, int]


@given(
    start_ms=st.integers(MONDAY_MS + 14 * HOUR_MS, MONDAY_MS + 2 * DAY_MS),
    tickets=st.lists(TICKETS, min_size=1, max_size=8),
    is_stepped=st.booleans(),
)
@settings(max_examples=60)
def test_a_fill_is_within_its_session_after_its_order_and_at_its_quote(
    folder: Path, start_ms: int, tickets: list[Ticket], is_stepped: bool
) -> None:
    desk = Desk(BarStore(folder), start_ms)
    asyncio.run(desk.trade(tickets, is_stepped))
    for execution in asyncio.run(desk.executions()):
        symbol, (type_, placed_ms) = execution.symbol, desk.placed[execution.order_id or ""]
        assert placed_ms <= execution.time <= desk.replay.now_ms
        if symbol == "COIN":
            assert execution.time < MONDAY_MS + 3 * DAY_MS
        else:
            assert OPENING_MS <= execution.time % DAY_MS < CLOSING_MS
        quotes = desk.replay.quote_history(symbol)
        quote = next(each for each in quotes if each.time_ms <= execution.time)
        touch = float(quote.ask if execution.side == Side.BUY else quote.bid)
        assert execution.price == touch or type_ is OrderType.LIMIT


class Desk:
    """A broker over a replay, under either clock. `placed`: type and instant by order."""

    def __init__(self, store: BarStore, start_ms: int) -> None:
        series = [store.open(symbol) for symbol in SYMBOLS]
        recording = Recording([each for each in series if each])
        self.replay = Replay(recording, start_ms, speed=1.0, clock=lambda: 0)
        self.placed: dict[str, tuple[OrderType, int]] = {}

    async def trade(self, tickets: list[Ticket], is_stepped: bool) -> None:
        async def delivered() -> None: ...

        clock = StepClock(self.replay, delivered)
        feed = MarketFeed(self.replay, stale_after_ms=60_000, run=clock.run)
        due_ms = 0
        context = ModuleContext(Settings.defaults(), feed, lambda: feed.now_ms)
        self.broker = PaperClient(MemoryJournal(), ExchangeRules(), context)
        await self.broker.start()
        running = [asyncio.create_task(part.run()) for part in (feed, self.broker)]
        await clock.advance(lambda now_ms: now_ms)
        for symbol, type_, side, distance, pause_ms in tickets:
            price = float(self.replay.quote(symbol).last + distance)
            fields = {"symbol": symbol, "type": type_, "side": side, "qty": 30.0}
            order = PreOrder.model_validate(fields | {"limitPrice": price, "stopPrice": price})
            placed_ms = self.replay.now_ms
            self.placed[await self.broker.place_order("DEMO-ACCOUNT", order)] = type_, placed_ms
            if is_stepped:
                await clock.advance(partial(add, pause_ms))
                continue
            due_ms += pause_ms
            while self.replay.step_to(due_ms, feed, ticks_max=1):
                await feed.flush()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def executions(self) -> list[Execution]:
        return [
            each
            for symbol in SYMBOLS
            for each in await self.broker.queries.executions("DEMO-ACCOUNT", symbol)
        ]


async def test_an_order_of_the_night_waits_for_the_morning(folder: Path) -> None:
    """Nor does a stop trigger, whatever the price that stood at the close."""
    evening_ms = MONDAY_MS + DAY_MS + CLOSING_MS
    opening_ms = MONDAY_MS + 2 * DAY_MS + OPENING_MS
    settings = {
        "datafeed_source": "replay",
        "data_dir": folder,
        "datafeed_start": datetime.fromtimestamp(evening_ms / 1_000, UTC),
    }
    async with stepping(**settings) as bot:
        await bot.place(symbol="SHARE", type=MARKET, side=BUY)
        await bot.place(symbol="SHARE", type=STOP, side=SELL, stopPrice=1_000)
        await bot.place(symbol="COIN", type=MARKET, side=BUY)
        (coin,) = await bot.executions("COIN")
        assert coin["time"] == evening_ms
        night_ms = evening_ms + HOUR_MS
        assert await bot.advance(by_ms=HOUR_MS) == {"now_ms": night_ms, "market": "open"}
        await bot.place(symbol="SHARE", type=MARKET, side=BUY)
        orders = (await bot.rest.get("/broker/orders")).json()
        assert [order["updateTime"] for order in orders] == [*[evening_ms] * 3, night_ms]
        await bot.advance(to_ms=opening_ms - 1)
        assert await bot.executions("SHARE") == []
        await bot.advance(by_ms=1)
        assert [each["time"] for each in await bot.executions("SHARE")] == [opening_ms] * 3
        assert (await bot.rest.get("/datafeed/time")).json() == opening_ms // 1_000
