"""Durations of orders: immediate ones, expiry and what a modification keeps."""

from __future__ import annotations

import pytest

from tests.kit.engine_tables import brackets, buy, cancel, expire, modify, play, quote
from trading_api.domain.orders import Duration, OrderStatus

DAY, GTC, GTD, IOC, FOK = Duration.DAY, Duration.GTC, Duration.GTD, Duration.IOC, Duration.FOK


NO_MORE = "Immediate or cancel: the market had no more for it."


NOT_ALL = "Fill or kill: the market did not have all of it."


EXPIRED = "Its time is over."


DONE = "There is nothing left for it to protect."


TICK = "99x9 / 100x9"


def test_time_that_a_terminal_leaves_in_the_request_ends_no_order_without_one() -> None:
    tick = "99x9 / 100x9"
    engine = play(
        (tick, buy(1, limit="90", duration=Duration.GTC, expires=3), ["placed 1"]),
        (tick, buy(1, limit="90", duration=Duration.GTD, expires=9), ["placed 2"]),
        (tick, modify(2, buy(1, limit="90", duration=Duration.GTC, expires=4)), ["modified 2"]),
        (tick, quote, []),
    )
    assert [order.expires_ms for order in engine.state.orders.values()] == [None, None]


def test_immediate_or_cancel_takes_what_is_left_of_the_displayed_size() -> None:
    play(
        ("99x9 / 100x5", buy(3), ["placed 1", "filled 1: 3 @ 100, holds 3 @ 100"]),
        (
            "99x9 / 100x5",
            buy(4, limit="100", duration=IOC),
            ["placed 2", "filled 2: 2 @ 100, holds 5 @ 100", f"canceled 2: {NO_MORE}"],
        ),
        ("99x9 / 100x5", buy(1, duration=IOC), ["placed 3", f"canceled 3: {NO_MORE}"]),
        ("99x9 / 101x5", buy(1, limit="100", duration=IOC), ["placed 4", f"canceled 4: {NO_MORE}"]),
        ("99x9 / 101x5", buy(5, duration=IOC), ["placed 5", "filled 5: 5 @ 101, holds 10 @ 100.5"]),
    )


def test_fill_or_kill_takes_all_or_nothing_of_what_is_left_of_the_displayed_size() -> None:
    play(
        ("99x9 / 100x5", buy(2), ["placed 1", "filled 1: 2 @ 100, holds 2 @ 100"]),
        ("99x9 / 100x5", buy(4, duration=FOK), ["placed 2", f"canceled 2: {NOT_ALL}"]),
        ("99x9 / 100x5", buy(3, duration=FOK), ["placed 3", "filled 3: 3 @ 100, holds 5 @ 100"]),
        (
            "99x9 / 100x5",
            buy(1, limit="101", duration=FOK),
            ["placed 4", f"canceled 4: {NOT_ALL}"],
        ),
    )


@pytest.mark.parametrize("duration", [IOC, FOK])
def test_silent_market_ends_what_can_not_wait(duration: Duration) -> None:
    engine = play((None, buy(1, duration=duration), described_end(duration)))
    assert engine.state.orders["order-1"].status is OrderStatus.CANCELED


def described_end(duration: Duration) -> list[str]:
    return ["placed 1", f"canceled 1: {NO_MORE if duration is IOC else NOT_ALL}"]


@pytest.mark.parametrize("duration", [IOC, FOK])
def test_stop_can_not_be_immediate(duration: Duration) -> None:
    play((TICK, buy(1, stop="105", duration=duration), ["rejected: duration_not_allowed"]))


def test_rest_of_an_immediate_parent_ends_and_what_it_filled_stays_protected() -> None:
    play(
        (
            "99x9 / 100x3",
            buy(5, duration=IOC, brackets=brackets(loss="90")),
            [
                "placed 1",
                "placed 2",
                "filled 1: 3 @ 100, holds 3 @ 100",
                "activated 2: 3",
                f"canceled 1: {NO_MORE}",
            ],
        ),
        ("90x9 / 91x9", quote, ["triggered 2", "filled 2: 3 @ 90, flat, realized -30"]),
    )


@pytest.mark.parametrize("duration", [DAY, GTD])
def test_time_is_over_before_the_quote_of_that_instant_matches(duration: Duration) -> None:
    play(
        (TICK, buy(1, limit="95", duration=duration, expires=3), ["placed 1"]),
        ("95x9 / 96x9", quote, []),
        ("94x9 / 95x9", quote, [f"canceled 1: {EXPIRED}"]),
    )


def test_time_is_over_in_every_symbol_without_a_quote() -> None:
    play(
        (TICK, buy(1, limit="95", duration=GTD, expires=4), ["placed 1"]),
        (
            TICK,
            buy(1, limit="95", duration=GTD, expires=5, brackets=brackets("120")),
            ["placed 2", "placed 3"],
        ),
        (None, expire, []),
        (None, expire, [f"canceled 1: {EXPIRED}"]),
        (None, expire, [f"canceled 2: {EXPIRED}", f"canceled 3: {DONE}"]),
        (None, expire, []),
    )


@pytest.mark.parametrize("duration", [DAY, GTD])
def test_time_has_to_be_given_and_to_come(duration: Duration) -> None:
    play(
        (TICK, buy(1, duration=duration), ["rejected: expiry_missing"]),
        (TICK, buy(1, duration=duration, expires=2), ["rejected: expiry_past"]),
        (TICK, buy(1, limit="9", duration=duration, expires=4), ["placed 1"]),
    )


def test_modify_keeps_the_duration_that_it_does_not_name_and_changes_the_one_it_does() -> None:
    engine = play(
        (TICK, buy(1, limit="95", duration=GTD, expires=9), ["placed 1"]),
        (TICK, modify(1, buy(2, limit="95")), ["modified 1"]),
    )
    assert engine.state.orders["order-1"].expires_ms == 9
    play(
        (TICK, buy(1, limit="95", duration=GTD, expires=4), ["placed 1"]),
        (TICK, modify(1, buy(1, limit="95", duration=GTD, expires=5)), ["modified 1"]),
        (TICK, modify(1, buy(1, limit="95", duration=IOC)), ["rejected: not_modifiable"]),
        (TICK, expire, []),
        (TICK, expire, [f"canceled 1: {EXPIRED}"]),
    )


def test_those_whose_time_comes_together_end_the_older_first_and_others_wait() -> None:
    tick = "99x9 / 100x9"
    engine = play(
        (tick, buy(1, limit="90", duration=GTD, expires=6), ["placed 1"]),
        (tick, buy(1, limit="90", duration=GTD, expires=9), ["placed 2"]),
        (tick, buy(1, limit="90", duration=GTD, expires=5), ["placed 3"]),
        (tick, modify(1, buy(1, limit="90", duration=GTD, expires=8)), ["modified 1"]),
        (tick, cancel(2), ["canceled 2"]),
        (tick, expire, [f"canceled 3: {EXPIRED}"]),
        (tick, buy(1, limit="90", duration=GTD, expires=8), ["placed 4"]),
        (tick, expire, [f"canceled 1: {EXPIRED}", f"canceled 4: {EXPIRED}"]),
    )
    assert engine.state.open_orders("AAPL").next_expiry_ms is None
