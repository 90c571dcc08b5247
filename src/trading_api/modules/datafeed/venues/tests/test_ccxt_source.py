"""The unmodified ccxt in its own process, over the simulated venue."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.kit.venue import VenueProcess, ccxt_options, venue_process
from trading_api.domain.bar import Bar
from trading_api.domain.order_book import PriceLevel
from trading_api.domain.ports.market_data import book
from trading_api.domain.resolution import MINUTE_MS
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.market.interest import InterestSet
from trading_api.modules.datafeed.source_factory import create_market_source
from trading_api.modules.datafeed.tests.fakes import FOREVER_MS, RecordingSink
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.venue_factory import create_ccxt_source
from trading_api.settings import Settings

BTC, ETH = "BTCUSDT", "ETHUSDT"
TIMEOUT_S = 60.0
HISTORY_MINUTES = 90


@pytest.fixture(scope="module")
def venue() -> Iterator[VenueProcess]:
    with venue_process("--history-minutes", str(HISTORY_MINUTES)) as served:
        yield served


@pytest.fixture(autouse=True)
def without_faults(venue: VenueProcess) -> Iterator[None]:
    yield
    venue.clear()
    venue.set_clock_offset(milliseconds=0)


@pytest.fixture(scope="module")
def data_dir(venue: VenueProcess, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the listings are stored, as after a first start."""
    folder = tmp_path_factory.mktemp("data")
    create_ccxt_source(settings(venue.address, folder))
    return folder


def settings(address: str, data_dir: Path, **changed: Any) -> Settings:
    values = {
        "datafeed_source": "ccxt",
        "datafeed_venue": "binance",
        "datafeed_symbols": "BTC/USDT,ETH/USDT",
        "data_dir": data_dir,
        "ccxt_options": ccxt_options(address),
    }
    return Settings.defaults().model_copy(update={**values, **changed})


@asynccontextmanager
async def running(source: LiveSource, sink: RecordingSink) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(sink))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110, a condition of any kind
        await asyncio.sleep(0.01)


async def live(source: LiveSource) -> None:
    await until(lambda: all(source.is_live(each.symbol) for each in source.instruments()))


async def caught_up(source: LiveSource, venue: VenueProcess, symbol: str = BTC) -> None:
    """Wait until the newest price of the source is that of the venue's newest trade."""
    newest = venue.trades(symbol=symbol)[-1]
    price = Decimal(newest["price"])
    await until(lambda: source.quote(symbol).last == price and source.is_live(symbol))


