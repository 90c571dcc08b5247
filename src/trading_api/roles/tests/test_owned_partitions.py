"""Partitions that are claimed while the bus cannot be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI

from tests.kit.paper_exchange import PaperExchange, running
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import BusUnavailable, RequestHandler, Unsubscribe
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.ownership.ownership_session import ClaimFailed
from trading_api.relay.partitions import MARKET
from trading_api.relay.request_host import RequestHost
from trading_api.relay.topic_host import TopicHost
from trading_api.roles.market_part import MarketPart
from trading_api.roles.owned_partitions import OwnedPartitions
from trading_api.settings import Settings

SHARDS = 2


class PartlyReachableBus(LocalBus):
    """Has no connection when it is to serve a subject that ends with `unreachable`."""

    unreachable = "."

    async def serve(self, subject: str, handler: RequestHandler) -> Unsubscribe:
        if subject.endswith(self.unreachable):
            raise BusUnavailable
        return await super().serve(subject, handler)


@asynccontextmanager
async def owning(
    unreachable: str,
) -> AsyncIterator[tuple[OwnedPartitions, PartlyReachableBus, PaperExchange, MarketPart]]:
    bus = PartlyReachableBus(LocalHub())
    bus.unreachable = unreachable
    await bus.start()
    market = MarketPart(Settings.defaults(), bus, has_accounts=True)
    async with running(MemoryJournal(SHARDS), shard_count=SHARDS) as exchange:
        topics = TopicHost(
            bus, "owner", [], exchange.subscriptions, lambda: 1, partition_of=lambda topic: MARKET
        )
        requests = RequestHost(bus, FastAPI())
        yield OwnedPartitions(market, [exchange.broker], topics, requests), bus, exchange, market
    await bus.close()


@pytest.mark.parametrize("unreachable", [".topics", ".http"])
async def test_a_shard_that_cannot_be_served_leaves_nothing_and_is_claimed_again(
    unreachable: str,
) -> None:
    async with owning(unreachable) as (owned, bus, exchange, _):
        assert exchange.broker.shards is not None
        for epoch in (1, 2):
            with pytest.raises(ClaimFailed):
                await owned.claim("shard-1", epoch)
            assert not exchange.broker.shards.open_shards()
        bus.unreachable = "."
        await owned.claim("shard-1", 3)
        assert exchange.broker.shards.open_shards() == {1}
        await owned.release("shard-1")
        assert not exchange.broker.shards.open_shards()


@pytest.mark.parametrize("unreachable", [".topics", ".http"])
async def test_a_market_that_cannot_be_served_does_not_lead(unreachable: str) -> None:
    async with owning(unreachable) as (owned, bus, _, market):
        with pytest.raises(ClaimFailed):
            await owned.claim(MARKET, 1)
        assert not market.is_leading
        bus.unreachable = "."
        await owned.claim(MARKET, 2)
        assert market.is_leading
