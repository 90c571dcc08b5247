"""The contract that every market source keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count as count_up
from itertools import islice, pairwise
from pathlib import Path
from typing import Protocol

import pytest

from tests.kit.trade_stream_source import TradeStreamSource
from trading_api.domain.bar import Bar
from trading_api.domain.order_book import LEVELS_MAX, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import AHEAD_MS
from trading_api.domain.trade import Trade
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.market.ports import MarketSink, MarketSource
from trading_api.modules.datafeed.market.tests.test_trade_stream_source import no_trades
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording
from trading_api.modules.datafeed.recording.recording_writer import QuoteEvent, RecordingWriter
from trading_api.modules.datafeed.recording.tick_columns import NO_MARK, TickFlag
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.replay.tick_recording import TickRecording
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.fakes import (
    FOREVER_MS,
    NOON_MS,
    FakeSource,
    RecordingSink,
    report,
)
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import DepthMessage
from trading_api.modules.datafeed.venues.tests.running import SteppedRun
from trading_api.modules.datafeed.venues.tests.scripted_venue import ScriptedVenue


class MakeStep(Protocol):
    def __call__(self, sink: MarketSink) -> None: ...


@dataclass
class Subject:
    """A source, and the way to move it one step on."""

    source: MarketSource
    step: MakeStep
    close: Callable[[], None] = lambda: None
    symbols: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.symbols = [instrument.symbol for instrument in self.source.instruments()]


def _simulator(_: Path) -> Subject:
    simulator = Simulator(seed=7, clock=lambda: NOON_MS - 2_000)
    return Subject(simulator, lambda sink: simulator.move_to(simulator.now_ms + 250, sink))


def _replay(folder: Path) -> Subject:
    path = folder / "two.csv"
    lines = ["time,symbol,open,high,low,close,volume"]
    for minute in range(40):
        price = 100 + minute * 7 % 5
        for symbol, scale in (("ONE", 1.0), ("TWO", 0.1)):
            prices = [price, price + 3, price - 2, price + 1]
            cells = ",".join(f"{value * scale:.2f}" for value in prices)
            lines.append(f"{NOON_MS // 1000 + 60 * minute},{symbol},{cells},{minute * 3}")
    path.write_text("\n".join(lines))
    replay = Replay(Recording(read_series(path)), speed=1.0, clock=lambda: 0)
    due_ms = iter(range(0, 10**9, 15_000))
    return Subject(replay, lambda sink: _discard(replay.step_to(next(due_ms), sink)))


def _stored(folder: Path) -> Subject:
    """A session that begins on the evening before, and a day that stands ahead of it."""
    path = folder / "night.csv"
    lines = ["time,open,high,low,close,volume"]
    for minute in range(40):
        price = 100 + minute * 7 % 5
        lines.append(f"{NOON_MS // 1000 + 60 * minute},{price},{price + 3},{price - 2},{price},9")
    path.write_text("\n".join(lines))
    store = BarStore(folder)
    import_files(store, ImportRequest([path], "NIGHT", "Asia/Tokyo", "2030-0600:1234567"))
    series = store.open("NIGHT")
    assert series is not None
    replay = Replay(Recording([series]), speed=1.0, clock=lambda: 0)
    due_ms = iter(range(0, 10**9, 15_000))
    return Subject(replay, lambda sink: _discard(replay.step_to(next(due_ms), sink)))


def _discard(_: object) -> None:
    return None


def _fake(_: Path) -> Subject:
    source = FakeSource()
    prices = iter(range(100_00, 200_00, 3))

    def step(sink: MarketSink) -> None:
        source.trade(next(prices))
        report(source, sink)

    return Subject(source, step)


def _trade_stream(_: Path) -> Subject:
    (instrument,) = FakeSource().instruments()
    seconds = count_up()

    def trade() -> Trade:
        second = next(seconds)
        price = Decimal(100_00 + second * 7 % 23) / 100
        return Trade(instrument.symbol, NOON_MS + 1_000 * second, price, Decimal(5), None)

    source = TradeStreamSource({instrument: trade()}, no_trades())
    return Subject(source, lambda sink: source.accept(trade(), sink))


@pytest.fixture(scope="module")
def ticks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ticks of two symbols, from a recorder that was started again. Replays only read them."""
    folder = tmp_path_factory.mktemp("ticks")
    (first,) = FakeSource().instruments()
    for instrument in (first, replace(first, symbol="OTHER", volume_scale=100)):
        for start in (0, 90):
            writer = RecordingWriter(folder, [instrument], ("1S", "1", "5", "1D"), 0)
            for number in range(start, start + 90):
                price = Decimal(100_00 + number * 7 % 23) / 100
                quote = Quote(
                    symbol=instrument.symbol,
                    time_ms=NOON_MS + 400 * number,
                    bid=price - number % 2 * instrument.tick_size,
                    ask=price + instrument.tick_size,
                    bid_size=Decimal(number % 5 + 1),
                    ask_size=Decimal(7),
                    last=price,
                    last_size=Decimal(number % 3 + 4),
                )
                mark = TickFlag.START if number == start else NO_MARK
                writer.write({instrument.symbol: [QuoteEvent(quote, None, mark)]})
    return folder


