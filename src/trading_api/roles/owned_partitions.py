"""What a process begins when it claims a partition, and ends when it releases it."""

from __future__ import annotations

from trading_api.domain.shards import shard_number
from trading_api.modules.broker.paper.paper_broker import PaperBroker
from trading_api.relay.partitions import MARKET
from trading_api.relay.request_host import RequestHost
from trading_api.relay.topic_host import TopicHost
from trading_api.roles.market_part import MarketPart


class OwnedPartitions:
    """Loads a claimed partition, and only then serves it. `venue` loads and releases the accounts
    of shards; None where all accounts stay loaded."""

    def __init__(
        self,
        market: MarketPart,
        venue: PaperBroker | None,
        topics: TopicHost,
        requests: RequestHost,
    ) -> None:
        self._market = market
        self._venue = venue
        self._topics = topics
        self._requests = requests

    async def claim(self, partition: str, epoch: int) -> None:
        """Serve a partition as its owner of this epoch."""
        if partition == MARKET:
            self._market.lead(epoch)
        elif self._venue is not None:
            await self._venue.load_shard(_shard(partition))
        await self._topics.claim(partition, epoch)
        await self._requests.claim(partition, epoch)

    async def release(self, partition: str) -> None:
        """Announce the release of a partition, finish its requests in progress, then serve it no
        longer."""
        self._topics.announce_release(partition)
        await self._requests.release(partition)
        if partition == MARKET:
            self._market.follow()
        elif self._venue is not None:
            await self._venue.release_shard(_shard(partition))
        self._topics.release(partition)


def _shard(partition: str) -> int:
    shard = shard_number(partition)
    assert shard is not None, partition
    return shard
