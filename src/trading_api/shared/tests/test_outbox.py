import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.shared.delivery.outbox import Outbox


def everything(outbox: Outbox) -> list[str]:
    return [outbox.pop() for _ in range(len(outbox))]


async def test_a_reader_waits_until_something_is_put() -> None:
    outbox = Outbox(4)
    reading = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put("a")
    assert await reading == "a"


def test_below_half_every_frame_is_kept_in_order() -> None:
    outbox = Outbox(8)
    for frame in "abc":
        outbox.put(frame, key="same")
    assert everything(outbox) == ["a", "b", "c"]


def test_from_half_on_the_last_of_a_key_takes_the_place_of_the_one_before_and_goes_last() -> None:
    outbox = Outbox(4)
    for frame, key in [("1", None), ("2", None), ("a", "k"), ("b", "l"), ("c", "k")]:
        assert outbox.put(frame, key)
    assert everything(outbox) == ["1", "2", "b", "c"]


def test_a_full_outbox_refuses_what_may_not_be_dropped() -> None:
    outbox = Outbox(2)
    assert [outbox.put(frame) for frame in "abc"] == [True, True, False]
    assert everything(outbox) == ["a", "b"]


def test_it_is_bounded_in_characters_too() -> None:
    outbox = Outbox(100, characters_max=10)
    assert [outbox.put(frame) for frame in ("12345", "67890", "1")] == [True, True, False]
    assert outbox.pop() == "12345"
    assert outbox.put("1")


def test_half_the_characters_make_it_conflate() -> None:
    outbox = Outbox(100, characters_max=10)
    for frame, key in [("12345", None), ("a", "k"), ("b", "k")]:
        assert outbox.put(frame, key)
    assert everything(outbox) == ["12345", "b"]


async def test_calm_returns_below_half() -> None:
    outbox = Outbox(4)
    outbox.put("a")
    outbox.put("b")
    waiting = asyncio.create_task(outbox.calm())
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.pop()
    await waiting


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), max_size=60))
@pytest.mark.parametrize("size", [4, 9])
def test_last_values_always_leave_and_keyless_frames_are_never_lost(
    size: int, puts: list[tuple[int, bool, bool]]
) -> None:
    outbox, left, newest, keyless = Outbox(size), [], {}, []
    for number, (key, keyed, is_read) in enumerate(puts):
        frame = str(number)
        if outbox.put(frame, key if keyed else None):
            if keyed:
                newest[key] = frame
            else:
                keyless.append(frame)
        assert len(outbox) <= size
        if is_read and len(outbox):
            left.append(outbox.pop())
    left += everything(outbox)
    assert left == sorted(left, key=int), "in the order they were put"
    assert set(newest.values()) <= set(left)
    assert set(keyless) <= set(left)
