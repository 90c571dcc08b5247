"""Holidays and early closes of real exchanges."""

from __future__ import annotations

import pytest

from trading_api.domain.tests.test_session_hours import at
from trading_api.modules.datafeed.importing.exchange_calendar import ExchangeCalendar
from trading_api.modules.datafeed.storage.errors import RecordingError


def test_a_calendar_knows_holidays_and_the_hours_of_early_closes() -> None:
    calendar = ExchangeCalendar("XNYS")
    assert (calendar.timezone, calendar.session) == ("America/New_York", "0930-1600:23456")
    year = at("2024-01-01T00:00"), at("2024-12-31T00:00")
    hours = calendar.hours("0930-1600", calendar.timezone, *year)
    assert {"20240101", "20240329", "20240619", "20241128", "20241225"} <= hours.holidays
    assert hours.corrections_text() == "0930-1300:20240703,20241129,20241224"
    afternoon = calendar.hours("1330-1600", calendar.timezone, *year)
    assert "20241129" in afternoon.holidays
    assert not afternoon.corrections


def test_calendars_with_a_break_and_with_a_night_write_their_sessions() -> None:
    assert ExchangeCalendar("XTKS").session == "0900-1130,1230-1530:23456"
    assert ExchangeCalendar("CMES").session == "1700-1700:23456"


def test_an_unknown_calendar_is_reported_with_those_there_are() -> None:
    with pytest.raises(RecordingError, match="XNYS"):
        ExchangeCalendar("NOPE")
