"""What a market lets its source skip."""

from __future__ import annotations

from decimal import Decimal

from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.quiet_range import ANY_QUOTE, QuietRange
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.tests.fakes import FakeSource

STEP_MS = 1_000


class Follower:
    """Cannot state what has no effect on it."""

    def on_update(self, update: MarketUpdate) -> None:
        """Ignore the update."""

    def on_heartbeat(self) -> None:
        """Ignore the time."""

    def on_status(self, status: MarketStatus) -> None:
        """Ignore the status."""

    async def flush(self) -> None:
        """Nothing waits."""


class QuietFollower(Follower):
    def __init__(self, prices: QuietRange | None = ANY_QUOTE, until_ms: int | None = None) -> None:
        self._prices = prices
        self._until_ms = until_ms

    def quiet_range(self, symbol: str) -> QuietRange | None:
        return self._prices

    def quiet_until_ms(self, step_ms: int) -> int | None:
        return self._until_ms


def market_of(*listeners: Follower) -> PublishedMarket:
    """Return an open market that all listeners follow."""
    market = PublishedMarket(FakeSource())
    market.hold()
    for listener in listeners:
        market.listen(listener).add("FAKE")
    return market


def test_a_market_without_listeners_is_quiet() -> None:
    market = market_of()
    assert (market.quiet_range("FAKE"), market.quiet_until_ms(STEP_MS)) == (ANY_QUOTE, None)


def test_nothing_is_quiet_for_a_listener_that_does_not_state_it() -> None:
    market = market_of(QuietFollower(), Follower())
    assert market.quiet_range("FAKE") is None
    assert market.quiet_until_ms(STEP_MS) == market.now_ms


def test_prices_are_within_the_limits_of_all_listeners() -> None:
    one = QuietRange(bid_low=Decimal(3), bid_high=Decimal(9), ask_low=Decimal(1), mid_high=7)
    other = QuietRange(bid_low=Decimal(2), bid_high=Decimal(8), ask_high=Decimal(6), mid_low=1)
    both = QuietRange(3, 8, 1, 6, 1, 7)
    assert market_of(QuietFollower(one), QuietFollower(other)).quiet_range("FAKE") == both
    assert market_of(QuietFollower(other), QuietFollower(one)).quiet_range("FAKE") == both
    assert market_of(QuietFollower(one), QuietFollower()).quiet_range("FAKE") == one
    assert market_of(QuietFollower(one), QuietFollower(None)).quiet_range("FAKE") is None


def test_a_listener_is_not_asked_about_other_symbols() -> None:
    market = PublishedMarket(FakeSource())
    market.hold()
    market.listen(QuietFollower(None))
    assert market.quiet_range("FAKE") == ANY_QUOTE


def test_the_first_time_of_all_listeners_counts() -> None:
    market = market_of(QuietFollower(until_ms=9), QuietFollower(), QuietFollower(until_ms=5))
    assert market.quiet_until_ms(STEP_MS) == 5


def test_nothing_is_quiet_while_the_market_or_a_symbol_is_not_open() -> None:
    closed, stale, symbol_stale = (market_of(QuietFollower()) for _ in range(3))
    closed.closed("the recording has ended")
    stale.stale("no sign of life")
    symbol_stale.symbol_stale("FAKE", "no sign of life")
    for market in (closed, stale, symbol_stale):
        assert market.quiet_until_ms(STEP_MS) == market.now_ms


def test_a_skipped_quote_is_read_from_the_source() -> None:
    source = FakeSource()
    market = PublishedMarket(source)
    market.listen(QuietFollower()).add("FAKE")
    before = source.quote("FAKE")
    market.publish([MarketUpdate(before)])
    source.trade(200_00)
    assert market.quote("FAKE") == before
    market.skipped()
    assert market.quote("FAKE") == source.quote("FAKE") != before
