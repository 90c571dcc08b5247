"""Laws of the simulated market, which is one at every resolution."""

from __future__ import annotations

import asyncio
from itertools import islice, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kit.scale import scaled
from trading_api.domain.bar import Bar
from trading_api.domain.order_book import LEVELS_MAX
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import (
    DAY_MS,
    MINUTE_MS,
    RESOLUTIONS,
    bar_start,
    next_bar_start,
)
from trading_api.modules.datafeed.market.market_clock import MarketClock
from trading_api.modules.datafeed.simulator.listings import LISTINGS
from trading_api.modules.datafeed.simulator.price_tree import LEVELS_MS, TICK_MS, PriceTree
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.modules.datafeed.tests.fakes import RecordingSink

NOW_MS = 1_795_258_915_123
FOREVER_MS = 10**15

SEEDS = st.integers(0, 2**32)
SYMBOLS = st.sampled_from([listing.instrument.symbol for listing in LISTINGS])
INSTANTS = st.integers(FIRST_MS, NOW_MS)

MADE_OF = {
    "1S": ["5S", "1"],
    "5S": ["15S"],
    "15S": ["30S"],
    "30S": ["1"],
    "1": ["3", "5", "60"],
    "3": ["15"],
    "5": ["15"],
    "15": ["30"],
    "30": ["60"],
    "60": ["120"],
    "120": ["240"],
    "240": ["1D"],
    "1D": ["1W", "1M"],
}


def simulator(seed: int = 7, now_ms: int = NOW_MS) -> Simulator:
    return Simulator(seed, clock=lambda: now_ms)


def joined(bars: list[Bar], time_ms: int) -> Bar:
    return Bar(
        time_ms,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )


@pytest.mark.parametrize(
    ("coarse", "fine"), [(coarse, fine) for fine in MADE_OF for coarse in MADE_OF[fine]]
)
@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS)
@example(seed=0, symbol="AAPL", instant_ms=NOW_MS // 1_000 * 1_000)  # before its first tick
@settings(max_examples=12)
def test_a_bar_is_exactly_its_parts(
    coarse: str, fine: str, seed: int, symbol: str, instant_ms: int
) -> None:
    start_ms = bar_start(coarse, instant_ms)
    end_ms = next_bar_start(coarse, instant_ms)
    market = simulator(seed)
    parts = market.bars(symbol, fine, start_ms, end_ms)
    whole = [joined(parts, start_ms)] if parts else []
    assert market.bars(symbol, coarse, start_ms, end_ms) == whole


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS)
@settings(max_examples=3)
def test_a_day_is_its_minutes(seed: int, symbol: str, instant_ms: int) -> None:
    start_ms = bar_start("1D", instant_ms)
    market = simulator(seed)
    minutes = market.bars(symbol, "1", start_ms, start_ms + DAY_MS)
    assert market.bars(symbol, "1D", start_ms, start_ms + 1) == [joined(minutes, start_ms)]


