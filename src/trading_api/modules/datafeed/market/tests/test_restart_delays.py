"""The delays before a source is started again double, within a limit."""

from __future__ import annotations

from itertools import islice

from trading_api.modules.datafeed.market.restart_delays import RESTART_MAX_S, restart_delays


def test_delays_double_up_to_five_seconds() -> None:
    assert list(islice(restart_delays(1.0, lambda: 0.0), 6)) == [1, 2, 4, 5, 5, 5]


def test_chance_shortens_each_delay_by_a_quarter_at_most() -> None:
    assert list(islice(restart_delays(1.0, lambda: 1.0), 5)) == [0.75, 1.5, 3, 3.75, 3.75]
    chances = iter([0.0, 0.5, 1.0, 0.0])
    assert list(islice(restart_delays(2.0, lambda: next(chances)), 4)) == [2, 3.5, 3.75, 5]


def test_the_first_delay_is_within_the_limit_too() -> None:
    assert next(restart_delays(60.0, lambda: 0.0)) == RESTART_MAX_S
