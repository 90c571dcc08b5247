"""What a gateway keeps of a topic while a client waits for its state."""

from __future__ import annotations

from trading_api.relay.remote_topic import KEPT_BYTES_MAX, KEPT_UPDATES_MAX, KeptUpdates
from trading_api.relay.update_frame import RelayedUpdate
from trading_api.streaming.update_encoding import EncodedDatum


def update(number: int, size: int = 1) -> RelayedUpdate:
    return RelayedUpdate(number, 0, b"", EncodedDatum(b"j" * size, None))


def numbers(kept: KeptUpdates, seq: int) -> list[int]:
    return [each.number for each in kept.after(seq)]


def test_updates_are_kept_from_the_first_holder_to_the_last() -> None:
    kept = KeptUpdates()
    assert not kept.is_active
    kept.acquire(5)
    kept.add(6, update(1))
    kept.acquire(6)
    kept.add(7, update(2))
    kept.release()
    assert (kept.is_active, kept.since, numbers(kept, 5), numbers(kept, 6)) == (
        True,
        5,
        [1, 2],
        [2],
    )
    kept.release()
    assert (kept.is_active, numbers(kept, 5)) == (False, [])
    kept.acquire(9)
    assert (kept.since, numbers(kept, 9)) == (9, [])


def test_too_many_updates_begin_again_with_a_later_frame() -> None:
    kept = KeptUpdates()
    kept.acquire(0)
    for number in range(1, KEPT_UPDATES_MAX + 1):
        kept.add(number, update(number))
    assert kept.since == 0
    kept.add(KEPT_UPDATES_MAX + 1, update(0))
    assert (kept.since, numbers(kept, 0)) == (KEPT_UPDATES_MAX + 1, [])
    kept.add(KEPT_UPDATES_MAX + 2, update(7))
    assert numbers(kept, kept.since) == [7]


def test_too_many_bytes_begin_again_with_a_later_frame() -> None:
    kept = KeptUpdates()
    kept.acquire(0)
    kept.add(1, update(1, KEPT_BYTES_MAX))
    assert kept.since == 0
    kept.add(2, update(2))
    assert (kept.since, numbers(kept, 2)) == (2, [])
