from __future__ import annotations

from trading_api.connectors.back_off import BackOff


def test_waits_double_up_to_five_seconds_and_start_again_after_a_success() -> None:
    back_off = BackOff(random_part=lambda: 0.0)
    assert [back_off.wait_s() for _ in range(6)] == [0.5, 1, 2, 4, 5, 5]
    back_off.reset()
    assert back_off.wait_s() == 0.5


def test_each_wait_is_shortened_by_chance_and_never_longer_than_five_seconds() -> None:
    back_off = BackOff()
    for full_s in (0.5, 1, 2, 4, 5, 5, 5):
        assert full_s / 2 < back_off.wait_s() <= full_s


def test_what_the_venue_asks_for_is_waited_in_full() -> None:
    back_off = BackOff(random_part=lambda: 0.5)
    assert back_off.wait_s(at_least_s=30) == 30
    assert back_off.wait_s(at_least_s=0.1) == 0.75
