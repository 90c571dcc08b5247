"""What charts rely on, over the simulator and a clock that the test moves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel

from tests.kit.bars_answer import bars_answer
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.errors import ApiError
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.service import DatafeedService
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.modules.datafeed.tests.fakes import RecordingSink
from trading_api.streaming.subscriptions import Subscriptions

NOON_MS = 1_795_262_400_000
MINUTE_MS = 60_000


class Market:
    """The simulator at a moment of the test's, and all updates of its topics, in order."""

    def __init__(self) -> None:
        self.simulator = Simulator(seed=7, clock=lambda: NOON_MS)
        self.feed = MarketFeed(self.simulator, stale_after_ms=5_000)
        self.service = DatafeedService(self.simulator, self.feed, Subscriptions())
        self.published: list[dict[str, Any]] = []

    async def follow(self, route: str, **request: Any) -> list[dict[str, Any]]:
        topic = f"{route}:{json.dumps(request)}"

        def receive(data: BaseModel, **meta: int | str) -> None:
            self.published.append(data.model_dump())

        await self.service.create_topic(topic, receive)
        return [data.model_dump() for data in self.service.topic_state(topic)]

    def run_for(self, duration_ms: int) -> None:
        end_ms = self.simulator.now_ms + duration_ms
        while self.simulator.now_ms < end_ms:
            self.simulator.move_to(self.simulator.now_ms + 250, self.feed)

    def pause_for(self, duration_ms: int) -> None:
        self.simulator.move_to(self.simulator.now_ms + duration_ms, self.feed)

    async def history(
        self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[dict[str, Any]]:
        response = await bars_answer(self.service, "AAPL", resolution, start_ms, end_ms, count_back)
        return [bar.model_dump() for bar in response.bars]


@pytest.mark.parametrize("resolution", ["1S", "5S", "1", "5"])
async def test_streamed_bars_end_as_history_has_them(resolution: str) -> None:
    market = Market()
    (state,) = await market.follow("bars", symbol="AAPL", resolution=resolution)
    market.run_for(6 * MINUTE_MS)
    last = {bar["time"]: bar for bar in [state, *market.published]}
    times = [bar["time"] for bar in market.published]
    assert times == sorted(times), "an older bar would be a time violation"
    history = await market.history(resolution, state["time"], market.simulator.now_ms + 1)
    assert list(last.values()) == history


async def test_bars_that_closed_during_a_pause_are_published_when_it_ends() -> None:
    market = Market()
    (state,) = await market.follow("bars", symbol="AAPL", resolution="1")
    market.run_for(30_000)
    market.pause_for(3 * MINUTE_MS)
    published = {bar["time"]: bar for bar in market.published}
    history = await market.history("1", state["time"], market.simulator.now_ms + 1)
    assert list(published.values()) == history[-len(published) :]
    assert len(published) == 4


async def test_a_quote_and_the_forming_bar_have_one_price() -> None:
    market = Market()
    await market.follow("quotes", symbols=[], fast_symbols=["AAPL"])
    for _ in range(20):
        market.run_for(250)
        for resolution in ("1S", "1", "1D", "1M"):
            forming = (await market.history(resolution, NOON_MS, market.simulator.now_ms + 1, 1))[
                -1
            ]
            assert market.published[-1]["v"]["lp"] == forming["close"]


async def test_quotes_are_published_under_the_requested_names() -> None:
    market = Market()
    state = await market.follow(
        "quotes", symbols=["NASDAQ:AAPL", "NOPE"], fast_symbols=["AAPL", "AAPL", "EURUSD"]
    )
    assert [(quote["n"], quote["s"]) for quote in state] == [
        ("AAPL", "ok"),
        ("EURUSD", "ok"),
        ("NASDAQ:AAPL", "ok"),
        ("NOPE", "error"),
    ]
    market.run_for(10_000)
    assert {quote["n"] for quote in market.published} == {"AAPL", "NASDAQ:AAPL", "EURUSD"}


async def test_slow_symbols_are_published_once_an_interval_and_fast_ones_on_each_change() -> None:
    market = Market()
    await market.follow("quotes", symbols=["EURUSD", "AAPL"], fast_symbols=["AAPL"])
    market.run_for(9_750)
    assert {quote["n"] for quote in market.published} == {"AAPL"}
    assert len(market.published) == 39
    market.run_for(50_250)
    slow = [quote["v"]["lp"] for quote in market.published if quote["n"] == "EURUSD"]
    assert len(slow) == 6
    assert slow[-1] == float(market.simulator.quote("EURUSD").last)
    assert len(market.published) == 240 + 6


async def test_a_slow_symbol_that_changes_no_more_is_published_when_its_interval_ends() -> None:
    market = Market()
    await market.follow("quotes", symbols=["EURUSD"], fast_symbols=[])
    market.run_for(250)
    latest = float(market.simulator.quote("EURUSD").last)
    aapl = MarketUpdate(market.simulator.quote("AAPL"))
    no_interest = RecordingSink(wanted=())
    market.simulator.move_to(NOON_MS + 9_750, no_interest)
    market.feed.publish([aapl])
    assert market.published == []
    market.simulator.move_to(NOON_MS + 10_000, no_interest)
    market.feed.publish([aapl])
    assert [quote["v"]["lp"] for quote in market.published] == [latest]
    market.run_for(9_750)
    assert len(market.published) == 1
    market.simulator.move_to(NOON_MS + 20_000, no_interest)
    await market.service.flush()
    assert len(market.published) == 2, "though no symbol moved"


async def test_a_slow_symbol_is_published_by_a_heartbeat_when_its_interval_ends() -> None:
    market = Market()
    await market.follow("quotes", symbols=["EURUSD"], fast_symbols=[])
    market.run_for(250)
    market.simulator.move_to(NOON_MS + 9_999, RecordingSink(wanted=()))
    market.feed.heartbeat()
    assert market.published == []
    market.simulator.move_to(NOON_MS + 10_000, RecordingSink(wanted=()))
    market.feed.heartbeat()
    assert [quote["n"] for quote in market.published] == ["EURUSD"]


async def test_held_quotes_follow_all_other_updates_of_the_instant() -> None:
    """So that their place does not depend on which symbols other clients follow."""
    market = Market()
    await market.follow("quotes", symbols=["AAPL"], fast_symbols=["EURUSD"])
    await market.follow("bars", symbol="BTCUSD", resolution="1S")
    market.run_for(9_750)
    market.published.clear()
    market.run_for(250)
    names = [update.get("n", "bar of BTCUSD") for update in market.published]
    assert names == ["EURUSD", "bar of BTCUSD", "AAPL"]


async def test_symbols_have_interest_while_a_topic_depends_on_them() -> None:
    market = Market()
    await market.follow("bars", symbol="NASDAQ:AAPL", resolution="1")
    await market.follow("quotes", symbols=["EURUSD"], fast_symbols=["BTCUSD"])
    await market.follow("trades", symbol="MSFT")
    await market.follow("orderbook", symbol="NVDA", depth=1)

    followed = {"AAPL", "EURUSD", "BTCUSD", "MSFT", "NVDA"}
    assert set(market.feed.interest) == followed
    market.run_for(10_000)
    assert set(market.feed.interest) == followed
    market.service.remove_topic('trades:{"symbol": "MSFT"}')
    assert set(market.feed.interest) == followed - {"MSFT"}


@pytest.mark.parametrize("state", [MarketState.CLOSED, MarketState.STALE])
async def test_held_quotes_are_published_when_the_market_stops(state: MarketState) -> None:
    market = Market()
    await market.follow("quotes", symbols=["EURUSD", "NOPE"], fast_symbols=[])
    market.run_for(1_000)
    market.service.on_status(MarketStatus(state, "the recording has ended"))
    (published,) = market.published
    assert published["v"]["lp"] == float(market.simulator.quote("EURUSD").last)
    market.service.on_status(MarketStatus(state, "the recording has ended"))
    assert len(market.published) == 1


async def test_a_topic_that_is_opened_again_has_an_interval_of_its_own() -> None:
    market = Market()
    request: dict[str, Any] = {"symbols": ["EURUSD"], "fast_symbols": []}
    await market.follow("quotes", **request)
    market.run_for(5_000)
    market.service.remove_topic(f"quotes:{json.dumps(request)}")
    market.run_for(1_000)
    await market.follow("quotes", **request)
    market.run_for(9_750)
    assert market.published == []
    market.run_for(250)
    assert len(market.published) == 1


@pytest.mark.parametrize("symbol", ["AAPL", "BTCUSD", "FX:EURUSD"])
async def test_the_trades_of_a_minute_are_its_bar(symbol: str) -> None:
    market = Market()
    market.run_for(30_000)
    (state,) = await market.follow("trades", symbol=symbol)
    market.run_for(30_000)
    market.published.clear()
    start_ms = market.simulator.now_ms
    market.run_for(MINUTE_MS)
    answer = await bars_answer(market.service, symbol, "1", start_ms, start_ms + 1, 1)
    (bar,) = answer.bars[-1:]
    trades = market.published
    assert {trade["symbol"] for trade in (state, *trades)} == {symbol.rpartition(":")[2]}
    assert sum(trade["qty"] for trade in trades) == pytest.approx(bar.volume, rel=1e-12)
    prices = [trade["price"] for trade in trades]
    assert max(bar.open, *prices) == bar.high
    assert min(bar.open, *prices) == bar.low
    assert prices[-1] == bar.close
    assert {trade["side"] for trade in trades} == {1, -1}
    times = [trade["time"] for trade in trades]
    assert times == sorted(set(times))


async def test_a_book_is_published_whole_with_both_sides_ascending_from_the_quote() -> None:
    market = Market()
    (state,) = await market.follow("orderbook", symbol="NASDAQ:AAPL", depth=7)
    market.run_for(5_000)
    assert len(market.published) > 5
    for book in (state, *market.published):
        assert book["snapshot"] is True
        prices = [level["price"] for level in (*book["bids"], *book["asks"])]
        assert prices == sorted(set(prices))
        assert len(book["bids"]) == len(book["asks"]) == 7
    quote = market.simulator.quote("AAPL")
    touch = {"price": float(quote.bid), "volume": float(quote.bid_size)}
    assert market.published[-1]["bids"][-1] == touch
    touch = {"price": float(quote.ask), "volume": float(quote.ask_size)}
    assert market.published[-1]["asks"][0] == touch


async def test_nothing_is_published_to_a_removed_topic() -> None:
    market = Market()
    request = {"symbol": "AAPL", "resolution": "1"}
    await market.follow("bars", **request)
    market.service.remove_topic(f"bars:{json.dumps(request)}")
    market.service.remove_topic("bars:unknown")
    market.run_for(1_000)
    assert market.published == []


async def test_to_is_exclusive_and_count_back_reaches_before_from() -> None:
    market = Market()
    start_ms, end_ms = NOON_MS - 10 * MINUTE_MS, NOON_MS - 5 * MINUTE_MS
    window = [bar["time"] for bar in await market.history("1", start_ms, end_ms)]
    assert window == list(range(start_ms, end_ms, MINUTE_MS))
    longer = [bar["time"] for bar in await market.history("1", start_ms, end_ms, 12)]
    assert longer == list(range(end_ms - 12 * MINUTE_MS, end_ms, MINUTE_MS))
    assert [bar["time"] for bar in await market.history("1", start_ms, end_ms, 2)] == window


@pytest.mark.parametrize("resolution", ["1D", "1W", "1M"])
async def test_a_window_may_begin_decades_before_the_first_bar(resolution: str) -> None:
    """A chart of months asks for decades before its first bar."""
    service = Market().service
    answer = await bars_answer(service, "AAPL", resolution, -20_000_000, FIRST_MS // 1_000 + 1, 300)
    assert [bar.time for bar in answer.bars] == [FIRST_MS]
    nothing = await bars_answer(service, "AAPL", resolution, -1_000_000_000, -20_000_000, 300)
    assert nothing.no_data


async def test_a_bar_alone_comes_with_the_one_before_it() -> None:
    market = Market()
    start_ms = NOON_MS - 10 * MINUTE_MS
    two = [start_ms - MINUTE_MS, start_ms]
    for count_back in (0, 1, 2):
        bars = await market.history("1", start_ms, start_ms + MINUTE_MS, count_back)
        assert [bar["time"] for bar in bars] == two
    empty = await market.history("1", start_ms, start_ms, 1)
    assert [bar["time"] for bar in empty] == [start_ms - 2 * MINUTE_MS, start_ms - MINUTE_MS]
    assert await market.history("1", start_ms, start_ms) == []
    first = await market.history("1M", FIRST_MS, FIRST_MS + 1, 300)
    assert [bar["time"] for bar in first] == [FIRST_MS]


async def test_seconds_and_milliseconds_are_distinguished_by_their_size() -> None:
    market = Market()
    start_ms, end_ms = NOON_MS - 10 * MINUTE_MS, NOON_MS
    assert await market.history("1", start_ms, end_ms) == await market.history(
        "1", start_ms // 1000, end_ms // 1000
    )


async def test_a_window_asked_in_pieces_gives_the_same_bars() -> None:
    market = Market()
    middle_ms, start_ms = NOON_MS - 700 * MINUTE_MS, NOON_MS - 1500 * MINUTE_MS
    whole = await market.history("1", start_ms, NOON_MS)
    assert len(whole) == 1500
    parts = [await market.history("1", start_ms, middle_ms)]
    parts.append(await market.history("1", middle_ms, NOON_MS))
    assert parts[0] + parts[1] == whole
    assert await market.history("1", NOON_MS, NOON_MS, 1500) == whole


async def test_no_data_only_where_nothing_older_exists() -> None:
    service = Market().service
    before = await bars_answer(service, "AAPL", "1D", FIRST_MS - MINUTE_MS, FIRST_MS, 10)
    assert (before.bars, before.no_data, before.next_time) == ([], True, None)
    after = await bars_answer(
        service, "AAPL", "1D", NOON_MS + MINUTE_MS, NOON_MS + 2 * MINUTE_MS, 0
    )
    assert (after.bars, after.no_data) == ([], False)
    assert after.next_time == NOON_MS // 86_400_000 * 86_400_000


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("NOPE", "1", 0, 1, 0), 404, "unknown_symbol"),
        (("AAPL", "7", 0, 1, 0), 422, "unsupported_resolution"),
        (("AAPL", "d", 0, 1, 0), 422, "unsupported_resolution"),
        (("AAPL", "1", 2, 1, 0), 422, "from_after_to"),
        (("AAPL", "1S", FIRST_MS, NOON_MS, 0), 422, "window_too_large"),
    ],
)
async def test_a_window_that_cannot_be_answered_is_rejected_with_a_code(
    arguments: tuple[str, str, int, int, int], status: int, code: str
) -> None:
    with pytest.raises(ApiError) as refused:
        await Market().service.bars(*arguments)
    assert (refused.value.status, refused.value.code) == (status, code)