def venue_bars(venue: VenueProcess, source: LiveSource, symbol: str) -> list[Bar]:
    """Return the minutes that the venue's trades make, of the last hour."""
    (instrument,) = [each for each in source.instruments() if each.symbol == symbol]
    minutes: dict[int, list[dict[str, Any]]] = {}
    for row in venue.trades(symbol=symbol):
        minutes.setdefault(row["time_ms"] // MINUTE_MS * MINUTE_MS, []).append(row)
    found = []
    for time_ms, rows in sorted(minutes.items()):
        prices = [int(Decimal(row["price"]) / instrument.tick_size) for row in rows]
        volume = sum(Decimal(row["quantity"]) for row in rows) * instrument.volume_scale
        high, low = max(prices), min(prices)
        found.append(Bar(time_ms, prices[0], high, low, prices[-1], int(volume)))
    return found


async def test_live_prices_equal_the_venues_through_faults(
    venue: VenueProcess, data_dir: Path
) -> None:
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    async with running(source, sink):
        await live(source)
        assert len(source.bars(BTC, "1", 0, FOREVER_MS)) >= HISTORY_MINUTES - 1
        venue.quote(symbol=BTC, bid=60_000, ask=60_001, bid_quantity="1.5")
        venue.trade(symbol=BTC, price=60_000, quantity="0.5", side="sell")
        await caught_up(source, venue)
        quote = source.quote(BTC)
        assert [quote.bid, quote.ask] == [60_000, 60_001]
        before = len(sink.quotes)
        first_id = venue.trades(symbol=BTC)[-1]["id"] + 1

        venue.step(count=20)
        venue.inject(name="duplicate_trades", count=3)
        venue.step(count=20)
        await caught_up(source, venue)
        venue.inject(name="missing_trades", count=4)
        venue.step(count=20)
        venue.trade(symbol=BTC, price=60_100, quantity="0.25")
        await caught_up(source, venue)
        venue.drop_sockets()
        venue.step(count=30)
        venue.trade(symbol=BTC, price=60_200, quantity="0.25")
        await caught_up(source, venue)

        for symbol in (BTC, ETH):
            await caught_up(source, venue, symbol)
            expected = venue_bars(venue, source, symbol)
            mine = source.bars(symbol, "1", expected[1].time_ms, FOREVER_MS)
            assert mine == expected[1:], "every minute but the first, of which trades are missing"
        streamed = [each for each in sink.quotes[before:] if each.symbol == BTC]
        happened = venue.trades(symbol=BTC, from_id=first_id)
        total = sum(Decimal(row["quantity"]) for row in happened)
        assert sum(each.last_size for each in streamed) == total
        times = [each.time_ms for each in sink.quotes]
        assert times == sorted(times)
        assert source.statistics.duplicates > 0
        assert source.statistics.gaps_filled > 0
        assert source.statistics.gaps_unfilled == 0
        assert sink.stale_symbols == {}


async def test_the_order_book_is_the_venues(venue: VenueProcess, data_dir: Path) -> None:
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    sink.interest = interest = InterestSet(source)  # type: ignore[assignment]
    interest.add(BTC, book(5))
    async with running(source, sink):
        await live(source)
        levels = [(60_000 - number, number + 1) for number in range(8)]
        venue.book(symbol=BTC, bids=levels, asks=[(60_010 + price % 8, 2) for price, _ in levels])
        expected = [PriceLevel(Decimal(60_000 - n), Decimal(n + 1)) for n in range(5)]
        await until(lambda: list(source.order_book(BTC, 5).bids) == expected)


async def test_the_venues_clock_is_measured_and_time_never_ahead_of_it(
    venue: VenueProcess, data_dir: Path
) -> None:
    venue.set_clock_offset(milliseconds=2_000)
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    async with running(source, sink):
        await live(source)
        venue.trade(symbol=BTC, price=60_300, quantity=1)
        await caught_up(source, venue)
        assert abs(source.statistics.clock_offset_ms - 2_000) < 1_000
        assert source.now_ms <= venue.now_ms() + 1_000
        beats = sink.heartbeats
        await until(lambda: sink.heartbeats > beats)


async def test_limits_of_the_venue_are_respected_and_maintenance_closes_the_market(
    venue: VenueProcess, data_dir: Path
) -> None:
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    venue.inject(name="rate_limit", count=1, retry_after_s=1)
    async with running(source, sink):
        await live(source)
        assert source.statistics.rate_limit_waits > 0
        venue.inject(name="maintenance")
        await until(lambda: bool(sink.closings))
        assert "binance is under maintenance" in sink.closings[0]
        venue.clear()
        venue.trade(symbol=BTC, price=60_400, quantity=1)
        await caught_up(source, venue)


async def test_a_connection_without_a_sign_of_life_is_down(
    venue: VenueProcess, data_dir: Path
) -> None:
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    async with running(source, sink):
        await live(source)
        venue.process.send_signal(signal.SIGSTOP)
        try:
            await until(lambda: set(sink.stale_symbols) == {BTC, ETH})
            assert "no sign of life for 4 s" in sink.stale_symbols[BTC]
        finally:
            venue.process.send_signal(signal.SIGCONT)
        venue.trade(symbol=BTC, price=60_500, quantity=1)
        await caught_up(source, venue)


async def test_a_ban_stops_all_requests_until_it_is_over(
    venue: VenueProcess, data_dir: Path
) -> None:
    source, sink = create_ccxt_source(settings(venue.address, data_dir)), RecordingSink()
    async with running(source, sink):
        await live(source)
        venue.inject(name="ban", retry_after_s=2)
        asked = len(venue.received())
        venue.drop_sockets()
        venue.trade(symbol=BTC, price=60_600, quantity=1)
        await until(lambda: source.statistics.rate_limit_waits > 0)
        venue.clear()
        await caught_up(source, venue)
        refused = [row for row in venue.received()[asked:] if row.get("status") == 418]
        assert len(refused) <= 2, "two symbols have many requests to make"


def test_a_venue_that_cannot_be_reached_fails_the_first_start_with_one_sentence(
    tmp_path: Path,
) -> None:
    sentence = "binance did not list BTC/USDT, ETH/USDT: it does not answer. Check the network"
    with pytest.raises(ConfigurationError, match=sentence):
        create_ccxt_source(settings("127.0.0.1:9", tmp_path))


def test_a_symbol_that_the_venue_does_not_have_is_named(
    venue: VenueProcess, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="binance has no market 'NO/USDT'"):
        create_ccxt_source(settings(venue.address, tmp_path, datafeed_symbols="NO/USDT"))


async def test_a_later_start_without_the_venue_has_its_history_and_is_stale(
    venue: VenueProcess, data_dir: Path
) -> None:
    source, sink = create_ccxt_source(settings("127.0.0.1:9", data_dir)), RecordingSink()
    async with running(source, sink):
        await until(lambda: bool(sink.stale_reasons))
        assert set(sink.stale_symbols) == {BTC, ETH}
        assert [each.symbol for each in source.instruments()] == [BTC, ETH]
        assert source.quote(BTC).last > 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"datafeed_venue": ""}, "needs DATAFEED_VENUE"),
        ({"datafeed_symbols": ""}, "needs DATAFEED_SYMBOLS"),
        ({"datafeed_symbols": "BTCUSDT"}, "is not written as ccxt does"),
        ({"datafeed_symbols": "BTC/USDT,BT/CUSDT"}, "two symbols have one name"),
    ],
)
def test_settings_that_cannot_work_are_explained(
    tmp_path: Path, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        create_ccxt_source(settings("127.0.0.1:9", tmp_path, **changed))


def test_ccxt_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install trading-api\[ccxt\]"):
        create_ccxt_source(settings("127.0.0.1:9", tmp_path))


def test_a_step_clock_cannot_move_a_live_market(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="DATAFEED_CLOCK=step cannot move a live market"):
        create_market_source(settings("127.0.0.1:9", tmp_path, datafeed_clock="step"))


@pytest.mark.parametrize("text", ["{", "[1]", '"text"'])
def test_options_that_are_no_json_object_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="CCXT_OPTIONS is not"):
        Settings.model_validate({"ccxt_options": text})
