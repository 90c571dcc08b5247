"""Notifications of the market's connection and of sessions that are about to close."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.paper_exchange import LIMIT, SELL, A, B, PaperExchange, running
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.resolution import DAY_MS
from trading_api.modules.broker.journal.memory import MemoryJournal

CLOSE_MS = 10 * DAY_MS + 75_600_000
DAY = {"type": "DAY"}


def market_with_sessions(now_ms: int) -> ManualMarket:
    """Return a market in which AAPL closes at CLOSE_MS, 21:00 UTC, and BTC never."""
    market = ManualMarket(replace(instrument("AAPL"), session="0930-1600"), instrument("BTC"))
    market.ends_ms["AAPL"] = CLOSE_MS
    market.now_ms = now_ms
    return market


async def messages(exchange: PaperExchange, account: str) -> list[str]:
    await exchange.client.flush()
    found = await exchange.queries.notifications(account, None, 200)
    return [each.message for each in found if each.code.startswith(("session", "connection"))]


def pass_time(exchange: PaperExchange, to_ms: int) -> None:
    exchange.market.now_ms = to_ms - 250
    exchange.market.move("BTC", "10.00", "10.00")


async def test_holders_are_notified_once_before_a_session_closes() -> None:
    market = market_with_sessions(CLOSE_MS - 3_600_000)
    journal = MemoryJournal()
    async with running(journal, market=market) as exchange:
        market.move("AAPL", "100.00", "100.00")
        market.move("BTC", "10.00", "10.00")
        await exchange.place(A, side=SELL)
        await exchange.place(A, type=LIMIT, limitPrice=90.0, duration=DAY)
        await exchange.place(B, type=LIMIT, limitPrice=90.0)
        await exchange.place("C", type=LIMIT, limitPrice=90.0, duration=DAY)
        await exchange.place("C", symbol="BTC")
        await exchange.subscribe("notifications", A)
        pass_time(exchange, CLOSE_MS - 301_000)
        assert await messages(exchange, A) == []
        expected = (
            "AAPL closes in 5 minutes, at 21:00 UTC. A short position of 10 is open. Day orders "
            "that end then: 1."
        )
        for before_ms in (299_000, 200_000, 60_000, 500):
            pass_time(exchange, CLOSE_MS - before_ms)
            assert await messages(exchange, A) == [expected]
            assert await messages(exchange, B) == [], "it keeps its order"
            assert len(await messages(exchange, "C")) == 1
        (sent,) = exchange.published("notifications")
        assert (sent["severity"], sent["code"]) == ("info", "session_closing")
        assert sent["reference"] == {
            "symbol": "AAPL",
            "closesAt": CLOSE_MS,
            "position": -10,
            "dayOrders": 1,
        }
    async with running(journal, market=market_with_sessions(CLOSE_MS - 100_000)) as exchange:
        pass_time(exchange, CLOSE_MS - 90_000)
        assert await messages(exchange, A) == [expected], "a restart does not repeat it"
        exchange.market.ends_ms["AAPL"] += DAY_MS
        pass_time(exchange, CLOSE_MS + 1_000)
        pass_time(exchange, CLOSE_MS + DAY_MS - 30_000)
        assert (await messages(exchange, A))[1:] == [
            "AAPL closes in 1 minute, at 21:00 UTC. A short position of 10 is open."
        ]


async def test_a_closed_symbol_and_an_exchange_without_the_warning_do_not_notify() -> None:
    for settings, closed in (({"session_warning_s": 0}, False), ({}, True)):
        options: dict[str, Any] = {"market": market_with_sessions(CLOSE_MS - 900_000), **settings}
        async with running(**options) as exchange:
            exchange.market.move("AAPL", "100.00", "100.00")
            await exchange.place(A)
            if closed:
                exchange.market.closed["AAPL"] = MarketStatus(MarketState.CLOSED, "a holiday")
            pass_time(exchange, CLOSE_MS - 60_000)
            assert await messages(exchange, A) == []


async def test_a_lost_and_restored_connection_notifies_accounts_at_risk() -> None:
    lost = "The connection to the market is lost: silent. No order is filled until it is back."
    restored = "The connection to the market is restored. Orders can be filled again."
    journal = MemoryJournal()
    async with running(journal) as exchange:
        market = exchange.market
        market.move("AAPL", "100.00", "100.00")
        await exchange.place(A)
        await exchange.place(B, type=LIMIT, limitPrice=90.0)
        await exchange.client.deposit("IDLE", 5)
        for state, expected in (
            (MarketState.CLOSED, []),
            (MarketState.STALE, [lost]),
            (MarketState.STALE, [lost]),
            (MarketState.OPEN, [lost, restored]),
            (MarketState.STALE, [lost, restored, lost]),
        ):
            market.now_ms += 1_000
            market.become(state, "silent")
            for account in (A, B):
                assert await messages(exchange, account) == expected
            assert await messages(exchange, "IDLE") == []
        listed = await exchange.queries.notifications(A, None, 1)
        assert [(each.severity, each.code) for each in listed] == [("warning", "connection_lost")]
    async with running(journal) as exchange:
        exchange.market.become(MarketState.STARTING)
        exchange.market.become(MarketState.STALE, "silent")
        assert len(await messages(exchange, A)) == 3, "a restart does not repeat it"


async def test_a_symbol_that_alone_lost_its_prices_notifies_its_holders() -> None:
    lost = "The prices of AAPL are out of date: silent. None of its orders is filled now."
    restored = "The prices of AAPL are up to date again. Its orders can be filled."
    for warning_s in (0, 300):
        async with running(session_warning_s=warning_s) as exchange:
            market = exchange.market
            market.move("AAPL", "100.00", "100.00")
            market.move("MSFT", "100.00", "100.00")
            await exchange.place(A)
            await exchange.place(B, symbol="MSFT")
            for status, expected in (
                (None, []),
                (MarketStatus(MarketState.CLOSED, "a holiday"), []),
                (MarketStatus(MarketState.STALE, "silent"), [lost]),
                (MarketStatus(MarketState.STALE, "silent"), [lost]),
                (None, [lost, restored]),
            ):
                market.closed = {} if status is None else {"AAPL": status}
                market.now_ms += 1_000
                market.move("MSFT", "100.00", "100.00")
                assert await messages(exchange, A) == expected
                assert await messages(exchange, B) == []
            newest, *_ = await exchange.queries.notifications(A, None, 1)
            assert (newest.code, newest.reference) == ("connection_restored", {"symbol": "AAPL"})


async def test_accounts_are_notified_in_batches_between_other_commands() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "100.00", "100.00")
        for number in range(200):
            await exchange.place(f"ACCOUNT-{number}")
        exchange.market.become(MarketState.STALE, "silent")
        assert exchange.broker._processor.queue_depth() == 0, "nothing in the market's turn"
        await exchange.client.flush()
        for number in range(200):
            assert len(await messages(exchange, f"ACCOUNT-{number}")) == 1
