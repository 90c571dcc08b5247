"""What the recorder records of a running market, and what it does while the disk fails."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.kit.server import until
from trading_api.domain.market_update import MarketUpdate, VenueTrade
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.recording.recorder import Recorder
from trading_api.modules.datafeed.recording.recording_files import recorded_days, symbol_folder
from trading_api.modules.datafeed.recording.recording_writer import Event, RecordingWriter
from trading_api.modules.datafeed.recording.tests.ticks import read_ticks
from trading_api.modules.datafeed.recording.tick_columns import Tick, TickFlag
from trading_api.modules.datafeed.tests.fakes import FakeSource

pytestmark = pytest.mark.anyio
NEVER_MS = 3_600_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FaultyWriter(RecordingWriter):
    """Fails while there is a `fault`, and waits while it is not `is_open`."""

    def __init__(self, folder: Path, source: FakeSource) -> None:
        super().__init__(folder, source.instruments(), source.resolutions(), 0)
        self.fault: Exception | None = None

    def write(self, events: Mapping[str, Sequence[Event]]) -> None:
        if self.fault is None:
            super().write(events)
            return
        for symbol, its_events in events.items():
            self._symbols[symbol].add(its_events)
        self.ticks_waiting = sum(len(each.waiting) for each in self._symbols.values())
        raise self.fault


class Recorded:
    """A market of one symbol, and its recorder."""

    def __init__(self, folder: Path, waiting_max: int = 1_000) -> None:
        self.source = FakeSource()
        self.feed = MarketFeed(self.source, NEVER_MS)
        self.writer = FaultyWriter(folder, self.source)
        self.recorder = Recorder(self.feed, self.writer, 0.001, waiting_max)
        self._folder = folder

    def ticks(self) -> list[Tick]:
        days = recorded_days(symbol_folder(self._folder, "FAKE"))
        return [tick for _, path in days for tick in read_ticks(path)]

    def marks(self) -> list[tuple[TickFlag, str]]:
        """Return what the ticks are besides quotes, and their reasons."""
        kinds = TickFlag.START | TickFlag.LOST | TickFlag.RESTORED | TickFlag.MARK
        return [(TickFlag(each.flags) & kinds, each.text) for each in self.ticks()]


@asynccontextmanager
async def recording(folder: Path, waiting_max: int = 1_000) -> AsyncIterator[Recorded]:
    made = Recorded(folder, waiting_max)
    await made.recorder.start()
    tasks = [asyncio.create_task(each.run()) for each in (made.feed, made.recorder)]
    try:
        await made.source.has_started.wait()
        yield made
    finally:
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


START, NOTHING = TickFlag.START, TickFlag(0)
LOST, RESTORED = TickFlag.LOST | TickFlag.MARK, TickFlag.RESTORED | TickFlag.MARK
STOPPED = (LOST, "the recording stopped")


async def test_every_quote_is_recorded_without_any_other_interest(tmp_path: Path) -> None:
    async with recording(tmp_path) as market:
        for price in (101_00, 101_00, 102_00):
            market.source.trade(price)
    ticks = market.ticks()
    assert [each.last for each in ticks] == [100_00, 101_00, 101_00, 102_00, 102_00]
    assert [each.last_size for each in ticks] == [1, 1, 1, 1, 0]
    assert market.marks() == [(START, ""), *3 * [(NOTHING, "")], STOPPED]
    assert market.writer.ticks_written == 5
    assert market.recorder.waiting() == 0


async def test_the_venues_id_and_time_of_a_trade_are_recorded(tmp_path: Path) -> None:
    async with recording(tmp_path) as market:
        for trade in (VenueTrade("4711", 5, -1), VenueTrade("a-b", 6), None):
            quote = market.source.quote("FAKE")
            market.feed.publish([MarketUpdate(quote, trade=trade)])
    number, text, none = market.ticks()[1:4]
    assert (number.trade_number, number.venue_ms) == (4711, 5)
    assert TickFlag.SELLER & number.flags
    assert (text.text, text.venue_ms) == ("a-b", 6)
    assert (none.trade_number, none.text, none.venue_ms) == (0, "", none.time_ms)


async def test_a_lost_and_restored_market_is_marked(tmp_path: Path) -> None:
    async with recording(tmp_path) as market:
        market.source.trade(101_00)
        market.feed.stale("no sign of life")
        market.feed.stale("no sign of life, still")
        market.source.trade(102_00)
        market.source.sink.closed("a maintenance hour")
        market.source.sink.heartbeat()
        market.source.trade(103_00)
        market.feed.stale("again")
        market.source.pass_time()
    assert market.marks() == [
        (START, ""),
        (NOTHING, ""),
        (LOST, "no sign of life"),
        (TickFlag.RESTORED, ""),
        (LOST, "a maintenance hour"),
        (TickFlag.RESTORED, ""),
        (LOST, "again"),
        (RESTORED, ""),
        STOPPED,
    ]
    times = [each.time_ms for each in market.ticks()]
    assert times == sorted(times)


async def test_a_stale_symbol_is_marked_while_the_market_goes_on(tmp_path: Path) -> None:
    async with recording(tmp_path) as market:
        market.source.trade(101_00)
        for is_restored_by_a_trade in (False, True):
            market.feed.symbol_stale("FAKE", "its connection is lost")
            if is_restored_by_a_trade:
                market.source.trade(102_00)
            else:
                market.feed.symbol_fresh("FAKE")
    lost = (LOST, "its connection is lost")
    assert market.marks() == [
        (START, ""),
        (NOTHING, ""),
        lost,
        (RESTORED, ""),
        lost,
        (TickFlag.RESTORED, ""),
        STOPPED,
    ]


async def test_a_full_disk_stops_neither_the_market_nor_the_recording_for_ever(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "trading_api.modules.datafeed.recording")
    async with recording(tmp_path) as market:
        market.writer.fault = OSError(errno.ENOSPC, "No space left on device")
        market.source.trade(101_00)
        await until(lambda: market.recorder.failures_total > 3)
        assert market.recorder.is_failing
        assert market.feed.status.state.value == "open"
        assert market.recorder.waiting() > 0
        market.source.trade(102_00)
        market.writer.fault = None
        await until(lambda: not market.recorder.is_failing)
    assert [each.last for each in market.ticks()] == [100_00, 101_00, 102_00, 102_00]
    names = [each.message for each in caplog.records if each.message.startswith("recording_")]
    assert names == ["recording_failed", "recording_resumed"]
    assert market.recorder.dropped_total == 0


async def test_what_waits_is_bounded_and_a_gap_is_marked(tmp_path: Path) -> None:
    async with recording(tmp_path, waiting_max=10) as market:
        market.writer.fault = OSError(errno.ENOSPC, "No space left on device")
        await until(lambda: market.recorder.is_failing)
        for price in range(20):
            market.source.trade(101_00 + price)
        assert market.recorder.waiting() == 10
        dropped = market.recorder.dropped_total
        assert dropped >= 10
        market.writer.fault = None
        await until(lambda: not market.recorder.is_failing)
        market.source.trade(200_00)
    marks = market.marks()
    assert [mark for mark, _ in marks].count(START) == 2
    assert marks[-2:] == [(START, ""), STOPPED]
    assert market.ticks()[-2].last == 200_00


@pytest.mark.parametrize("steps", range(5))
async def test_a_recorder_that_is_stopped_while_it_wakes_up_stops(
    tmp_path: Path, steps: int
) -> None:
    source = FakeSource()
    feed, writer = MarketFeed(source, NEVER_MS), FaultyWriter(tmp_path, source)
    recorder = Recorder(feed, writer, 3_600.0, waiting_max=10)
    await recorder.start()
    source._sink = feed
    running = asyncio.create_task(recorder.run())
    await asyncio.sleep(0.01)
    for price in range(8):
        source.trade(101_00 + price)
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=2)
    running.cancel()
    assert done == {running}


async def test_an_unexpected_error_is_logged_and_the_recording_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with recording(tmp_path) as market:
        market.writer.fault = ZeroDivisionError("once")
        await until(lambda: market.recorder.is_failing)
        market.writer.fault = None
        market.source.trade(101_00)
        await until(lambda: not market.recorder.is_failing)
    assert market.ticks()[-2].last == 101_00
    assert any(each.exc_info for each in caplog.records)


async def test_a_step_clock_waits_for_the_disk(tmp_path: Path) -> None:
    """A market that is moved faster than the disk loses nothing."""
    source = FakeSource()
    feed, writer = MarketFeed(source, NEVER_MS), FaultyWriter(tmp_path, source)
    recorder = Recorder(feed, writer, 3_600.0, waiting_max=20)
    await recorder.start()
    source._sink = feed
    for price in range(200):
        source.trade(101_00 + price)
        await feed.flush()
    assert recorder.dropped_total == 0
    assert writer.ticks_written >= 190
    writer.close()


async def test_a_symbol_that_has_no_quote_yet_begins_with_its_first_one(tmp_path: Path) -> None:
    class LateFeed(MarketFeed):
        is_early = True

        def quote(self, symbol: str) -> Quote | None:
            return None if self.is_early else super().quote(symbol)

    source = FakeSource()
    feed, writer = LateFeed(source, NEVER_MS), FaultyWriter(tmp_path, source)
    recorder = Recorder(feed, writer, 3_600.0)
    await recorder.start()
    feed.is_early, source._sink = False, feed
    source.trade(101_00)
    source.trade(102_00)
    await recorder._write()
    writer.close()
    (_, path), *_ = recorded_days(symbol_folder(tmp_path, "FAKE"))
    assert [TickFlag(each.flags) & START for each in read_ticks(path)] == [START, NOTHING]
