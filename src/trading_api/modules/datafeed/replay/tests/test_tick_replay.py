"""A tick replay plays a recorded market as it was: bars, quotes, trades, and its gaps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.scale import scaled
from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate, VenueTrade
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import bar_start, resolutions_built_from
from trading_api.modules.datafeed.recording import recording_writer
from trading_api.modules.datafeed.recording.recording_files import symbol_folder
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording
from trading_api.modules.datafeed.recording.recording_writer import (
    Event,
    MarkEvent,
    QuoteEvent,
    RecordingWriter,
)
from trading_api.modules.datafeed.recording.tests.ticks import BITCOIN, START_MS, event_lists
from trading_api.modules.datafeed.recording.tick_columns import TickFlag
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.replay.tick_recording import TickRecording
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink

ETHER = replace(BITCOIN, symbol="ETHUSDT")
RESOLUTIONS = resolutions_built_from(1_000)


class UpdatesSink(RecordingSink):
    """Keeps the updates with their trades."""

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[MarketUpdate] = []

    def publish(self, updates: Sequence[MarketUpdate]) -> None:
        super().publish(updates)
        self.updates += updates


def write(
    folder: Path, events: Sequence[Event], instrument: Instrument = BITCOIN, flush: int = 7
) -> None:
    writer = RecordingWriter(folder, [instrument], RESOLUTIONS, 0)
    for start in range(0, len(events), flush):
        writer.write({instrument.symbol: events[start : start + flush]})


def recording_of(folder: Path, *instruments: Instrument) -> TickRecording:
    names = [each.symbol for each in instruments or (BITCOIN,)]
    return TickRecording([SymbolRecording(symbol_folder(folder, name)) for name in names])


def play(replay: Replay, until_ms: int = FOREVER_MS) -> UpdatesSink:
    sink = UpdatesSink()
    while replay.step(until_ms, sink):
        pass
    return sink


def quote_at(time_ms: int, bid: int, size: int = 1, last_size: int = 1) -> Quote:
    bid_price, unit = Decimal(bid) / 20, Decimal("0.001")
    return Quote(
        BITCOIN.symbol,
        time_ms,
        bid_price,
        bid_price + 1,
        size * unit,
        2 * size * unit,
        bid_price,
        last_size * unit,
    )


@dataclass
class PlainBars:
    """The bars of one resolution, computed from the recorded quotes."""

    resolution: str
    bars: list[Bar] = field(default_factory=list)
    last: int = 0

    def add(self, event: QuoteEvent) -> None:
        quote = event.quote
        price, volume = int(quote.last * 20), int(quote.last_size * BITCOIN.volume_scale)
        if price == self.last and not volume and not event.mark & TickFlag.START:
            return
        self.last, time_ms = price, bar_start(self.resolution, quote.time_ms)
        if not self.bars or self.bars[-1].time_ms != time_ms:
            self.bars.append(Bar(time_ms, price, price, price, price, volume))
            return
        bar = self.bars[-1]
        high, low = max(bar.high, price), min(bar.low, price)
        self.bars[-1] = Bar(time_ms, bar.open, high, low, price, bar.volume + volume)


@settings(max_examples=scaled(20))
@given(event_lists(60), st.integers(0, 100), st.sampled_from((1, 3, 50)))
def test_a_recorded_market_is_played_as_it_was(
    events: list[Event], history_percent: int, flush: int
) -> None:
    with TemporaryDirectory() as name:
        write(Path(name), events, flush=flush)
        recording = recording_of(Path(name))
        length_ms = recording.end_ms - recording.start_ms
        start_ms = recording.start_ms + length_ms * history_percent // 100
        replay = Replay(recording, start_ms)
        quoted = [each for each in events if isinstance(each, QuoteEvent)]
        ahead = [each for each in quoted if each.quote.time_ms > start_ms]
        past = [each.quote for each in quoted if each.quote.time_ms <= start_ms]
        assert replay.now_ms == start_ms
        assert list(replay.quote_history("BTCUSDT")) == past[::-1]
        middle_ms = (recording.start_ms + start_ms) // 2
        since = list(replay.quotes_since("BTCUSDT", middle_ms))
        assert since == [each for each in past if each.time_ms >= middle_ms]
        before = list(replay.quote_history("BTCUSDT", middle_ms))
        assert before == [each for each in past if each.time_ms < middle_ms][::-1]
        assert replay.quote("BTCUSDT") == past[-1]
        sink = play(replay)
        assert [(each.quote, each.trade) for each in sink.updates] == [
            (each.quote, each.trade) for each in ahead
        ]
        assert list(replay.quote_history("BTCUSDT")) == [each.quote for each in reversed(quoted)]
        assert sink.closings == ["the recording has ended"]
        for resolution in replay.resolutions():
            plain = PlainBars(resolution)
            for each in quoted:
                plain.add(each)
            assert replay.bars("BTCUSDT", resolution, -FOREVER_MS, FOREVER_MS) == plain.bars


def test_bars_and_quotes_know_nothing_of_what_comes(tmp_path: Path) -> None:
    events: list[Event] = [
        QuoteEvent(quote_at(START_MS + 700 * number, 100 + number)) for number in range(200)
    ]
    write(tmp_path, events)
    replay = Replay(recording_of(tmp_path), START_MS + 50 * 700)
    for number in range(51, 200):
        assert replay.step(START_MS + number * 700, RecordingSink())
        for resolution in RESOLUTIONS:
            newest = replay.bars("BTCUSDT", resolution, FOREVER_MS, FOREVER_MS, 1)[-1]
            assert newest.close == 100 + number == newest.high
        assert replay.quote("BTCUSDT").bid == Decimal(100 + number) / 20


def test_the_recorded_sizes_are_the_best_level_of_the_book(tmp_path: Path) -> None:
    quotes = quote_at(START_MS, 100, 7), quote_at(START_MS + 9, 101, 8)
    write(tmp_path, [*map(QuoteEvent, quotes)])
    replay = Replay(recording_of(tmp_path), START_MS)
    assert replay.quote("BTCUSDT") == quotes[0]
    play(replay)
    book = replay.order_book("BTCUSDT", 3)
    assert (book.bids[0].size, book.asks[0].size) == (Decimal("0.008"), Decimal("0.016"))
    assert [level.price * 20 for level in book.bids] == [101, 100, 99]


def test_a_symbol_is_closed_where_its_prices_were_lost(tmp_path: Path) -> None:
    lost = "the prices of BTCUSDT were lost while it was recorded: no sign of life"
    write(
        tmp_path,
        [
            QuoteEvent(quote_at(START_MS, 100), None, TickFlag.START),
            MarkEvent(True, START_MS + 1_000, "no sign of life"),
            MarkEvent(False, START_MS + 3_000),
            QuoteEvent(quote_at(START_MS + 4_000, 101)),
            MarkEvent(True, START_MS + 5_000, "no sign of life"),
            QuoteEvent(quote_at(START_MS + 6_000, 101), None, TickFlag.RESTORED),
            QuoteEvent(quote_at(START_MS + 7_000, 101)),
        ],
    )
    replay = Replay(recording_of(tmp_path), START_MS)
    reasons = {}
    for second in range(9):
        play(replay, START_MS + 1_000 * second)
        reasons[second] = replay.closed_reason("BTCUSDT")
    ended = "the recording of BTCUSDT has ended"
    assert list(reasons.values()) == ["", lost, lost, "", "", lost, "", "", ended]
    assert Replay(recording_of(tmp_path), START_MS + 2_000).closed_reason("BTCUSDT") == lost


def test_a_symbol_is_closed_where_nothing_was_recorded(tmp_path: Path) -> None:
    """The recorder was killed after the second quote, and started again 9 s later."""
    write(tmp_path, [QuoteEvent(quote_at(START_MS + 1_000 * each, 100)) for each in (0, 1)])
    again = QuoteEvent(quote_at(START_MS + 10_000, 101), None, TickFlag.START)
    write(tmp_path, [again, QuoteEvent(quote_at(START_MS + 11_000, 102))])
    replay = Replay(recording_of(tmp_path), START_MS)
    gap = "nothing of BTCUSDT was recorded at this time"
    for second, reason in ((0, ""), (1, ""), (2, gap), (9, gap), (10, ""), (11, "")):
        play(replay, START_MS + 1_000 * second)
        assert replay.closed_reason("BTCUSDT") == reason, second
    assert Replay(recording_of(tmp_path), START_MS + 5_000).closed_reason("BTCUSDT") == gap


def test_time_without_prices_of_any_symbol_takes_no_playing_time(tmp_path: Path) -> None:
    other = [replace(quote_at(START_MS + at, 50), symbol="ETHUSDT") for at in (0, 2_000, 90_000)]
    write(
        tmp_path,
        [
            QuoteEvent(quote_at(START_MS, 100), None, TickFlag.START),
            MarkEvent(True, START_MS + 1_000, "the recording stopped"),
            QuoteEvent(quote_at(START_MS + 90_000, 100), None, TickFlag.START),
        ],
    )
    events = [QuoteEvent(each) for each in other]
    write(tmp_path, [*events[:2], replace(events[2], mark=TickFlag.START)], ETHER)
    replay = Replay(recording_of(tmp_path, BITCOIN, ETHER), START_MS, speed=1.0)
    sink, presents = RecordingSink(), []
    for due_ms in (1_999, 2_000, 2_001):
        replay.step_to(due_ms, sink)
        presents.append(replay.now_ms - START_MS)
    assert presents == [1_999, 90_000, 90_000]
    assert sink.closings == ["the recording has ended"]


def test_quotes_of_several_groups_and_days_are_read_back_from_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_writer, "TICKS_PER_GROUP_MAX", 819)
    events: list[Event] = [
        QuoteEvent(quote_at(START_MS + 80_000 * number, 100 + number % 90, number + 1))
        for number in range(2_000)
    ]
    write(tmp_path, events, flush=50)
    recording = recording_of(tmp_path)
    replay = Replay(recording, START_MS + 80_000 * 1_500)
    expected = [each.quote for each in events if isinstance(each, QuoteEvent)]
    assert list(replay.quote_history("BTCUSDT")) == expected[1_500::-1]
    for number in (0, 1, 49, 800, 1_499, 1_500):
        instant_ms = START_MS + 80_000 * number
        since = list(replay.quotes_since("BTCUSDT", instant_ms))
        assert since == expected[number:1_501]
        before = list(replay.quote_history("BTCUSDT", instant_ms))
        assert before == expected[:number][::-1]
    for number in range(1_501, 1_540):
        replay.step(START_MS + 80_000 * number, RecordingSink())
    newest = list(islice(replay.quote_history("BTCUSDT"), 900))
    assert newest == expected[1_539:639:-1]


def test_the_ticks_in_memory_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the recording is: one group of frames, and what is read ahead."""
    monkeypatch.setattr(recording_writer, "TICKS_PER_GROUP_MAX", 819)
    events: list[Event] = [
        QuoteEvent(quote_at(START_MS + 100 * number, 100 + number % 9)) for number in range(4_000)
    ]
    write(tmp_path, events, flush=100)
    recording = recording_of(tmp_path)
    (track,), ticks = recording.play_from(START_MS + 100 * 2_000)
    kept = 0
    for tick in ticks:
        if tick.track is not None:
            tick.track.play(tick.step)
            frames = [*track._group, *track._waiting]
            kept = max(kept, sum(len(each.ticks) for each in frames))
    assert kept <= 1_000