@given(
    resolution=st.sampled_from(RESOLUTIONS),
    start_ms=INSTANTS,
    bars=st.integers(1, 40),
    cut=st.floats(0, 1),
    count_back=st.integers(0, 60),
)
@settings(max_examples=scaled(30))
def test_any_cut_of_a_window_gives_the_same_bars(
    resolution: str, start_ms: int, bars: int, cut: float, count_back: int
) -> None:
    end_ms = start_ms
    for _ in range(bars):
        end_ms = next_bar_start(resolution, end_ms)
    middle_ms = start_ms + int((end_ms - start_ms) * cut)
    whole = simulator().bars("NVDA", resolution, start_ms, end_ms)
    market = simulator()
    later = market.bars("NVDA", resolution, middle_ms, end_ms)
    assert market.bars("NVDA", resolution, start_ms, middle_ms) + later == whole
    assert all(earlier.time_ms < bar.time_ms for earlier, bar in pairwise(whole))
    assert all(earlier.close == bar.open for earlier, bar in pairwise(whole))
    more = market.bars("NVDA", resolution, start_ms, end_ms, count_back)
    assert more[len(more) - len(whole) :] == whole
    assert len(more) >= min(count_back, len(whole) + (start_ms - FIRST_MS) // (32 * DAY_MS))


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS, resolution=st.sampled_from(RESOLUTIONS[:9]))
@settings(max_examples=scaled(10))
def test_bars_formed_tick_by_tick_are_those_of_history(
    seed: int, symbol: str, instant_ms: int, resolution: str
) -> None:
    market = simulator(seed, instant_ms)
    tick_size = {each.symbol: each.tick_size for each in market.instruments()}[symbol]
    streamed: dict[int, Bar] = {}
    for _ in range(50):
        market.move_to(market.now_ms + TICK_MS, RecordingSink())
        (bar,) = market.bars(symbol, resolution, market.now_ms, market.now_ms, 1)
        assert bar.close * tick_size == market.quote(symbol).last
        if (earlier := streamed.get(bar.time_ms)) is not None:
            assert earlier.open == bar.open
            assert bar.high == max(earlier.high, bar.close)
            assert bar.low == min(earlier.low, bar.close)
        streamed[bar.time_ms] = bar
    again = simulator(seed, market.now_ms)
    for time_ms, bar in streamed.items():
        assert again.bars(symbol, resolution, time_ms, time_ms + 1) == [bar]
    last_ms = max(streamed)
    later = simulator(seed, next_bar_start(resolution, last_ms) + DAY_MS)
    closed = {bar.time_ms: bar for bar in later.bars(symbol, resolution, min(streamed), last_ms)}
    assert closed == {time_ms: bar for time_ms, bar in streamed.items() if time_ms < last_ms}


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS)
@settings(max_examples=scaled(15))
def test_the_volume_of_a_bar_is_what_its_quotes_traded(
    seed: int, symbol: str, instant_ms: int
) -> None:
    market, sink = simulator(seed, instant_ms), RecordingSink()
    instrument = next(each for each in market.instruments() if each.symbol == symbol)
    start_ms = next_bar_start("5S", instant_ms)
    market.move_to(start_ms, RecordingSink())
    market.move_to(start_ms + 5_000, sink)
    trades = [quote for quote in sink.quotes if quote.symbol == symbol and quote.last_size]
    (bar,) = market.bars(symbol, "5S", start_ms, start_ms + 1)
    assert sum(quote.last_size for quote in trades) * instrument.volume_scale == bar.volume
    assert all(quote.last_size % instrument.quantity_step == 0 for quote in trades)
    seconds = market.bars(symbol, "1S", start_ms, start_ms + 5_000)
    if min(second.volume for second in seconds) >= 4:
        prices = [int(quote.last / instrument.tick_size) for quote in trades]
        assert max(bar.open, *prices) == bar.high
        assert min(bar.open, *prices) == bar.low
        assert prices[-1] == bar.close


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS)
@settings(max_examples=scaled(15))
def test_depth_is_a_function_of_the_present(seed: int, symbol: str, instant_ms: int) -> None:
    market = simulator(seed, instant_ms - 1_000)
    market.order_book(symbol, 3)
    market.move_to(instant_ms, RecordingSink())
    depth, quote = market.order_book(symbol, LEVELS_MAX), market.quote(symbol)
    assert depth == simulator(seed, instant_ms).order_book(symbol, LEVELS_MAX)
    assert (depth.bids[0].price, depth.asks[0].price) == (quote.bid, quote.ask)
    assert (depth.bids[0].size, depth.asks[0].size) == (quote.bid_size, quote.ask_size)
    assert len(depth.bids) == len(depth.asks) == LEVELS_MAX
    instrument = next(each for each in market.instruments() if each.symbol == symbol)
    for level in (*depth.bids, *depth.asks):
        assert level.price % instrument.tick_size == 0 == level.size % instrument.quantity_step
        assert level.price > 0 < level.size


@pytest.mark.parametrize("symbol", ["AAPL", "EURUSD", "BTCUSD"])
def test_depth_thins_out_away_from_the_touch(symbol: str) -> None:
    """In the mean of many moments; any one level may be larger than the one before it."""
    means = [0.0] * LEVELS_MAX
    for moment in range(200):
        depth = simulator(now_ms=FIRST_MS + moment * 7_919_000_000).order_book(symbol, LEVELS_MAX)
        for number, levels in enumerate(zip(depth.bids, depth.asks, strict=True)):
            means[number] += sum(float(level.size) for level in levels)
    fifths = [sum(means[start : start + 10]) for start in range(0, LEVELS_MAX, 10)]
    assert fifths == sorted(fifths, reverse=True)
    assert fifths[-1] < fifths[0] / 5


def test_a_hiccup_of_the_clock_loses_no_tick() -> None:
    market, sink = simulator(), RecordingSink()
    market.move_to(NOW_MS + 5_000, sink)
    times_ms = [quote.time_ms for quote in sink.quotes if quote.symbol == "AAPL"]
    start_ms = NOW_MS // TICK_MS * TICK_MS
    assert times_ms == list(range(start_ms + TICK_MS - 1, market.now_ms, TICK_MS))
    assert market.now_ms == NOW_MS + 5_000


