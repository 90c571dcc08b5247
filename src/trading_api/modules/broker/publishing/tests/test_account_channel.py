"""The channel of an account's money: balance, equity, margin, and what was realized today."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kit.paper_exchange import BUY, SELL, A, B, PaperExchange, running
from trading_api.domain.resolution import DAY_MS
from trading_api.models.broker import KillSwitchParams
from trading_api.modules.broker.journal.memory import MemoryJournal

TENFOLD: dict[str, Any] = {"leverage_default": 10, "initial_balance": Decimal(1000)}
NEW = {
    "balance": 1000.0,
    "equity": 1000.0,
    "usedMargin": 0.0,
    "freeMargin": 1000.0,
    "openPL": 0.0,
    "realizedPLToday": 0.0,
    "currency": "USD",
    "halted": False,
    "maintenanceMargin": 0.0,
}


async def state(exchange: PaperExchange, account: str = A) -> dict[str, Any]:
    (shown,) = await exchange.subscribe("account", account)
    return shown.model_dump(by_alias=True, exclude_none=True)


async def today(exchange: PaperExchange) -> float:
    await exchange.client.flush()
    realized: float = exchange.published("account")[-1]["realizedPLToday"]
    return realized


async def test_a_new_account_has_no_margin_level() -> None:
    async with running(**TENFOLD) as exchange:
        assert await state(exchange) == NEW
        topic = f'account:{{"accountId":"{A}"}}'
        assert exchange.service.sequence(topic) == {"as_of_seq": 1}


async def test_it_follows_fills_and_quotes_as_equity_does() -> None:
    async with running(**TENFOLD) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        await state(exchange)
        await exchange.subscribe("equity", A)
        await exchange.place(qty=50)
        margin = {"usedMargin": 500.0, "freeMargin": 500.0, "maintenanceMargin": 250.0}
        expected = NEW | margin | {"marginLevel": 200.0}
        assert exchange.published("account")[-1] == expected
        assert exchange.routes()[-2:] == ["equity", "account"]
        exchange.market.move("AAPL", "101.00", "101.00")
        await exchange.client.flush()
        gain = {"equity": 1050.0, "freeMargin": 550.0, "marginLevel": 210.0, "openPL": 50.0}
        assert exchange.published("account")[-1] == expected | gain
        assert exchange.meta[-1] == ("account", {"as_of_seq": 3})
        assert len(exchange.published("account")) == len(exchange.published("equity"))
        await exchange.place(side=SELL, qty=20)
        closed = exchange.published("account")[-1]
        assert (closed["realizedPLToday"], closed["openPL"], closed["balance"]) == (20, 30, 1020)
        await exchange.client.reset(A, None)
        assert exchange.published("account")[-1] == NEW


async def test_it_shows_a_halt_as_it_begins_and_ends() -> None:
    async with running(**TENFOLD) as exchange:
        await state(exchange)
        await exchange.service.commands.set_kill_switch(
            A, KillSwitchParams(on=True, reason="enough"), None
        )
        assert exchange.published("account")[-1] == NEW | {"halted": True}
        await exchange.service.commands.set_kill_switch(A, KillSwitchParams(on=False), None)
        assert exchange.published("account")[-1] == NEW


async def test_only_a_watched_account_follows_quotes() -> None:
    async with running(**TENFOLD) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        for account in (A, B):
            await exchange.place(account, qty=5)
        await state(exchange)
        exchange.market.move("AAPL", "101.00", "101.00")
        await exchange.client.flush()
        assert len(exchange.published("account")) == 1
        exchange.service.remove_topic(f'account:{{"accountId":"{A}"}}')
        assert exchange.broker.accounts.index.watched_holders("AAPL") == []


async def test_what_was_realized_today_survives_a_restart_and_ends_with_the_day() -> None:
    journal = MemoryJournal()
    async with running(journal, **TENFOLD) as exchange:
        exchange.market.now_ms = 5 * DAY_MS - 1_000
        exchange.market.move("AAPL", "100.00", "100.00")
        await state(exchange)
        await exchange.place(qty=50)
        exchange.market.move("AAPL", "101.10", "101.10")
        await exchange.place(side=SELL, qty=20)
        assert await today(exchange) == 22
    async with running(journal, **TENFOLD) as exchange:
        exchange.market.now_ms = 5 * DAY_MS - 500
        exchange.market.move("AAPL", "101.10", "101.10")
        assert (await state(exchange))["realizedPLToday"] == 22
        exchange.market.now_ms = 5 * DAY_MS - 250
        exchange.market.move("MSFT", "50.00", "50.00")
        assert await today(exchange) == 0, "the day has changed, without an event of the account"
        await exchange.place(side=SELL, qty=30)
        assert await today(exchange) == 33
        exchange.market.now_ms += 2 * DAY_MS
        exchange.market.move("MSFT", "50.00", "50.00")
        assert await today(exchange) == 0
        assert exchange.broker.snapshot(A).realized_pl == 55


async def test_a_new_day_reaches_the_watched_accounts_in_turns() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        accounts = [f"ACCOUNT-{number}" for number in range(600)]
        for account in accounts:
            await exchange.subscribe("account", account)
        exchange.market.now_ms += DAY_MS
        exchange.market.move("AAPL", "100.00", "100.00")
        assert len(exchange.updates) == 256, "the first turn"
        await exchange.client.flush()
        for listener, _ in exchange.market._listeners:
            await listener.flush()
        assert [topic.partition('"accountId":')[2] for topic, _ in exchange.updates] == [
            f'"{account}"}}' for account in accounts
        ]


async def test_a_settlement_counts_as_realized() -> None:
    async with running(**TENFOLD) as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        await exchange.place(side=BUY, qty=5)
        await state(exchange)
        await exchange.client.settle(A, "AAPL", 90)
        assert await today(exchange) == -50
