"""Each account's calls reach its own venue, and what either venue reports reaches the listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from tests.kit.instant_venue import InstantVenue
from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.recording_listener import RecordingListener
from trading_api.domain.broker_commands import OrderInstruction, PlaceOrderCommand
from trading_api.domain.broker_connection import BrokerConnection, ConnectionState
from trading_api.domain.market_status import MarketState
from trading_api.domain.orders import OrderType, Side
from trading_api.errors import NotFound
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.paper.factory import create_paper_broker
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.modules.broker.publishing.account_topics import AccountTopics
from trading_api.modules.broker.publishing.publisher import EventPublisher
from trading_api.modules.broker.venue_router import VenueRouter
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings
from trading_api.streaming.subscriptions import Subscriptions

PAPER, LIVE = "A", "LIVE-1"
BUY_TEN = PlaceOrderCommand(OrderInstruction("AAPL", Side.BUY, OrderType.MARKET, Decimal(10)))


class Venues:
    """A router over the paper exchange and one live venue."""

    def __init__(self) -> None:
        self.market = ManualMarket(instrument("AAPL"))
        self.market.move("AAPL", "99.98", "100.00")
        self.paper = create_paper_broker(
            Settings.defaults(), MemoryJournal(), self.market, Metrics()
        )
        self.live = InstantVenue(self.market, Decimal(500), LIVE)
        self.router = VenueRouter(self.paper, {LIVE: self.live})


@asynccontextmanager
async def running() -> AsyncIterator[Venues]:
    venues = Venues()
    await venues.router.start()
    task = asyncio.create_task(venues.router.run())
    try:
        yield venues
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_commands_and_readers_reach_the_venue_of_the_account() -> None:
    async with running() as venues:
        router = venues.router
        recorder = RecordingListener(router)
        end = router.listen(recorder)
        for account_id in (PAPER, LIVE):
            await router.load(account_id)
            await router.submit(account_id, BUY_TEN)
            position = router.snapshot(account_id).position("AAPL")
            assert position is not None
            assert position.quantity == 10
            assert len(await router.history(account_id).executions()) == 1
            assert len(await router.events(account_id, 0, 10)) == 3
            assert (await router.preview_order(account_id, BUY_TEN)).position_quantity == 20
        assert venues.paper.snapshot(PAPER).balance == 100_000
        assert venues.live.snapshot(LIVE).balance == 500
        assert {event.account_id for event in recorder.events} == {PAPER, LIVE}
        assert router.features(PAPER) != router.features(LIVE)
        end()
        await router.submit(LIVE, BUY_TEN)
        assert len(recorder.events) == 6


async def test_the_accounts_of_both_venues_are_listed_in_one_order() -> None:
    async with running() as venues:
        await venues.router.submit("Z", BUY_TEN)
        ids = venues.router.account_ids
        assert list(ids()) == ["DEMO-ACCOUNT", LIVE, "Z"]
        assert list(ids(limit=2)) == ["DEMO-ACCOUNT", LIVE]
        assert list(ids(after="DEMO-ACCOUNT", limit=1)) == [LIVE]
        assert list(ids(after=LIVE)) == ["Z"]


@pytest.mark.parametrize("account_id", ["LIVE-2", "live-1", "LIVE-"])
async def test_a_reserved_id_that_is_not_configured_is_no_account(account_id: str) -> None:
    async with running() as venues:
        for broker in (venues.router, venues.paper):
            with pytest.raises(NotFound, match="There is no account"):
                await broker.submit(account_id, BUY_TEN)
            with pytest.raises(NotFound):
                await broker.load(account_id)
            with pytest.raises(NotFound):
                broker.snapshot(account_id)
        assert list(venues.router.account_ids()) == ["DEMO-ACCOUNT", LIVE]


async def test_an_id_of_a_live_account_in_the_ledger_of_paper_accounts_stays_unknown() -> None:
    async with running() as venues:
        await venues.paper.load(PAPER)
        assert LIVE not in venues.paper.account_ids()


async def test_the_venue_that_fails_ends_the_other_and_its_error_is_raised() -> None:
    class FailingVenue(InstantVenue):
        async def run(self) -> None:
            raise RuntimeError("the ledger is gone")

    venues = Venues()
    router = VenueRouter(venues.paper, {LIVE: FailingVenue(venues.market, Decimal(1), LIVE)})
    await router.start()
    with pytest.raises(RuntimeError, match="the ledger is gone"):
        await router.run()


async def test_a_connection_is_published_to_the_accounts_that_it_is_about() -> None:
    venues, subscriptions = Venues(), Subscriptions()
    topics = AccountTopics(subscriptions)
    notifications = NotificationPresenter(venues.market, "USD")
    publisher = EventPublisher(venues.router, topics, notifications, lambda: 42)
    published: list[tuple[str, int]] = []
    for account_id in (PAPER, "B", LIVE):
        topics.open(
            f'broker-connection:{{"accountId":"{account_id}"}}',
            lambda data, id=account_id, **meta: published.append((id, data.status)),
            1,
        )
    down = BrokerConnection(ConnectionState.DISCONNECTED, "it is down")
    publisher.on_connection(None, down)
    assert sorted(published) == [(PAPER, 3), ("B", 3)]
    published.clear()
    publisher.on_connection([LIVE], down)
    assert published == [(LIVE, 3)]


async def test_the_market_of_a_paper_account_is_not_the_connection_of_a_live_one() -> None:
    async with running() as venues:
        venues.market.become(MarketState.STALE, "no report for 5 s")
        assert venues.router.connection(PAPER).state is ConnectionState.DISCONNECTED
