"""Quotes applied to the accounts that the index finds, and to every account, have the same effect.

The markets and the accounts are random; a failure prints the seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from trading_api.domain.orders import Brackets, Duration, OrderRequest, OrderType, Side, Trail
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrders,
    ClosePosition,
    Command,
    EditBrackets,
    ExpireOrders,
    Market,
    MatchQuote,
    ModifyOrder,
    OpenAccount,
    PlaceOrder,
    ReversePosition,
    SetLeverage,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event, MarginLevelCrossed, OrderPlaced
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.paper.account_index import AccountIndex
from trading_api.modules.broker.paper.price_interest import PriceInterest

ACCOUNTS = 25
STEPS = 900
CURRENCIES = {"AAPL": "", "MSFT": "", "DAX": "EUR", "CAC": "EUR", "NIKKEI": "JPY"}
RATES = {"EUR": Decimal("1.1"), "JPY": Decimal("0.5")}
TICK = Decimal("0.5")
LEVELS = (Decimal(150), Decimal(120), Decimal(100))
RULES = {symbol: TradingRules(symbol, TICK, Decimal(1), Decimal(10_000)) for symbol in CURRENCIES}


@dataclass
class Exchange:
    """Several accounts, driven by their own engines; quotes reach all of them or those found."""

    rules: ExchangeRules
    is_indexed: bool
    engines: dict[str, Engine] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    evaluated: int = 0

    def __post_init__(self) -> None:
        self.index = AccountIndex(
            self.rules,
            PriceInterest(lambda symbol: [symbol]),
            CURRENCIES.__getitem__,
            lambda account_id: self.engines[account_id].state,
        )

    def apply(self, account_id: str, command: Command) -> None:
        engine = self.engines[account_id]
        outcome = engine.apply(command)
        if isinstance(outcome, list) and outcome:
            self.events[account_id] += outcome
            self.order.append(account_id)
            self.index.update(account_id, engine.state)
        elif isinstance(command, MatchQuote | ExpireOrders):
            self.index.put_back(account_id, engine.state)

    def quote(self, market: Market) -> None:
        if self.is_indexed:
            affected = self.index.affected_by(market)
        else:
            affected = self.index.exposed_to(market.symbol)
        self.evaluated += len(affected)
        for account_id in affected:
            self.apply(account_id, MatchQuote(market))

    def expire(self, at_ms: int) -> None:
        affected: Sequence[str] = list(self.engines)
        if self.is_indexed:
            affected = self.index.take_expired(at_ms)
        for account_id in sorted(affected):
            self.apply(account_id, ExpireOrders(at_ms))


class RandomMarket:
    """Prices that walk, jump, cross and vanish; and commands near them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.marks: dict[str, Touch] = {}
        self.rates = dict(RATES)
        self.prices = dict.fromkeys(CURRENCIES, Decimal(100))
        self.at_ms = 0

    def move(self) -> str:
        """Give one symbol another touch, and return it."""
        chance, symbol = self.chance, self.chance.choice(list(CURRENCIES))
        step = chance.choice([0, 0, 1, -1, 2, -2, 10, -10]) * TICK
        price = self.prices[symbol] = min(
            max(self.prices[symbol] + step, Decimal(40)), Decimal(180)
        )
        spread = chance.choice([-1, 0, 1, 1, 1, 2]) * TICK
        bid, ask = price, price + spread
        if chance.random() < 0.03:
            bid, ask = chance.choice([(Decimal(0), ask), (bid, Decimal(0)), (bid, ask)])
        bid_size, ask_size = (Decimal(chance.choice([0, 5, 50, 500, 999])) for _ in range(2))
        rate = self.rate(symbol)
        self.marks[symbol] = Touch(symbol, self.at_ms, bid, ask, bid_size, ask_size, rate)
        return symbol

    def market(self, symbol: str) -> Market:
        touch = self.marks.get(symbol) if self.chance.random() < 0.95 else None
        return Market(RULES[symbol], touch, self.at_ms, dict(self.marks))

    def rate(self, symbol: str) -> Decimal:
        return self.rates.get(CURRENCIES[symbol], Decimal(1))

    def move_rate(self) -> str:
        currency = self.chance.choice(list(RATES))
        factor = self.chance.choice(["0.9", "0.99", "0.999", "1.001", "1.01", "1.1"])
        rate = min(max(self.rates[currency] * Decimal(factor), Decimal("0.1")), Decimal(9))
        self.rates[currency] = rate
        for symbol, mark in self.marks.items():
            if CURRENCIES[symbol] == currency:
                self.marks[symbol] = replace(mark, rate=rate)
        return currency

    def command(self, state: AccountState) -> Command:
        chance, symbol = self.chance, self.chance.choice(list(CURRENCIES))
        market = self.market(symbol)
        live = state.live_orders()
        match chance.randrange(20):
            case 0:
                return CancelOrders(None, self.at_ms)
            case 1:
                return ClosePosition(None, market)
            case 2:
                return ReversePosition(market)
            case 3:
                return SetLeverage(Decimal(chance.choice([1, 2, 5, 20])), market)
            case 4:
                price = self.prices[symbol]
                return EditBrackets(Brackets(trail=self.trail(), take_profit=price + 9), market)
            case 5 if live:
                order = chance.choice(live)
                request = self.request(order.symbol, order.side, order.type)
                return ModifyOrder(order.id, request, self.market(order.symbol))
            case _:
                side, type = chance.choice(list(Side)), chance.choice(list(OrderType))
                return PlaceOrder(self.request(symbol, side, type), market)

    def request(self, symbol: str, side: Side, type: OrderType) -> OrderRequest:
        chance, price = self.chance, self.prices[symbol]
        duration = chance.choice([None, None, *Duration])
        return OrderRequest(
            symbol=symbol,
            side=side,
            type=type,
            quantity=Decimal(chance.choice([1, 30, 100, 200, 400])),
            limit_price=price + chance.randint(-8, 8) * TICK,
            stop_price=price + chance.randint(-8, 8) * TICK,
            trail=self.trail() if type.has_stop and chance.random() < 0.4 else None,
            duration=duration,
            expires_ms=self.at_ms + chance.randint(1, 60),
        )

    def trail(self) -> Trail:
        distance = self.chance.choice([1, 2, 6]) * TICK
        return Trail(distance * 100, distance)


