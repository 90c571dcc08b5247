"""A market that follows another one shows what the other shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import orjson
import pytest

from tests.kit.faulty_bus import FaultShares, FaultyBus
from tests.kit.server import until
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.relay.market_ticks import FollowedMarket, TickPublisher

STALE_MS = 60_000
START_MS = 1_760_000_000_000
Source = Simulator | Replay
Sources = Callable[[], Source]


class Clock:
    def __init__(self) -> None:
        self.now_ms = START_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("recording")
    rows = [f"{START_MS + 60_000 * n},{n + 1},{n + 9},{n + 1},{n + 5},40" for n in range(5_000)]
    path = folder / "ABC.csv"
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    import_files(BarStore(folder), ImportRequest([path], "ABC", "UTC", "24x7"))
    series = BarStore(folder).open("ABC")
    assert series is not None
    return Recording([series])


@pytest.fixture(params=["simulator", "replay"])
def sources(request: pytest.FixtureRequest, recording: Recording, clock: Clock) -> Sources:
    """Makes sources that show the same market."""
    if request.param == "simulator":
        return lambda: Simulator(7, clock=clock)
    return lambda: Replay(recording, START_MS + 60_000, speed=1.0, clock=clock)


class Leader:
    """A market that the test moves, and that publishes its ticks."""

    def __init__(self, bus: Bus, source: Source, epoch: int = 1) -> None:
        self.source = source
        self.feed = MarketFeed(source, STALE_MS)
        self.feed.heartbeat()
        self.ticks = TickPublisher(bus, self.feed)
        self.ticks.claim(epoch)

    def move(self, by_ms: int) -> None:
        self.source.move_to(self.source.now_ms + by_ms, self.feed)
        self.feed.heartbeat()


@asynccontextmanager
async def following(bus: Bus, source: Source) -> AsyncIterator[MarketFeed]:
    feed = MarketFeed(source, STALE_MS, run=FollowedMarket(bus, source).run)
    task = asyncio.create_task(feed.run())
    for _ in range(5):
        await asyncio.sleep(0)
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.wait([task])


def shown(source: Source) -> object:
    symbol = source.instruments()[0].symbol
    bars = source.bars(symbol, "1", source.now_ms - 600_000, source.now_ms + 1, 5)
    return source.now_ms, source.quote(symbol), bars, source.order_book(symbol, 3)


async def test_a_follower_shows_the_same_quotes_and_bars(sources: Sources) -> None:
    hub = LocalHub()
    buses = LocalBus(hub), LocalBus(hub)
    for bus in buses:
        await bus.start()
    leader, follower = Leader(buses[0], sources()), sources()
    async with following(buses[1], follower) as feed:
        for by_ms in (250, 1_000, 60_000, 3_600_000, 250):
            leader.move(by_ms)
            await until(lambda: follower.now_ms == leader.source.now_ms)
            assert shown(follower) == shown(leader.source)
        assert feed.status.state is MarketState.OPEN


async def test_a_follower_that_joins_late_and_loses_ticks_catches_up(sources: Sources) -> None:
    hub = LocalHub()
    shares = FaultShares(dropped=0.5, repeated=0.2, reordered=0.2)
    buses = FaultyBus(LocalBus(hub), Random(3), shares), LocalBus(hub)
    for bus in buses:
        await bus.start()
    leader, follower = Leader(buses[0], sources()), sources()
    leader.move(50 * 3_600_000)
    async with following(buses[1], follower):
        for _ in range(40):
            leader.move(1_000)
        while follower.now_ms != leader.source.now_ms:
            leader.ticks.on_heartbeat()
            await asyncio.sleep(0)
        assert shown(follower) == shown(leader.source)


async def test_ticks_of_an_earlier_leader_are_ignored(sources: Sources) -> None:
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    old, new, follower = Leader(bus, sources()), Leader(bus, sources(), epoch=2), sources()
    async with following(bus, follower):
        new.move(1_000)
        await until(lambda: follower.now_ms == new.source.now_ms)
        old.move(10_000)
        new.move(1_000)
        await until(lambda: follower.now_ms == new.source.now_ms)


async def test_a_follower_shows_that_the_market_is_closed(sources: Sources) -> None:
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    leader, follower = Leader(bus, sources()), sources()
    async with following(bus, follower) as feed:
        leader.feed.closed("it is Sunday")
        await until(lambda: feed.status == leader.feed.status)
        leader.ticks.release()
        leader.move(1_000)
        assert feed.status.state is MarketState.CLOSED


async def test_a_follower_shows_that_the_market_is_stale(sources: Sources) -> None:
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    leader, follower = Leader(bus, sources()), sources()
    async with following(bus, follower) as feed:
        leader.move(1_000)
        await until(lambda: feed.status.state is MarketState.OPEN)
        leader.feed.stale("the venue is silent")
        await until(lambda: feed.status == leader.feed.status)
        leader.move(1_000)
        await until(lambda: feed.status.state is MarketState.OPEN)
        assert follower.now_ms == leader.source.now_ms


async def test_the_instants_of_one_turn_of_the_loop_are_one_tick(sources: Sources) -> None:
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    ticks: list[bytes] = []
    await bus.subscribe("market.ticks", ticks.append)
    leader = Leader(bus, sources())
    for _ in range(100):
        leader.move(1_000)
    await until(lambda: bool(ticks))
    await asyncio.sleep(0.01)
    assert len(ticks) == 1
    assert orjson.loads(ticks[0])["now_ms"] == leader.source.now_ms


@pytest.mark.parametrize("past_ms", [100, 59_000, 50 * 3_600_000 + 40_000])
async def test_a_standby_that_takes_over_goes_on_from_the_last_tick(
    sources: Sources, clock: Clock, past_ms: int
) -> None:
    """The present neither goes back nor stands still, and a follower accepts the next leader."""
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    leader, standby, follower = Leader(bus, sources()), sources(), sources()
    async with following(bus, follower):
        async with following(bus, standby):
            leader.move(past_ms)
            await until(lambda: standby.now_ms == leader.source.now_ms)
            leader.ticks.release()
        clock.now_ms = last_ms = standby.now_ms
        feed = MarketFeed(standby, STALE_MS)
        TickPublisher(bus, feed).claim(epoch=2)
        task = asyncio.create_task(feed.run())
        for _ in range(4):
            await asyncio.sleep(0.01)
            clock.now_ms += 1_000
        await until(lambda: follower.now_ms >= last_ms + 3_000)
        task.cancel()
        await asyncio.wait([task])
        await until(lambda: follower.now_ms == standby.now_ms)
        assert shown(follower) == shown(standby)


async def test_a_follower_that_joins_reports_nothing_that_happened_before(
    sources: Sources,
) -> None:
    """Orders that wait in a ledger are older than the market that a new process begins with."""
    hub = LocalHub()
    bus = LocalBus(hub)
    await bus.start()
    leader, follower = Leader(bus, sources()), sources()
    leader.move(4_000)
    async with following(bus, follower) as feed:
        listener = Listener()
        feed.listen(listener).add(follower.instruments()[0].symbol)
        leader.move(100_000)
        await until(lambda: follower.now_ms == leader.source.now_ms)
        assert not listener.times_ms
        joined_ms = follower.now_ms
        leader.move(60_000)
        await until(lambda: follower.now_ms == leader.source.now_ms)
        assert listener.times_ms
        assert min(listener.times_ms) > joined_ms


class Listener:
    """Records the times of the quotes that a market publishes."""

    def __init__(self) -> None:
        self.times_ms: list[int] = []

    def on_update(self, update: MarketUpdate) -> None:
        self.times_ms.append(update.quote.time_ms)

    def on_heartbeat(self) -> None: ...

    def on_status(self, status: MarketStatus) -> None: ...

    async def flush(self) -> None: ...
