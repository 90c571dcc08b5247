"""Whatever opening orders the engine accepts, free margin stays positive as they fill."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.engine_tables import TRADING_RULES
from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import Market, MatchQuote, OpenAccount, PlaceOrder
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule, Slippage
from trading_api.modules.broker.engine.margin import equity, used_margin
from trading_api.modules.broker.engine.touch import Touch

TOUCH = Touch("AAPL", 0, Decimal(99), Decimal(100), Decimal(0), Decimal(0), Decimal("1.0837"))


MARKS = {"AAPL": TOUCH}


ROUNDED = Decimal("1E-6")
"""Each fill rounds its own commission."""


COMMISSIONS = st.builds(
    FeeSchedule,
    per_unit=st.sampled_from([Decimal(0), Decimal("0.05")]),
    maker_bps=st.sampled_from([Decimal(0), Decimal(120)]),
    taker_bps=st.sampled_from([Decimal(0), Decimal(100)]),
    minimum=st.sampled_from([Decimal(0), Decimal(7)]),
)


EXCHANGE_RULES = st.builds(
    ExchangeRules,
    fees=COMMISSIONS,
    slippage=st.sampled_from([Slippage(), Slippage(50, seed=7)]),
    leverage_default=st.sampled_from([Decimal(1), Decimal(10), Decimal(100)]),
)


# A negative distance is a limit beyond the touch, None a market order.
REQUESTS = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 60), st.none() | st.integers(-3, 0)),
    min_size=1,
    max_size=15,
)


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=10)


@given(rules=EXCHANGE_RULES, requests=REQUESTS, sizes=SIZES)
@settings(max_examples=300)
def test_accepted_opening_orders_leave_free_margin_however_they_fill(
    rules: ExchangeRules, requests: list[tuple[Side, int, int | None]], sizes: list[int]
) -> None:
    engine = Engine(AccountState(), rules)
    engine.apply(OpenAccount("DEMO", "USD", Decimal(5000), 0))
    for side, quantity, away in requests:
        engine.apply(
            PlaceOrder(request(side, quantity, away), Market(TRADING_RULES, None, 1, MARKS))
        )
        assert free(engine, rules) >= 0
    for at_ms, size in enumerate([*sizes, 10_000], start=2):
        touch = replace(TOUCH, time_ms=at_ms, bid_size=Decimal(size), ask_size=Decimal(size))
        engine.apply(MatchQuote(Market(TRADING_RULES, touch, at_ms, MARKS)))
        assert free(engine, rules) >= -ROUNDED
    assert not engine.state.live_orders()


def free(engine: Engine, rules: ExchangeRules) -> Decimal:
    return equity(engine.state, MARKS) - used_margin(engine.state, rules)


def request(side: Side, quantity: int, away: int | None) -> OrderRequest:
    return OrderRequest(
        symbol="AAPL",
        side=side,
        type=OrderType.MARKET if away is None else OrderType.LIMIT,
        quantity=Decimal(quantity),
        limit_price=None if away is None else TOUCH.price(side) - away * side,
    )
