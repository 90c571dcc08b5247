"""Events for the ledger: those of an account that trades, and any at all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from msgspec import Struct

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.domain.notification import Notification, ReferenceValue, Severity
from trading_api.domain.orders import Brackets, OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    CancelOrder,
    ClosePosition,
    Command,
    DepositCash,
    Market,
    MatchQuote,
    Notify,
    OpenAccount,
    PlaceOrder,
    ResetAccount,
    SetLeverage,
    SettlePosition,
    WithdrawCash,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import Event, IdempotencyKeyRecorded
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.journal.event_codec import KINDS
from trading_api.modules.broker.journal.journal import JournalEntry

TRADING_RULES = {
    symbol: TradingRules(symbol, Decimal("0.01"), Decimal("0.1"), Decimal(1_000_000))
    for symbol in ("AAPL", "MSFT")
}


EXCHANGE_RULES = ExchangeRules(
    leverage_default=Decimal(100),
    # High, so that accounts that hold little cross them.
    margin_warning_levels=(Decimal(200_000), Decimal(80_000)),
)


def trading(
    account_id: str, count: int, seed: int = 7, rules: ExchangeRules = EXCHANGE_RULES
) -> list[JournalEntry]:
    """Return the first entries of an account that places, cancels, closes and is filled."""
    return list(_trading(account_id, count, seed, rules))


@cache
def _trading(
    account_id: str, count: int, seed: int, rules: ExchangeRules
) -> tuple[JournalEntry, ...]:
    chance = random.Random(f"{account_id} {seed}")
    engine = Engine(AccountState(), rules)
    events = _applied(engine, OpenAccount(account_id, "USD", Decimal(100_000), at_ms=1))
    at_ms = 1
    while len(events) < count:
        at_ms += 1
        events += _applied(engine, _command(engine.state, chance, at_ms))
    return tuple(JournalEntry(account_id, seq, each) for seq, each in enumerate(events[:count], 1))


def mixed(*streams: list[JournalEntry]) -> list[JournalEntry]:
    """Return one entry of each stream in turn, as of accounts that trade at the same time."""
    longest = max(map(len, streams))
    return [stream[turn] for turn in range(longest) for stream in streams if turn < len(stream)]


def _applied(engine: Engine, command: Command) -> list[Event]:
    outcome = engine.apply(command)
    return outcome if isinstance(outcome, list) else []


def _command(state: AccountState, chance: random.Random, at_ms: int) -> Command:
    symbol = chance.choice(sorted(TRADING_RULES))
    bid = Decimal(chance.randrange(9_900, 10_100)) / 100
    size = Decimal(chance.randrange(1, 50))
    touch = Touch(symbol, at_ms, bid, bid + Decimal("0.02"), size, size, Decimal("1.0837"))
    market = Market(TRADING_RULES[symbol], touch, at_ms, {symbol: touch})
    live = [order.id for order in state.live_orders()]
    match chance.randrange(24):
        case 0:
            return DepositCash(Decimal(chance.randrange(1, 10**6)) / 100, at_ms)
        case 1:
            return SetLeverage(Decimal(chance.randrange(1, 100)), market)
        case 2 if chance.random() < 0.1:
            return ResetAccount(Decimal(100_000), at_ms)
        case 15 if chance.random() < 0.5:
            return WithdrawCash(Decimal(chance.randrange(1, 10**6)) / 100, market.marks, at_ms)
        case 16 if symbol in state.positions and chance.random() < 0.5:
            price = Decimal(chance.randrange(9_900, 10_100)) / 100
            return SettlePosition(symbol, price, chance.choice([None, touch.rate]), at_ms)
        case 17 if at_ms % 4 == 0:
            reference: dict[str, ReferenceValue] = {"symbol": symbol, "price": bid}
            notification = Notification(Severity.INFO, "alert_fired", "Reached.", reference)
            return Notify(notification, at_ms)
        case 3 | 4 | 5 if live:
            return CancelOrder(chance.choice(live), at_ms)
        case 6 | 7 | 8 if symbol in state.positions:
            return ClosePosition(None, market)
        case 9 | 10 | 11 | 12 | 13 | 14:
            return MatchQuote(market)
        case _:
            return _placing(market, bid, chance)


def _placing(market: Market, bid: Decimal, chance: random.Random) -> PlaceOrder:
    side = chance.choice(list(Side))
    price = bid + Decimal(chance.randrange(-200, 200)) / 100
    away = Decimal(chance.randrange(300, 500)) / 100 * side
    brackets = Brackets(price + away, price - away) if chance.random() < 0.3 else Brackets()
    request = OrderRequest(
        symbol=market.symbol,
        side=side,
        type=chance.choice(list(OrderType)),
        quantity=Decimal(chance.randrange(1, 400)) / 10,
        limit_price=price,
        stop_price=price,
        brackets=brackets,
        client_id=f"client-{market.at_ms}" if market.at_ms % 3 == 0 else "",
    )
    key = (
        IdempotencyKey("place", f"key-{market.at_ms}", "0" * 64) if chance.random() < 0.2 else None
    )
    return PlaceOrder(request, market, key)


def any_events() -> st.SearchStrategy[Event]:
    """Of every class, with any values that its type hints allow."""
    return st.one_of(*map(_any, KINDS.values()))


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NUMBERS = st.integers(-(2**63), 2**63 - 1)
_DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)


def _any(hint: Any) -> st.SearchStrategy[Any]:
    values: dict[str, st.SearchStrategy[Any]]
    parts = get_args(hint)
    if get_origin(hint) is tuple:
        return st.lists(_any(parts[0]), max_size=3).map(tuple)
    if get_origin(hint) is Mapping:
        return st.dictionaries(*map(_any, parts), max_size=3)
    if parts:
        return st.one_of(*map(_any, parts))
    if is_dataclass(hint) or issubclass(hint, Struct):
        values = {name: _any(each) for name, each in get_type_hints(hint).items()}
        if hint is Execution:  # it happens once
            values["id"] = st.uuids().map(str)
        if hint is IdempotencyKeyRecorded:  # recorded once
            values["key"] = st.uuids().map(str)
        return st.builds(hint, **values)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    simple: dict[type, st.SearchStrategy[Any]] = {
        bool: st.booleans(),
        int: _NUMBERS,
        str: _TEXT,
        Decimal: _DECIMALS,
        type(None): st.none(),
    }
    return simple[hint]
