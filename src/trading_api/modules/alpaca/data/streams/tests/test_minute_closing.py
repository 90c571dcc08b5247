"""Detection of closed minute bars, and of corrections after that."""

from __future__ import annotations

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.alpaca.data.streams.minute_closing import CLOSE_DELAY_MS, MinuteClosing


def bar(minute: int, volume: int) -> Bar:
    return Bar(minute * MINUTE_MS, 1, 1, 1, 1, volume)


def test_a_minute_is_over_when_the_next_one_begins() -> None:
    minutes = MinuteClosing()
    assert minutes.update([bar(1, 1)]) == ([], [])
    assert minutes.update([bar(1, 2)]) == ([], [])
    assert minutes.update([bar(1, 3), bar(2, 1)]) == ([bar(1, 3)], [])
    assert minutes.update([bar(3, 1)]) == ([bar(2, 1)], [])


def test_a_pause_closes_every_minute_in_it() -> None:
    minutes = MinuteClosing()
    minutes.begin(bar(1, 1))
    assert minutes.update([bar(2, 1), bar(3, 1), bar(4, 1)]) == (
        [bar(1, 1), bar(2, 1), bar(3, 1)],
        [],
    )


def test_a_minute_is_over_by_the_clock_where_no_trade_follows() -> None:
    minutes = MinuteClosing()
    assert minutes.due_ms() is None
    minutes.update([bar(1, 1)])
    due_ms = 2 * MINUTE_MS + CLOSE_DELAY_MS
    assert minutes.due_ms() == due_ms
    assert minutes.close_due(due_ms - 1) is None
    assert minutes.close_due(due_ms) == bar(1, 1)
    assert minutes.close_due(due_ms) is None
    assert minutes.update([bar(5, 1)]) == ([], [])


def test_a_late_trade_changes_a_minute_that_was_over() -> None:
    minutes = MinuteClosing()
    minutes.update([bar(1, 1), bar(2, 1)])
    assert minutes.update([bar(1, 2), bar(2, 2)]) == ([], [bar(1, 2)])
    assert minutes.update([bar(1, 2)]) == ([], [])


def test_a_stored_bar_does_not_replace_an_update() -> None:
    minutes = MinuteClosing()
    minutes.update([bar(2, 1)])
    minutes.begin(bar(1, 9))
    assert minutes.update([bar(3, 1)]) == ([bar(2, 1)], [])
