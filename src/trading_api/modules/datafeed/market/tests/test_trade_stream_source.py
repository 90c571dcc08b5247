"""The small source of the test kit, plugged into a server. test_source_contract.py tests it too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx

from tests.kit.server import connected, serving, until
from tests.kit.trade_stream_source import TradeStreamSource, VenueTime
from trading_api.app_factory import create_app
from trading_api.domain.instrument import Instrument
from trading_api.domain.trade import Trade
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource, RecordingSink
from trading_api.settings import Settings

(SHARE,) = FakeSource().instruments()


def trade(seconds: int, cents: int, instrument: Instrument = SHARE) -> Trade:
    price = Decimal(cents) / 100
    return Trade(instrument.symbol, NOON_MS + 1_000 * seconds, price, Decimal(2), 1)


async def test_its_market_is_served_and_traded_like_any_other() -> None:
    trades: asyncio.Queue[Trade] = asyncio.Queue()

    async def received() -> AsyncIterator[Trade]:
        while True:
            yield await trades.get()

    source = TradeStreamSource({SHARE: trade(0, 100_00)}, received())
    app, _ = create_app(
        Settings.defaults().model_copy(update={"database_url": "memory:"}), market_source=source
    )
    async with (
        serving(app) as address,
        connected(address) as client,
        httpx.AsyncClient(base_url=f"http://{address}/api/v1") as rest,
    ):
        await client.subscribe("bars", symbol="FAKE", resolution="1")
        assert (await client.update("bars"))["payload"]["payload"]["close"] == 100
        trades.put_nowait(trade(1, 101_00))
        bar = (await client.update("bars"))["payload"]["payload"]
        assert (bar["open"], bar["close"], bar["volume"]) == (100, 101, 4)
        window = f"from_time={NOON_MS}&to_time={NOON_MS + 60_000}"
        answer = await rest.get(f"/datafeed/bars?symbol=FAKE&resolution=1&{window}")
        history = answer.json()["bars"]
        assert history == [bar]
        order = {"symbol": "FAKE", "type": 2, "side": 1, "qty": 1}
        assert (await rest.post("/broker/orders", json=order)).status_code == 200
        (execution,) = (await rest.get("/broker/executions/FAKE")).json()
        assert execution["price"] == 101.01


async def test_trades_that_arrive_out_of_order_take_no_time_back() -> None:
    source = TradeStreamSource({SHARE: trade(5, 100_00)}, no_trades())
    source._apply(trade(3, 99_00))
    assert source.now_ms == NOON_MS + 5_000
    assert source.quote("FAKE").time_ms == source.now_ms


async def test_it_beats_only_when_the_venue_does() -> None:
    """A timer of our own would say that a lost connection is well."""
    messages: asyncio.Queue[Trade | VenueTime] = asyncio.Queue()

    async def received() -> AsyncIterator[Trade | VenueTime]:
        while True:
            yield await messages.get()

    source, sink = TradeStreamSource({SHARE: trade(0, 100_00)}, received()), RecordingSink()
    running = asyncio.create_task(source.run(sink))
    for second in (2, 3):
        messages.put_nowait(VenueTime(NOON_MS + 1_000 * second))
    await until(lambda: sink.heartbeats == 2)
    assert source.now_ms == NOON_MS + 3_000
    messages.put_nowait(trade(1, 101_00))
    await until(lambda: len(sink.quotes) == 1)
    assert sink.quotes[0].time_ms == NOON_MS + 3_000, "no quote is before the present"
    running.cancel()


async def no_trades() -> AsyncIterator[Trade]:
    nothing: list[Trade] = []
    for each in nothing:
        yield each
