"""Strategies on a server, on a market that the test moves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.python.tests.strategy.recorded_market import MINUTE_MS, START_MS, write_recording
from clients.python.tests.strategy.strategies import Cross
from clients.python.tests.support.lossy_proxy import lossy_proxy
from tests.kit.server import until
from tests.kit.stepped_market import Bot, stepping
from trading_api_client import AsyncClient, Client, ConnectionFailed, Refused, TimedOut
from trading_api_client.models import Execution, OrderStatus, PlacedOrder, QuoteData, Side
from trading_api_client.strategy.backtest import Backtest
from trading_api_client.strategy.live import Live
from trading_api_client.strategy.live_host import LiveHost
from trading_api_client.strategy.live_run import LiveRun
from trading_api_client.strategy.market_data import ClosedBar, TopOfBook
from trading_api_client.strategy.strategy import Strategy

numbers = count(1)
FIRST_BAR = 20
TERMS = {"slippage_ticks": 2, "commission_per_unit": Decimal("0.01")}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("recording") / "bars.csv", 400)


@pytest.fixture(scope="module")
async def market(recording: Path) -> AsyncIterator[Market]:
    async with stepping(
        datafeed_source="replay",
        datafeed_path=recording,
        datafeed_start=datetime.fromtimestamp((START_MS + FIRST_BAR * MINUTE_MS) / 1_000, UTC),
        **TERMS,
    ) as bot:
        yield Market(bot)


class Market:
    """The bars of the recording, which the test closes one after another."""

    def __init__(self, bot: Bot) -> None:
        self.address = bot.address
        self.bars_closed = FIRST_BAR
        self._bot = bot

    async def close_bar(self) -> int:
        """Move to the first tick of the next bar, and return the time of the closed one."""
        self.bars_closed += 1
        await self._bot.advance(to_ms=START_MS + self.bars_closed * MINUTE_MS)
        return START_MS + (self.bars_closed - 1) * MINUTE_MS


class Noted(Strategy):
    """Notes what it receives, and stops after `bars` bars."""

    symbols: Sequence[str] = ("AAPL",)
    bars = 1
    made: list[Noted] | None = None
    """Receives the strategy, for the test's own thread."""

    def __init__(self) -> None:
        self.notes: list[Any] = []
        self.threads: set[int] = set()

    def on_start(self) -> None:
        assert self.made is not None
        self.made.append(self)

    def on_bar(self, bar: ClosedBar) -> None:
        self.threads.add(threading.get_ident())
        self.notes.append(bar.time)
        self.trade(bar)
        if len([note for note in self.notes if isinstance(note, int)]) == self.bars:
            self.stop()

    def trade(self, bar: ClosedBar) -> None: ...

    def on_stop(self) -> None:
        self.notes.append("stop")


@asynccontextmanager
async def running(
    address: str, strategy_class: type[Noted], **parameters: Any
) -> AsyncIterator[tuple[Callable[[], Noted], asyncio.Future[Noted]]]:
    """Run a strategy on a thread and an account of its own, and yield once it has started."""
    made: list[Noted] = []
    parameters["made"] = made
    live = Live(f"http://{address}", account=f"STRATEGY-{next(numbers)}")
    task = asyncio.ensure_future(asyncio.to_thread(lambda: live.run(strategy_class, **parameters)))
    await until(lambda: task.done() or bool(made))
    yield lambda: made[0], task
    await asyncio.wait([task])


async def test_a_backtest_of_the_same_bars_gives_the_same(market: Market, recording: Path) -> None:
    class Counted(Cross):
        slow, fast, bars = 20, 4, 70
        made: Any = None
        handled = 0

        def on_start(self) -> None:
            self.made.append(self)

        def on_bar(self, bar: ClosedBar) -> None:
            super().on_bar(bar)
            self.handled += 1
            if self.handled == self.bars:
                self.stop()

    account, made = "EQUAL", list[Counted]()
    start = START_MS + market.bars_closed * MINUTE_MS
    live = Live(f"http://{market.address}", account)
    task = asyncio.ensure_future(asyncio.to_thread(lambda: live.run(Counted, made=made)))
    await until(lambda: task.done() or bool(made))
    for number in range(Counted.bars):
        await market.close_bar()
        await until(lambda: task.done() or made[0].handled > number)  # noqa: B023, it is awaited
    await task
    result = Backtest(recording, TERMS, start=start, account=account).run(Counted, made=[])
    expected = result.record
    async with AsyncClient(f"http://{market.address}", account=account) as client:
        assert len(expected.executions) >= 6
        assert await client.executions(limit=None) == expected.executions
        # A key of the client is an event, too.
        ledger = [msgspec.structs.replace(line, seq=0) for line in await client.ledger(limit=None)]
        assert ledger == [msgspec.structs.replace(line, seq=0) for line in expected.ledger]
        equity = msgspec.structs.replace(await client.equity(), seq=0)
        assert equity == msgspec.structs.replace(expected.final_equity, seq=0)
        assert [await client.order(order.id) for order in expected.orders] == expected.orders