@pytest.mark.parametrize(
    ("route", "request_", "code"),
    [
        ("bars", {"symbol": "NOPE", "resolution": "1"}, "unknown_symbol"),
        ("bars", {"symbol": "AAPL", "resolution": "7"}, "unsupported_resolution"),
        ("quotes", {"symbols": [], "fast_symbols": []}, "no_symbols"),
        ("trades", {"symbol": "NOPE"}, "unknown_symbol"),
        ("orderbook", {"symbol": "NOPE", "depth": 5}, "unknown_symbol"),
        ("orderbook", {"symbol": "AAPL", "depth": 0}, "depth_out_of_range"),
        ("orderbook", {"symbol": "AAPL", "depth": 51}, "depth_out_of_range"),
        ("quotes", {"symbols": ["NOPE"], "fast_symbols": []}, "unknown_symbol"),
        (
            "quotes",
            {"symbols": [str(n) for n in range(501)], "fast_symbols": []},
            "too_many_symbols",
        ),
    ],
)
async def test_a_topic_that_cannot_be_opened_is_rejected_with_a_code(
    route: str, request_: dict[str, Any], code: str
) -> None:
    with pytest.raises(ApiError) as refused:
        await Market().follow(route, **request_)
    assert refused.value.code == code


def test_daily_resolutions_may_leave_out_their_1() -> None:
    assert Market().service.resolve("AAPL").supported_resolutions[-3:] == ["1D", "1W", "1M"]


@pytest.mark.parametrize("spelling", ["D", "1D", "W", "1W", "M", "1M"])
async def test_either_spelling_of_a_daily_resolution_is_served(spelling: str) -> None:
    market = Market()
    assert len(await market.history(spelling, NOON_MS, NOON_MS + 1, 3)) == 3
    assert len(await market.follow("bars", symbol="AAPL", resolution=spelling)) == 1


async def test_a_window_may_begin_before_1970() -> None:
    assert len(await Market().history("1M", -(10**9), NOON_MS, 500)) > 200


async def test_a_daily_chart_may_ask_from_the_beginning_of_time() -> None:
    bars = await Market().history("1D", 0, NOON_MS)
    assert bars[0]["time"] == FIRST_MS


async def test_health_names_the_symbols_that_are_silent_while_others_trade() -> None:
    market = Market()
    market.run_for(250)
    assert (market.service.health().market, market.service.health().message) == ("open", "")
    for symbol in ("AAPL", "USDJPY"):
        market.feed.symbol_stale(symbol, "its connection is lost")
    health = market.service.health()
    assert (health.status, health.market) == ("ok", "open")
    assert health.message == (
        "AAPL is silent: its connection is lost; USDJPY is silent: its connection is lost"
    )