def scenarios() -> Iterator[tuple[int, ExchangeRules]]:
    fees = FeeSchedule(per_unit=Decimal("0.01"), minimum=Decimal(1))
    for seed in range(4):
        yield seed, ExchangeRules(
            fees=fees if seed % 2 else FeeSchedule(),
            latency_ms=3 if seed % 3 == 2 else 0,
            leverage_default=Decimal([10, 3, 20, 1][seed]),
            margin_warning_levels=[LEVELS, (), LEVELS[1:], LEVELS][seed],
        )


@pytest.mark.parametrize(("seed", "rules"), list(scenarios()))
def test_indexed_and_full_path_give_the_same_events(seed: int, rules: ExchangeRules) -> None:
    chance = random.Random(seed)
    market = RandomMarket(chance)
    found, full = Exchange(rules, is_indexed=True), Exchange(rules, is_indexed=False)
    names = [f"ACCOUNT-{number:02}" for number in range(ACCOUNTS)]
    for exchange in (found, full):
        for name in names:
            exchange.engines[name] = Engine(AccountState(), rules)
            exchange.events[name] = []
            exchange.apply(name, OpenAccount(name, "USD", Decimal(10_000), 0))
    for step in range(STEPS):
        market.at_ms += 1
        commands: list[tuple[str, Command]] = []
        if chance.random() < 0.4 or step < ACCOUNTS:
            name = chance.choice(names)
            commands.append((name, market.command(found.engines[name].state)))
        currency = market.move_rate() if chance.random() < 0.1 else ""
        # The marks of one instant are known before any of its quotes is matched.
        symbols = [market.move() for _ in range(chance.choice([1, 1, 2, 3]))]
        quotes = [market.market(symbol) for symbol in symbols]
        for exchange in (found, full):
            for name, command in commands:
                exchange.apply(name, command)
            if currency:
                exchange.index.on_rate(currency, market.rates[currency])
            for symbol in symbols:
                exchange.index.on_price(symbol, market.marks[symbol])
            for quoted in quotes:
                exchange.quote(quoted)
            if step % 20 == 0:
                exchange.expire(market.at_ms)
        assert found.order[-50:] == full.order[-50:], f"seed {seed}, step {step}"
    assert found.events == full.events, f"seed {seed}"
    events = [event for each in full.events.values() for event in each]
    placed = [event.order for event in events if isinstance(event, OrderPlaced)]
    liquidations = [order for order in placed if order.is_liquidation]
    assert liquidations, "the random market liquidates"
    crossed = [event for event in events if isinstance(event, MarginLevelCrossed)]
    assert bool(crossed) == bool(rules.margin_warning_levels)
    if len(rules.margin_warning_levels) == 3:
        assert {each.after for each in crossed} == {0, *LEVELS}, "it warns, and it recovers"
    assert found.evaluated < full.evaluated / 2, (found.evaluated, full.evaluated)


