"""The application with as many accounts that hold SYMBOL as the environment variable names."""

from __future__ import annotations

import asyncio
import os
from decimal import Decimal

from fastapi import FastAPI
from msgspec.structs import replace

from trading_api import app_factory
from trading_api.domain.orders import OrderRequest, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    Command,
    Market,
    OpenAccount,
    PlaceOrder,
    SetLeverage,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.events import AccountOpened, Event
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.engine.trading_rules import TradingRules
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.datafeed.source_factory import create_market_source
from trading_api.server.gc_policy import GcPolicy
from trading_api.settings import Settings

HOLDERS_VARIABLE = "BENCHMARK_HOLDERS"
SYMBOL = "AAPL"
QUANTITY = Decimal(10)


def create_app(settings: Settings) -> FastAPI:
    """Return the application over a journal in memory that holds the accounts."""
    journal = MemoryJournal()
    asyncio.run(journal.append(_entries(settings, int(os.environ[HOLDERS_VARIABLE]))))
    return app_factory.create_app(settings, journal, gc_policy=GcPolicy())[0]


def _entries(settings: Settings, holders: int) -> list[JournalEntry]:
    """Return the events of all accounts, which differ in the account's name alone."""
    opened, *later = _events(settings)
    assert isinstance(opened, AccountOpened)
    return [
        JournalEntry(account_id, seq, event)
        for account_id in (f"HOLDER-{number}" for number in range(holders))
        for seq, event in enumerate([replace(opened, account_id=account_id), *later], start=1)
    ]


def _events(settings: Settings) -> list[Event]:
    """Return the events of an account with a leveraged position and a stop behind it."""
    quote = create_market_source(settings).quote(SYMBOL)
    size = 2 * QUANTITY
    touch = Touch(SYMBOL, 1, quote.bid, quote.ask, size, size, Decimal(1))
    rules = TradingRules(SYMBOL, Decimal("0.01"), Decimal(1), Decimal(1_000_000))
    market = Market(rules, touch, 1, {SYMBOL: touch})
    stop = OrderRequest(
        symbol=SYMBOL,
        side=Side.SELL,
        type=OrderType.STOP,
        quantity=QUANTITY,
        stop_price=round(quote.bid / 2, 2),
        reduce_only=True,
    )
    buy = OrderRequest(symbol=SYMBOL, side=Side.BUY, type=OrderType.MARKET, quantity=QUANTITY)
    commands: list[Command] = [
        OpenAccount("", settings.account_currency, settings.initial_balance, 1),
        SetLeverage(Decimal(5), market),
        PlaceOrder(buy, market),
        PlaceOrder(stop, market),
    ]
    engine, events = Engine(AccountState(), ExchangeRules()), list[Event]()
    for command in commands:
        outcome = engine.apply(command)
        assert isinstance(outcome, list), outcome
        events += outcome
    return events
