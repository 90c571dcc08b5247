"""The margin that a change of leverage needs."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest

from tests.kit.engine_tables import (
    TRADING_RULES,
    CommandMaker,
    Row,
    buy,
    described,
    leverage,
    modify,
    play,
    quote,
    sell,
    touch_of,
)
from trading_api.modules.broker.engine.commands import Market, SetLeverage
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.paper.previews import preview_leverage

FALL = Path(__file__).parent / "data" / "fall.csv"
CASH = ExchangeRules()
NO_MARGIN = ["rejected: insufficient_margin"]


def falling_ticks() -> list[str]:
    """Return the closing prices of fall.csv as ticks, each price once."""
    with FALL.open() as file:
        closes = [row["close"] for row in csv.DictReader(file)]
    return [f"{close}x999 / {close}x999" for close, _ in groupby(closes)]


def test_leverage_above_one_needs_the_margin_that_it_makes_due() -> None:
    high, low = falling_ticks()
    engine = play(
        (high, buy(95), ["placed 1", "filled 1: 95 @ 100, holds 95 @ 100"]),
        (low, quote, []),
        (low, leverage(2), NO_MARGIN),
        (low, leverage(4), NO_MARGIN),
        (low, leverage(5), ["leverage 5"]),
        (low, quote, []),
        rules=CASH,
        balance=10_000,
    )
    assert engine.state.position("AAPL").quantity == 95


def test_preview_of_a_leverage_that_lacks_margin_is_an_error() -> None:
    high, low = falling_ticks()
    engine = play(
        (high, buy(95), ["placed 1", "filled 1: 95 @ 100, holds 95 @ 100"]),
        rules=CASH,
        balance=10_000,
    )
    touch = touch_of(low, 9)
    command = leverage(2)(Market(TRADING_RULES, touch, 9, {"AAPL": touch}))
    assert isinstance(command, SetLeverage)
    preview = preview_leverage(engine.state, CASH, command)
    assert preview.rejection == "It needs 4750.00 USD, and 1925.00 is free."


def test_higher_leverage_is_refused_while_it_does_not_cover_the_loss() -> None:
    rows: list[Row] = [
        ("100x999 / 100x999", buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"]),
        ("90x999 / 90x999", quote, []),
        ("90x999 / 90x999", leverage(5), NO_MARGIN),
        ("90x999 / 90x999", leverage(7), ["leverage 7"]),
    ]
    play(*rows, rules=replace(CASH, leverage_default=Decimal(4)))


@pytest.mark.parametrize("times", [1, 2, 100])
def test_leverage_of_a_symbol_that_uses_no_margin_needs_none(times: int) -> None:
    engine = play(
        ("100x999 / 100x999", buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"]),
        rules=replace(CASH, leverage_default=Decimal(4)),
    )
    mark = touch_of("80x999 / 80x999", 5)
    rules = replace(TRADING_RULES, symbol="MSFT")
    command = leverage(times)(Market(rules, None, 5, {"AAPL": mark}))
    assert described(engine.apply(command)) == [f"leverage {times}"]


def test_leverage_that_stays_the_same_needs_no_margin() -> None:
    play(
        ("100x999 / 100x999", buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"]),
        ("90x999 / 90x999", leverage(4), ["leverage 4"]),
        rules=replace(CASH, leverage_default=Decimal(4)),
    )


def test_order_that_makes_maintenance_due_needs_free_margin_even_where_it_uses_no_more() -> None:
    """A long at leverage 1 needs no maintenance, the short that it turns into does."""
    high, low = "100x999 / 100x999", "10x999 / 10x999"
    short = ["placed 3", "filled 3: 100 @ 10, holds -50 @ 10, realized -4500"]
    for msft, expected in (("93", NO_MARGIN), ("101", short)):
        engine = play(rules=CASH, balance=10_000)
        marks = {name: touch_of(high, 1, symbol=name) for name in ("AAPL", "MSFT")}
        others = replace(TRADING_RULES, symbol="MSFT")
        engine.apply(leverage(10)(Market(others, marks["MSFT"], 1, marks)))
        engine.apply(buy(50)(Market(TRADING_RULES, marks["AAPL"], 2, marks)))
        engine.apply(buy(450)(Market(others, marks["MSFT"], 3, marks)))
        fallen = touch_of(low, 4)
        marks = {
            "AAPL": fallen,
            "MSFT": touch_of(f"{msft}x999 / {msft}x999", 4, symbol="MSFT"),
        }
        outcome = engine.apply(sell(100)(Market(TRADING_RULES, fallen, 5, marks)))
        assert described(outcome) == expected


def test_order_may_shrink_but_not_come_nearer_to_the_market_while_no_margin_is_free() -> None:
    """The buys reserve so much that the sells add nothing to it."""
    engine = play(rules=CASH, balance=10_000)
    others = replace(TRADING_RULES, symbol="MSFT")
    high = "100x999 / 100x999"
    marks = {name: touch_of(high, 1, symbol=name) for name in ("AAPL", "MSFT")}

    def applied(make_command: CommandMaker) -> list[str]:
        market = Market(TRADING_RULES, marks["AAPL"], 5, dict(marks))
        return described(engine.apply(make_command(market)))

    engine.apply(leverage(10)(Market(others, marks["MSFT"], 1, marks)))
    engine.apply(buy(450)(Market(others, marks["MSFT"], 1, marks)))
    assert applied(buy(50, limit="95")) == ["placed 2"]
    assert applied(sell(40, limit="105")) == ["placed 3"]
    assert applied(sell(5, stop="90")) == ["placed 4"]
    marks["MSFT"] = touch_of("94x999 / 94x999", 4, symbol="MSFT")
    assert applied(sell(1, limit="105")) == NO_MARGIN
    assert applied(modify(3, sell(30, limit="104"))) == NO_MARGIN
    assert applied(modify(4, sell(5, stop="91"))) == NO_MARGIN
    assert applied(modify(3, sell(30, limit="105"))) == ["modified 3"]
    assert applied(modify(3, sell(30, limit="106"))) == ["modified 3"]
    assert applied(modify(4, sell(5, stop="89"))) == ["modified 4"]
    assert applied(modify(4, sell(6, stop="88"))) == NO_MARGIN
