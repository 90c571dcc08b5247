"""A chart dragged to the very beginning, as the charting library asks for it: from the oldest bar
it has, or from where `next_time` leads, until a response has `no_data`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.bars_answer import bars_answer
from trading_api.domain.resolution import DAY_MS, MINUTE_MS, length_ms
from trading_api.errors import Invalid
from trading_api.modules.datafeed.history import WINDOW_BARS_MAX, read_history
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.streaming.subscriptions import Subscriptions

NOW_MS = 1_795_262_400_000
FOREVER_MS = 10**15


class Chart:
    """Windows of `bars` bars. Newer libraries send count_back with them, older ones do not."""

    def __init__(self, source: MarketSource, resolution: str, bars: int, counts_back: bool) -> None:
        self._service = DatafeedService(
            source, MarketFeed(source, stale_after_ms=5_000), Subscriptions()
        )
        self._symbol = source.instruments()[0].symbol
        self._resolution = resolution
        self._window_s = bars * (length_ms(resolution) or 30 * DAY_MS) // 1_000
        self._count_back = bars if counts_back else 0
        self.times_ms: list[int] = []
        self.calls = 0

    async def scroll_to_the_beginning(self, now_ms: int, calls_max: int) -> None:
        to_s = now_ms // 1_000 + 1
        while True:
            self.calls += 1
            assert self.calls <= calls_max, "it asks without end"
            answer = await bars_answer(
                self._service,
                self._symbol,
                self._resolution,
                to_s - self._window_s,
                to_s,
                self._count_back,
            )
            if answer.no_data:
                assert not answer.bars
                assert answer.next_time is None
                return
            if answer.bars:
                self._prepend([bar.time for bar in answer.bars])
                to_s = self.times_ms[0] // 1_000
            else:
                assert answer.next_time is not None
                assert answer.next_time < (to_s - self._window_s) * 1_000
                to_s = answer.next_time // 1_000 + 1

    def _prepend(self, older_ms: list[int]) -> None:
        assert older_ms == sorted(set(older_ms))
        if self.times_ms:
            assert older_ms[-1] < self.times_ms[0], "what it has already, or a newer bar"
        self.times_ms = older_ms + self.times_ms


@pytest.mark.parametrize("counts_back", [True, False])
@pytest.mark.parametrize("resolution", ["1D", "1W", "1M"])
async def test_all_history_is_had_in_as_many_calls_as_it_fills(
    resolution: str, counts_back: bool
) -> None:
    chart = Chart(Simulator(7, clock=lambda: NOW_MS), resolution, 300, counts_back)
    await chart.scroll_to_the_beginning(NOW_MS, calls_max=30)
    assert chart.times_ms[0] == FIRST_MS
    assert chart.calls <= len(chart.times_ms) // 300 + 3


@pytest.mark.parametrize("counts_back", [True, False])
@pytest.mark.parametrize("resolution", ["1", "5", "60", "1D", "1M"])
async def test_gaps_are_crossed_in_one_call_each(
    tmp_path: Path, resolution: str, counts_back: bool
) -> None:
    """Nine sessions of twenty minutes, years apart, the last bar of each alone."""
    path = tmp_path / "gaps.csv"
    times_s = [
        (NOW_MS - session * 400 * DAY_MS + minute * MINUTE_MS) // 1_000
        for session in range(9)
        for minute in (*range(20), 700)
    ]
    rows = [f"{time_s},10,12,9,11,5" for time_s in sorted(times_s)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    source = Replay(Recording(read_series(path)), start_ms=FOREVER_MS, clock=lambda: 0)
    symbol = source.instruments()[0].symbol
    every = [bar.time_ms for bar in source.bars(symbol, resolution, 0, FOREVER_MS)]
    chart = Chart(source, resolution, 10, counts_back)
    await chart.scroll_to_the_beginning(source.now_ms, calls_max=100)
    assert chart.times_ms == every
    assert chart.calls <= len(every) // 10 + 4 * 9


@pytest.mark.parametrize("resolution", ["1", "5", "1D"])
async def test_a_window_of_any_width_is_answered_with_the_bars_there_are(
    tmp_path: Path, resolution: str
) -> None:
    """Only what is there counts: the window could hold millions."""
    path = tmp_path / "short.csv"
    times_s = [
        (NOW_MS + day * DAY_MS + minute * MINUTE_MS) // 1_000
        for day in range(-30, 0)
        for minute in range(390)
    ]
    rows = [f"{time_s},10,12,9,11,5" for time_s in times_s]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    source = Replay(Recording(read_series(path)), start_ms=FOREVER_MS, clock=lambda: 0)
    symbol = source.instruments()[0].symbol
    every = source.bars(symbol, resolution, 0, FOREVER_MS)
    for start_ms, end_ms in ((-FOREVER_MS, FOREVER_MS), (0, NOW_MS), (every[7].time_ms, NOW_MS)):
        found = await read_history(source, symbol, resolution, start_ms, end_ms)
        assert found == [bar for bar in every if bar.time_ms >= start_ms]


async def test_a_window_that_holds_more_than_the_limit_is_refused_to_the_bar() -> None:
    source = Simulator(7, clock=lambda: NOW_MS)
    start_ms = NOW_MS - WINDOW_BARS_MAX * MINUTE_MS
    assert len(await read_history(source, "AAPL", "1", start_ms, NOW_MS)) == WINDOW_BARS_MAX
    with pytest.raises(Invalid, match="holds more than 20000 bars"):
        await read_history(source, "AAPL", "1", start_ms - MINUTE_MS, NOW_MS)
