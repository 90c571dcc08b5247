"""How many commands per second the engine of one account applies, without a journal.

Half of the commands place orders, a quarter cancel one, and a quarter are quotes that fill one
order, among some hundred open orders."""

from __future__ import annotations

import random
import time
from decimal import Decimal
from statistics import median

from benchmarks.report import Figure
from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    Command,
    Market,
    MatchQuote,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules

COMMANDS = 20_000
WORKING = (100, 300, 1000)
RUNS = 7
TRADING_RULES = TradingRules("AAPL", Decimal("0.01"), Decimal(1), Decimal(1000))
EXCHANGE_RULES = ExchangeRules(
    fees=FeeSchedule(taker_bps=Decimal(2), minimum=Decimal("0.35")),
    leverage_default=Decimal(10),
)
SIZE = Decimal(10)


async def measure() -> list[Figure]:
    return [
        Figure("engine_commands", f"{working} orders work", _rate(working), "commands/s")
        for working in WORKING
    ]


def _rate(working: int) -> float:
    """Measure CPU time, which other programs on the machine disturb less."""
    trader = _Trader()
    first: list[Command] = [trader.applied(trader.place()) for _ in range(working)]
    commands = [trader.applied(trader.command(number)) for number in range(COMMANDS)]
    assert len(trader.engine.state.executions) == COMMANDS // 4
    return COMMANDS / median(_seconds(first, commands) for _ in range(RUNS))


def _seconds(first: list[Command], commands: list[Command]) -> float:
    engine = opened()
    for command in first:
        engine.apply(command)
    started_s = time.process_time()
    for command in commands:
        engine.apply(command)
    return time.process_time() - started_s


def opened() -> Engine:
    engine = Engine(AccountState(), EXCHANGE_RULES)
    engine.apply(OpenAccount("DEMO", "USD", Decimal(10**9), 0))
    return engine


class _Trader:
    """Chooses quotes that reach the first order in priority and no other."""

    def __init__(self) -> None:
        self.engine = opened()
        self._chance = random.Random(7)
        self._at_ms = 0
        self._quote = self._touch(Decimal("99.99"), Decimal("100.01"))

    def applied(self, command: Command) -> Command:
        events = self.engine.apply(command)
        assert isinstance(events, list), events
        assert events, "every command does something"
        return command

    def command(self, number: int) -> Command:
        self._at_ms += 1
        match number % 4:
            case 1:
                return self._cancel()
            case 3:
                return self._reach(Side.BUY if number % 8 == 3 else Side.SELL)
        return self.place()

    def place(self) -> PlaceOrder:
        side = self._chance.choice(list(Side))
        away = Decimal(self._chance.randint(100, 2000)) / 100
        request = OrderRequest("AAPL", side, OrderType.LIMIT, SIZE, Decimal(100) - away * side)
        return PlaceOrder(request, self._market(self._quote))

    def _cancel(self) -> CancelOrder:
        orders = self.engine.state.open_orders("AAPL").orders
        return CancelOrder(self._chance.choice(list(orders)), self._at_ms)

    def _reach(self, side: Side) -> MatchQuote:
        open_orders = self.engine.state.open_orders("AAPL")
        orders = [order for order in open_orders.orders.values() if order.side is side]
        prices = [order.limit_price for order in orders if order.limit_price is not None]
        if side is Side.BUY:
            return MatchQuote(self._market(self._touch(max(prices) - 1, max(prices))))
        return MatchQuote(self._market(self._touch(min(prices), min(prices) + 1)))

    def _touch(self, bid: Decimal, ask: Decimal) -> Touch:
        return Touch("AAPL", self._at_ms, bid, ask, SIZE, SIZE, Decimal(1))

    def _market(self, touch: Touch) -> Market:
        return Market(TRADING_RULES, touch, self._at_ms, {"AAPL": touch})
