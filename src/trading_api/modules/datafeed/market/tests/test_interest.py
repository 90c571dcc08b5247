"""Interest is counted by symbol and fact, over all listeners."""

from __future__ import annotations

import pytest

from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import DAY, QUOTE, bars, book
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.interest import InterestSet
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.tests.fakes import FakeSource


def built(source: FakeSource, interest: InterestSet) -> MarketUpdate:
    return build_update(source, source.quote("FAKE"), interest["FAKE"])


def test_a_fact_is_wanted_until_it_was_removed_as_often_as_it_was_added() -> None:
    interest = InterestSet(FakeSource())
    for fact in (QUOTE, bars("1"), bars("1"), DAY, book(3), book(7)):
        interest.add("FAKE", fact)
    wanted = interest["FAKE"]
    interest.remove("FAKE", bars("1"))
    assert set(wanted.bars) == {"1"}
    interest.remove("FAKE", bars("1"))
    assert wanted.bars == {}
    interest.remove("FAKE", book(7))
    assert wanted.book_levels == 3
    interest.remove("FAKE", book(3))
    assert wanted.book_levels == 0
    interest.remove("FAKE", DAY)
    assert wanted.day is None
    assert "FAKE" in interest
    interest.remove("FAKE", QUOTE)
    assert "FAKE" not in interest


def test_an_unknown_symbol_has_no_interest() -> None:
    interest = InterestSet(FakeSource())
    with pytest.raises(KeyError):
        interest.add("NONE", QUOTE)
    assert not interest


def test_an_update_holds_the_facts_that_are_wanted_and_no_others() -> None:
    source = FakeSource()
    interest = InterestSet(source)
    interest.add("FAKE", QUOTE)
    assert built(source, interest) == MarketUpdate(source.quote("FAKE"))
    for fact in (bars("1S"), DAY, book(2), book(4)):
        interest.add("FAKE", fact)
    source.trade(101_00)
    update = built(source, interest)
    assert [bar.close for bar in update.bars["1S"]] == [101_00]
    assert [bar.close for bar in update.day] == [100_00, 101_00], "its finest bars, without days"
    assert update.book == source.order_book("FAKE", 4)


def test_bars_are_reported_once_and_none_is_missed() -> None:
    source = FakeSource()
    interest = InterestSet(source)
    interest.add("FAKE", bars("1S"))
    interest.add("FAKE", bars("1"))
    assert built(source, interest).bars == {}, "interest begins at the newest bar"
    for price in (101_00, 102_00, 103_00):
        source.trade(price)
    reported = built(source, interest).bars
    assert [bar.close for bar in reported["1S"]] == [101_00, 102_00, 103_00]
    assert [(bar.open, bar.close) for bar in reported["1"]] == [(100_00, 103_00)]
    assert built(source, interest).bars == {}
    interest.remove("FAKE", bars("1S"))
    source.trade(104_00)
    interest.add("FAKE", bars("1S"))
    assert set(built(source, interest).bars) == {"1"}


def test_what_a_listener_added_ends_with_it() -> None:
    feed = MarketFeed(FakeSource(), stale_after_ms=1_000)
    one, other = feed.listen(SilentListener()), feed.listen(SilentListener())
    for interest in (one, one, other):
        interest.add("FAKE", bars("1"))
    one.remove("FAKE", bars("1"))
    one.close()
    one.close()
    assert set(feed.interest["FAKE"].bars) == {"1"}
    assert "FAKE" in other
    assert "FAKE" not in one
    other.close()
    assert not feed.interest


class SilentListener:
    def on_update(self, update: MarketUpdate) -> None: ...

    def on_heartbeat(self) -> None: ...

    def on_status(self, status: object) -> None: ...

    async def flush(self) -> None: ...
