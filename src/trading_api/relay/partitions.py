"""The partitions of a deployment: what one process at a time owns."""

from __future__ import annotations

from trading_api.domain.shards import MARKET_PARTITION, shard_of, shard_partition
from trading_api.streaming.topics import parse_topic

MARKET = MARKET_PARTITION


def account_partition(account_id: str, shards: int) -> str:
    """Return the name of the partition that an account belongs to."""
    return shard_partition(shard_of(account_id, shards))


def topic_partition(topic: str, shards: int) -> str:
    """Return the partition that publishes a topic: that of its account, or the market."""
    request = parse_topic(topic)[1]
    if "accountId" in request:
        return account_partition(request["accountId"], shards)
    return MARKET
