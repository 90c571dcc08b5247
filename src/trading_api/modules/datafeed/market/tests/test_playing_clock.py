"""A market that is played, paused and moved forward: no tick is left out, and none comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.errors import Conflict, Unavailable
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.market.playing_clock import (
    PlayableSource,
    Playing,
    PlayingClock,
    PlayState,
)
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.tests.fakes import NOON_MS, RecordingSink
from trading_api.modules.datafeed.tests.recordings import at, minute, written

START_MS = at("2025-03-10 10:00")
TURNS_MAX = 10_000


class Feed(RecordingSink):
    """A feed that handles its reports at once."""

    def __init__(self) -> None:
        super().__init__()
        self.flushes = 0

    async def flush(self) -> None:
        self.flushes += 1


class Played:
    """A clock, its feed, and the time of the machine, which the test moves."""

    def __init__(self, source: PlayableSource, feed: Feed, **options: object) -> None:
        self.source = source
        self.feed = feed
        self.machine_ms = 0
        self.changes: list[Playing] = []
        wanted = {"is_playing": True, "waits": False, "heartbeat_s": 0.001} | options
        self.clock = PlayingClock(
            source, self._deliver, clock=lambda: self.machine_ms, **wanted  # type: ignore[arg-type]
        )
        self.clock.listen(self.changes.append)

    async def _deliver(self) -> None: ...

    async def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(TURNS_MAX):
            if is_so():
                return
            await asyncio.sleep(0.0005)
        raise AssertionError("it did not happen")

    async def pass_ms(self, machine_ms: int) -> None:
        """Let the machine's time pass, in steps that a turn counts in full, until it is played."""
        for _ in range(0, machine_ms, 1_000):
            self.machine_ms += 1_000
            await self.turns(2)

    async def turns(self, count: int) -> None:
        """Return after so many turns in which nothing was due any more."""
        wanted = self.feed.heartbeats + self.feed.holds + count
        await self.until(lambda: self.feed.heartbeats + self.feed.holds >= wanted)

    def prices(self) -> list[tuple[str, int, float]]:
        return [(each.symbol, each.time_ms, float(each.last)) for each in self.feed.quotes]


@asynccontextmanager
async def playing(source: PlayableSource, **options: object) -> AsyncIterator[Played]:
    played = Played(source, Feed(), **options)
    running = asyncio.create_task(played.clock.run(played.feed))
    await asyncio.sleep(0)
    try:
        yield played
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def recording(tmp_path: Path) -> Callable[[], Replay]:
    """Two sessions of minutes, with a night between them."""
    rows = [
        minute(f"10:{number:02}:00", 100 + number % 7, day=day)
        for day in ("2025-03-10", "2025-03-11")
        for number in range(60)
    ]
    path = written(tmp_path, *rows)
    return lambda: Replay(Recording(read_series(path)), START_MS, clock=lambda: 0)


async def test_pauses_and_other_speeds_leave_out_no_tick(recording: Callable[[], Replay]) -> None:
    straight = RecordingSink()
    source = recording()
    while source.step(source.end_ms, straight):
        pass
    expected = [(each.symbol, each.time_ms, float(each.last)) for each in straight.quotes]
    async with playing(recording(), speed=60.0) as played:
        await played.pass_ms(5_000)
        played.clock.set(is_playing=False)
        paused = played.prices()
        assert 0 < len(paused) < len(expected)
        await played.pass_ms(3_000)
        assert played.prices() == paused
        assert played.feed.holds
        played.clock.set(is_playing=True, speed=500.0)
        await played.pass_ms(2_000)
        await played.clock.jump(lambda now_ms: now_ms + 5 * MINUTE_MS)
        played.clock.set(speed=3_000.0)
        await played.pass_ms(5_000)
        assert played.clock.playing.state is PlayState.ENDED
        assert played.prices() == expected
        assert played.feed.closings == ["the recording has ended"]


async def test_a_jump_over_a_night_makes_every_tick_and_plays_on_from_there(
    recording: Callable[[], Replay],
) -> None:
    async with playing(recording(), speed=60.0) as played:
        to_ms = START_MS + DAY_MS + 10 * MINUTE_MS
        await played.clock.jump(lambda now_ms: to_ms)
        assert played.source.now_ms == to_ms
        assert len(played.feed.quotes) == 4 * 59 + 4 * 10 + 1 + 3
        assert played.clock.playing == Playing(PlayState.PLAYING, 60.0)
        await played.pass_ms(1_000)
        assert to_ms + MINUTE_MS <= played.source.now_ms < to_ms + 3 * MINUTE_MS


