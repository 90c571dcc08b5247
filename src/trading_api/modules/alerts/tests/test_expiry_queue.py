"""The queue of expiry times, against a plain search, and how much it holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trading_api.modules.alerts.expiry_queue import ExpiryQueue

STEPS = st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 9)), max_size=40)


@given(STEPS, st.integers(0, 9))
def test_due_are_those_whose_last_time_has_come(
    steps: list[tuple[int, int | None]], now_ms: int
) -> None:
    queue, times = ExpiryQueue(), dict[tuple[str, int], int]()
    for number, expires_ms in steps:
        alert = ("A", number)
        if expires_ms is None:
            queue.remove(alert)
            times.pop(alert, None)
        else:
            queue.set(alert, expires_ms)
            times[alert] = expires_ms
    due = list(queue.take_due(now_ms))
    assert sorted(due) == sorted(alert for alert, time in times.items() if time <= now_ms)
    assert [times[alert] for alert in due] == sorted(times[alert] for alert in due)
    assert list(queue.take_due(now_ms)) == []
    assert len(queue) == len(times) - len(due)


def test_times_that_are_replaced_do_not_pile_up() -> None:
    queue = ExpiryQueue()
    for expires_ms in range(10_000):
        queue.set(("A", 1), 10**6 + expires_ms)
        queue.set(("A", 2), 10**6)
        queue.remove(("A", 2))
    assert len(queue) == 1
    assert len(queue._heap) < 100
