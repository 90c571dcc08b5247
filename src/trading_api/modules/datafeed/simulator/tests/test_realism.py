"""The simulated market looks like recorded ones, over fixed seeds."""

from __future__ import annotations

import gzip
import math
from collections.abc import Sequence
from itertools import pairwise

import pytest

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.modules.datafeed.tests.recordings import package_file

NOW_MS = 1_795_258_915_123
LENGTHS_MS = {"1": MINUTE_MS, "60": 60 * MINUTE_MS, "1D": DAY_MS}
SEEDS = (7, 8, 9)
BARS = 1_500
# The share of equal neighbours of one recording differs from another's by more than this.
TOLERANCE = 0.01

symbols = pytest.mark.parametrize("symbol", ["AAPL", "EURUSD", "BTCUSD"])
resolutions = pytest.mark.parametrize("resolution", LENGTHS_MS)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Sequence[Bar]]]:
    stocks = tmp_path_factory.mktemp("bokeh") / "stocks.csv"
    packed = package_file("bokeh_sampledata", "_data", "stocks.csv.gz").read_bytes()
    stocks.write_bytes(gzip.decompress(packed))
    paths = {
        "1": [package_file("mintalib", "samples", "minute-prices.csv")],
        "60": [package_file("mintalib", "samples", "hourly-prices.csv")],
        "1D": [package_file("mintalib", "samples", "daily-prices.csv"), stocks],
    }
    return {
        resolution: [series.recorded.bars() for path in files for series in read_series(path)]
        for resolution, files in paths.items()
    }


def simulated(symbol: str, resolution: str) -> list[list[Bar]]:
    start_ms = NOW_MS - BARS * LENGTHS_MS[resolution]
    return [
        Simulator(seed, clock=lambda: NOW_MS).bars(symbol, resolution, start_ms, NOW_MS)
        for seed in SEEDS
    ]


def present(now_ms: int) -> Simulator:
    return Simulator(7, clock=lambda: now_ms)


def equal_neighbours(bars: Sequence[Bar]) -> float:
    """Return the mean of the shares of neighbours with the same high, and with the same low."""
    equal = sum((a.high == b.high) + (a.low == b.low) for a, b in pairwise(bars))
    return equal / 2 / (len(bars) - 1)


def rounded(bars: Sequence[Bar], mean_range: float) -> list[Bar]:
    """Return the bars on a grid on which their mean range is so many steps. A step is a share of
    the price, so that decades of one share can be compared with a month of another."""
    usable = [bar for bar in bars if bar.low > 0]
    step = sum(math.log(bar.high / bar.low) for bar in usable) / len(usable) / mean_range
    return [
        Bar(bar.time_ms, 0, round(math.log(bar.high) / step), round(math.log(bar.low) / step), 0, 0)
        for bar in usable
    ]


@symbols
@resolutions
def test_neighbouring_bars_share_their_extremes_as_rarely_as_recorded_ones(
    symbol: str, resolution: str, recorded: dict[str, list[Sequence[Bar]]]
) -> None:
    """On as coarse a grid: prices in few ticks are equal by chance."""
    runs = simulated(symbol, resolution)
    mean_range = sum(bar.high - bar.low for bars in runs for bar in bars) / len(SEEDS) / BARS
    share = sum(map(equal_neighbours, runs)) / len(runs)
    of_recorded = [equal_neighbours(rounded(bars, mean_range)) for bars in recorded[resolution]]
    assert share < sum(of_recorded) / len(of_recorded) + TOLERANCE, mean_range


@symbols
@resolutions
def test_returns_have_fat_tails_and_volatility_comes_in_clusters(
    symbol: str, resolution: str
) -> None:
    """In the mean of the seeds. A normal distribution has a kurtosis of 3 and no clusters."""
    kurtoses, clusters = [], []
    for bars in simulated(symbol, resolution):
        returns = [math.log(later.close / bar.close) for bar, later in pairwise(bars)]
        square = sum(each**2 for each in returns) / len(returns)
        kurtoses.append(sum(each**4 for each in returns) / len(returns) / square**2)
        clusters.append(autocorrelation([abs(each) for each in returns]))
    assert min(kurtoses) > 4.5
    assert sum(clusters) / len(clusters) > 0.12


@symbols
def test_a_bar_moves_by_a_part_of_its_range_as_in_a_market(symbol: str) -> None:
    """Recorded bars close 0.45 to 0.5 of their range away from their open. A range that has no
    part in the moves would look like noise."""
    runs = simulated(symbol, "60")
    moved = sum(abs(bar.close - bar.open) for bars in runs for bar in bars)
    assert 0.35 < moved / sum(bar.high - bar.low for bars in runs for bar in bars) < 0.55


def autocorrelation(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    product = sum((a - mean) * (b - mean) for a, b in pairwise(values))
    return product / sum((each - mean) ** 2 for each in values)


@pytest.mark.parametrize(
    ("symbol", "touches"),
    [
        ("AAPL", [("0.02", "630", "460"), ("0.03", "170", "480"), ("0.01", "30", "390")]),
        (
            "EURUSD",
            [
                ("0.00015", "50000", "100000"),
                ("0.00003", "500000", "850000"),
                ("0.00015", "150000", "50000"),
            ],
        ),
        (
            "BTCUSD",
            [("0.8", "0.3000", "0.0900"), ("0.1", "0.1600", "0.2900"), ("0.6", "0.4400", "0.5100")],
        ),
    ],
)
def test_spreads_and_sizes_do_not_depend_on_the_price_path(
    symbol: str, touches: list[tuple[str, str, str]]
) -> None:
    found = []
    for ago_ms in (0, 10**9, 10**10):
        quote = present(NOW_MS - ago_ms).quote(symbol)
        found.append((str(quote.ask - quote.bid), str(quote.bid_size), str(quote.ask_size)))
    assert found == touches


@pytest.mark.parametrize(
    ("symbol", "reach", "size"),
    [("AAPL", 0.98, 6_660), ("EURUSD", 0.00293, 33_600_000), ("BTCUSD", 19.6, 6.72)],
)
def test_the_book_is_as_wide_and_as_deep_as_it_was(symbol: str, reach: float, size: float) -> None:
    """In the mean of many moments: both sides' 50 levels."""
    reaches, sizes = [], []
    for moment in range(200):
        depth = present(FIRST_MS + moment * 7_919_000_000).order_book(symbol, 50)
        sides = (depth.bids, depth.asks)
        reaches.append(sum(abs(float(side[-1].price - side[0].price)) for side in sides))
        sizes.append(sum(float(level.size) for side in sides for level in side))
    assert sum(reaches) / len(reaches) == pytest.approx(reach, rel=0.03)
    assert sum(sizes) / len(sizes) == pytest.approx(size, rel=0.03)
