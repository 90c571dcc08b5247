"""Held followers are due once an interval of the market's time."""

from __future__ import annotations

from trading_api.modules.datafeed.streams.throttle import Throttle

INTERVAL_MS = 1_000


def throttle(*topics: str) -> Throttle:
    made = Throttle(INTERVAL_MS)
    for topic in topics:
        made.add(topic, ["A", "B"], now_ms=0)
    return made


def test_a_held_follower_is_due_when_its_interval_ends_and_not_again() -> None:
    slow = throttle("one")
    slow.hold("one", "A")
    slow.hold("one", "A")
    assert not slow.is_due(999)
    assert list(slow.due(1_000)) == [("one", "A")]
    assert list(slow.due(9_000)) == []
    slow.hold("one", "A")
    assert list(slow.due(1_999)) == []
    assert list(slow.due(2_000)) == [("one", "A")]


def test_nothing_is_due_that_was_not_held() -> None:
    assert list(throttle("one").due(9_000)) == []


def test_a_topic_that_was_removed_is_never_due() -> None:
    slow = throttle("one", "other")
    for topic in ("one", "other"):
        slow.hold(topic, "A")
    slow.remove("one")
    assert not slow.is_throttled("one", "A")
    assert list(slow.due(1_000)) == [("other", "A")]


def test_a_topic_that_was_added_again_begins_an_interval_of_its_own() -> None:
    slow = throttle("one")
    slow.hold("one", "A")
    slow.remove("one")
    slow.add("one", ["A"], now_ms=500)
    slow.hold("one", "A")
    assert list(slow.due(1_499)) == []
    assert list(slow.due(1_500)) == [("one", "A")]


def test_all_that_is_held_can_be_released_in_order_before_it_is_due() -> None:
    slow = throttle("two", "one")
    for topic, name in (("two", "B"), ("one", "B"), ("one", "A")):
        slow.hold(topic, name)
    assert list(slow.release_all(10)) == [("one", "A"), ("one", "B"), ("two", "B")]
    slow.hold("one", "A")
    assert list(slow.due(1_009)) == []
    assert list(slow.due(1_010)) == [("one", "A")]