async def test_a_paused_market_stands_still_after_a_jump(recording: Callable[[], Replay]) -> None:
    async with playing(recording(), speed=60.0, is_playing=False) as played:
        await played.clock.jump(lambda now_ms: now_ms + MINUTE_MS)
        now_ms = played.source.now_ms
        await played.pass_ms(5_000)
        assert played.source.now_ms == now_ms == START_MS + MINUTE_MS
        states = [each.state for each in played.changes]
        assert set(states) == {PlayState.PAUSED}
        assert [each.jump_to_ms for each in played.changes][-1] is None


async def test_a_jump_is_answered_while_it_goes_on_and_ends_where_it_is_paused() -> None:
    source = Simulator(7, clock=lambda: NOON_MS)
    async with playing(source, is_playing=False, waits=True) as played:
        await played.clock.jump(lambda now_ms: now_ms + 300 * DAY_MS, answer_s=0.01)
        assert played.clock.playing.jump_to_ms == NOON_MS + 300 * DAY_MS
        with pytest.raises(Conflict) as second:
            await played.clock.jump(lambda now_ms: now_ms + 1)
        assert second.value.code == "jump_in_progress"
        reached_ms = source.now_ms
        await played.until(lambda: source.now_ms > reached_ms)
        played.clock.set(is_playing=False)
        await played.until(lambda: played.changes[-1].jump_to_ms is None)
        stopped_ms = source.now_ms
        assert NOON_MS < stopped_ms < NOON_MS + 300 * DAY_MS
        await played.clock.jump(lambda now_ms: now_ms + 250)
        assert source.now_ms == stopped_ms + 250
        times_ms = [each.time_ms for each in played.feed.quotes if each.symbol == "AAPL"]
        assert times_ms == list(range(NOON_MS + 249, stopped_ms + 250, 250))


async def test_a_stepped_market_that_is_played_waits_for_its_listeners() -> None:
    source = Simulator(7, clock=lambda: NOON_MS)
    async with playing(source, is_playing=False, waits=True) as played:
        played.clock.set(is_playing=True, speed=2.0)
        await played.pass_ms(2_000)
        played.clock.set(is_playing=False)
        assert source.now_ms == NOON_MS + 4_000
        assert played.feed.flushes == 16


async def test_a_move_by_the_step_clock_is_not_played_again() -> None:
    source = Simulator(7, clock=lambda: NOON_MS)
    async with playing(source, is_playing=True, waits=True) as played:
        await played.clock.advance(lambda now_ms: now_ms + 60_000)
        await played.pass_ms(1_000)
        assert source.now_ms == NOON_MS + 61_000


async def test_what_has_ended_cannot_be_played(recording: Callable[[], Replay]) -> None:
    async with playing(recording(), is_playing=False) as played:
        end_ms = played.source.end_ms
        assert end_ms is not None
        await played.clock.jump(lambda now_ms: end_ms)
        assert played.clock.playing.state is PlayState.ENDED
        with pytest.raises(Conflict) as ended:
            played.clock.set(is_playing=True)
        assert ended.value.code == "replay_ended"
        played.clock.set(is_playing=False)


async def test_a_clock_of_others_refuses_commands(recording: Callable[[], Replay]) -> None:
    async with playing(recording(), refusal="It is not yours.") as played:
        with pytest.raises(Conflict, match="It is not yours"):
            played.clock.set(is_playing=False)
        with pytest.raises(Conflict, match="It is not yours"):
            await played.clock.jump(lambda now_ms: now_ms + 1)


async def test_a_jump_ends_when_the_server_stops() -> None:
    source = Simulator(7, clock=lambda: NOON_MS)
    async with playing(source, is_playing=False, waits=True) as played:
        jumping = asyncio.create_task(
            played.clock.jump(lambda now_ms: now_ms + 300 * DAY_MS, answer_s=60)
        )
        await played.until(lambda: source.now_ms > NOON_MS)
        played.clock.stop()
        with pytest.raises(Unavailable, match="The server stops"):
            await jumping
