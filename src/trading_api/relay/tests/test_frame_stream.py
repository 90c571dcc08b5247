"""How an owner numbers, publishes and keeps the frames of a stream."""

from __future__ import annotations

import pytest

from trading_api.relay.frame_stream import (
    FRAME_BYTES_MAX,
    KEPT_BYTES_MAX,
    KEPT_HEARTBEATS,
    FrameStream,
)
from trading_api.relay.update_frame import decode_frame

UPDATE = b"u" * 1_000


class Published:
    """A stream, its frames and how often it asked for a flush."""

    def __init__(self, kept_frames_max: int = 1_000) -> None:
        self.messages: list[bytes] = []
        self.scheduled: list[FrameStream] = []
        self.stream = FrameStream(
            "owner",
            "shard-1",
            7,
            42,
            self.messages.append,
            self.scheduled.append,
            kept_frames_max,
        )

    def publish(self, count: int) -> None:
        for _ in range(count):
            self.stream.add(UPDATE)
            self.stream.flush()

    def numbers(self, first: int, last: int, bytes_max: int = 10**9) -> list[int]:
        return [decode_frame(each).seq for each in self.stream.frames(first, last, bytes_max)]


def test_the_updates_of_a_tick_leave_in_one_frame() -> None:
    published = Published()
    published.stream.add(b"one")
    published.stream.add(b"two")
    assert (published.messages, published.scheduled) == ([], [published.stream])
    published.stream.flush()
    published.stream.flush()
    (message,) = published.messages
    frame = decode_frame(message)
    assert frame.body == b"onetwo"
    assert (frame.partition, frame.key, frame.seq, frame.prev) == ("shard-1", (7, 42), 1, 0)
    published.publish(1)
    assert decode_frame(published.messages[-1])[-3:-1] == (2, 1)


def test_a_frame_leaves_before_it_grows_too_long() -> None:
    published = Published()
    for _ in range(FRAME_BYTES_MAX // len(UPDATE) + 1):
        published.stream.add(UPDATE)
    (message,) = published.messages
    assert len(message) < FRAME_BYTES_MAX + 100
    published.stream.flush()
    bodies = [decode_frame(each).body for each in published.messages]
    assert sum(map(len, bodies)) == len(UPDATE) * (FRAME_BYTES_MAX // len(UPDATE) + 1)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(8, 10, [8, 9, 10]), (10, 99, [10]), (6, 7, [6, 7]), (5, 9, []), (11, 12, [])],
)
def test_only_the_last_frames_can_be_requested_again(
    first: int, last: int, expected: list[int]
) -> None:
    published = Published(kept_frames_max=5)
    published.publish(10)
    assert published.numbers(first, last) == expected


def test_frames_are_kept_up_to_a_number_of_bytes() -> None:
    published = Published()
    published.publish(1)
    for _ in range(KEPT_BYTES_MAX // 200_000 + 1):
        published.stream.add(b"u" * 200_000)
        published.stream.flush()
    assert published.numbers(1, 1) == []
    assert published.numbers(3, 4) == [3, 4]


def test_frames_are_kept_for_a_number_of_heartbeats() -> None:
    published = Published()
    published.publish(2)
    for _ in range(KEPT_HEARTBEATS):
        published.stream.note_heartbeat()
        published.publish(1)
    assert published.numbers(1, 3) == [1, 2, 3]
    published.stream.note_heartbeat()
    assert published.numbers(1, 3) == published.numbers(2, 3) == []
    assert published.numbers(3, 4) == [3, 4]


def test_a_reply_has_as_many_frames_as_fit_but_one_at_least() -> None:
    published = Published()
    published.publish(5)
    assert published.numbers(2, 5, bytes_max=2_200) == [2, 3]
    assert published.numbers(2, 5, bytes_max=1) == [2]


def test_an_update_that_is_too_long_leaves_a_gap_that_cannot_be_filled() -> None:
    published = Published()
    published.stream.add(UPDATE)
    published.stream.add(b"u" * 1_000_000)
    published.publish(1)
    frames = [decode_frame(each) for each in published.messages]
    assert [(each.seq, each.prev) for each in frames] == [(1, 0), (3, 2)]
    assert published.numbers(2, 2) == []
