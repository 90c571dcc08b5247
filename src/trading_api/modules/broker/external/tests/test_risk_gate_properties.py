"""Properties of the risk gate on random accounts, markets and commands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from trading_api.domain.broker_commands import (
    ClosePositionCommand,
    ModifyOrderCommand,
    OrderInstruction,
    PlaceOrderCommand,
)
from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.external.risk_gate import (
    CheckedCommand,
    RiskCode,
    RiskLimits,
    RiskView,
    check,
)
from trading_api.modules.broker.external.tests.gated_account import (
    BUY,
    NOW_MS,
    SELL,
    SYMBOL,
    GatedAccount,
    close,
    instruction,
    place,
)

sides = st.sampled_from([BUY, SELL])
quantities = st.integers(1, 60)
prices = st.decimals("85", "115", places=2)


@st.composite
def instructions(draw: st.DrawFn) -> OrderInstruction:
    limit, stop = draw(st.none() | prices), draw(st.none() | prices)
    return instruction(
        draw(sides),
        draw(quantities),
        limit=None if limit is None else str(limit),
        stop=None if stop is None else str(stop),
    )


commands = st.one_of(
    instructions().map(PlaceOrderCommand),
    instructions().map(lambda order: ModifyOrderCommand("order-1", order)),
    st.one_of(st.none(), quantities).map(close),
)
limits = st.builds(
    RiskLimits,
    order_value_max=st.integers(1, 6_000).map(Decimal),
    position_value_max=st.integers(1, 10_000).map(Decimal),
    daily_loss_max=st.integers(1, 500).map(Decimal),
    orders_per_minute=st.integers(1, 5),
    price_distance_percent=st.integers(1, 20).map(Decimal),
)


@st.composite
def views(draw: st.DrawFn) -> RiskView:
    account = GatedAccount()
    account.hold(draw(st.integers(-60, 60)), average=draw(st.integers(90, 110)))
    for number in range(draw(st.integers(0, 3))):
        account.work(
            draw(sides),
            draw(quantities),
            f"order-{number + 1}",
            reduce_only=draw(st.booleans()),
        )
    return account.view(
        kill_switch=KillSwitch(is_on=draw(st.sampled_from([False, False, False, True]))),
        enforces_reduce_only=draw(st.booleans()),
        order_times_ms=[NOW_MS - each for each in draw(st.lists(st.integers(0, 120_000)))],
        day_start_equity=draw(st.none() | st.integers(99_000, 101_000).map(Decimal)),
    )


@settings(max_examples=400)
@given(commands, views(), limits)
def test_what_passes_fulfils_every_limit_as_the_documents_state_it(
    command: CheckedCommand, view: RiskView, limits: RiskLimits
) -> None:
    breach = check(command, view, limits, NOW_MS)
    if isinstance(command, ClosePositionCommand):
        return
    assert isinstance(command, PlaceOrderCommand | ModifyOrderCommand)
    order = command.order
    facts = Facts.of(command, view)
    is_within = (
        not view.kill_switch.is_on
        and sum(each > NOW_MS - 60_000 for each in view.order_times_ms) < limits.orders_per_minute
        and all(
            abs(1 - price / facts.market_price) <= limits.price_distance_percent / 100
            for price in facts.prices
        )
    )
    if not facts.only_reduces:
        start = view.day_start_equity
        is_within = (
            is_within
            and (start is None or start - view.account.equity() < limits.daily_loss_max)
            and order.quantity * facts.highest_trade <= limits.order_value_max
            and abs(facts.worst) * max(facts.market_price, *facts.prices, Decimal(0))
            <= limits.position_value_max
        )
    assert (breach is None) == is_within


@settings(max_examples=200)
@given(commands, views(), limits, st.data())
def test_tighter_limits_never_let_more_pass(
    command: CheckedCommand, view: RiskView, limits: RiskLimits, data: st.DataObject
) -> None:
    least = Decimal("0.01")
    tighter = data.draw(
        st.sampled_from(
            [
                replace(limits, order_value_max=least),
                replace(limits, position_value_max=least),
                replace(limits, daily_loss_max=least),
                replace(limits, price_distance_percent=least),
                replace(limits, orders_per_minute=0),
            ]
        )
    )
    if check(command, view, limits, NOW_MS) is not None:
        assert check(command, view, tighter, NOW_MS) is not None


@settings(max_examples=200)
@given(st.integers(-30, 30), st.lists(st.tuples(sides, quantities), max_size=6), limits)
def test_whichever_of_the_orders_that_passed_are_filled_the_position_stays_within_its_limit(
    held: int, wanted: list[tuple[Side, int]], limits: RiskLimits
) -> None:
    account = GatedAccount()
    account.hold(held)
    passed: list[int] = []
    for number, (side, quantity) in enumerate(wanted):
        if check(place(side, quantity), account.view(), limits, NOW_MS) is None:
            account.work(side, quantity, f"order-{number}", type=OrderType.MARKET, limit_price=None)
            passed.append(side * quantity)
    lowest_price = 99
    for count in range(len(passed) + 1):
        for filled in combinations(passed, count):
            position = abs(held + sum(filled))
            assert (
                position <= abs(held) or position * lowest_price <= limits.position_value_max
            ), filled


@given(commands, views(), limits)
def test_a_halted_account_never_grows(
    command: CheckedCommand, view: RiskView, limits: RiskLimits
) -> None:
    view = replace(view, kill_switch=KillSwitch(is_on=True))
    breach = check(command, view, limits, NOW_MS)
    if breach is None:
        assert isinstance(command, ClosePositionCommand)
        position = view.account.position(SYMBOL)
        held = abs(position.quantity) if position else Decimal(0)
        assert (command.quantity or Decimal(0)) <= held
    else:
        assert breach.code is RiskCode.TRADING_HALTED


@dataclass(frozen=True)
class Facts:
    """What an order could do, counted in another way than the gate does it."""

    prices: list[Decimal]
    market_price: Decimal
    highest_trade: Decimal
    worst: Decimal
    only_reduces: bool

    @classmethod
    def of(cls, command: PlaceOrderCommand | ModifyOrderCommand, view: RiskView) -> Facts:
        order = command.order
        replaced = command.order_id if isinstance(command, ModifyOrderCommand) else ""
        position = view.account.position(SYMBOL)
        held = position.quantity if position else Decimal(0)
        steps = [order.side * order.quantity]
        steps += [
            each.side * each.quantity
            for each in view.account.live_orders()
            if each.id != replaced
            and each.side == order.side
            and not (each.reduce_only and view.enforces_reduce_only)
        ]
        worst = held + sum(steps)
        prices = [each for each in (order.limit_price, order.stop_price) if each is not None]
        market_price = Decimal(100 if order.side is BUY else 99)
        highest = max([market_price, *prices])
        if order.side is BUY and order.limit_price is not None:
            highest = order.limit_price
        lowest, highest_position = min(held, Decimal(0)), max(held, Decimal(0))
        stays_between = lowest <= worst <= highest_position
        return cls(prices, market_price, highest, worst, bool(held) and stays_between)
