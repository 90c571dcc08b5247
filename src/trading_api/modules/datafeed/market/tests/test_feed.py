"""The feed supervises its source, and publishes updates to the listeners that want them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, FakeSource, RecordingSink

pytestmark = pytest.mark.anyio

NEVER_MS = 3_600_000
SOON_MS = 20


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Listener:
    def __init__(self) -> None:
        self.quotes: list[Quote] = []
        self.statuses: list[MarketStatus] = []
        self.heartbeats = 0
        self._has_status = asyncio.Event()

    def on_update(self, update: MarketUpdate) -> None:
        self.quotes.append(update.quote)

    def on_heartbeat(self) -> None:
        self.heartbeats += 1

    def on_status(self, status: MarketStatus) -> None:
        self.statuses.append(status)
        self._has_status.set()

    async def flush(self) -> None:
        """It has nothing to do."""

    async def becomes(self, state: MarketState) -> MarketStatus:
        async with asyncio.timeout(5):
            while not self.statuses or self.statuses[-1].state is not state:
                self._has_status.clear()
                await self._has_status.wait()
        return self.statuses[-1]


class BrokenListener(Listener):
    def on_update(self, update: MarketUpdate) -> None:
        raise RuntimeError("this listener is broken")


class FailingSource(FakeSource):
    async def run(self, sink: MarketSink) -> None:
        if self.runs == 0:
            self.runs = 1
            sink.publish([MarketUpdate(self.quote("FAKE"))])
            raise RuntimeError("the line is cut")
        await super().run(sink)


@asynccontextmanager
async def running(feed: MarketFeed) -> AsyncIterator[None]:
    task = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_starts_and_opens_with_the_first_sign() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, NEVER_MS), Listener()
    feed.listen(listener).add("FAKE")
    assert feed.status.state is MarketState.STARTING
    assert feed.quote("FAKE") == source.quote("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
    assert listener.statuses == [MarketStatus(MarketState.OPEN)]
    assert listener.quotes == [source.quote("FAKE")] == [feed.quote("FAKE")]


async def test_instruments_have_a_short_and_a_full_name() -> None:
    feed = MarketFeed(FakeSource(), NEVER_MS)
    (instrument,) = feed.instruments()
    assert feed.instrument("FAKE") is instrument is feed.instrument("TEST:FAKE")
    assert feed.instrument("fake") is feed.instrument("OTHER:FAKE") is None
    assert feed.quote("TEST:FAKE") is feed.quote("NONE") is None


async def test_a_source_that_hangs_is_silent_until_its_next_sign() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, SOON_MS), Listener()
    feed.listen(listener).add("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
        silent = await listener.becomes(MarketState.STALE)
        assert silent.reason == "no sign of life for 0.02 s"
        source.pass_time()
        assert feed.status.state is MarketState.OPEN
        await listener.becomes(MarketState.STALE)


async def test_a_source_whose_present_stands_still_is_stale_however_often_it_beats() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, SOON_MS), Listener()
    feed.listen(listener).add("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
        async with asyncio.timeout(5):
            while feed.status.state is not MarketState.STALE:
                source.sink.heartbeat()
                await asyncio.sleep(0.001)
        source.sink.heartbeat()
        assert feed.report_age_s() >= SOON_MS / 1_000
        source.pass_time()
        states = [status.state for status in listener.statuses]
        assert states == [MarketState.OPEN, MarketState.STALE, MarketState.OPEN]
    assert listener.heartbeats == 2, "time passed twice"


async def test_a_simulator_whose_clock_stands_still_is_stale() -> None:
    feed, listener = MarketFeed(Simulator(7, clock=lambda: NOON_MS), 300), Listener()
    feed.listen(listener)
    async with running(feed):
        await listener.becomes(MarketState.STALE)
        await asyncio.sleep(0.3)
    states = [status.state for status in listener.statuses]
    assert states == [MarketState.OPEN, MarketState.STALE], "it does not open again"


async def test_a_market_that_is_held_is_open_though_it_stands_still() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, SOON_MS), Listener()
    feed.listen(listener)
    async with running(feed):
        await source.has_started.wait()
        for _ in range(2):
            await listener.becomes(MarketState.STALE)
            feed.hold()
            assert feed.status.state is MarketState.OPEN


async def test_a_closed_market_is_closed_again_after_silence() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, SOON_MS), Listener()
    feed.listen(listener).add("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.sink.closed("the recording has ended")
        await listener.becomes(MarketState.STALE)
        source.sink.heartbeat()
        assert feed.status == MarketStatus(MarketState.CLOSED, "the recording has ended")
        source.trade(101_00)
        assert feed.status.state is MarketState.OPEN


async def test_a_stale_symbol_is_stale_while_the_market_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    simulator = Simulator(7, clock=lambda: NOON_MS)
    feed, listener = MarketFeed(simulator, NEVER_MS), Listener()
    feed.listen(listener).add("AAPL")
    feed.symbol_stale("USDJPY", "its connection is lost")
    assert feed.status_of("USDJPY").state is MarketState.STARTING, "as the market itself"
    simulator.step(NOON_MS + 250, feed)
    lost = MarketStatus(MarketState.STALE, "its connection is lost")
    assert feed.status_of("USDJPY") == lost
    assert feed.status_of("AAPL") == feed.status == MarketStatus(MarketState.OPEN)
    feed.symbol_stale("USDJPY", "its connection is lost")
    feed.symbol_stale("USDJPY", "and now for another reason")
    assert feed.status_of("USDJPY").reason == "and now for another reason"
    assert dict(feed.stale_symbols) == {"USDJPY": feed.status_of("USDJPY")}
    feed.symbol_fresh("USDJPY")
    feed.symbol_fresh("USDJPY")
    assert feed.status_of("USDJPY").state is MarketState.OPEN
    logged = [each.message for each in caplog.records if each.levelno == logging.WARNING]
    assert logged == ["market_symbol_stale"] * 2
    assert [each.state for each in listener.statuses] == [MarketState.OPEN]
    assert listener.heartbeats == 4, "one for the quotes, and one for each change of a symbol"


async def test_an_update_of_a_stale_symbol_makes_it_fresh_before_a_listener_sees_it() -> None:
    simulator = Simulator(7, clock=lambda: NOON_MS)
    feed, seen = MarketFeed(simulator, NEVER_MS), set[MarketState]()

    class Watching(Listener):
        def on_update(self, update: MarketUpdate) -> None:
            seen.update(feed.status_of(symbol).state for symbol in ("AAPL", "USDJPY"))

    interest = feed.listen(Watching())
    for symbol in ("USDJPY", "AAPL"):
        interest.add(symbol)
        feed.symbol_stale(symbol, "its connection is lost")
    simulator.step(NOON_MS + 250, feed)
    assert seen == {MarketState.OPEN}


async def test_what_is_reported_of_a_stale_symbol_is_no_sign_of_life() -> None:
    feed = MarketFeed(FakeSource(), NEVER_MS)
    feed.symbol_stale("FAKE", "its connection is lost")
    feed.symbol_fresh("FAKE")
    assert feed.status.state is MarketState.STARTING
    with pytest.raises(KeyError):
        feed.symbol_stale("NONE", "there is no such symbol")


async def test_a_stale_symbol_stays_stale_when_the_source_is_started_again() -> None:
    source = FailingSource()
    feed, listener = MarketFeed(source, NEVER_MS, restart_s=0.01), Listener()
    feed.listen(listener)
    async with running(feed):
        await listener.becomes(MarketState.STALE)
        feed.symbol_stale("FAKE", "its connection is lost")
        async with asyncio.timeout(5):
            await source.has_started.wait()
        source.pass_time()
        assert feed.status.state is MarketState.OPEN
        assert feed.status_of("FAKE").state is MarketState.STALE
        source.sink.symbol_fresh("FAKE")
        assert feed.status_of("FAKE").state is MarketState.OPEN


async def test_a_source_that_never_signs_is_silent_too() -> None:
    feed, listener = MarketFeed(FakeSource(), SOON_MS), Listener()
    feed.listen(listener).add("FAKE")
    async with running(feed):
        await listener.becomes(MarketState.STALE)
    assert [status.state for status in listener.statuses] == [MarketState.STALE]


async def test_a_source_that_raises_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    source = FailingSource()
    feed, listener = MarketFeed(source, NEVER_MS, restart_s=0.01), Listener()
    feed.listen(listener).add("FAKE")
    async with running(feed):
        silent = await listener.becomes(MarketState.STALE)
        assert silent.reason == "the market source failed, and is started again"
        async with asyncio.timeout(5):
            await source.has_started.wait()
        source.trade(102_00)
        assert feed.status.state is MarketState.OPEN
    assert source.runs == 2
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info is not None


async def test_a_listener_that_raises_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    source = FakeSource()
    feed, broken, listener = MarketFeed(source, NEVER_MS), BrokenListener(), Listener()
    feed.listen(broken).add("FAKE")
    interest = feed.listen(listener)
    interest.add("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
        source.trade(102_00)
        assert len(listener.quotes) == 2
        assert feed.status.state is MarketState.OPEN
        interest.close()
        interest.close()
        source.trade(103_00)
    assert len(listener.quotes) == 2
    assert [each.message for each in caplog.records if each.exc_info] == [
        "market_listener_failed"
    ] * 3


async def test_a_listener_receives_the_symbols_in_which_it_is_interested() -> None:
    source = FakeSource()
    feed, listener, other = MarketFeed(source, NEVER_MS), Listener(), Listener()
    interest = feed.listen(listener)
    feed.listen(other).add("FAKE")
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
        interest.add("FAKE")
        source.trade(102_00)
        interest.remove("FAKE")
        source.trade(103_00)
    assert [quote.last for quote in listener.quotes] == [102]
    assert [quote.last for quote in other.quotes] == [101, 102, 103]
    assert listener.heartbeats == other.heartbeats == 3


async def test_a_source_without_interest_only_beats() -> None:
    source = FakeSource()
    feed, listener = MarketFeed(source, NEVER_MS), Listener()
    feed.listen(listener)
    async with running(feed):
        await source.has_started.wait()
        source.trade(101_00)
    assert (listener.quotes, listener.heartbeats) == ([], 1)
    assert feed.quote("FAKE") == source.quote("FAKE")


async def test_all_symbols_of_an_instant_are_known_before_the_first_is_handled() -> None:
    """So that a position in one symbol is valued at the same instant as that in another."""
    simulator = Simulator(7, clock=lambda: NOON_MS)
    feed = MarketFeed(simulator, NEVER_MS)
    seen: list[tuple[str, set[int]]] = []

    class Watching(Listener):
        def on_update(self, update: MarketUpdate) -> None:
            quotes = (feed.quote(symbol) for symbol in ("AAPL", "USDJPY"))
            seen.append((update.quote.symbol, {quote.time_ms for quote in quotes if quote}))

    interest = feed.listen(Watching())
    for symbol in ("USDJPY", "AAPL"):
        interest.add(symbol)
    for tick in (1, 2):
        simulator.step(NOON_MS + 250 * tick, feed)
    assert seen == [
        (symbol, {NOON_MS + 250 * tick - 1}) for tick in (1, 2) for symbol in ("AAPL", "USDJPY")
    ]


async def test_a_quote_is_the_published_one_while_there_is_interest() -> None:
    simulator = Simulator(7, clock=lambda: NOON_MS)
    feed, no_interest = MarketFeed(simulator, NEVER_MS), RecordingSink(wanted=())
    interest = feed.listen(Listener())
    interest.add("AAPL")
    assert feed.quote("AAPL") == simulator.quote("AAPL"), "before the first update"
    simulator.step(NOON_MS + 250, feed)
    published = simulator.quote("AAPL")
    simulator.step(NOON_MS + 500, no_interest)
    assert feed.quote("AAPL") == published != simulator.quote("AAPL")
    interest.remove("AAPL")
    assert feed.quote("AAPL") == simulator.quote("AAPL")
