"""The symbol and the time of a command."""

from __future__ import annotations

from decimal import Decimal

from tests.kit.engine_tables import TRADING_RULES, buy, cancel, cancel_all, deposit, expire, reset
from trading_api.modules.broker.engine.commands import (
    Market,
    MatchQuote,
    OpenAccount,
    symbol_of,
    time_of,
)

MARKET = Market(TRADING_RULES, None, 7)


def test_commands_that_trade_name_the_symbol_of_their_market() -> None:
    for command in (buy(1)(MARKET), MatchQuote(MARKET)):
        assert (symbol_of(command), time_of(command)) == ("AAPL", 7)


def test_commands_about_the_account_or_all_orders_name_no_symbol() -> None:
    commands = [each(MARKET) for each in (cancel(1), cancel_all, deposit(5), reset, expire)]
    for command in (OpenAccount("A", "USD", Decimal(1), 7), *commands):
        assert (symbol_of(command), time_of(command)) == (None, 7)
