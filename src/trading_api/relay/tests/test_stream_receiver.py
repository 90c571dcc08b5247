"""The order in which a gateway delivers the frames of a stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from trading_api.relay.stream_receiver import LATER_FRAMES_MAX, StreamReceiver
from trading_api.relay.update_frame import UpdateFrame

KEY = (3, 9)


def frame(seq: int, key: tuple[int, int] = KEY, prev: int | None = None) -> UpdateFrame:
    before = seq - 1 if prev is None else prev
    return UpdateFrame("owner", "market", key[0], key[1], seq, before, b"")


class Received:
    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.breaks: list[int] = []
        self.receiver = StreamReceiver(
            lambda each: self.delivered.append(each.seq),
            lambda: self.breaks.append(self.receiver.delivered),
        )
        self.receive = self.receiver.receive

    def gap(self) -> tuple[int, int] | None:
        return self.receiver.gap


@given(st.permutations(range(1, 9)), st.lists(st.integers(1, 8), max_size=8))
def test_frames_in_any_order_and_repeated_are_delivered_in_order(
    order: list[int], repeated: list[int]
) -> None:
    received = Received()
    received.receiver.follow(KEY, 0)
    for seq in [*order[:4], *repeated, *order[4:], *repeated]:
        received.receive(frame(seq))
    assert received.delivered == list(range(1, 9))
    assert received.gap() is None
    assert received.breaks == [0], "only the beginning"


def test_a_stream_begins_with_the_first_frame_that_comes() -> None:
    received = Received()
    received.receive(frame(5))
    received.receive(frame(4))
    assert (received.delivered, received.breaks) == ([5], [4])


def test_a_gap_is_named_and_filled() -> None:
    received = Received()
    received.receive(frame(1))
    for seq in (7, 5, 4):
        received.receive(frame(seq))
    assert received.gap() == (2, 3)
    received.receive(frame(2))
    assert received.gap() == (3, 3)
    received.receive(frame(3))
    assert received.delivered == [1, 2, 3, 4, 5]
    assert received.gap() == (6, 6)


def test_a_lost_last_frame_is_missed() -> None:
    received = Received()
    received.receive(frame(1))
    received.receiver.expect((3, 8), 5)
    assert received.gap() is None, "another stream"
    received.receiver.expect(KEY, 3)
    assert received.gap() == (2, 3)
    received.receiver.leave_out_gap()
    assert (received.gap(), received.receiver.delivered) == (None, 3)


def test_a_gap_that_is_left_out_is_a_break_before_the_next_frame() -> None:
    received = Received()
    for seq in (1, 3, 4, 6):
        received.receive(frame(seq))
    received.receiver.leave_out_gap()
    assert (received.delivered, received.breaks) == ([1, 3, 4], [0, 2])
    assert received.gap() == (5, 5)


def test_frames_of_earlier_owners_and_streams_are_dropped() -> None:
    received = Received()
    received.receive(frame(1))
    received.receive(frame(2, (3, 8)))
    received.receive(frame(2, (2, 99)))
    assert received.delivered == [1]
    received.receive(frame(2))
    assert received.delivered == [1, 2]


def test_a_later_stream_replaces_the_present_one() -> None:
    received = Received()
    received.receive(frame(1))
    received.receive(frame(3))
    received.receive(frame(1, (4, 1)))
    received.receive(frame(2))
    assert (received.delivered, received.breaks) == ([1, 1], [0, 0])
    assert received.gap() is None
    received.receiver.follow((3, 99), 50)
    assert received.receiver.delivered == 1, "it is not later"


def test_what_is_kept_is_bounded() -> None:
    received = Received()
    received.receive(frame(1))
    for seq in range(3, LATER_FRAMES_MAX + 3):
        received.receive(frame(seq))
    assert received.delivered == [1]
    received.receive(frame(LATER_FRAMES_MAX + 3))
    assert received.delivered[1:] == list(range(3, LATER_FRAMES_MAX + 4))
    assert received.breaks == [0, 2]


def test_a_frame_may_follow_one_that_was_never_sent() -> None:
    received = Received()
    received.receive(frame(1))
    received.receive(frame(4, prev=3))
    assert received.gap() == (2, 3)
    received.receive(frame(3, prev=1))
    assert received.delivered == [1, 3, 4]
