"""TradingView's sessions: their grammar, and their instants."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trading_api.domain.session_hours import SessionError, SessionHours

DAY_MS = 86_400_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def sessions_of(hours: SessionHours, first: str, last: str) -> list[tuple[str, str, str]]:
    """Start, end and trading day of the sessions that begin within."""
    sessions = hours.sessions(at(first), at(last))
    rows = zip(
        sessions.starts_ms.tolist(),
        sessions.ends_ms.tolist(),
        sessions.days_ms.tolist(),
        strict=True,
    )
    return [
        (f"{_utc(start):%d %H:%M}", f"{_utc(end):%d %H:%M}", f"{_utc(day):%d}")
        for start, end, day in rows
        if at(first) <= start < at(last)
    ]


def _utc(instant_ms: int) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1_000, UTC)


@pytest.mark.parametrize(
    ("session", "timezone", "expected"),
    [
        (
            "0930-1600",
            "America/New_York",
            [("07 14:30", "07 21:00", "07"), ("10 13:30", "10 20:00", "10")],
        ),
        (
            "1700-1700:23456",
            "America/New_York",
            [
                ("06 22:00", "07 22:00", "07"),
                ("09 21:00", "10 21:00", "10"),
                ("10 21:00", "11 21:00", "11"),
            ],
        ),
        (
            "0900-1130,1230-1500:6|1000-1200:2",
            "Asia/Tokyo",
            [
                ("07 00:00", "07 02:30", "07"),
                ("07 03:30", "07 06:00", "07"),
                ("10 01:00", "10 03:00", "10"),
            ],
        ),
        (
            "1800-0000:1",
            "America/New_York",
            [("09 22:00", "10 04:00", "09")],
        ),
        (
            "24x7",
            "America/New_York",
            [
                ("07 05:00", "08 05:00", "07"),
                ("08 05:00", "09 05:00", "08"),
                ("09 05:00", "10 04:00", "09"),
                ("10 04:00", "11 04:00", "10"),
            ],
        ),
    ],
)
def test_sessions_stand_in_the_time_of_their_exchange(
    session: str, timezone: str, expected: list[tuple[str, str, str]]
) -> None:
    """Over the weekend of the 9th of March 2025, when New York's clocks went forward."""
    hours = SessionHours(session, timezone)
    assert sessions_of(hours, "2025-03-06T21:30", "2025-03-11T00:00") == expected


def test_a_night_in_which_clocks_go_back_is_an_hour_longer() -> None:
    hours = SessionHours("1800-0400:1", "America/New_York")
    assert sessions_of(hours, "2025-11-01T00:00", "2025-11-03T00:00") == [
        ("01 22:00", "02 09:00", "02")
    ]


def test_stretches_that_a_change_of_clocks_swallows_stay_in_order() -> None:
    hours = SessionHours("0200-0245,0245-0315,0315-0400:1", "America/New_York")
    sessions = hours.sessions(at("2025-03-08T00:00"), at("2025-03-10T00:00"))
    assert (sessions.starts_ms < sessions.ends_ms).all()
    assert (sessions.ends_ms[:-1] <= sessions.starts_ms[1:]).all()


def test_holidays_are_closed_and_corrections_have_their_own_hours() -> None:
    hours = SessionHours(
        "0930-1600", "America/New_York", frozenset({"20241128"}), {"20241129": "0930-1300"}
    )
    assert sessions_of(hours, "2024-11-27T00:00", "2024-12-01T00:00") == [
        ("27 14:30", "27 21:00", "27"),
        ("29 14:30", "29 18:00", "29"),
    ]
    assert hours.holidays_text() == "20241128"
    assert hours.corrections_text() == "0930-1300:20241129"


@pytest.mark.parametrize(
    "session",
    [
        *("", "9-16", "0930", "0930-1660", "2500-2600", "0930-1600:", "0930-1600:8"),
        *("0930-1600:08", "0900-1200,1100-1300", "0900-1000|1000-1100", "24x7:1", "0930-1600,"),
    ],
)
def test_what_is_no_session_is_refused(session: str) -> None:
    with pytest.raises(SessionError):
        SessionHours(session, "America/New_York")


@pytest.mark.parametrize(
    ("session", "now", "end"),
    [
        ("24x7", "2024-03-08T12:00", "2024-03-09T00:00"),
        ("0930-1600", "2024-03-08T14:00", "2024-03-08T21:00"),
        ("0930-1600", "2024-03-08T21:00", "2024-03-11T20:00"),
        ("0900-1130,1230-1500", "2024-03-08T14:00", "2024-03-08T20:00"),
        ("1700-1700", "2024-03-07T23:00", "2024-03-08T22:00"),
    ],
)
def test_a_trading_day_is_over_with_the_last_of_its_hours(session: str, now: str, end: str) -> None:
    zone = "Etc/UTC" if session == "24x7" else "America/New_York"
    hours = SessionHours(session, zone)
    assert hours.day_end_ms(at(now)) == at(end)


def test_hours_are_read_as_they_are_written() -> None:
    hours = SessionHours(
        "0930-1600",
        "America/New_York",
        frozenset({"20241128", "20241225"}),
        {"20241129": "0930-1300", "20241224": "0930-1300", "20240703": "0930-1200"},
    )
    texts = (hours.session, hours.timezone, hours.holidays_text(), hours.corrections_text())
    assert SessionHours.parse(*texts) == hours
