"""Serve the application on a ledger whose accounts have traded before its market starts.

The arguments are the number of accounts, which are named PERFORMANCE-1 and so on, and that of
days."""

import asyncio
import runpy
import sys
from decimal import Decimal

from trading_api.domain.orders import Brackets, OrderRequest, OrderType, Side
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.commands import (
    Command,
    DepositCash,
    Market,
    OpenAccount,
    PlaceOrder,
)
from trading_api.modules.broker.engine.engine import Engine
from trading_api.modules.broker.engine.exchange_rules import ExchangeRules, FeeSchedule
from trading_api.modules.broker.engine.touch import Touch
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.translation.prices import to_trading_rules
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.settings import Settings

RULES = ExchangeRules(leverage_default=Decimal(10), fees=FeeSchedule(per_unit=Decimal("0.01")))
HOUR_MS = 3_600_000
SYMBOLS = {"AAPL": Decimal(10), "BTCUSD": Decimal("0.05")}


class Trader:
    """Trades on the simulated market at past times."""

    def __init__(self, account_id: str, seed: int, start_ms: int) -> None:
        self.entries: list[JournalEntry] = []
        self._account_id = account_id
        self._seed = seed
        self._engine = Engine(AccountState(), RULES)
        self.apply(OpenAccount(account_id, "USD", Decimal(100_000), start_ms))

    def apply(self, command: Command) -> None:
        events = self._engine.apply(command)
        assert isinstance(events, list), events
        for event in events:
            seq = len(self.entries) + 1
            self.entries.append(JournalEntry(self._account_id, seq, event))

    def trade(self, symbol: str, side: Side, at_ms: int) -> None:
        """Buy or sell the usual quantity of a symbol at the market."""
        simulator = Simulator(self._seed, lambda: at_ms)
        quote = simulator.quote(symbol)
        instrument = next(each for each in simulator.instruments() if each.symbol == symbol)
        sizes = (Decimal(10_000), Decimal(10_000))
        touch = Touch(symbol, at_ms, quote.bid, quote.ask, *sizes, Decimal(1))
        market = Market(to_trading_rules(instrument), touch, at_ms, {symbol: touch})
        request = OrderRequest(
            symbol=symbol,
            side=side,
            type=OrderType.MARKET,
            quantity=SYMBOLS[symbol],
            brackets=Brackets(),
        )
        self.apply(PlaceOrder(request, market))

    def trade_until(self, first_ms: int, days: int) -> None:
        """Trade on each of the days. Some positions stay open overnight, and one to the end."""
        for day in range(days):
            morning = first_ms + day * DAY_MS + 9 * HOUR_MS
            for number, symbol in enumerate(SYMBOLS):
                first, second = (Side.SELL, Side.BUY) if day % 3 == 1 else (Side.BUY, Side.SELL)
                self.trade(symbol, first, morning + number * HOUR_MS)
                exit_ms = morning + (26 if day % 4 == 2 else 5) * HOUR_MS + number * HOUR_MS
                self.trade(symbol, second, exit_ms)
            if day == days // 2:
                self.apply(DepositCash(Decimal(5_000), morning + 12 * HOUR_MS))
        self.trade("AAPL", Side.BUY, first_ms + days * DAY_MS + HOUR_MS)


async def write(settings: Settings, accounts: int, days: int) -> None:
    assert settings.datafeed_start is not None
    start_ms = int(settings.datafeed_start.timestamp() * 1_000)
    first_ms = start_ms - start_ms % DAY_MS - days * DAY_MS
    journal = SqlJournal(Database(settings.database_url))
    for number in range(1, accounts + 1):
        trader = Trader(f"PERFORMANCE-{number}", settings.datafeed_seed, first_ms + HOUR_MS)
        trader.trade_until(first_ms, days)
        await journal.append(trader.entries)
    await journal.close()


if __name__ == "__main__":
    accounts, days = map(int, sys.argv[1:])
    asyncio.run(write(Settings(), accounts, days))
    sys.argv = ["trading-api", "serve"]
    runpy.run_module("trading_api", run_name="__main__")
