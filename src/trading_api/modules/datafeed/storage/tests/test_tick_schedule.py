"""When recorded bars are played: in random sessions across both weekends on which clocks change,
and by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_api.domain.session_hours import SessionHours
from trading_api.modules.datafeed.storage.tests.test_bar_series import Market, markets
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR, TickSchedule

MINUTE_MS, DAY_MS = 60_000, 86_400_000
NEW_YORK = "America/New_York"


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def times_of(
    rows: Sequence[str],
    step_ms: int,
    session: str,
    timezone: str = NEW_YORK,
    holidays: frozenset[str] = frozenset(),
) -> TickSchedule:
    times_ms = np.array([at(row) for row in rows], dtype=np.int64)
    hours = SessionHours(session, timezone, holidays)
    sessions = hours.sessions(at(rows[0]), at(rows[-1]) + step_ms)
    return TickSchedule(times_ms, step_ms, sessions)


def shown(times: TickSchedule, number: int) -> list[str]:
    instants = [*times.bar_ticks_ms(number), times.bar_end_ms(number)]
    return [f"{datetime.fromtimestamp(each / 1_000, UTC):%d %H:%M:%S}" for each in instants]


def on(day: str, *clocks: str) -> list[str]:
    return [f"{day} {clock}" for clock in clocks]


@settings(max_examples=15)
@given(markets(), st.data())
def test_moves_happen_within_their_bar_and_its_session_one_after_the_other(
    market: Market, data: st.DataObject
) -> None:
    times, minutes = market.series.schedule, market.minutes
    every = [times.tick_ms(move) for move in range(market.moves)]
    assert every == sorted(every)
    for number, minute in enumerate(minutes):
        assert every[TICKS_PER_BAR * number] == minute.bar.time_ms
        assert every[TICKS_PER_BAR * number + 3] < times.bar_end_ms(number)
        assert times.is_in_session(times.bar_end_ms(number) - 1)
        if number + 1 < len(minutes):
            assert times.bar_end_ms(number) <= minutes[number + 1].bar.time_ms
    instant_ms = data.draw(st.integers(every[0] - DAY_MS, every[-1] + DAY_MS))
    assert times.tick_count(instant_ms) == sum(each <= instant_ms for each in every)
    assert times.bar_count(instant_ms) == sum(each <= instant_ms for each in every[::TICKS_PER_BAR])


def test_the_last_bar_of_a_session_ends_with_it() -> None:
    times = times_of(["2025-03-07 20:30", "2025-03-10 13:30"], 60 * MINUTE_MS, "0930-1600")
    assert shown(times, 0) == on("07", "20:30:00", "20:37:30", "20:45:00", "20:52:30", "21:00:00")
    assert shown(times, 1)[-1] == "10 14:30:00"


def test_a_day_is_played_within_its_session_before_and_after_clocks_change() -> None:
    times = times_of(["2025-03-07", "2025-03-10"], DAY_MS, "0930-1600")
    assert shown(times, 0) == on("07", "14:30:00", "16:07:30", "17:45:00", "19:22:30", "21:00:00")
    assert shown(times, 1) == on("10", "13:30:00", "15:07:30", "16:45:00", "18:22:30", "20:00:00")


def test_a_day_whose_session_began_on_the_evening_before_is_played_ahead_of_its_date() -> None:
    times = times_of(["2025-03-11", "2025-03-12"], DAY_MS, "1800-1700")
    assert shown(times, 0)[0] == "10 22:00:00"
    assert shown(times, 0)[-1] == "11 21:00:00"


def test_nothing_is_played_while_a_day_rests_at_noon() -> None:
    times = times_of(["2025-03-10", "2025-03-11"], DAY_MS, "0900-1130,1230-1500", "Asia/Tokyo")
    assert shown(times, 0) == on("10", "00:00:00", "01:15:00", "03:30:00", "04:45:00", "06:00:00")
    assert times.is_trading(0, at("2025-03-10 02:29"))
    assert not times.is_trading(0, at("2025-03-10 02:30"))
    assert times.is_trading(0, at("2025-03-10 03:30"))
    assert not times.is_trading(0, at("2025-03-10 06:00"))


def test_a_week_is_played_over_its_sessions_without_its_holiday() -> None:
    holidays = frozenset({"20250311"})
    times = times_of(["2025-03-10", "2025-03-17"], 7 * DAY_MS, "0930-1600", holidays=holidays)
    assert shown(times, 0) == [
        *("10 13:30:00", "12 13:30:00", "13 13:30:00", "14 13:30:00", "14 20:00:00")
    ]
    assert shown(times, 1)[-1] == "21 20:00:00"


def test_without_a_session_bars_are_played_round_the_clock() -> None:
    rows = np.array([at("2025-03-10"), at("2025-03-11"), at("2025-03-14")], dtype=np.int64)
    times = TickSchedule(rows, DAY_MS, None)
    assert shown(times, 0)[::4] == ["10 00:00:00", "11 00:00:00"]
    assert shown(times, 1)[::4] == ["11 00:00:00", "12 00:00:00"]
    assert not times.is_trading(1, at("2025-03-12"))


@pytest.mark.parametrize(("seconds", "is_trading"), [(1, True), (59, True), (60, False)])
def test_the_price_of_a_tick_stands_for_a_minute(seconds: int, is_trading: bool) -> None:
    first_ms = at("2025-03-10 13:30")
    times = TickSchedule(np.array([first_ms, first_ms + 300_000], dtype=np.int64), 1_000, None)
    assert times.is_trading(0, first_ms + 1_000 * seconds) is is_trading
    assert not times.is_trading(1, first_ms + 301_000), "the recording has ended"