def _recorded(folder: Path) -> Subject:
    """A replay of `ticks`."""
    folders = [path for path in folder.iterdir() if path.is_dir()]
    recording = TickRecording([SymbolRecording(path) for path in sorted(folders)])
    replay = Replay(recording, NOON_MS + 16_000, speed=1.0, clock=lambda: 0)
    due_ms = iter(range(0, 10**9, 800))
    return Subject(replay, lambda sink: _discard(replay.step_to(next(due_ms), sink)))


def _live(folder: Path) -> Subject:
    """A live market at a scripted venue whose clock is two seconds ahead of ours."""
    venue = ScriptedVenue()
    venue.offset_ms = 2_000
    venue.trade(100_00)
    store = BarHistoryStore(folder / "venue.db")
    running = SteppedRun(venue.source(store), venue)
    seconds = count_up()

    def step(sink: MarketSink) -> None:
        running.sink.target = sink
        venue.now_ms += 30_000
        price = 100_00 + next(seconds) * 7 % 23
        bids = [(price - 30 - number, 5_000) for number in range(LEVELS_MAX)]
        asks = [(2 * price - bid, size) for bid, size in bids]
        venue.trade(price, 5_000)
        venue.touch(price - 30, price + 30)
        venue.stream(DepthMessage("BTCUSDT", bids, asks))

    return Subject(running.source, step, running.close)


@pytest.fixture(
    params=[_simulator, _replay, _stored, _fake, _trade_stream, _recorded, _live],
    ids=["simulator", "replay", "stored", "fake", "trade stream", "recorded", "live"],
)
def subject(request: pytest.FixtureRequest, tmp_path: Path, ticks: Path) -> Iterator[Subject]:
    made: Subject = request.param(ticks if request.param is _recorded else tmp_path)
    yield made
    made.close()


def _newest(subject: Subject, symbol: str, resolution: str) -> Bar:
    end_ms = subject.source.now_ms + AHEAD_MS + 1
    return subject.source.bars(symbol, resolution, end_ms, end_ms, 1)[-1]


def test_the_last_price_is_the_close_of_the_forming_bar(subject: Subject) -> None:
    ticks = {each.symbol: each.tick_size for each in subject.source.instruments()}

    def check(quote: Quote) -> None:
        assert subject.source.quote(quote.symbol) == quote
        for resolution in subject.source.resolutions():
            bar = _newest(subject, quote.symbol, resolution)
            assert bar.close * ticks[quote.symbol] == quote.last, resolution

    heard = RecordingSink(check)
    for _ in range(20):
        subject.step(heard)
    assert {quote.symbol for quote in heard.quotes} == set(subject.symbols)


def test_a_streamed_bar_is_the_one_that_history_returns(subject: Subject) -> None:
    streamed: dict[tuple[str, str, int], Bar] = {}

    def note(quote: Quote) -> None:
        for resolution in subject.source.resolutions():
            bar = _newest(subject, quote.symbol, resolution)
            streamed[quote.symbol, resolution, bar.time_ms] = bar

    for _ in range(30):
        subject.step(RecordingSink(note))
    for (symbol, resolution, time_ms), bar in streamed.items():
        assert subject.source.bars(symbol, resolution, time_ms, time_ms + 1) == [bar]


