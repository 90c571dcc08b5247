"""What a replay knows at an instant, and which of its symbols can be traded then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from trading_api.domain.bar import Bar
from trading_api.domain.market_status import MarketState
from trading_api.modules.datafeed.importing.importer import ImportRequest, import_files
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.tests.recordings import written

NEW_YORK = "America/New_York"
HEADER = "time,open,high,low,close,volume"
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000

Made = Callable[..., Replay]


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def rows(start: str, step_ms: int, count: int, price: int = 100) -> list[str]:
    """Each bar from its price up to price + 9, and one higher than the one before."""
    first_ms = at(start)
    return [
        f"{first_ms + step_ms * n},{price + n},{price + n + 9},{price + n},{price + n + 9},40"
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> BarStore:
    """DAYS and MINUTES of New York's session on Thursday the 6th, Friday and Monday, and COIN,
    half-hours round the clock, until the middle of Monday's session. Tests only read them."""
    folder = tmp_path_factory.mktemp("store")
    load(folder, "DAYS", [*rows("2025-03-06", DAY_MS, 2), *rows("2025-03-10", DAY_MS, 1, 102)])
    minutes = [*rows("2025-03-06 14:30", MINUTE_MS, 390), *rows("2025-03-07 14:30", MINUTE_MS, 390)]
    load(folder, "MINUTES", [*minutes, *rows("2025-03-10 13:30", MINUTE_MS, 390)])
    load(folder, "COIN", rows("2025-03-06", 30 * MINUTE_MS, 48 * 4 + 34), session="24x7")
    return BarStore(folder)


def load(folder: Path, symbol: str, lines: Sequence[str], session: str = "0930-1600") -> None:
    path = written(folder, HEADER, *lines, name=f"{symbol}.csv")
    zone = "UTC" if session == "24x7" else NEW_YORK
    import_files(BarStore(folder), ImportRequest([path], symbol, zone, session))


def replay_of(store: BarStore, start: str, *symbols: str) -> Replay:
    opened = [store.open(symbol) for symbol in symbols or ("DAYS", "MINUTES", "COIN")]
    series = [each for each in opened if each is not None]
    return Replay(Recording(series), at(start), speed=1.0, clock=lambda: 0)


def newest(replay: Replay, symbol: str, resolution: str) -> Bar:
    return replay.bars(symbol, resolution, FOREVER_MS, FOREVER_MS, 1)[-1]


def play(replay: Replay, until: str, sink: RecordingSink) -> None:
    while replay.step(at(until), sink):
        pass


def test_a_day_that_has_begun_does_not_know_how_it_ends(store: BarStore) -> None:
    replay = replay_of(store, "2025-03-07 16:30")
    assert newest(replay, "DAYS", "1D") == Bar(at("2025-03-07"), 101, 101, 101, 101, 20)
    assert newest(replay, "MINUTES", "1D").close == 100 + 120
    assert newest(replay, "COIN", "30").close == replay.bars("COIN", "1D", 0, FOREVER_MS)[-1].close
    sink = RecordingSink()
    play(replay, "2025-03-07 19:22:29", sink)
    assert newest(replay, "DAYS", "1D").close == 110
    for quote in sink.quotes:
        assert quote.time_ms > at("2025-03-07 16:30")


def test_a_day_knows_nothing_before_its_session_begins(store: BarStore) -> None:
    replay = replay_of(store, "2025-03-07 14:29:59")
    assert newest(replay, "DAYS", "1D").time_ms == at("2025-03-06")
    play(replay, "2025-03-07 14:30", RecordingSink())
    assert newest(replay, "DAYS", "1D") == Bar(at("2025-03-07"), 101, 101, 101, 101, 10)


@pytest.mark.parametrize("start", ["2025-03-07 16:31:07", "2025-03-08 12:00", "2025-03-10 13:30"])
def test_the_present_at_the_start_is_the_start(store: BarStore, start: str) -> None:
    replay = replay_of(store, start)
    assert replay.now_ms == at(start)
    for symbol in ("DAYS", "MINUTES", "COIN"):
        assert replay.quote(symbol).time_ms <= at(start)


