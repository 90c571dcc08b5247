"""Recordings read and played: real ones from packages, and hand-written ones that are wrong."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from trading_api.domain.bar import Bar
from trading_api.domain.order_book import LEVELS_MAX
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import bar_start
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import PAUSE_MAX_MS, Replay
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.tests.recordings import package_file, written

HEADER = "time,open,high,low,close,volume"
NOON_S = 1_784_289_600
REAL = ["minute-prices", "hourly-prices", "daily-prices", "stocks"]
real = pytest.mark.parametrize("name", REAL)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    stocks = tmp_path_factory.mktemp("bokeh") / "stocks.csv"
    packed = package_file("bokeh_sampledata", "_data", "stocks.csv.gz").read_bytes()
    stocks.write_bytes(gzip.decompress(packed))
    samples = [package_file("mintalib", "samples", f"{name}.csv") for name in REAL[:-1]]
    return {path.stem: Recording(read_series(path)) for path in (*samples, stocks)}


class Ending(RecordingSink):
    """Calls `on_end` at the first heartbeat after the end."""

    on_end: Callable[[], None]

    def heartbeat(self) -> None:
        super().heartbeat()
        if self.closings:
            self.on_end()


def play(replay: Replay, sink: RecordingSink) -> None:
    while replay.step_to(FOREVER_MS, sink):
        pass


def every_bar(replay: Replay, resolution: str, symbol: str = "") -> list[Bar]:
    symbol = symbol or replay.instruments()[0].symbol
    return replay.bars(symbol, resolution, -FOREVER_MS, FOREVER_MS)


@real
def test_played_bars_are_the_recorded_ones(name: str, recordings: dict[str, Recording]) -> None:
    recording = recordings[name]
    replay = Replay(recording, clock=lambda: 0)
    base = replay.resolutions()[0]
    streamed: dict[tuple[str, str, int], Bar] = {}
    # The last tick of a bar is the last one of a recorded bar, at every resolution.
    last_ticks = {
        (series.instrument.symbol, series.schedule.bar_ticks_ms(number)[-1])
        for series in recording.series
        for number in range(len(series.recorded))
    }

    def note(quote: Quote) -> None:
        if (quote.symbol, quote.time_ms) not in last_ticks:
            return
        for resolution in replay.resolutions():
            (bar,) = replay.bars(quote.symbol, resolution, FOREVER_MS, FOREVER_MS, 1)
            streamed[quote.symbol, resolution, bar.time_ms] = bar

    sink, start_ms = RecordingSink(note), replay.now_ms
    play(replay, sink)
    assert sink.closings == ["the recording has ended"]
    assert sink.quotes[0].time_ms > start_ms
    for series in recording.series:
        symbol, times = series.instrument.symbol, series.schedule
        published = [quote.time_ms for quote in sink.quotes if quote.symbol == symbol]
        every = [times.tick_ms(tick) for tick in range(TICKS_PER_BAR * len(series.recorded))]
        assert published == [time_ms for time_ms in every if time_ms > start_ms]
        assert every_bar(replay, base, symbol) == series.recorded.bars()
        for resolution in replay.resolutions():
            later = {bar.time_ms: bar for bar in every_bar(replay, resolution, symbol)}
            for key, bar in streamed.items():
                assert key[:2] != (symbol, resolution) or later[key[2]] == bar


@real
def test_history_is_the_first_four_fifths_and_what_had_happened_then(
    name: str, recordings: dict[str, Recording]
) -> None:
    recording = recordings[name]
    replay = Replay(recording, clock=lambda: 0)
    total = sum(len(series.recorded) for series in recording.series)
    begun = 0
    for series in recording.series:
        symbol, rows = series.instrument.symbol, series.recorded.bars()
        bars = every_bar(replay, replay.resolutions()[0], symbol)
        begun += len(bars)
        assert bars[:-1] == rows[: len(bars) - 1]
        assert seen_at(replay.now_ms, series) == bars[-1]
        assert (
            len(bars) == len(rows)
            or series.schedule.tick_ms(TICKS_PER_BAR * len(bars)) > replay.now_ms
        )
    if name == "stocks":
        assert replay.now_ms == recording.start_ms, "the youngest has begun"
    else:
        assert begun == total * 80 // 100


def seen_at(instant_ms: int, series: BarSeries) -> Bar:
    """The bar under way as the moves up to the instant made it."""
    number = series.schedule.bar_count(instant_ms) - 1
    bar, times_ms = series.recorded[number], series.schedule.bar_ticks_ms(number)
    seen = sum(time_ms <= instant_ms for time_ms in times_ms)
    extremes = [bar.low, bar.high]
    if bar.open - bar.low > bar.high - bar.open:
        extremes.reverse()
    path = [bar.open, *extremes, bar.close][:seen]
    volume = bar.volume * seen // TICKS_PER_BAR
    return Bar(bar.time_ms, bar.open, max(path), min(path), path[-1], volume)


@real
def test_each_resolution_sums_the_rows(name: str, recordings: dict[str, Recording]) -> None:
    recording = recordings[name]
    replay = Replay(recording, start_ms=FOREVER_MS, clock=lambda: 0)
    for series in recording.series:
        for resolution in replay.resolutions()[1:]:
            bars = every_bar(replay, resolution, series.instrument.symbol)
            assert bars == summed(series.recorded.bars(), resolution)


def summed(rows: Sequence[Bar], resolution: str) -> list[Bar]:
    def start_of(bar: Bar) -> int:
        return bar_start(resolution, bar.time_ms)

    bars = []
    for start_ms, within in groupby(rows, start_of):
        parts = list(within)
        high, low = max(bar.high for bar in parts), min(bar.low for bar in parts)
        volume = sum(bar.volume for bar in parts)
        bars.append(Bar(start_ms, parts[0].open, high, low, parts[-1].close, volume))
    return bars


def test_real_recordings_are_known_by_their_steps(recordings: dict[str, Recording]) -> None:
    assert [recordings[name].resolutions[0] for name in REAL] == ["1", "60", "1D", "1D"]
    stocks = [series.instrument.symbol for series in recordings["stocks"].series]
    assert sorted(stocks) == ["AAPL", "FB", "GOOG", "IBM", "MSFT"]
    (series,) = recordings["minute-prices"].series
    assert series.instrument.symbol == "MINUTE-PRICES"
    assert series.recorded[0].open * series.instrument.tick_size == Decimal("304.81")


@real
def test_what_is_played_trades_the_recorded_volume(
    name: str, recordings: dict[str, Recording]
) -> None:
    recording = recordings[name]
    replay = Replay(recording, clock=lambda: 0)
    sink, start_ms = RecordingSink(), replay.now_ms
    play(replay, sink)
    for series in recording.series:
        instrument = series.instrument
        quotes = [quote for quote in sink.quotes if quote.symbol == instrument.symbol]
        whole = series.schedule.bar_count(start_ms)
        partly = len(quotes) - TICKS_PER_BAR * (len(series.recorded) - whole)
        for number, bar in enumerate(series.recorded.bars()[whole:]):
            first = partly + TICKS_PER_BAR * number
            trades = [each for each in quotes[first : first + TICKS_PER_BAR] if each.last_size]
            volume = sum(quote.last_size for quote in trades) * instrument.volume_scale
            assert volume == bar.volume
            if bar.volume >= 4:
                prices = [int(quote.last / instrument.tick_size) for quote in trades]
                assert (prices[0], prices[-1]) == (bar.open, bar.close)
                assert (max(prices), min(prices)) == (bar.high, bar.low)


@real
def test_the_book_of_a_replay_reaches_as_far_as_the_last_bar_moved(
    name: str, recordings: dict[str, Recording]
) -> None:
    replay = Replay(recordings[name], clock=lambda: 0)
    for series in recordings[name].series:
        symbol, tick_size = series.instrument.symbol, series.instrument.tick_size
        depth = replay.order_book(symbol, LEVELS_MAX)
        before = every_bar(replay, replay.resolutions()[0], symbol)[-2:-1]
        reach = int((depth.asks[-1].price - depth.asks[0].price) / tick_size)
        assert reach <= max(LEVELS_MAX, *(bar.high - bar.low for bar in before), 0)
        for side in (depth.bids, depth.asks):
            sizes = [level.size for level in side]
            assert sizes == sorted(sizes, reverse=True)


def test_a_bar_is_played_as_four_moves_to_the_nearer_extreme_first(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        HEADER,
        f"{NOON_S},10,10,10,10,1",
        f"{NOON_S + 60},10,14,9,12,10",
        f"{NOON_S + 120},12,12.5,8,9,3",
    )
    replay = Replay(
        Recording(read_series(path)), start_ms=(NOON_S + 60) * 1_000 - 1, clock=lambda: 0
    )
    seen: list[tuple[int, Bar]] = []
    play(
        replay,
        RecordingSink(lambda quote: seen.append((quote.time_ms, every_bar(replay, "1")[-1]))),
    )
    first_ms, next_ms = (NOON_S + 60) * 1_000, (NOON_S + 120) * 1_000
    assert seen == [
        (first_ms, Bar(first_ms, 100, 100, 100, 100, 2)),
        (first_ms + 15_000, Bar(first_ms, 100, 100, 90, 90, 5)),
        (first_ms + 30_000, Bar(first_ms, 100, 140, 90, 140, 7)),
        (first_ms + 45_000, Bar(first_ms, 100, 140, 90, 120, 10)),
        (next_ms, Bar(next_ms, 120, 120, 120, 120, 0)),
        (next_ms + 15_000, Bar(next_ms, 120, 125, 120, 125, 1)),
        (next_ms + 30_000, Bar(next_ms, 120, 125, 80, 80, 2)),
        (next_ms + 45_000, Bar(next_ms, 120, 125, 80, 90, 3)),
    ]


def test_nights_are_skipped(tmp_path: Path) -> None:
    times = [NOON_S, NOON_S + 60, NOON_S + 120, NOON_S + 60_000, NOON_S + 60_060]
    path = written(tmp_path, HEADER, *(f"{time},10,11,9,10,4" for time in times))
    replay = Replay(
        Recording(read_series(path)), start_ms=(NOON_S + 60) * 1_000 - 1, clock=lambda: 0
    )
    sink = RecordingSink()
    replay.step_to(10_001, sink)
    assert replay.now_ms == (NOON_S + 70) * 1_000, "time goes on between moves"
    replay.step_to(120_000, sink)
    assert replay.now_ms == (NOON_S + 180) * 1_000 - 1
    replay.step_to(120_001, sink)
    assert replay.now_ms == (NOON_S + 60_000) * 1_000
    replay.step_to(240_000, sink)
    assert sink.closings == []
    replay.step_to(240_001, sink)
    assert sink.closings == ["the recording has ended"]
    assert len(sink.quotes) == 16


def test_symbols_of_one_file_move_together(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Symbol;Date;Close;Open;High;Low",
        *(
            f"{symbol};2024-01-0{day};{price}.5;{price};{price + 1};{price}"
            for symbol, price in (("b.x", 7), ("A_y", 900))
            for day in (2, 3, 4)
        ),
    )
    replay = Replay(Recording(read_series(path)), clock=lambda: 0)
    sink = RecordingSink()
    play(replay, sink)
    assert [quote.symbol for quote in sink.quotes] == ["B.X", "A_Y"] * 4
    assert sink.quotes[-1].last == Decimal("900.5")
    assert sink.quotes[-1].ask_size == Decimal(1_000_000)


def test_running_it_plays_at_its_speed_and_beats_on_after_the_end(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *(f"{NOON_S + 60 * n},10,11,9,10,4" for n in range(5)))
    ticks = iter(range(0, 10**6, 100))
    replay = Replay(Recording(read_series(path)), speed=600.0, clock=lambda: next(ticks))
    sink, ended = Ending(), asyncio.Event()
    sink.on_end = ended.set

    async def run() -> None:
        task = asyncio.create_task(replay.run(sink))
        async with asyncio.timeout(5):
            await ended.wait()
        task.cancel()

    asyncio.run(run())
    assert (len(sink.quotes), sink.closings) == (4, ["the recording has ended"])


@pytest.fixture(scope="module")
def six_days(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    lines = (f"{NOON_S + 60 * n},10,11,9,10,4" for n in range(9_000))
    return Recording(read_series(written(tmp_path_factory.mktemp("days"), HEADER, *lines)))


@pytest.mark.parametrize("step_ms", [3_600_000, -3_600_000, 30_000, -30_000])
def test_a_step_of_its_clock_makes_a_replay_neither_jump_nor_stop(
    six_days: Recording, step_ms: int
) -> None:
    """At speed 60, an hour would be sixty."""
    now_ms, read = 1_000, 0

    def clock() -> int:
        nonlocal now_ms, read
        read += 1
        now_ms += 100 + (step_ms if read == 3 else 0)
        return now_ms

    presents_ms: list[int] = []
    enough = asyncio.Event()

    class Watching(RecordingSink):
        def heartbeat(self) -> None:
            presents_ms.append(replay.now_ms)
            if len(presents_ms) == 6:
                enough.set()

    replay = Replay(six_days, clock=clock)

    async def run() -> None:
        task = asyncio.create_task(replay.run(Watching()))
        async with asyncio.timeout(5):
            await enough.wait()
        task.cancel()

    asyncio.run(run())
    passed_ms = [later - earlier for earlier, later in pairwise(presents_ms)]
    assert sum(passed > 0 for passed in passed_ms) >= len(passed_ms) - 1, presents_ms
    assert max(passed_ms) <= PAUSE_MAX_MS * 60


def test_a_replay_does_not_go_backwards(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, "2024-01-02,1,1,1,1,1", "2024-01-03,1,1,1,1,1")
    for speed in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="above zero"):
            Replay(Recording(read_series(path)), speed=speed)
