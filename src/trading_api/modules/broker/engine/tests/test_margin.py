"""Margin and costs that orders reserve, and leverage."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.kit.engine_tables import (
    TRADING_RULES,
    buy,
    cancel,
    close,
    described,
    leverage,
    modify,
    play,
    protect,
    quote,
    reverse,
    sell,
    touch_of,
)
from trading_api.modules.broker.engine.commands import Market
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.margin import equity, used_margin

CASH = ExchangeRules()


TENFOLD = ExchangeRules(leverage_default=Decimal(10))


NO_MARGIN = ["rejected: insufficient_margin"]


def test_stop_already_beyond_on_arrival_reserves_what_the_touch_costs() -> None:
    tick = "99x9 / 100x99"
    play(
        (tick, buy(10, stop="50"), NO_MARGIN),
        (tick, buy(9, stop="50"), ["placed 1", "triggered 1", "filled 1: 9 @ 100, holds 9 @ 100"]),
        rules=CASH,
        balance=1000,
    )


def test_what_slippage_may_cost_is_asked_for_at_placement() -> None:
    tick, slipping = "100x99 / 100x99", ExchangeRules(slippage=Slippage(100))
    rows = [(tick, make_command, NO_MARGIN) for make_command in (buy(10), buy(10, stop="100"))]
    play(*rows, rules=slipping, balance="1019.99")
    rows = [(tick, make_command, NO_MARGIN) for make_command in (sell(10), sell(10, stop="100"))]
    play(*rows, rules=slipping, balance="1009.99")


def test_order_on_a_side_that_shows_no_price_reserves_at_the_other() -> None:
    play(
        ("100x99 / 0x0", buy(11), NO_MARGIN),
        ("0x0 / 100x99", sell(11), NO_MARGIN),
        ("0x0 / 0x0", buy(1), ["rejected: no_price"]),
        ("100x99 / 0x0", buy(10), ["placed 1"]),
        rules=CASH,
        marks={},
    )


def free(engine: Engine, rules: ExchangeRules, **marks: str) -> Decimal:
    touches = {symbol: touch_of(tick, 1, symbol=symbol) for symbol, tick in marks.items()}
    return equity(engine.state, touches) - used_margin(engine.state, rules)


def test_margin_is_reserved_at_placement_and_released_on_cancel() -> None:
    tick = "99x99 / 99x99"
    engine = play(
        (tick, buy(8, limit="98"), ["placed 1"]),
        (tick, buy(3, limit="98"), NO_MARGIN),
        (None, cancel(1), ["canceled 1"]),
        (tick, buy(10, limit="98"), ["placed 2"]),
        rules=CASH,
    )
    assert free(engine, CASH, AAPL=tick) == 20


def test_worst_case_is_all_buys_or_all_sells() -> None:
    tick = "100x99 / 100x99"
    engine = play(
        (tick, buy(6, limit="90"), ["placed 1"]),
        (tick, sell(5, limit="110"), ["placed 2"]),
        (tick, sell(5, limit="110"), NO_MARGIN),
        (tick, sell(4, limit="110"), ["placed 3"]),
        rules=CASH,
    )
    assert free(engine, CASH, AAPL=tick) == 10


def test_orders_against_a_position_reserve_what_goes_beyond_it_and_the_dearest_of_that() -> None:
    tick = "100x99 / 100x99"
    engine = play(
        (tick, buy(5), ["placed 1", "filled 1: 5 @ 100, holds 5 @ 100"]),
        (tick, sell(5, limit="110"), ["placed 2"]),
        (tick, sell(5, limit="120"), ["placed 3"]),
        rules=CASH,
    )
    assert used_margin(engine.state, CASH) == 5 * 120
    assert free(engine, CASH, AAPL=tick) == 400


def test_reductions_need_no_margin() -> None:
    play(
        ("100x99 / 100x99", buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        ("50x99 / 60x99", buy(1), NO_MARGIN),
        ("50x99 / 60x99", sell(4, limit="70"), ["placed 2"]),
        ("50x99 / 60x99", sell(4, limit="70", reduce_only=True), ["placed 3"]),
        (
            "50x99 / 60x99",
            close(6),
            ["placed 4", "filled 4: 6 @ 50, holds 4 @ 100, realized -300"],
        ),
        rules=CASH,
    )


def test_modify_reserves_the_difference_and_smaller_orders_nothing() -> None:
    tick = "100x99 / 100x99"
    play(
        (tick, buy(9, limit="90"), ["placed 1"]),
        (tick, modify(1, buy(12, limit="90")), NO_MARGIN),
        (tick, modify(1, buy(11, limit="90")), ["modified 1"]),
        (tick, modify(1, buy(11, limit="91")), NO_MARGIN),
        (tick, modify(1, buy(1, limit="90")), ["modified 1"]),
        (tick, modify(1, buy(9, limit="100")), ["modified 1", "filled 1: 9 @ 100, holds 9 @ 100"]),
        rules=CASH,
    )


def test_spread_and_commission_count_against_free_margin() -> None:
    costing = ExchangeRules(fees=FeeSchedule(minimum=Decimal(1)))
    play(
        ("99x99 / 100x99", buy(10), NO_MARGIN),
        ("99x99 / 100x99", buy(9), ["placed 1", "filled 1: 9 @ 100, holds 9 @ 100"]),
        rules=costing,
        balance=1010,
    )
    exact = play(
        ("99x99 / 100x99", buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        rules=costing,
        balance=1011,
    )
    assert free(exact, costing, AAPL="99x99 / 100x99") == 0


def test_costs_are_reserved_as_long_as_an_order_works_and_released_with_fills_and_cancels() -> None:
    tick, rules = "99x99 / 100x99", replace(TENFOLD, fees=FeeSchedule(taker_bps=Decimal(100)))
    engine = play(
        (None, buy(40, limit="100"), ["placed 1"]),
        (None, buy(44, limit="100"), NO_MARGIN),
        (None, buy(43, limit="100"), ["placed 2"]),
        (None, buy(1, limit="100"), NO_MARGIN),
        (None, cancel(2), ["canceled 2"]),
        (None, buy(43, limit="100"), ["placed 3"]),
        rules=rules,
    )
    assert engine.state.orders["order-1"].reserve_cost == 2, "the spread, and one percent"
    assert free(engine, rules, AAPL=tick) == 1000 - 83 * (10 + 2)
    market = Market(TRADING_RULES, touch_of("99x99 / 100x83", 9), 9, {"AAPL": touch_of(tick, 9)})
    engine.apply(quote(market))
    assert engine.state.position("AAPL").quantity == 83
    assert free(engine, rules, AAPL=tick) == 4


def test_least_commission_is_reserved_until_an_order_has_paid_it() -> None:
    tick, rules = "100x99 / 100x3", replace(TENFOLD, fees=FeeSchedule(minimum=Decimal(6)))
    engine = play((None, buy(9, limit="100"), ["placed 1"]), rules=rules)
    assert used_margin(engine.state, rules) == 9 * (10 + 1) + 6
    engine.apply(quote(Market(TRADING_RULES, touch_of(tick, 9), 9, {"AAPL": touch_of(tick, 9)})))
    assert used_margin(engine.state, rules) == 3 * 10 + 6 * (10 + 1)
    assert engine.state.balance == 1000 - 6


def test_cost_of_closing_orders_is_not_reserved_and_that_of_the_other_side_is() -> None:
    rules = replace(TENFOLD, fees=FeeSchedule(taker_bps=Decimal(100)))
    engine = play(
        ("100x99 / 100x99", buy(80), ["placed 1", "filled 1: 80 @ 100, holds 80 @ 100"]),
        ("100x99 / 100x99", sell(80, limit="101"), ["placed 2"]),
        ("100x99 / 100x99", sell(80, limit="101"), NO_MARGIN),
        rules=rules,
    )
    assert used_margin(engine.state, rules) == 800
    covered = play(
        ("100x99 / 100x99", buy(8, limit="99"), ["placed 1"]),
        ("100x99 / 100x99", sell(7, limit="101"), ["placed 2"]),
        rules=rules,
    )
    assert used_margin(covered.state, rules) == Decimal("79.2") + Decimal("7.92") + Decimal("7.07")


def test_order_beneath_the_reserve_of_the_other_side_needs_its_own_margin_after_a_loss() -> None:
    play(
        ("100x99 / 100x99", buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        ("100x99 / 100x99", sell(60, limit="150"), ["placed 2"]),
        # Equity is 600, the reserve is 750, and what buying one more would need is 105.
        ("60x99 / 60x99", buy(1, limit="50"), ["placed 3"]),
        ("10x99 / 10x99", buy(1, limit="5"), NO_MARGIN),
        rules=TENFOLD,
    )


def test_order_without_any_price_is_refused_until_there_is_one() -> None:
    play(
        (None, buy(1, limit="90"), ["rejected: no_price"]),
        ("99x9 / 100x9", buy(1, limit="90"), ["placed 1"]),
        (None, buy(1, limit="90"), ["placed 2"]),
        marks={},
    )


def test_short_reserves_the_bid_where_that_is_more_than_its_limit() -> None:
    play(
        ("100x99 / 100x99", sell(11, limit="50"), NO_MARGIN),
        ("100x99 / 100x99", sell(10, limit="50"), ["placed 1", "filled 1: 10 @ 100, " + SHORT]),
        rules=CASH,
    )


SHORT = "holds -10 @ 100"


def test_reverse_that_equity_can_not_carry_is_refused_and_changes_nothing() -> None:
    tick = "100x99 / 100x99"
    play(
        (tick, buy(10), ["placed 1", "filled 1: 10 @ 100, holds 10 @ 100"]),
        (tick, protect(loss="90"), ["placed 2", "activated 2: 10"]),
        ("110x99 / 111x99", reverse, NO_MARGIN),
        (
            "100x99 / 100x99",
            reverse,
            [
                "suspended 2",
                "placed 3",
                "filled 3: 20 @ 100, holds -10 @ 100",
                "canceled 2: There is nothing left for it to protect.",
            ],
        ),
        rules=CASH,
    )


def test_leverage_is_a_whole_number_within_its_bounds_and_needs_its_margin() -> None:
    tick, wrong = "100x99 / 100x99", ["rejected: leverage_wrong"]
    engine = play(
        (tick, leverage(0), wrong),
        (tick, leverage("1.5"), wrong),
        (tick, leverage(101), wrong),
        (tick, leverage(4), ["leverage 4"]),
        (tick, buy(40), ["placed 1", "filled 1: 40 @ 100, holds 40 @ 100"]),
        (tick, leverage(3), NO_MARGIN),
        (tick, leverage(5), ["leverage 5"]),
        (tick, leverage(4), ["leverage 4"]),
        rules=CASH,
    )
    assert used_margin(engine.state, CASH) == 1000


def test_fill_at_another_rate_needs_the_margin_of_what_it_adds_and_of_no_more() -> None:
    """What was paid at the old rate stays what it was."""
    engine = play(rules=TENFOLD, balance=105)
    for at_ms, (rate, make_command, expected, margin) in enumerate(
        [
            ("1", buy(10), "filled 1: 10 @ 100, holds 10 @ 100", "100"),
            ("2.2", buy(1), "rejected: insufficient_margin", "100"),
            ("0.5", buy(1), "filled 2: 1 @ 100, holds 11 @ 100", "105"),
            ("3", sell(5, reduce_only=True), "filled 3: 5 @ 100, holds 6 @ 100", "57.27272727"),
            ("1", close(), "filled 4: 6 @ 100, flat", "0"),
        ],
        start=1,
    ):
        touch = touch_of("100x99 / 100x99", at_ms, rate)
        command = make_command(Market(TRADING_RULES, touch, at_ms, {"AAPL": touch}))
        assert described(engine.apply(command))[-1] == expected
        assert used_margin(engine.state, TENFOLD) == Decimal(margin)