async def test_each_closed_bar_is_delivered_on_the_thread_that_called_run(market: Market) -> None:
    async with running(market.address, Noted, bars=3) as (strategy, task):
        closed = [await market.close_bar() for _ in range(3)]
        assert (await task) is strategy()
    assert strategy().notes == [*closed, "stop"]
    assert len(strategy().threads) == 1


async def test_the_history_ends_with_the_closed_bar(market: Market) -> None:
    class History(Noted):
        def trade(self, bar: ClosedBar) -> None:
            for length in (3, 5, 10_000):
                history = self.history("AAPL", length)
                assert history.time[-1] == bar.time
                assert history.close[-1] == bar.close
                self.notes.append(str(len(history)))
            assert self.history("AAPL", 2, "5").time[-1] < bar.time

    async with running(market.address, History, bars=2) as (strategy, task):
        await market.close_bar()
        await market.close_bar()
        await task
    lengths = [note for note in strategy().notes if isinstance(note, str)]
    assert lengths == [
        "3",
        "5",
        str(market.bars_closed - 1),
        "3",
        "5",
        str(market.bars_closed),
        "stop",
    ]


async def test_other_spellings_are_those_of_the_server_in_callbacks(market: Market) -> None:
    class Spelled(Noted):
        symbols = ("RECORDED:AAPL",)

        def trade(self, bar: ClosedBar) -> None:
            self.buy(self.symbols[0], 1)
            assert self.position(self.symbols[0]) == self.position("AAPL") is not None
            assert self.history(self.symbols[0], 1).time == bar.time
            assert self.quote(self.symbols[0]).symbol == bar.symbol == "AAPL"

    async with running(market.address, Spelled) as (_, task):
        await market.close_bar()
        await task


async def test_the_history_at_the_start_ends_before_the_forming_bar(market: Market) -> None:
    class AtStart(Noted):
        def on_start(self) -> None:
            self.notes.append(self.history("AAPL", 3).time.tolist())
            super().on_start()

        def trade(self, bar: ClosedBar) -> None:
            self.notes.append(self.history("AAPL", 4).time.tolist())

    async with running(market.address, AtStart) as (strategy, task):
        closed_ms = await market.close_bar()
        await task
    before = [closed_ms - number * MINUTE_MS for number in (3, 2, 1)]
    assert strategy().notes == [before, closed_ms, [*before, closed_ms], "stop"]


async def test_an_order_counts_immediately_and_is_reported_after_its_callback(
    market: Market,
) -> None:
    class Buyer(Noted):
        def trade(self, bar: ClosedBar) -> None:
            if self.position("AAPL"):
                return
            order = self.buy("AAPL", 5, take_profit=bar.close + 50, stop_loss=bar.close - 50)
            position = self.position("AAPL")
            assert position is not None
            assert (position.qty, position.side, order.status) == (5, Side.BUY, OrderStatus.FILLED)
            assert position.takeProfit == round(bar.close + 50, 2)
            assert len(self.orders("AAPL")) == 2
            assert self.equity().equity < 100_000
            self.notes.append("traded")

        def on_execution(self, execution: Execution) -> None:
            self.notes.append((execution.side, execution.qty))
            if execution.side == Side.BUY:
                self.close("AAPL", 2)
                assert self.notes[-1] == (Side.BUY, 5)

        def on_order(self, order: PlacedOrder) -> None:
            self.notes.append((order.id, order.status))

    async with running(market.address, Buyer, bars=2) as (strategy, task):
        first = await market.close_bar()
        await until(lambda: task.done() or (Side.SELL, 2) in strategy().notes)
        strategy().notes.append("moved")
        await market.close_bar()
        await task
    notes = strategy().notes
    assert notes[:2] == [first, "traded"]
    assert notes.index((Side.BUY, 5)) < notes.index(("order-1", OrderStatus.FILLED))
    assert notes.index((Side.BUY, 5)) < notes.index((Side.SELL, 2)) < notes.index("moved")