def test_the_same_seed_is_the_same_market_and_another_another() -> None:
    for symbol in ("AAPL", "EURUSD", "BTCUSD"):
        bars = simulator(1).bars(symbol, "60", NOW_MS - 20 * DAY_MS, NOW_MS)
        assert simulator(1).bars(symbol, "60", NOW_MS - 20 * DAY_MS, NOW_MS) == bars
        assert simulator(2).bars(symbol, "60", NOW_MS - 20 * DAY_MS, NOW_MS) != bars
    assert simulator(1).quote("AAPL") == simulator(1).quote("AAPL") != simulator(2).quote("AAPL")


def test_the_market_is_what_it_was_when_it_was_first_written() -> None:
    """A change here changes everybody's market: it is a change of the product."""
    (day,) = simulator(7).bars("AAPL", "1D", 1_700_006_400_000, 1_700_006_400_001)
    (minute,) = simulator(7).bars("BTCUSD", "1", 1_700_006_400_000, 1_700_006_400_001)
    assert day == Bar(1_700_006_400_000, 23_218, 23_388, 23_106, 23_111, 82_074_026)
    assert minute == Bar(1_700_006_400_000, 845_238, 845_709, 845_037, 845_402, 76_367)


@given(st.permutations(range(12)))
@settings(max_examples=10)
def test_what_is_asked_first_changes_nothing(order: list[int]) -> None:
    windows = [(level, NOW_MS * 3 // 4 // LEVELS_MS[level]) for level in range(16, 28)]
    root = (1_000, 1_900, 300, 1_200, 10**12)
    fresh = [PriceTree(b"k", root, 40).node(*window) for window in windows]
    tiny = PriceTree(b"k", root, 40, cached_max=1)
    for number in order:
        assert tiny.node(*windows[number]) == fresh[number]
        tiny.children.cache_clear()


@pytest.mark.parametrize("resolution", ["1S", "5", "60", "1D"])
@pytest.mark.parametrize("age_days", [1, 400, 6_000])
def test_a_window_costs_what_it_returns_however_old_it_is(resolution: str, age_days: int) -> None:
    tree = PriceTree(b"key", (20_000, 30_000, 10_000, 25_000, 10**13), 300)
    level = LEVELS_MS.index(next_bar_start(resolution, 0))
    first = (NOW_MS - age_days * DAY_MS) // LEVELS_MS[level] - 500
    for index in range(first, first + 500):
        tree.node(level, index)
    assert tree.children.cache_info().misses <= 500 + 2 * len(LEVELS_MS)


def test_the_forming_month_is_found_without_walking_its_ticks() -> None:
    tree = PriceTree(b"key", (20_000, 30_000, 10_000, 25_000, 10**13), 300)
    month_ms = bar_start("1M", NOW_MS)
    tree.between(LEVELS_MS.index(DAY_MS), month_ms, NOW_MS - NOW_MS % TICK_MS)
    assert tree.children.cache_info().misses <= 2 * 31 + len(LEVELS_MS)


def mean_range(market: Simulator, symbol: str, resolution: str, starts_ms: list[int]) -> float:
    ranges = []
    for start_ms in starts_ms:
        (bar,) = market.bars(symbol, resolution, start_ms, start_ms + 1)
        ranges.append((bar.high - bar.low) / bar.close)
    return sum(ranges) / len(ranges)


@pytest.mark.parametrize(
    ("symbol", "least", "most"),
    [("AAPL", 0.008, 0.03), ("EURUSD", 0.003, 0.01), ("BTCUSD", 0.015, 0.07)],
)
def test_ranges_are_believable_and_grow_with_the_root_of_time(
    symbol: str, least: float, most: float
) -> None:
    market = simulator(42)
    days = [FIRST_MS + number * DAY_MS for number in range(0, 7_000, 7)]
    minutes = [day_ms + day_ms // DAY_MS * 7_919 % 1_440 * MINUTE_MS for day_ms in days]
    daily = mean_range(market, symbol, "1D", days)
    by_minute = mean_range(market, symbol, "1", minutes)
    assert least < daily < most
    assert 38 / 2 < daily / by_minute < 38 * 2  # the root of 1,440 is 38


def test_wild_days_come_together_and_trade_more() -> None:
    days = simulator(42).bars("TSLA", "1D", FIRST_MS, NOW_MS)
    ranges = [bar.high - bar.low for bar in days]
    assert correlation(ranges[:-1], ranges[1:]) > 0.1
    assert correlation(ranges, [bar.volume for bar in days]) > 0.3


def correlation(left: list[int], right: list[int]) -> float:
    left_mean, right_mean = sum(left) / len(left), sum(right) / len(right)
    products = sum((a - left_mean) * (b - right_mean) for a, b in zip(left, right, strict=True))
    left_square = sum((a - left_mean) ** 2 for a in left)
    right_square = sum((b - right_mean) ** 2 for b in right)
    return float(products / (left_square * right_square) ** 0.5)


def test_every_symbol_stays_above_zero_for_ever() -> None:
    for symbol in (listing.instrument.symbol for listing in LISTINGS):
        assert min(bar.low for bar in simulator(3).bars(symbol, "1M", 0, FOREVER_MS)) > 10


def test_history_begins_with_the_first_year() -> None:
    for resolution in ("1D", "1W", "1M", "240"):
        bars = simulator().bars("AAPL", resolution, 0, FIRST_MS + 40 * DAY_MS, 10_000)
        assert bars[0].time_ms == FIRST_MS
        assert simulator().bars("AAPL", resolution, 0, FIRST_MS, 5) == []


def test_after_a_pause_it_goes_on_at_the_present() -> None:
    market, sink = simulator(), RecordingSink()
    market.move_to(NOW_MS + 3_600_000, sink)
    symbols = [each.symbol for each in market.instruments()]
    assert [quote.symbol for quote in sink.quotes] == symbols
    assert market.now_ms == NOW_MS + 3_600_000
    assert {quote.time_ms for quote in sink.quotes} == {market.now_ms // TICK_MS * TICK_MS - 1}
    market.move_to(NOW_MS, sink)
    assert market.now_ms == NOW_MS + 3_600_000
    assert (len(sink.quotes), sink.heartbeats) == (len(symbols), 2)


def test_what_has_no_interest_is_not_reported_and_changes_nothing_for_the_rest() -> None:
    every, some, none = RecordingSink(), RecordingSink(wanted={"EURUSD"}), RecordingSink(wanted=())
    for sink in (every, some, none):
        market = simulator()
        while market.step(NOW_MS + 2_000, sink):
            pass
        assert market.now_ms == NOW_MS + 2_000
        assert market.quote("BTCUSD") == [q for q in every.quotes if q.symbol == "BTCUSD"][-1]
    assert some.quotes == [quote for quote in every.quotes if quote.symbol == "EURUSD"]
    assert none.quotes == []


@given(seed=SEEDS, symbol=SYMBOLS, instant_ms=INSTANTS)
@settings(max_examples=20)
def test_the_quotes_before_are_those_that_were_reported(
    seed: int, symbol: str, instant_ms: int
) -> None:
    market, sink = simulator(seed, instant_ms), RecordingSink(wanted={symbol})
    market.move_to(instant_ms + 3_000, sink)
    before = islice(market.quote_history(symbol), len(sink.quotes))
    assert list(before) == sink.quotes[::-1]


def test_running_it_reports_each_tick_of_the_clock() -> None:
    clock_ms = iter(range(NOW_MS, NOW_MS + 10**6, 249))
    market = Simulator(7, clock=lambda: next(clock_ms))
    enough = asyncio.Event()

    def count(quote: Quote) -> None:
        times_ms.append(quote.time_ms)
        if len(times_ms) >= 3 * len(LISTINGS):
            enough.set()

    times_ms: list[int] = []

    async def run() -> None:
        task = asyncio.create_task(market.run(RecordingSink(count)))
        async with asyncio.timeout(5):
            await enough.wait()
        task.cancel()

    asyncio.run(run())
    assert times_ms == sorted(times_ms)
    assert len(set(times_ms)) * len(LISTINGS) == len(times_ms)
    assert all(time_ms % TICK_MS == TICK_MS - 1 for time_ms in times_ms)


@pytest.mark.parametrize("step_ms", [-3_600_000, -30_000, 300, 4_000])
def test_a_step_of_the_wall_clock_loses_and_repeats_no_tick(step_ms: int) -> None:
    passed_ms = iter(range(0, 10**6, 60))
    wall_ms = NOW_MS

    def wall_ns() -> int:
        return wall_ms * 1_000_000

    def monotonic_ns() -> int:
        nonlocal wall_ms
        now_ms = next(passed_ms)
        wall_ms += 60 + (step_ms if now_ms == 600 else 0)
        return now_ms * 1_000_000

    times_ms: list[int] = []
    market = Simulator(7, clock=MarketClock(wall_ns, monotonic_ns).now_ms)

    async def run() -> None:
        sink = RecordingSink(lambda quote: times_ms.append(quote.time_ms), wanted={"AAPL"})
        task = asyncio.create_task(market.run(sink))
        async with asyncio.timeout(5):
            while len(times_ms) < 6:  # noqa: ASYNC110, the sink has no event
                await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())
    assert {later - earlier for earlier, later in pairwise(times_ms)} == {TICK_MS}
