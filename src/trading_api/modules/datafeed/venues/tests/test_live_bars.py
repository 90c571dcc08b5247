"""Bars of a live symbol against bars that are made the simple way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS, bar_start, resolutions_built_from
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.venues.live_bars import LiveBars

NOON_MS = 1_784_289_600_000
RESOLUTIONS = resolutions_built_from(MINUTE_MS)
Ticks = list[tuple[int, int, int]]


def ticks(first_ms: int) -> st.SearchStrategy[Ticks]:
    """Trades that ascend in time, with pauses of seconds to days."""
    pauses = st.one_of(st.integers(0, 40_000), st.integers(0, 2 * 86_400_000))
    made = st.lists(st.tuples(pauses, st.integers(1, 500), st.integers(0, 9)), max_size=60)

    def with_times(rows: Ticks) -> Ticks:
        time_ms, found = first_ms, []
        for pause_ms, price, volume in rows:
            time_ms += pause_ms
            found.append((time_ms, price, volume))
        return found

    return made.map(with_times)


def simple_bars(trades: Ticks, resolution: str) -> list[Bar]:
    bars: dict[int, list[tuple[int, int]]] = {}
    for time_ms, price, volume in trades:
        bars.setdefault(bar_start(resolution, time_ms), []).append((price, volume))
    return [
        Bar(
            time_ms,
            rows[0][0],
            max(price for price, _ in rows),
            min(price for price, _ in rows),
            rows[-1][0],
            sum(volume for _, volume in rows),
        )
        for time_ms, rows in sorted(bars.items())
    ]


def simple_window(bars: list[Bar], start_ms: int, end_ms: int, count_back: int) -> list[Bar]:
    before_end = [bar for bar in bars if bar.time_ms < end_ms]
    within = [bar for bar in before_end if bar.time_ms >= start_ms]
    return before_end[len(before_end) - max(len(within), min(count_back, len(before_end))) :]


@given(
    ticks(NOON_MS),
    st.integers(0, 30),
    st.sampled_from(RESOLUTIONS),
    st.integers(-86_400_000, 20 * 86_400_000),
    st.integers(0, 10 * 86_400_000),
    st.integers(0, 40),
)
def test_every_window_is_that_of_bars_made_one_by_one(
    trades: Ticks, stored: int, resolution: str, start: int, length: int, count_back: int
) -> None:
    """Some minutes were stored, some closed live, one forms."""
    minutes = simple_bars(trades[:stored], "1")
    bars = LiveBars(BarColumns.from_bars(minutes))
    known = trades[:stored] + [each for each in trades[stored:] if bars.add(*each)]
    start_ms = NOON_MS + start
    expected = simple_window(
        simple_bars(known, resolution), start_ms, start_ms + length, count_back
    )
    assert bars.bars(resolution, start_ms, start_ms + length, count_back) == expected
    # What is remembered of the newest bar is that of the present.
    assert bars.bars(resolution, start_ms, start_ms + length, count_back) == expected


@given(ticks(NOON_MS), st.integers(0, 60))
def test_older_minutes_are_put_before_the_others(trades: Ticks, split: int) -> None:
    minutes = simple_bars(trades, "1")
    bars = LiveBars(BarColumns.from_bars(minutes[split:]))
    bars.bars("1D", NOON_MS, NOON_MS, 1)
    bars.prepend(BarColumns.from_bars(minutes[:split]))
    for resolution in RESOLUTIONS:
        assert bars.bars(resolution, 0, 10**15) == simple_bars(trades, resolution)


def test_a_trade_of_a_closed_minute_is_not_added() -> None:
    bars = LiveBars(BarColumns.from_bars([]))
    assert bars.add(NOON_MS + 59_999, 10, 1)
    assert bars.add(NOON_MS + 59_000, 11, 1), "the minute still forms"
    bars.close()
    assert not bars.add(NOON_MS + 59_999, 12, 1)
    assert bars.add(NOON_MS + 60_000, 13, 1)
    assert not bars.add(NOON_MS + 59_999, 12, 1)
    assert bars.bars("1", 0, 10**15) == [
        Bar(NOON_MS, 10, 11, 10, 11, 2),
        Bar(NOON_MS + 60_000, 13, 13, 13, 13, 1),
    ]