async def test_an_exception_of_a_callback_leaves_run_after_on_stop(market: Market) -> None:
    class Faulty(Noted):
        def trade(self, bar: ClosedBar) -> None:
            raise ZeroDivisionError("in on_bar")

    async with running(market.address, Faulty) as (strategy, task):
        await market.close_bar()
        with pytest.raises(ZeroDivisionError, match="in on_bar"):
            await task
    assert strategy().notes[-1] == "stop"


async def test_an_interrupt_in_a_callback_ends_the_run(market: Market) -> None:
    class Interrupted(Noted):
        def trade(self, bar: ClosedBar) -> None:
            raise KeyboardInterrupt

    async with running(market.address, Interrupted) as (strategy, task):
        await market.close_bar()
        assert (await task) is strategy()
    assert strategy().notes[-1] == "stop"


async def test_a_rejected_order_raises_and_the_run_continues(market: Market) -> None:
    class Refusing(Noted):
        def trade(self, bar: ClosedBar) -> None:
            with pytest.raises(Refused) as refused:
                self.buy("AAPL", 1, limit=1.0001)
            self.notes.append(refused.value.code)

    async with running(market.address, Refusing) as (strategy, task):
        await market.close_bar()
        await task
    assert strategy().notes[1:] == ["price_off_tick", "stop"]


async def test_an_unknown_symbol_ends_the_run_without_a_callback(market: Market) -> None:
    class Unknown(Noted):
        symbols = ("NONE",)

        def on_stop(self) -> None:
            raise AssertionError("on_stop without on_start")

    async with running(market.address, Unknown) as (_, task):
        with pytest.raises(Refused):
            await task


def test_a_run_without_a_server_fails() -> None:
    with (
        Client("http://127.0.0.1:1", timeout_s=0.1) as client,
        pytest.raises((ConnectionFailed, TimedOut), match="/broker/account"),
    ):
        LiveRun(client, Cross, {}).subscribe()


async def test_a_server_that_no_longer_accepts_the_token_ends_the_run(market: Market) -> None:
    async with running(market.address, Noted) as (strategy, task):
        host = strategy()._host
        assert isinstance(host, LiveHost)
        refused = Refused("token_invalid", "The token has expired.", 401)
        host._client._loop.call(lambda: host._client._client._streams.on_unauthorized(refused))
        with pytest.raises(Refused, match="has expired"):
            await task
    assert strategy().notes == ["stop"]


async def test_quotes_are_delivered_to_a_strategy_with_on_quote(market: Market) -> None:
    class Quoted(Noted):
        def on_start(self) -> None:
            self.notes.append(self.quote("AAPL"))
            super().on_start()

        def on_quote(self, quote: TopOfBook) -> None:
            self.notes.append(quote)

    async with running(market.address, Quoted) as (strategy, task):
        await market.close_bar()
        await task
    quotes = [note for note in strategy().notes if isinstance(note, TopOfBook)]
    assert len(quotes) >= 2, "one that was read, and at least one that was delivered"
    assert all(quote.bid < quote.last < quote.ask for quote in quotes)


async def test_a_quote_is_delivered_with_the_account_as_it_is(market: Market) -> None:
    class Quoted(Noted):
        def on_quote(self, quote: TopOfBook) -> None:
            self.notes.append(self.position("AAPL") is not None)

    def run(account: str) -> list[Any]:
        with Client(f"http://{market.address}", account=account) as client:
            live = LiveRun(client, Quoted, {})
            live.subscribe()
            client.place_order("AAPL", Side.BUY, 1)  # its update waits behind the quote
            live._on_quote(QuoteData(s="ok", n="AAPL", v=client.quote("AAPL")))
            return live.strategy.notes

    assert await asyncio.to_thread(run, f"STRATEGY-{next(numbers)}") == [True]


async def test_bars_that_close_during_an_outage_are_delivered_once_and_in_order(
    market: Market,
) -> None:
    async with (
        lossy_proxy(market.address) as (proxy, address),
        running(address, Noted, bars=5) as (strategy, task),
    ):
        closed = [await market.close_bar()]
        await until(lambda: task.done() or len(strategy().notes) == 1)
        proxy.cut()
        closed += [await market.close_bar() for _ in range(3)]
        proxy.restore()
        await until(lambda: task.done() or len(strategy().notes) == 4)
        closed.append(await market.close_bar())
        await task
    assert strategy().notes == [*closed, "stop"]