def test_a_quote_costs_only_the_accounts_whose_margin_level_it_changes() -> None:
    rules = ExchangeRules(leverage_default=Decimal(10), margin_warning_levels=LEVELS)
    exchange = Exchange(rules, is_indexed=True)
    evaluated: list[str] = []

    def state_of(account_id: str) -> AccountState:
        evaluated.append(account_id)
        return exchange.engines[account_id].state

    exchange.index = AccountIndex(
        rules, PriceInterest(lambda symbol: [symbol]), CURRENCIES.__getitem__, state_of
    )

    def quote(price: str) -> list[str]:
        """Return the accounts that a quote evaluates or matches."""
        touch = Touch(
            "AAPL", 1, Decimal(price), Decimal(price), Decimal(9999), Decimal(9999), Decimal(1)
        )
        evaluated.clear()
        market = Market(RULES["AAPL"], touch, 1, {"AAPL": touch})
        exchange.index.on_price("AAPL", touch)
        exchange.quote(market)
        return sorted(set(evaluated))

    # The margin of each is 1000. Of 100 units at 100 it warns below an equity of 1500.
    touch = Touch("AAPL", 1, Decimal(100), Decimal(100), Decimal(9999), Decimal(9999), Decimal(1))
    market = Market(RULES["AAPL"], touch, 1, {"AAPL": touch})
    names = [f"{number:03}" for number in range(300)]
    for number, name in enumerate(names):
        exchange.engines[name] = Engine(AccountState(), rules)
        exchange.events[name] = []
        exchange.apply(name, OpenAccount(name, "USD", Decimal(2000 + 10 * number), 0))
        request = OrderRequest("AAPL", Side.BUY, OrderType.MARKET, Decimal(100))
        exchange.apply(name, PlaceOrder(request, market))
    assert quote("100") == names, "each has changed since"
    for price in ("99.5", "102", "96", "100"):
        assert quote(price) == [], "none is near a level"
    # The first account warns below 95, the second below 94.9, and so on.
    assert quote("94.95") == names[:1]
    assert exchange.order[-1:] == names[:1]
    assert quote("94.95") == names[:1], "it has changed, and has new bounds now"
    assert quote("94.92") == []
    assert quote("94.45") == names[1:6]
    quote("94.45")
    assert quote("94.6") == []
    # They recover at a level of 155: the first one from 95.5 on, the sixth from 95 on.
    assert quote("95.05") == names[5:6]
    quote("95.05")
    assert [type(event) for event in exchange.events[names[5]][-2:]] == [MarginLevelCrossed] * 2
