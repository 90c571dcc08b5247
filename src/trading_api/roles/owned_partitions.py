"""What a process begins when it claims a partition, and ends when it releases it."""

from __future__ import annotations

from collections.abc import Sequence

from trading_api.bus.port import BusUnavailable
from trading_api.domain.shards import shard_number
from trading_api.modules.broker.ownership.ownership_session import ClaimFailed
from trading_api.relay.partitions import MARKET
from trading_api.relay.request_host import RequestHost
from trading_api.relay.topic_host import TopicHost
from trading_api.roles.market_part import MarketPart
from trading_api.shared.module_interface import ShardedAccounts


class OwnedPartitions:
    """Loads a claimed partition, and only then serves it. `accounts` load and release shards, the
    one on which others depend first; none where all accounts stay loaded."""

    def __init__(
        self,
        market: MarketPart,
        accounts: Sequence[ShardedAccounts],
        topics: TopicHost,
        requests: RequestHost,
    ) -> None:
        self._market = market
        self._accounts = accounts
        self._topics = topics
        self._requests = requests

    async def claim(self, partition: str, epoch: int) -> None:
        """Serve a partition as its owner of this epoch. Raises ClaimFailed if the bus cannot be
        reached; nothing of the partition is left then."""
        if partition != MARKET:
            for each in self._accounts:
                await each.load_shard(_shard(partition))
        try:
            await self._topics.claim(partition, epoch)
            await self._requests.claim(partition, epoch)
        except BusUnavailable as error:
            self._topics.release(partition)
            if partition != MARKET:
                await self._release_accounts(partition)
            raise ClaimFailed(f"the bus cannot be reached ({error})") from error
        if partition == MARKET:
            # Last, because a market that leads cannot follow again.
            self._market.lead(epoch)

    async def release(self, partition: str) -> None:
        """Announce the release of a partition, finish its requests in progress, then serve it no
        longer."""
        self._topics.announce_release(partition)
        await self._requests.release(partition)
        if partition == MARKET:
            self._market.follow()
        else:
            await self._release_accounts(partition)
        self._topics.release(partition)

    async def _release_accounts(self, partition: str) -> None:
        for each in reversed(self._accounts):
            await each.release_shard(_shard(partition))


def _shard(partition: str) -> int:
    shard = shard_number(partition)
    assert shard is not None, partition
    return shard
