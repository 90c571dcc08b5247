"""The judge of the soak finds each kind of difference."""

from __future__ import annotations

from tests.venue_soak.tape_judge import Gap, Tape, judge


def tape(*numbers: int) -> Tape:
    made = Tape()
    for number in numbers:
        made.add(number, 1_000 * number, 100.0 + number % 7, 0.5 + number)
    return made


def test_a_client_that_received_everything_from_some_trade_on() -> None:
    verdict = judge(tape(*range(50)), tape(*range(20, 50)))
    assert (verdict.first, verdict.gaps, verdict.unexpected) == (20, [], 0)
    assert list(verdict.rows) == list(range(20, 50))


def test_trades_that_are_missing_within_and_at_the_end() -> None:
    verdict = judge(tape(*range(50)), tape(*range(10), *range(14, 40)))
    assert verdict.gaps == [Gap(4, 14_000), Gap(10, 49_000)]
    assert (verdict.missing, verdict.unexpected) == (14, 0)


def test_trades_that_came_twice_or_are_not_in_the_log() -> None:
    verdict = judge(tape(*range(30)), tape(*range(10), 8, 9, *range(10, 20), 77, *range(20, 30)))
    assert (verdict.gaps, verdict.unexpected) == ([], 3)
