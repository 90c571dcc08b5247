"""What clients read of an account's performance, through the paper exchange."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.kit.paper_exchange import A, PaperExchange, rejection_of, running
from trading_api.domain.bar import Bar
from trading_api.domain.resolution import DAY_MS
from trading_api.errors import Unavailable
from trading_api.models.broker import ClosedTrade, DailyEquity, PerformanceStatistics
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.modules.broker.journal.verify.removal import remove_events
from trading_api.modules.broker.performance import (
    background_readings,
    performance_fold,
    performance_reader,
)

SELL = -1
FEES: dict[str, Any] = {"commission_per_unit": Decimal("0.01")}


class _DailyBars:
    """A MarketHistory of daily closes, by symbol and day."""

    def __init__(self, closes: dict[str, dict[int, int]]) -> None:
        self.closes = closes
        self.reads = 0

    def resolutions(self) -> Sequence[str]:
        return ["1", "1D"]

    async def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> Sequence[Bar]:
        assert resolution == "1D"
        self.reads += 1
        all_days = sorted(self.closes.get(symbol, {}).items())
        found = [each for each in all_days if start_ms <= each[0] * DAY_MS < end_ms]
        older = [each for each in all_days if each[0] * DAY_MS < start_ms]
        found = [*older[len(older) - max(count_back - len(found), 0) :], *found]
        return [Bar(day * DAY_MS, price, price, price, price, 1) for day, price in found]

    quotes = trades = order_book = None


async def _equity(exchange: PaperExchange, **period: int) -> list[DailyEquity]:
    times = period.get("from_ms"), period.get("to_ms")
    return (await exchange.queries.performance.equity(A, *times)).points


async def _statistics(exchange: PaperExchange) -> PerformanceStatistics:
    return await exchange.queries.performance.statistics(A, None, None)


async def _trades(
    exchange: PaperExchange, limit: int = 200, before: int | None = None
) -> list[ClosedTrade]:
    return list(await exchange.queries.performance.trades(A, limit, before))


def _adds_up(found: PerformanceStatistics) -> None:
    """Check that all money is accounted for, in whole and in parts."""
    net = found.total.net_profit + found.open_trades.profit - found.open_trades.fees
    assert found.start_balance + found.deposits + net == pytest.approx(found.balance, abs=1e-7)
    assert found.balance + found.open_pl == pytest.approx(found.equity, abs=1e-7)
    for parts in (found.by_day, found.by_symbol):
        assert sum(part.trades for part in parts) == found.total.trades
        assert sum(part.net_profit for part in parts) == pytest.approx(found.total.net_profit)
        assert sum(part.fees for part in parts) == pytest.approx(found.total.fees)


async def test_an_account_that_was_never_used_begins_now() -> None:
    async with running() as exchange:
        found = await exchange.queries.performance.equity(A, None, None)
        assert (found.start_time, found.start_balance) == (exchange.market.now_ms, 100_000.0)
        assert [each.equity for each in found.points] == [100_000.0]
        statistics = await _statistics(exchange)
        assert statistics.total.trades == 0
        assert statistics.total.win_rate is None
        _adds_up(statistics)
        assert await _trades(exchange) == []
        exchange.market.now_ms += DAY_MS
        await exchange.client.deposit(A, 1.0)
        assert (await _statistics(exchange)).start_time == exchange.market.now_ms


async def test_trades_and_statistics_follow_the_fills() -> None:
    async with running(**FEES) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        exchange.market.move("MSFT", "49.98", "50.00")
        await exchange.place(qty=10)
        await exchange.place(symbol="MSFT", qty=4)
        exchange.market.move("AAPL", "101.00", "101.02")
        await exchange.place(side=SELL, qty=15)
        exchange.market.now_ms += DAY_MS
        exchange.market.move("AAPL", "102.00", "102.02")
        await exchange.place(qty=5)
        await exchange.client.deposit(A, 250.0)
        newest, oldest = await _trades(exchange)
        assert (oldest.side, oldest.qty, oldest.profit) == (1, 10.0, 10.0)
        assert (oldest.entry_price, oldest.exit_price, oldest.executions) == (100.0, 101.0, 2)
        assert oldest.return_percent == pytest.approx(oldest.net_profit / 10)
        assert newest.side == -1
        assert newest.profit == pytest.approx(-5.1)
        assert await _trades(exchange, 1) == [newest]
        assert await _trades(exchange, 1, newest.seq) == [oldest]
        assert await _trades(exchange, 1, oldest.seq) == []
        found = await _statistics(exchange)
        _adds_up(found)
        assert (found.total.trades, found.total.wins, found.total.losses) == (2, 1, 1)
        assert (found.deposits, found.open_trades.trades) == (250.0, 1)
        assert [each.symbol for each in found.by_symbol] == ["AAPL"]
        assert [each.time for each in found.by_day] == [0, DAY_MS]
        second = await exchange.queries.performance.statistics(A, DAY_MS, None)
        assert second.total.trades == 1
        assert second.total.net_profit == pytest.approx(newest.net_profit)
        first = await exchange.queries.performance.statistics(A, None, DAY_MS)
        assert first.total.net_profit == pytest.approx(oldest.net_profit)


async def test_the_equity_of_past_days_is_valued_at_their_closes() -> None:
    bars = _DailyBars({"AAPL": {0: 10_100, 1: 10_300, 4: 9_900, 5: 9_950}})
    async with running(market_history=bars) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        exchange.market.now_ms += 2 * DAY_MS
        await exchange.client.deposit(A, 500.0)
        exchange.market.now_ms += 3 * DAY_MS
        exchange.market.move("AAPL", "99.00", "99.02")
        points = await _equity(exchange)
        # Day 3 has no bar and no booking.
        assert [each.time // DAY_MS for each in points] == [0, 1, 2, 4, 5]
        assert [each.equity for each in points] == [100_010, 100_030, 100_530, 100_490, 100_490]
        assert [each.deposits for each in points] == [0, 0, 500, 500, 500]
        assert [each.drawdown for each in points] == [0, 0, 0, 40, 40]
        assert points[3].drawdown_percent == pytest.approx(40 / 100_530 * 100)
        assert points[-1].equity == exchange.queries.equity(A).equity
        reads = bars.reads
        assert await _equity(exchange, from_ms=DAY_MS + 5, to_ms=4 * DAY_MS) == points[1:3]
        assert bars.reads == reads, "past days are valued once"
        exchange.market.now_ms += DAY_MS
        bars.closes["AAPL"][6] = 10_000
        exchange.market.move("AAPL", "99.00", "99.02")
        later = await _equity(exchange)
        assert later[:4] == points[:4]
        assert [each.equity for each in later[4:]] == [100_495, 100_490]
        error = await rejection_of(exchange.queries.performance.equity(A, 2, 1))
        assert error[:2] == (422, "from_after_to")


async def test_without_stored_bars_past_days_are_valued_at_the_last_fill() -> None:
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        exchange.market.now_ms += DAY_MS
        exchange.market.move("AAPL", "98.00", "98.02")
        found = await exchange.queries.performance.equity(A, None, None)
        assert found.valuation == "lastFill"
        assert [each.equity for each in found.points] == [100_000.0, 99_980.0]


async def test_the_history_and_the_equity_count_the_same_deposits() -> None:
    async with running(**FEES) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        performance = exchange.queries.performance
        starts = []
        for change in (
            exchange.place(qty=10),
            exchange.client.deposit(A, 500.0),
            exchange.service.commands.withdraw(A, 200.0, None),
            exchange.client.reset(A, 5_000.0),
            exchange.client.deposit(A, 50.0),
        ):
            await change
            found, equity = await performance.equity(A, None, None), exchange.queries.equity(A)
            assert (found.seq, found.deposited) == (equity.seq, equity.deposited)
            assert found.deposited == found.start_balance + found.points[-1].deposits
            starts.append(found.start_seq)
        assert starts[:3] == [1, 1, 1]
        assert equity.seq is not None
        assert starts[3] == starts[4] == equity.seq - 1


async def test_a_reset_begins_the_figures_again() -> None:
    async with running(**FEES) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.place(side=SELL, qty=10)
        await exchange.place(qty=3)
        assert (await _statistics(exchange)).total.trades == 1
        exchange.market.now_ms += DAY_MS
        await exchange.client.reset(A, 5_000.0)
        found = await _statistics(exchange)
        assert (found.start_reason, found.start_balance) == ("reset", 5_000.0)
        assert found.start_time == exchange.market.now_ms
        assert (found.total.trades, found.open_trades.trades) == (0, 0)
        assert await _trades(exchange) == []
        assert [each.equity for each in await _equity(exchange)] == [5_000.0]
        _adds_up(found)


async def test_trades_page_through_a_long_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_fold, "CHECKPOINT_BOOKINGS", 7)
    monkeypatch.setattr(performance_fold, "CHECKPOINTS_MAX", 6)
    monkeypatch.setattr(performance_reader, "PAGE", 4)
    async with running(**FEES) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00", size=10**6)
        for _ in range(230):
            await exchange.place(qty=2)
            await exchange.place(side=SELL, qty=2)
        pages = [await _trades(exchange, 16)]
        while pages[-1]:
            pages.append(await _trades(exchange, 16, pages[-1][-1].seq))
        found = [trade for page in pages for trade in page]
        assert len(found) == 230 == len({trade.seq for trade in found})
        assert [each.seq for each in found] == sorted((each.seq for each in found), reverse=True)
        assert {(each.qty, each.fees) for each in found} == {(2.0, 0.04)}
        _adds_up(await _statistics(exchange))


async def _trade_often(exchange: PaperExchange, account: str = A) -> None:
    exchange.market.move("AAPL", "99.98", "100.00", size=10**6)
    for _ in range(6):
        await exchange.place(account, qty=2)
        await exchange.place(account, side=SELL, qty=2)


async def test_a_long_ledger_is_added_up_in_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performance_reader, "PAGE", 5)
    monkeypatch.setattr(performance_reader, "WORK_S", 0.0)
    async with running() as exchange:
        await _trade_often(exchange)
        status, code, text = await rejection_of(_statistics(exchange))
        assert (status, code) == (503, "performance_loading")
        assert "%" in text
        # The second request waits for the rest, and adds nothing itself.
        monkeypatch.setattr(performance_reader, "WORK_S", 60.0)
        assert (await _statistics(exchange)).total.trades == 6
        _adds_up(await _statistics(exchange))


async def test_a_finished_reading_stays_in_memory_until_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performance_reader, "PAGE", 5)
    monkeypatch.setattr(performance_reader, "WORK_S", 0.0)
    monkeypatch.setattr(performance_reader, "ACCOUNTS_MAX", 1)
    async with running() as exchange:
        performance = exchange.queries.performance
        others = ["B", "C", "D"]
        for account in (A, *others):
            await _trade_often(exchange, account)
        for account in (A, *others):
            # Before the reading of this account has begun, the others are forgotten.
            reading = performance.statistics(account, None, None)
            assert (await rejection_of(reading))[1] == "performance_loading"
            await performance.statistics("DEMO-ACCOUNT", None, None)
        # The page that a request adds itself is not enough for a ledger that was forgotten.
        for account in (A, *others):
            assert await exchange.service._readings.wait(account, 60)
        for account in (*others, A):
            assert (await performance.statistics(account, None, None)).total.trades == 6
        # Once it was answered, it is forgotten like others.
        assert (await rejection_of(performance.statistics("B", None, None)))[0] == 503


async def test_the_time_to_wait_grows_with_the_accounts_that_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performance_reader, "PAGE", 5)
    monkeypatch.setattr(performance_reader, "WORK_S", 0.0)
    # Every look at the clock takes a second.
    monkeypatch.setattr(performance_reader, "monotonic", count().__next__)
    async with running() as exchange:
        seconds = []
        for account in (A, "B", "C"):
            await _trade_often(exchange, account)
        async with exchange.service._readings.turn():  # so that none of them ends
            for account in (A, "B", "C"):
                with pytest.raises(Unavailable) as refused:
                    await exchange.queries.performance.statistics(account, None, None)
                headers = refused.value.headers or {}
                seconds.append(int(headers["Retry-After"]))
        assert seconds == [4, 8, 12]


async def test_a_background_reading_ends_with_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performance_reader, "PAGE", 2)
    monkeypatch.setattr(performance_reader, "WORK_S", 0.0)

    async def percent(exchange: PaperExchange) -> int:
        *_, text = await rejection_of(_statistics(exchange))
        await exchange.service.close()
        return int(text.split()[-1].rstrip("%."))

    async with running() as exchange:
        await _trade_often(exchange)
        # Each request adds a part. Nothing is added after it, and nothing stays locked.
        first, second, third = [await percent(exchange) for _ in range(3)]
        assert second - first == pytest.approx(third - second, abs=1)
        assert third > second > first


async def test_without_a_place_in_the_background_each_request_adds_a_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performance_reader, "PAGE", 5)
    monkeypatch.setattr(performance_reader, "WORK_S", 0.0)
    monkeypatch.setattr(background_readings, "READINGS_MAX", 0)
    async with running() as exchange:
        await _trade_often(exchange)
        for _ in range(2):
            assert (await rejection_of(_statistics(exchange)))[1] == "performance_loading"
        assert (await _statistics(exchange)).total.trades == 6


async def test_accounts_that_were_used_longest_ago_are_computed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(performance_reader, "ACCOUNTS_MAX", 1)
    async with running() as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=2)
        await exchange.place(side=SELL, qty=2)
        for _ in range(2):
            assert (await _statistics(exchange)).total.trades == 1
            other = await exchange.queries.performance.statistics("DEMO-ACCOUNT", None, None)
            assert other.total.trades == 0


async def test_removed_events_are_named_and_what_is_left_adds_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trading.db"
    journal = SqlJournal(Database(url))
    async with running(journal, **FEES) as exchange:
        exchange.market.move("AAPL", "99.98", "100.00")
        await exchange.place(qty=10)
        await exchange.place(side=SELL, qty=4)
        exchange.market.now_ms += DAY_MS
        exchange.market.move("AAPL", "101.00", "101.02")
        await exchange.place(side=SELL, qty=6)
        whole = await _statistics(exchange)
        _adds_up(whole)
        assert (whole.total.trades, whole.start_reason) == (1, "opened")
        market = exchange.market
    remove_events(Database(url), DAY_MS)
    journal = SqlJournal(Database(url))
    async with running(journal, market=market, **FEES) as exchange:
        await exchange.queries.load(A)
        found = await _statistics(exchange)
        _adds_up(found)
        assert found.start_reason == "removed"
        assert found.balance == whole.balance
        (trade,) = await _trades(exchange)
        assert trade.is_partial
        assert (trade.qty, trade.entry_price, trade.exit_price) == (6.0, 100.0, 101.0)
        assert len(await _equity(exchange)) == 2