def test_quotes_have_two_sides_on_the_grid(subject: Subject) -> None:
    instruments = {each.symbol: each for each in subject.source.instruments()}
    heard = RecordingSink()
    for _ in range(20):
        subject.step(heard)
    for quote in heard.quotes:
        instrument = instruments[quote.symbol]
        assert 0 < quote.bid < quote.ask
        assert quote.bid <= quote.last <= quote.ask
        for price in (quote.bid, quote.ask, quote.last):
            assert price % instrument.tick_size == 0
        for size in (quote.bid_size, quote.ask_size):
            assert size > 0
            assert size % instrument.quantity_step == 0


def test_no_quote_is_later_than_the_present_or_earlier_than_it_was_before_the_move(
    subject: Subject,
) -> None:
    """So an order is placed before it is filled, and time never goes back."""
    presents: list[int] = []

    def check(quote: Quote) -> None:
        assert presents[-1] <= quote.time_ms <= subject.source.now_ms
        assert subject.source.quote(quote.symbol) == quote

    for _ in range(20):
        presents.append(subject.source.now_ms)
        subject.step(RecordingSink(check))
    assert presents == sorted(presents)
    assert presents[-1] > presents[0]


def test_quote_history_is_what_was_reported_whatever_was_of_interest(subject: Subject) -> None:
    heard = RecordingSink()
    for _ in range(10):
        subject.step(heard)
    for symbol in subject.symbols:
        published = [quote for quote in dict.fromkeys(heard.quotes) if quote.symbol == symbol]
        assert list(islice(subject.source.quote_history(symbol), len(published))) == published[::-1]
        assert subject.source.quote(symbol) == published[-1]


def test_quotes_are_read_from_any_instant_in_both_directions(subject: Subject) -> None:
    for _ in range(10):
        subject.step(RecordingSink())
    for symbol in subject.symbols:
        newest = list(islice(subject.source.quote_history(symbol), 12))
        for instant_ms in {each.time_ms + shift for each in newest[:-1] for shift in (-1, 0, 1)}:
            before = subject.source.quote_history(symbol, instant_ms)
            earlier = [each for each in newest if each.time_ms < instant_ms]
            assert list(islice(before, len(earlier))) == earlier
            if instant_ms > newest[-1].time_ms:
                since = list(subject.source.quotes_since(symbol, instant_ms))
                assert since == [each for each in newest[::-1] if each.time_ms >= instant_ms]


def test_quotes_are_read_while_the_market_moves(subject: Subject) -> None:
    for _ in range(5):
        subject.step(RecordingSink())
    for symbol in subject.symbols:
        expected = list(islice(subject.source.quote_history(symbol), 4))
        back, on = (
            subject.source.quote_history(symbol),
            subject.source.quotes_since(symbol, expected[-1].time_ms),
        )
        first = next(back), next(on)
        subject.step(RecordingSink())
        assert [first[0], *islice(back, 3)] == expected
        assert [first[1], *on][-3:] == expected[2::-1]


def test_what_has_no_interest_is_not_reported_and_its_price_moves_on(subject: Subject) -> None:
    heard, before = RecordingSink(wanted=()), subject.source.quote(subject.symbols[0])
    for _ in range(10):
        subject.step(heard)
    assert subject.source.quote(subject.symbols[0]).time_ms > before.time_ms
    assert heard.quotes == []
    assert heard.heartbeats > 0


def test_bars_ascend_and_none_is_after_the_present(subject: Subject) -> None:
    for _ in range(5):
        subject.step(RecordingSink())
    source = subject.source
    for symbol in subject.symbols:
        for resolution in source.resolutions():
            bars = source.bars(symbol, resolution, source.now_ms - 10**6, FOREVER_MS, 2)
            times = [bar.time_ms for bar in bars]
            assert times == sorted(set(times))
            assert bars[-1] == _newest(subject, symbol, resolution)
            ahead_ms = AHEAD_MS if resolution in ("1D", "1W", "1M") else 0
            assert times[-1] <= source.now_ms + ahead_ms
            assert source.bars(symbol, resolution, source.now_ms + ahead_ms + 1, FOREVER_MS) == []