def test_a_present_between_moves_flows_and_jumps_only_over_nights(store: BarStore) -> None:
    replay, sink = replay_of(store, "2025-03-07 20:59:50", "MINUTES"), RecordingSink()
    presents = []
    for due_ms in range(0, 40_000, 1_000):
        while replay.step_to(due_ms, sink):
            pass
        presents.append(replay.now_ms)
        assert replay.quote("MINUTES").time_ms <= replay.now_ms
    night_s = (at("2025-03-10 13:30") - at("2025-03-07 21:00")) // 1_000
    steps_s = [(later - now) // 1_000 for now, later in pairwise(presents)]
    assert sorted(steps_s)[:-1] == [1] * 38
    assert max(steps_s) == night_s + 1


@pytest.mark.parametrize(
    ("instant", "closed"),
    [
        ("2025-03-06 21:00", {"DAYS": "hours", "MINUTES": "hours"}),
        ("2025-03-07 14:29:59", {"DAYS": "hours", "MINUTES": "hours"}),
        ("2025-03-07 14:30", {}),
        ("2025-03-07 20:59:59", {}),
        ("2025-03-08 12:00", {"DAYS": "hours", "MINUTES": "hours"}),
        ("2025-03-10 13:30", {}),
        ("2025-03-10 16:59", {}),
        ("2025-03-10 17:00", {"COIN": "ended"}),
        ("2025-03-10 20:00", {"COIN": "ended", "DAYS": "ended", "MINUTES": "ended"}),
    ],
)
def test_each_symbol_is_closed_by_its_own_hours_and_its_own_end(
    store: BarStore, instant: str, closed: dict[str, str]
) -> None:
    says = {"hours": "is outside its trading hours", "ended": "the recording of"}
    for start in ("2025-03-06 15:00", instant):
        if at(start) >= at("2025-03-10 20:00"):
            continue
        replay = replay_of(store, start)
        play(replay, instant, RecordingSink())
        for symbol in ("DAYS", "MINUTES", "COIN"):
            reason = replay.closed_reason(symbol)
            assert bool(reason) == (symbol in closed), (symbol, reason)
            assert says.get(closed.get(symbol, ""), "") in reason


def test_a_gap_in_a_recording_closes_its_symbol_alone(tmp_path: Path) -> None:
    coin = rows("2025-03-06", 30 * MINUTE_MS, 48 * 4)
    load(tmp_path, "COIN", [*coin, *rows("2025-03-10", 30 * MINUTE_MS, 34)], session="24x7")
    load(tmp_path, "HOLE", [*coin[:20], *coin[30:]], session="24x7")
    replay = replay_of(BarStore(tmp_path), "2025-03-06 01:00", "COIN", "HOLE")
    play(replay, "2025-03-06 12:00", RecordingSink())
    assert replay.closed_reason("HOLE") == "nothing of HOLE was recorded at this time"
    assert replay.closed_reason("COIN") == ""
    play(replay, "2025-03-06 15:00", RecordingSink())
    assert replay.closed_reason("HOLE") == ""


async def test_the_market_is_open_until_all_recordings_have_ended(store: BarStore) -> None:
    replay = replay_of(store, "2025-03-07 14:30")
    feed = MarketFeed(replay, stale_after_ms=60_000)
    seen: list[tuple[str, MarketState, MarketState]] = []

    for instant in ("07 15:00", "08 12:00", "10 19:59", "10 20:00"):
        feed.heartbeat()
        while replay.step(at(f"2025-03-{instant}"), feed):
            pass
        seen.append((instant, feed.status.state, feed.status_of("MINUTES").state))
    is_open, closed = MarketState.OPEN, MarketState.CLOSED
    assert seen == [
        ("07 15:00", is_open, is_open),
        ("08 12:00", is_open, closed),
        ("10 19:59", is_open, is_open),
        ("10 20:00", closed, closed),
    ]
    assert feed.status_of("MINUTES").reason == "the recording has ended"


def test_the_book_before_any_bar_is_over_reveals_nothing_of_the_first(store: BarStore) -> None:
    replay = replay_of(store, "2025-03-06 14:30", "DAYS")
    depth = replay.order_book("DAYS", 5)
    tick_size = replay.instruments()[0].tick_size
    assert [depth.asks[0].price + n * tick_size for n in range(5)] == [x.price for x in depth.asks]
