"""Which commands the risk gate refuses, rule by rule. Unless a test says more, the market is 99 to
100, an order may be worth 1,000 and a position 2,000."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from trading_api.domain.broker_commands import ReversePositionCommand
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.orders import OrderType
from trading_api.modules.broker.external.risk_gate import (
    CheckedCommand,
    RiskLimits,
    RiskView,
    check,
    daily_loss,
)
from trading_api.modules.broker.external.tests.gated_account import (
    BUY,
    LIMITS,
    NOW_MS,
    SELL,
    SYMBOL,
    GatedAccount,
    close,
    modify,
    place,
)

REVERSE = ReversePositionCommand(SYMBOL)
RECENT = [NOW_MS - 59_999, NOW_MS - 1, NOW_MS]
"""As many orders within a minute as LIMITS permits."""


def code(command: CheckedCommand, view: RiskView, limits: RiskLimits = LIMITS) -> str | None:
    """Return the code of the breach, or None where the command passes."""
    breach = check(command, view, limits, NOW_MS)
    return breach.code.value if breach else None


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (place(BUY, 10), None),
        (place(BUY, 11), "risk_order_value"),
        (place(SELL, 10), None),
        (place(SELL, 11), "risk_order_value"),
        (place(BUY, 10, limit=100), None),
        (place(BUY, 10, limit="100.01"), "risk_order_value"),
        (place(BUY, 10, limit=96), None),
        (place(SELL, 10, limit=101), "risk_order_value"),
        (place(SELL, 10, limit=98), None),
        (place(BUY, 10, stop=101), "risk_order_value"),
        (place(BUY, 9, stop=104), None),
        (place(SELL, 10, stop=95), None),
        (place(BUY, 9, stop=101, limit=104), None),
        (place(BUY, 10, stop=101, limit=104), "risk_order_value"),
        (place(BUY, 1, symbol="TEST:AAPL"), None),
    ],
)
def test_an_order_is_valued_at_the_highest_price_it_may_trade_at(
    command: CheckedCommand, expected: str | None
) -> None:
    assert code(command, GatedAccount().view()) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (place(BUY, 1, limit=105), None),
        (place(BUY, 1, limit="105.01"), "risk_price_distance"),
        (place(BUY, 1, limit=95), None),
        (place(BUY, 1, limit="94.99"), "risk_price_distance"),
        (place(SELL, 1, limit="94.05"), None),
        (place(SELL, 1, limit="94.04"), "risk_price_distance"),
        (place(BUY, 1, stop=106), "risk_price_distance"),
        (place(BUY, 1, stop=104, limit=106), "risk_price_distance"),
        (modify("order-1", BUY, 1, limit=110), "risk_price_distance"),
    ],
)
def test_prices_are_near_the_price_at_which_the_side_trades(
    command: CheckedCommand, expected: str | None
) -> None:
    account = GatedAccount()
    account.work(BUY, 1)
    assert code(command, account.view()) == expected


def test_a_position_counts_with_all_orders_of_the_same_side() -> None:
    account = GatedAccount()
    account.hold(6)
    account.work(BUY, 6, "order-1")
    account.work(SELL, 6, "order-2")
    assert code(place(BUY, 8), account.view()) is None
    assert code(place(BUY, 9), account.view()) == "risk_position_value"


def test_an_order_counts_with_what_was_requested_for_it() -> None:
    account = GatedAccount()
    account.work(BUY, 1)
    requested = {"order-1": Decimal(15)}
    assert code(place(BUY, 5), account.view(requested_quantities=requested)) is None
    assert code(place(BUY, 6), account.view(requested_quantities=requested)) == (
        "risk_position_value"
    )


def test_a_modified_order_takes_its_own_place() -> None:
    account = GatedAccount()
    account.hold(10)
    account.work(BUY, 10, filled_quantity=Decimal(4))
    # 10 held, and 6 open of the order, then 10 of 14.
    assert code(modify("order-1", BUY, 10, limit=100), account.view()) is None
    limits = replace(LIMITS, order_value_max=Decimal(5_000))
    assert code(modify("order-1", BUY, 14, limit=100), account.view(), limits) is None
    assert code(modify("order-1", BUY, 15, limit=100), account.view(), limits) == (
        "risk_position_value"
    )


@pytest.mark.parametrize(
    ("held", "working", "command", "expected"),
    [
        (50, 0, place(SELL, 50), None),
        (50, 0, place(SELL, 51), "risk_order_value"),
        (50, 0, place(SELL, 50, limit=99), None),
        (50, 30, place(SELL, 20), None),
        (50, 30, place(SELL, 21), "risk_order_value"),
        (-50, 0, place(BUY, 50), None),
        (50, 0, REVERSE, "risk_order_value"),
        (4, 0, REVERSE, None),
        (50, 0, close(), None),
        (50, 0, close(50), None),
        (50, 0, close(51), "risk_order_value"),
    ],
)
def test_orders_that_only_reduce_the_position_pass_the_value_limits(
    held: int, working: int, command: CheckedCommand, expected: str | None
) -> None:
    account = GatedAccount()
    account.hold(held)
    if working:
        account.work(SELL, working)
    assert code(command, account.view()) == expected


def test_orders_that_protect_the_position_leave_room_for_one_that_closes_it() -> None:
    account = GatedAccount()
    account.hold(50)
    account.work(SELL, 50, "order-1", is_bracket=True)
    account.work(SELL, 50, "order-2", reduce_only=True)
    view = account.view(enforces_reduce_only=True)
    assert code(place(SELL, 50), view) is None
    assert code(close(), view) is None


def test_orders_that_the_venue_does_not_keep_from_reversing_count_like_any_other() -> None:
    account = GatedAccount()
    account.hold(10)
    account.work(SELL, 10, reduce_only=True)
    view, limits = account.view(), replace(LIMITS, order_value_max=Decimal(500))
    assert code(place(SELL, 10), view, limits) == "risk_order_value"
    assert code(place(SELL, 10), replace(view, enforces_reduce_only=True), limits) is None
    assert code(close(), view, limits) is None
    assert code(place(SELL, 5), view, replace(LIMITS, position_value_max=Decimal(400))) == (
        "risk_position_value"
    )


def test_a_second_close_of_the_same_position_is_an_order_like_any_other() -> None:
    account = GatedAccount()
    account.hold(50)
    account.work(SELL, 50, type=OrderType.MARKET, limit_price=None)
    assert code(close(), account.view()) == "risk_order_value"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (place(BUY, 1), "risk_orders_per_minute"),
        (place(SELL, 1), "risk_orders_per_minute"),
        (modify("order-1", BUY, 1, limit=100), "risk_orders_per_minute"),
        (REVERSE, "risk_orders_per_minute"),
        (close(), None),
    ],
)
def test_no_more_orders_are_sent_in_a_minute_than_the_limit(
    command: CheckedCommand, expected: str | None
) -> None:
    account = GatedAccount()
    account.hold(5)
    assert code(command, account.view(order_times_ms=RECENT)) == expected
    # A minute after the first of them, there is room for one.
    assert code(command, account.view(order_times_ms=[NOW_MS - 60_000, *RECENT[1:]])) is None


@pytest.mark.parametrize(
    ("command", "expected"),
    [(place(BUY, 1), "risk_daily_loss"), (place(SELL, 5), None), (close(), None)],
)
def test_after_the_loss_of_a_day_positions_are_only_reduced(
    command: CheckedCommand, expected: str | None
) -> None:
    account = GatedAccount()
    account.hold(5, average=101)  # 10 less than paid
    day_start = Decimal(100_000 - 10) + LIMITS.daily_loss_max
    assert code(command, account.view(day_start_equity=day_start)) == expected
    assert code(command, account.view(day_start_equity=day_start - 1)) is None
    assert code(command, account.view(day_start_equity=None)) is None


def test_the_loss_of_a_day_is_known_without_a_command() -> None:
    account = GatedAccount()
    breach = daily_loss(account.view(day_start_equity=Decimal(100_123)), LIMITS)
    assert breach is not None
    assert breach.text == (
        "The account has lost 123 USD since 00:00 UTC; the limit of a day is 100 "
        "(RISK_DAILY_LOSS_MAX)."
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (place(BUY, 1), "trading_halted"),
        (place(SELL, 5), "trading_halted"),
        (modify("order-1", BUY, 1, limit=100), "trading_halted"),
        (REVERSE, "trading_halted"),
        (close(6), "trading_halted"),
        (close(), None),
        (close(2), None),
    ],
)
def test_a_halted_account_takes_no_order_but_closes_positions(
    command: CheckedCommand, expected: str | None
) -> None:
    account = GatedAccount()
    account.hold(5)
    halted = KillSwitch(is_on=True, reason="a wild strategy", at_ms=NOW_MS)
    view = account.view(kill_switch=halted, order_times_ms=RECENT, day_start_equity=Decimal(10**6))
    assert code(command, view) == expected


NO_PRICE: dict[str, Any] = {
    "unknown symbol": {"symbol": "NOPE"},
    "no conversion rate": {"symbol": "SAP"},
    "no quote": {"symbol": "MSFT"},
}


@pytest.mark.parametrize("more", NO_PRICE.values(), ids=NO_PRICE)
def test_an_order_that_cannot_be_valued_is_refused(more: dict[str, Any]) -> None:
    assert code(place(BUY, 1, **more), GatedAccount().view()) == "risk_no_price"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (MarketState.STALE, "risk_no_price"),
        (MarketState.STARTING, "risk_no_price"),
        (MarketState.CLOSED, None),
    ],
)
def test_a_stale_price_values_nothing_and_a_closed_market_has_its_last(
    state: MarketState, expected: str | None
) -> None:
    account = GatedAccount()
    account.hold(5)
    account.market.closed[SYMBOL] = MarketStatus(state, "a reason")
    assert code(place(BUY, 1), account.view()) == expected
    assert code(place(SELL, 1, limit=100), account.view()) == expected
    assert code(place(SELL, 1), account.view()) is None, "it only reduces"
    assert code(close(), account.view()) is None


def test_texts_name_the_setting() -> None:
    account = GatedAccount()
    breach = check(place(BUY, Decimal("10.5")), account.view(), LIMITS, NOW_MS)
    assert breach is not None
    assert breach.symbol == SYMBOL
    assert breach.text == ("The order is worth 1050 USD; the limit is 1000 (RISK_ORDER_VALUE_MAX).")
    breach = check(place(BUY, 1, limit=106), account.view(), LIMITS, NOW_MS)
    assert breach is not None
    assert breach.text == (
        "106 is 6.0 % away from 100, the market's price of AAPL; the limit is 5 % "
        "(RISK_PRICE_DISTANCE_PERCENT)."
    )


def test_checks_have_a_fixed_order() -> None:
    """Each check is repaired in turn, and the next one refuses."""
    account = GatedAccount()
    command = place(BUY, 30, limit=120)
    halted = KillSwitch(is_on=True)
    bad: dict[str, Any] = {
        "kill_switch": halted,
        "order_times_ms": RECENT,
        "day_start_equity": Decimal(10**6),
    }
    account.market.closed[SYMBOL] = MarketStatus(MarketState.STALE, "a reason")
    seen = [code(command, account.view(**bad))]
    for repaired in ("kill_switch", "order_times_ms", "day_start_equity"):
        del bad[repaired]
        seen.append(code(command, account.view(**bad)))
    del account.market.closed[SYMBOL]
    seen.append(code(command, account.view()))
    limits = replace(LIMITS, price_distance_percent=Decimal(50))
    seen.append(code(command, account.view(), limits))
    limits = replace(limits, order_value_max=Decimal(10_000))
    seen.append(code(command, account.view(), limits))
    limits = replace(limits, position_value_max=Decimal(10_000))
    seen.append(code(command, account.view(), limits))
    assert seen == [
        "trading_halted",
        "risk_orders_per_minute",
        "risk_daily_loss",
        "risk_no_price",
        "risk_price_distance",
        "risk_order_value",
        "risk_position_value",
        None,
    ]