def test_count_back_reaches_further_and_never_cuts(subject: Subject) -> None:
    for _ in range(5):
        subject.step(RecordingSink())
    source, symbol = subject.source, subject.symbols[0]
    finest = source.resolutions()[0]
    every = source.bars(symbol, finest, source.now_ms - 3_600_000, FOREVER_MS)
    middle_ms = every[-3].time_ms
    for count in range(6):
        bars = source.bars(symbol, finest, middle_ms, every[-1].time_ms, count)
        reach = every[:-1][-max(2, count) :]
        assert bars[-len(reach) :] == reach
        assert len(bars) >= min(count, 2)
        assert source.bars(symbol, finest, middle_ms, middle_ms, count)[-1:] == (
            every[-4:-3] if count else []
        )


def test_before_all_history_there_is_nothing(subject: Subject) -> None:
    source = subject.source
    for resolution in source.resolutions():
        assert source.bars(subject.symbols[0], resolution, -FOREVER_MS, 1_000_000_000, 5) == []


def test_a_bar_is_made_of_the_trades_whose_times_lie_in_it(subject: Subject) -> None:
    """Their volumes add up to its own, and its prices are theirs. The first bar of each symbol
    began before anybody listened, and the last is not over."""
    source, heard = subject.source, RecordingSink()
    finest = source.resolutions()[0]
    for _ in range(60):
        subject.step(heard)
    trades = [quote for quote in dict.fromkeys(heard.quotes) if quote.last_size]
    for instrument in source.instruments():
        symbol = instrument.symbol
        own = [quote for quote in trades if quote.symbol == symbol]
        bars = source.bars(symbol, finest, own[0].time_ms, FOREVER_MS)
        assert len(bars) > 4
        for bar, later in pairwise(bars):
            within = [quote for quote in own if bar.time_ms <= quote.time_ms < later.time_ms]
            volume = sum(quote.last_size for quote in within)
            assert volume == Decimal(bar.volume) / instrument.volume_scale
            if bar.volume < 4:  # too few units for every price to trade
                continue
            prices = [quote.last / instrument.tick_size for quote in within]
            assert max(bar.open, *prices) == bar.high
            assert min(bar.open, *prices) == bar.low
            assert prices[-1] == bar.close


def test_depth_begins_at_the_quote_and_leads_away_from_it(subject: Subject) -> None:
    instruments = {each.symbol: each for each in subject.source.instruments()}
    for _ in range(5):
        subject.step(RecordingSink())
    for symbol, instrument in instruments.items():
        quote = subject.source.quote(symbol)
        depth = subject.source.order_book(symbol, LEVELS_MAX)
        assert (depth.symbol, depth.time_ms) == (symbol, quote.time_ms)
        assert depth.bids[0] == PriceLevel(quote.bid, quote.bid_size)
        assert depth.asks[0] == PriceLevel(quote.ask, quote.ask_size)
        for side, away in ((depth.bids, -1), (depth.asks, 1)):
            prices = [level.price * away for level in side]
            assert prices == sorted(set(prices))
            assert len(side) <= LEVELS_MAX
            for level in side:
                assert level.price > 0
                assert level.size > 0
                assert level.price % instrument.tick_size == 0
                assert level.size % instrument.quantity_step == 0


def test_depth_is_the_same_whenever_and_however_far_it_is_asked_for(subject: Subject) -> None:
    subject.step(RecordingSink())
    for symbol in subject.symbols:
        whole = subject.source.order_book(symbol, LEVELS_MAX)
        assert len(whole.bids) > 1 < len(whole.asks)
        for levels in (1, 2, LEVELS_MAX):
            part = subject.source.order_book(symbol, levels)
            assert part == replace(whole, bids=whole.bids[:levels], asks=whole.asks[:levels])
