import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.shared.delivery.outbox import Outbox

ALL = 1 << 30


def test_below_half_every_frame_is_kept_in_order() -> None:
    outbox = Outbox(8)
    for frame in (b"a", b"b", b"c"):
        outbox.put(frame, key="same")
    assert outbox.take(ALL) == [b"a", b"b", b"c"]
    assert not outbox


def test_from_half_on_the_last_of_a_key_takes_the_place_of_the_one_before_and_goes_last() -> None:
    outbox = Outbox(4)
    for frame, key in [(b"1", None), (b"2", None), (b"a", "k"), (b"b", "l"), (b"c", "k")]:
        assert outbox.put(frame, key)
    assert outbox.take(ALL) == [b"1", b"2", b"b", b"c"]


def test_a_full_outbox_refuses_what_may_not_be_dropped() -> None:
    outbox = Outbox(2)
    assert [outbox.put(frame) for frame in (b"a", b"b", b"c")] == [True, True, False]
    assert outbox.take(ALL) == [b"a", b"b"]


def test_it_is_bounded_in_bytes_too() -> None:
    outbox = Outbox(100, bytes_max=10)
    assert [outbox.put(frame) for frame in (b"12345", b"67890", b"1")] == [True, True, False]
    assert outbox.take(1) == [b"12345"]
    assert outbox.put(b"1")


def test_half_the_bytes_make_it_conflate() -> None:
    outbox = Outbox(100, bytes_max=10)
    for frame, key in [(b"12345", None), (b"a", "k"), (b"b", "k")]:
        assert outbox.put(frame, key)
    assert outbox.take(ALL) == [b"12345", b"b"]


def test_what_is_taken_ends_with_the_frame_that_reaches_the_bound() -> None:
    outbox = Outbox(8)
    for frame in (b"123", b"45", b"6"):
        outbox.put(frame)
    assert [outbox.take(4), outbox.take(4), outbox.take(4)] == [[b"123", b"45"], [b"6"], []]


async def test_calm_returns_below_half() -> None:
    outbox = Outbox(4)
    outbox.put(b"a")
    outbox.put(b"b")
    waiting = [asyncio.create_task(outbox.calm()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    outbox.take(1)
    await asyncio.gather(*waiting)


@given(st.lists(st.tuples(st.sampled_from("klmn"), st.booleans(), st.booleans()), max_size=60))
@pytest.mark.parametrize("size", [4, 9])
def test_last_values_always_leave_and_keyless_frames_are_never_lost(
    size: int, puts: list[tuple[str, bool, bool]]
) -> None:
    outbox = Outbox(size)
    left: list[bytes] = []
    newest: dict[str, bytes] = {}
    keyless: list[bytes] = []
    for number, (key, keyed, is_read) in enumerate(puts):
        frame = str(number).encode()
        if outbox.put(frame, key if keyed else None):
            if keyed:
                newest[key] = frame
            else:
                keyless.append(frame)
        assert len(outbox) <= size
        if is_read:
            left += outbox.take(1)
    left += outbox.take(ALL)
    assert left == sorted(left, key=int), "in the order they were put"
    assert set(newest.values()) <= set(left)
    assert set(keyless) <= set(left)
