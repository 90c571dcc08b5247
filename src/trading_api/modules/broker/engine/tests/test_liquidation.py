"""Liquidation of positions when equity is below the maintenance margin."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.engine_tables import (
    GONE,
    TRADING_RULES,
    CommandMaker,
    brackets,
    buy,
    cancel,
    cancel_all,
    cancel_many,
    described,
    modify,
    play,
    protect,
    quote,
    reset,
    reverse,
    sell,
    touch_of,
)
from trading_api.modules.broker.engine.commands import Command, Market
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.margin import equity
from trading_api.modules.broker.engine.touch import Touch

LIQUIDATION = "Liquidation: equity fell below the maintenance margin."


CASH = ExchangeRules()


TENFOLD = ExchangeRules(leverage_default=Decimal(10))


NO_MARGIN = ["rejected: insufficient_margin"]


@pytest.mark.parametrize("tick", ["0x0 / 80x9", "80x9 / 79x9"])
def test_position_that_nothing_shows_a_price_to_close_at_is_not_liquidated(tick: str) -> None:
    engine = play(
        ("100x99 / 100x99", buy(90), ["placed 1", "filled 1: 90 @ 100, holds 90 @ 100"]),
        (tick, quote, []),
        ("100x99 / 100x99", quote, []),
        rules=TENFOLD,
    )
    mark = touch_of("0x0 / 80x9", 2)
    assert equity(engine.state, {"AAPL": mark}) == 1000, "at its cost"


def test_long_at_leverage_one_is_never_liquidated_and_a_short_is() -> None:
    play(
        ("100x99 / 100x99", buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        ("0.01x99 / 0.02x99", quote, []),
        rules=CASH,
    )
    play(
        ("100x99 / 100x99", sell(10), ["placed 1", "filled 1: 10 @ 100, holds -10 @ 100"]),
        ("149x99 / 150x99", quote, []),
        ("150x99 / 151x99", quote, ["placed 2", "filled 2: 10 @ 151, flat, realized -510"]),
        rules=CASH,
    )


def test_opening_orders_go_before_anything_is_liquidated_and_closing_ones_stay() -> None:
    engine = play(
        ("100x99 / 100x99", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("100x99 / 100x99", buy(5, limit="70", brackets=brackets("200")), ["placed 2", "placed 3"]),
        ("100x99 / 100x99", sell(5, limit="120", reduce_only=True), ["placed 4"]),
        (
            "84x20 / 85x9",
            quote,
            [
                f"canceled 2: {LIQUIDATION}",
                "canceled 3: There is nothing left for it to protect.",
                "placed 5",
                "filled 5: 20 @ 84, holds 30 @ 100, realized -320",
            ],
        ),
        (None, modify(5, sell(1)), ["rejected: not_modifiable"]),
        (None, cancel(5), ["rejected: not_modifiable"]),
        ("84x20 / 85x9", reverse, ["rejected: not_modifiable"]),
        (None, cancel_many(5), []),
        ("120x1 / 121x9", quote, ["filled 5: 1 @ 120, holds 29 @ 100, realized 20"]),
        (
            "60x99 / 61x9",
            quote,
            ["filled 5: 29 @ 60, flat, realized -1160", f"canceled 4: {GONE}"],
        ),
        rules=TENFOLD,
    )
    order = engine.state.orders["order-5"]
    assert (order.is_liquidation, order.message) == (True, LIQUIDATION)


def test_liquidation_ends_a_reversal_and_calls_up_the_brackets_that_it_held_back() -> None:
    play(
        ("100x99 / 100x99", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("100x99 / 100x99", protect(loss="90"), ["placed 2", "activated 2: 50"]),
        (
            "100x1 / 100x9",
            reverse,
            ["suspended 2", "placed 3", "filled 3: 1 @ 100, holds 49 @ 100"],
        ),
        (
            "82x9 / 83x9",
            quote,
            [
                "filled 3: 9 @ 82, holds 40 @ 100, realized -162",
                f"canceled 3: {LIQUIDATION}",
                "activated 2: 40",
                "placed 4",
                "triggered 2",
            ],
        ),
        (
            "82x99 / 83x9",
            quote,
            ["filled 2: 40 @ 82, flat, realized -720", f"canceled 4: {GONE}"],
        ),
        rules=TENFOLD,
    )


def test_liquidation_takes_no_more_than_is_displayed_and_is_not_placed_twice() -> None:
    play(
        ("100x99 / 100x99", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("82x20 / 83x9", quote, ["placed 2", "filled 2: 20 @ 82, holds 30 @ 100, realized -360"]),
        ("82x20 / 83x9", quote, []),
        ("later 82x20 / 83x9", quote, ["filled 2: 20 @ 82, holds 10 @ 100, realized -360"]),
        ("99x99 / 100x9", quote, ["filled 2: 10 @ 99, flat, realized -10"]),
        rules=TENFOLD,
    )


def test_liquidation_outlasts_cancel_all_and_ends_with_a_reset() -> None:
    play(
        ("100x99 / 100x99", buy(50), ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("100x99 / 100x99", sell(5, limit="120", reduce_only=True), ["placed 2"]),
        ("82x20 / 83x9", quote, ["placed 3", "filled 3: 20 @ 82, holds 30 @ 100, realized -360"]),
        (None, cancel_all, ["canceled 2"]),
        (None, reset, ["canceled 3: The account was reset.", "reset to 1000"]),
        rules=TENFOLD,
    )


def at(
    symbol: str, make_command: CommandMaker, tick: str, marks: dict[str, Touch], at_ms: int
) -> Command:
    touch = touch_of(tick, at_ms, symbol=symbol)
    marks[symbol] = touch
    return make_command(Market(replace(TRADING_RULES, symbol=symbol), touch, at_ms, dict(marks)))


def test_largest_loser_is_closed_first_and_each_on_its_own_market() -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    even = "100x99 / 100x99"
    rows: list[tuple[str, CommandMaker, str, list[str]]] = [
        ("AAPL", buy(40), even, ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"]),
        ("MSFT", buy(40), even, ["placed 2", "filled 2: 40 @ 100, holds 40 @ 100"]),
        ("TSLA", sell(5), even, ["placed 3", "filled 3: 5 @ 100, holds -5 @ 100"]),
        ("AAPL", quote, "93x99 / 94x99", []),
        ("MSFT", quote, "91x9 / 92x99", ["placed 4", "filled 4: 9 @ 91, " + PARTLY]),
        ("AAPL", quote, "80x99 / 81x99", []),
        ("MSFT", quote, "91x99 / 93x99", ["filled 4: 31 @ 91, flat, realized -279", "placed 5"]),
        ("TSLA", quote, "200x99 / 201x99", []),
        ("AAPL", quote, "81x99 / 82x99", ["filled 5: 40 @ 81, flat, realized -760", "placed 6"]),
        ("TSLA", quote, "200x99 / 202x99", ["filled 6: 5 @ 202, flat, realized -510"]),
    ]
    for at_ms, (symbol, make_command, tick, expected) in enumerate(rows, start=1):
        words = described(engine.apply(at(symbol, make_command, tick, marks, at_ms)))
        assert words == expected, f"row {at_ms}"
    assert engine.state.balance == 1000 - 360 - 760 - 510


PARTLY = "holds 31 @ 100, realized -81"


@pytest.mark.parametrize(
    ("msft", "then"),
    [(None, []), ("0x0 / 80x9", []), ("99x9 / 98x9", []), ("99x9 / 100x9", ["placed 4"])],
)
def test_position_without_a_price_keeps_no_other_from_being_liquidated(
    msft: str | None, then: list[str]
) -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    engine.apply(at("MSFT", buy(1), "100x99 / 100x99", marks, 1))
    engine.apply(at("AAPL", buy(90), "100x99 / 100x99", marks, 2))
    marks.pop("MSFT")
    if msft is not None:
        marks["MSFT"] = touch_of(msft, 3, symbol="MSFT")
    words = described(engine.apply(at("AAPL", quote, "80x99 / 81x99", marks, 3)))
    assert words == ["placed 3", "filled 3: 90 @ 80, flat, realized -1800", *then]


def test_position_without_a_price_counts_at_its_cost_and_waits_for_one() -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    rows: list[tuple[str, CommandMaker, str | None, list[str]]] = [
        ("MSFT", buy(50), "100x99 / 100x99", ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        ("AAPL", buy(40), "100x99 / 100x99", ["placed 2", "filled 2: 40 @ 100, holds 40 @ 100"]),
        ("MSFT", quote, None, []),
        ("AAPL", buy(1, limit="70"), "100x99 / 100x99", ["placed 3"]),
        # Equity 440, and half of the margin is 450.
        (
            "AAPL",
            quote,
            "86x39 / 87x99",
            [
                f"canceled 3: {LIQUIDATION}",
                "placed 4",
                "filled 4: 39 @ 86, holds 1 @ 100, realized -546",
            ],
        ),
        ("AAPL", quote, "70x99 / 71x99", ["filled 4: 1 @ 70, flat, realized -30"]),
        ("AAPL", sell(1, limit="100"), "70x99 / 71x99", NO_MARGIN),
        # All that is left is worth 424 and needs 250.
        ("MSFT", quote, "97x99 / 98x99", []),
        ("MSFT", quote, "95x99 / 96x99", ["placed 5", "filled 5: 50 @ 95, flat, realized -250"]),
    ]
    for at_ms, (symbol, make_command, tick, expected) in enumerate(rows, start=1):
        if tick is None:
            del marks[symbol]
            continue
        words = described(engine.apply(at(symbol, make_command, tick, marks, at_ms)))
        assert words == expected, f"row {at_ms}: {words}"


def test_opening_orders_go_even_where_no_position_has_a_price() -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    even = "100x99 / 100x99"
    engine.apply(at("MSFT", buy(90), even, marks, 1))
    engine.apply(at("AAPL", buy(9, brackets=brackets(loss="99")), even, marks, 2))
    engine.apply(at("TSLA", buy(1, limit="50"), even, marks, 3))
    del marks["MSFT"]
    assert described(engine.apply(at("AAPL", quote, "30x99 / 31x99", marks, 4))) == [
        "triggered 3",
        "filled 3: 9 @ 30, flat, realized -630",
        f"canceled 4: {LIQUIDATION}",
    ]


def test_next_loser_follows_where_the_first_was_not_enough() -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    engine.apply(at("AAPL", buy(50), "100x99 / 100x99", marks, 1))
    engine.apply(at("MSFT", buy(40), "100x99 / 100x99", marks, 2))
    engine.apply(at("MSFT", quote, "95x99 / 96x99", marks, 3))
    words = described(engine.apply(at("AAPL", quote, "85x99 / 86x99", marks, 4)))
    assert words == [
        "placed 3",
        "filled 3: 50 @ 85, flat, realized -750",
        "placed 4",
    ]
    assert described(engine.apply(at("MSFT", quote, "95x99 / 97x99", marks, 5))) == [
        "filled 4: 40 @ 95, flat, realized -200"
    ]


def test_liquidation_that_does_not_trade_steps_aside_for_the_next_loser() -> None:
    engine, marks = play(rules=TENFOLD, balance=1500), dict[str, Touch]()
    even = "100x999 / 100x999"
    rows: list[tuple[int, str, CommandMaker, str, list[str]]] = [
        (1, "AAPL", buy(50), even, ["placed 1", "filled 1: 50 @ 100, holds 50 @ 100"]),
        (2, "MSFT", buy(50), even, ["placed 2", "filled 2: 50 @ 100, holds 50 @ 100"]),
        (3, "TSLA", sell(10), even, ["placed 3", "filled 3: 10 @ 100, holds -10 @ 100"]),
        (4, "AAPL", quote, "85x0 / 86x9", []),
        (5, "MSFT", quote, "93x9 / 94x9", ["placed 4"]),
        (5004, "MSFT", quote, "92x9 / 93x9", []),
        (5005, "MSFT", quote, "91x9 / 92x9", ["placed 5", "filled 5: 9 @ 91, " + HELD_41]),
        (5006, "AAPL", quote, "84x3 / 85x9", ["filled 4: 3 @ 84, holds 47 @ 100, realized -48"]),
        (10005, "TSLA", quote, "109x9 / 110x9", []),
        (10006, "TSLA", quote, "109x9 / 110x9", ["placed 6", "filled 6: 9 @ 110, " + SHORT_1]),
        (20000, "TSLA", quote, "109x0 / 110x0", []),
    ]
    for at_ms, symbol, make_command, tick, expected in rows:
        words = described(engine.apply(at(symbol, make_command, tick, marks, at_ms)))
        assert words == expected, f"at {at_ms}: {words}"


HELD_41 = "holds 41 @ 100, realized -81"


SHORT_1 = "holds -1 @ 100, realized -90"


def test_equal_losers_go_by_their_symbol() -> None:
    engine, marks = play(rules=TENFOLD), dict[str, Touch]()
    engine.apply(at("MSFT", buy(45), "100x99 / 100x99", marks, 1))
    engine.apply(at("AAPL", buy(45), "100x99 / 100x99", marks, 2))
    engine.apply(at("MSFT", quote, "93x99 / 94x99", marks, 3))
    engine.apply(at("AAPL", quote, "93x99 / 94x99", marks, 4))
    assert engine.state.orders["order-3"].symbol == "AAPL"
