import asyncio
from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_api.streaming.outbox import WRITE_BYTES, Outbox, send_to_all


class Wire:
    """What an outbox wrote. A frame here is a word and a space."""

    def __init__(self, count_max: int = 8, bytes_max: int = 1 << 20) -> None:
        self.writes: list[bytes] = []
        self.dirty: list[Outbox] = []
        self.overflows = 0
        self.full_after: int | None = None
        self.outbox = Outbox(count_max, self._write, self.dirty, self._overflow, bytes_max)

    def put(self, *words: str, key: Hashable | None = None) -> None:
        for word in words:
            self.outbox.put(f"{word} ".encode(), key)

    def words(self) -> list[str]:
        return b"".join(self.writes).decode().split()

    def _write(self, data: bytes) -> None:
        self.writes.append(data)
        if self.full_after is not None and len(self.writes) >= self.full_after:
            self.outbox.pause()

    def _overflow(self) -> None:
        self.overflows += 1


def test_what_a_tick_brought_leaves_in_one_write() -> None:
    wire = Wire()
    wire.put("a", "b", "c", key="same")
    assert (wire.dirty, wire.writes) == ([wire.outbox], [])
    wire.outbox.flush()
    assert wire.writes == [b"a b c "]
    wire.put("d")
    assert len(wire.dirty) == 2


def test_a_tick_that_brings_more_than_a_write_is_not_kept() -> None:
    wire = Wire(count_max=2)
    wire.put(*("x" * WRITE_BYTES for _ in range(4)))
    assert len(wire.writes) == 2


@pytest.mark.parametrize("paused", [False, True])
def test_what_is_sent_follows_what_was_put(paused: bool) -> None:
    wire = Wire()
    if paused:
        wire.outbox.pause()
    wire.put("a")
    send_to_all(b"b ", None, [wire.outbox])
    wire.outbox.resume()
    send_to_all(b"c ", None, [wire.outbox])
    assert wire.writes == [b"a b ", b"c "]


def test_a_connection_that_fails_does_not_keep_a_frame_from_the_others() -> None:
    def fail(data: bytes) -> None:
        raise RuntimeError("the transport is closed")

    first, last = Wire(), Wire()
    failing = Outbox(8, fail, [], lambda: None)
    send_to_all(b"a ", "key", [first.outbox, failing, last.outbox])
    assert (first.words(), last.words()) == (["a"], ["a"])


def test_while_the_connection_is_full_frames_wait_in_order() -> None:
    wire = Wire()
    wire.put("a")
    wire.outbox.pause()
    wire.put("b", "c")
    wire.outbox.flush()
    assert wire.words() == ["a"]
    wire.outbox.resume()
    assert wire.words() == ["a", "b", "c"]


def test_what_waited_leaves_write_by_write_until_the_connection_is_full_again() -> None:
    wire = Wire()
    wire.outbox.pause()
    wire.put(*("x" * WRITE_BYTES for _ in range(3)))
    wire.full_after = 2
    wire.outbox.resume()
    assert len(wire.writes) == 2
    wire.put("last")
    wire.full_after = None
    wire.outbox.resume()
    assert wire.words()[-1] == "last"


def test_from_half_on_the_last_of_a_key_takes_the_place_of_the_one_before_and_goes_last() -> None:
    wire = Wire(count_max=4)
    wire.outbox.pause()
    for word, key in [("1", None), ("2", None), ("a", "k"), ("b", "l"), ("c", "k")]:
        wire.put(word, key=key)
    wire.outbox.resume()
    assert wire.words() == ["1", "2", "b", "c"]


def test_what_may_not_be_dropped_overflows_a_full_outbox_once_and_ends_it() -> None:
    wire = Wire(count_max=2)
    wire.outbox.pause()
    wire.put("a", "b")
    assert wire.overflows == 0
    wire.put("c", "d")
    assert (wire.overflows, wire.outbox.is_closed) == (1, True)
    wire.outbox.resume()
    wire.put("e")
    wire.outbox.flush()
    assert wire.writes == []


def test_it_is_bounded_in_bytes_too_and_half_of_them_make_it_conflate() -> None:
    wire = Wire(count_max=100, bytes_max=12)
    wire.outbox.pause()
    for word, key in [("12345", None), ("a", "k"), ("b", "k")]:
        wire.put(word, key=key)
    wire.put("123", key="l")
    assert wire.overflows == 0
    wire.put("1")
    assert wire.overflows == 1


@pytest.mark.parametrize("send_rest", [True, False])
def test_closed_it_sends_the_rest_or_drops_it(send_rest: bool) -> None:
    wire = Wire()
    wire.put("a")
    wire.outbox.flush()
    wire.outbox.pause()
    wire.put("b")
    wire.outbox.close(send_rest)
    wire.put("c")
    wire.outbox.resume()
    assert wire.words() == ["a", "b"][: 1 + send_rest]


async def test_waiting_ends_below_the_high_water() -> None:
    wire = Wire(count_max=4)
    wire.outbox.pause()
    wire.put("a", "b")
    waiting = [asyncio.create_task(wire.outbox.wait_below_high_water()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    wire.outbox.resume()
    await asyncio.gather(*waiting)


@given(
    st.lists(
        st.tuples(st.sampled_from("klmn"), st.booleans(), st.sampled_from("-prf")), max_size=60
    )
)
@pytest.mark.parametrize("count_max", [4, 9])
def test_last_values_always_leave_and_keyless_frames_are_never_lost(
    count_max: int, puts: list[tuple[str, bool, str]]
) -> None:
    wire = Wire(count_max)
    newest: dict[str, str] = {}
    keyless: list[str] = []
    for number, (key, keyed, then) in enumerate(puts):
        wire.put(str(number), key=key if keyed else None)
        if wire.overflows:
            return
        if keyed:
            newest[key] = str(number)
        else:
            keyless.append(str(number))
        {
            "-": lambda: None,
            "p": wire.outbox.pause,
            "r": wire.outbox.resume,
            "f": wire.outbox.flush,
        }[then]()
    wire.outbox.resume()
    wire.outbox.flush()
    left = wire.words()
    assert left == sorted(left, key=int), "in the order they were put"
    assert set(newest.values()) <= set(left)
    assert set(keyless) <= set(left)