def test_ticks_of_another_tick_size_are_converted_to_the_newest(tmp_path: Path) -> None:
    finer = replace(BITCOIN, price_scale=1_000, min_move=10, quantity_step=Decimal("0.0001"))
    write(tmp_path, [QuoteEvent(quote_at(START_MS, 100, 3))])
    write(tmp_path, [QuoteEvent(quote_at(START_MS + 86_400_000, 101, 4))], finer)
    replay = Replay(recording_of(tmp_path), START_MS)
    assert replay.quote("BTCUSDT") == quote_at(START_MS, 100, 3)
    (bar,) = replay.bars("BTCUSDT", "1", 0, FOREVER_MS)
    assert bar.close * finer.tick_size == 5
    play(replay)
    assert replay.quote("BTCUSDT") == quote_at(START_MS + 86_400_000, 101, 4)


def test_a_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="has no recording"):
        SymbolRecording(tmp_path)
    (tmp_path / "2026-11-29.ticks").touch()
    with pytest.raises(RecordingError, match="has no recording"):
        SymbolRecording(tmp_path)


def test_a_replay_runs_by_the_clock_at_its_speed(tmp_path: Path) -> None:
    trade = VenueTrade("1", START_MS, 1)
    quotes = [quote_at(START_MS + 60_000 * each, 100) for each in range(9)]
    write(tmp_path, [QuoteEvent(quote, trade) for quote in quotes])
    now_ms = 0

    def clock() -> int:
        nonlocal now_ms
        now_ms += 100
        return now_ms

    class Ending(UpdatesSink):
        def closed(self, reason: str) -> None:
            super().closed(reason)
            has_ended.set()

    async def run() -> Ending:
        sink = Ending()
        running = asyncio.create_task(
            Replay(recording_of(tmp_path), START_MS, 1_000.0, clock).run(sink)
        )
        async with asyncio.timeout(10):
            await has_ended.wait()
        running.cancel()
        return sink

    has_ended = asyncio.Event()
    assert len(asyncio.run(run()).updates) == 8
