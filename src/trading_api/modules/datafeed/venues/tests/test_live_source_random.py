"""Random markets with faults: what a live source streams equals its history and the venue's."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from trading_api.domain.bar import Bar
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.messages import TradeMessage
from trading_api.modules.datafeed.venues.tests.readings import BTC, candle_bars, minutes
from trading_api.modules.datafeed.venues.tests.running import live, running
from trading_api.modules.datafeed.venues.tests.scripted_venue import ScriptedVenue, listing

Step = tuple[str, int]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("trade"), st.integers(0, 30_000)),
        st.tuples(st.just("trade"), st.integers(0, 30_000)),
        st.tuples(st.just("lose"), st.integers(0, 5_000)),
        st.tuples(st.just("repeat"), st.integers(1, 5)),
        st.tuples(st.just("down"), st.just(0)),
        st.tuples(st.just("up"), st.just(0)),
        st.tuples(st.just("end"), st.just(0)),
        st.tuples(st.just("time"), st.integers(0, 90_000)),
        st.tuples(st.just("touch"), st.integers(1, 9)),
        st.tuples(st.just("lag"), st.integers(0, 2)),
        st.tuples(st.just("turn"), st.integers(1, 8)),
        st.tuples(st.just("check"), st.just(0)),
    ),
    max_size=60,
)


class Judge:
    """A sink that holds the rules of every report."""

    def __init__(self, venue: ScriptedVenue) -> None:
        self.venue = venue
        self.traded: list[tuple[Decimal, Decimal]] = []
        self.bars: dict[int, Bar] = {}
        self.last_ms = 0

    def on_quote(self, quote: Quote) -> None:
        source = self.venue.served
        assert source is not None
        assert self.last_ms <= quote.time_ms <= source.now_ms <= self.venue.now_ms
        self.last_ms = quote.time_ms
        if quote.last_size:
            self.traded.append((quote.last, quote.last_size))
        (newest,) = source.bars(BTC, "1", FOREVER_MS, FOREVER_MS, 1)
        assert newest.close == quote.last * 100
        self.bars[newest.time_ms] = newest


def rows(trades: Sequence[TradeMessage]) -> list[tuple[Decimal, Decimal]]:
    return [(Decimal(each.price) / 100, Decimal(each.quantity) / 1_000) for each in trades]


async def play(
    steps: Sequence[Step], folder: Path, *, has_ids: bool, is_lossy: bool = False
) -> None:
    venue = ScriptedVenue(listing(has_consecutive_ids=has_ids))
    store = BarHistoryStore(folder / "venue.db")
    source = venue.source(store)
    venue.served = source
    judge = Judge(venue)
    venue.trade(100_00)
    async with running(source, venue, RecordingSink(judge.on_quote)):
        venue.link_up()
        await live(source)
        before = len(venue.tape[BTC])
        price = 100_00
        for kind, number in steps:
            if kind in ("trade", "lose"):
                price = max(1, price + number % 21 - 10)
                venue.trade(price, 1 + number % 7, after_ms=number, is_lost=kind == "lose")
            elif kind == "repeat" and venue.is_up:
                for trade in venue.tape[BTC][-number:]:
                    if trade in venue.streamed:
                        venue.stream(trade)
            elif kind == "down" and venue.is_up:
                venue.link_down()
            elif kind == "up" and not venue.is_up:
                venue.link_up()
            elif kind == "end" and venue.runs_now:
                venue.end()
            elif kind == "time":
                venue.pass_time(number)
            elif kind == "touch":
                venue.touch(max(1, price - number), price + number)
            elif kind == "lag":
                venue.rest_lag = number
            elif kind == "turn":
                for _ in range(number):
                    await asyncio.sleep(0)
            elif kind == "check":
                await source.check_minutes()
        venue.rest_lag = 0
        while not venue.runs_now:  # noqa: ASYNC110, it is started again
            await asyncio.sleep(0)
        if venue.is_up:
            venue.link_down()
        venue.link_up()
        await live(source)
        venue.trade(price, after_ms=1)
        await live(source)
        happened = iter(rows(venue.tape[BTC][before:]))
        assert all(each in happened for each in judge.traded), "in the venue's order, none twice"
        # A lost trade that is noticed after its minute closed becomes a correction.
        is_exact = source.statistics.late_trades == 0
        assert not is_exact or is_lossy or minutes(source) == candle_bars(venue)
        history = {bar.time_ms: bar for bar in minutes(source)}
        assert {time_ms: history[time_ms] for time_ms in judge.bars} == judge.bars
        fives = source.bars(BTC, "5", 0, FOREVER_MS)
        assert [_merged(minutes(source), five.time_ms) for five in fives] == fives
        venue.pass_time(2 * MINUTE_MS)
        await source.check_minutes()
        assert is_lossy or (source.statistics.corrections == 0) == is_exact
    stored = venue.source(store)
    assert minutes(stored) == candle_bars(venue)


def _merged(bars: Sequence[Bar], time_ms: int) -> Bar:
    own = [bar for bar in bars if time_ms <= bar.time_ms < time_ms + 5 * MINUTE_MS]
    return Bar(
        time_ms,
        own[0].open,
        max(bar.high for bar in own),
        min(bar.low for bar in own),
        own[-1].close,
        sum(bar.volume for bar in own),
    )


@given(STEPS)
@settings(deadline=None, max_examples=60)
def test_history_equals_what_was_streamed_through_all_faults(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder), has_ids=True))


@given(STEPS.map(lambda steps: [each for each in steps if each[0] != "lose"]))
@settings(deadline=None, max_examples=60)
def test_without_numbered_trades_all_gaps_of_reconnects_are_filled(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder), has_ids=False))


@given(STEPS)
@settings(deadline=None, max_examples=30)
def test_times_and_bars_agree_where_lost_trades_cannot_be_noticed(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder), has_ids=False, is_lossy=True))
