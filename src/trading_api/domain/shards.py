"""The partitions of a deployment: the market, and the shards that accounts belong to."""

from __future__ import annotations

from hashlib import blake2b

MARKET_PARTITION = "market"


def shard_of(account_id: str, shards: int) -> int:
    """Return the number of the account's shard, from 0 to `shards - 1`. It is the same in every
    process and version."""
    return int.from_bytes(blake2b(account_id.encode(), digest_size=8).digest()) % shards


def shard_partition(shard: int) -> str:
    """Return the name of the partition that a shard is."""
    return f"shard-{shard}"


def shard_number(partition: str) -> int | None:
    """Return the number of the shard that a partition is, or None for the market."""
    return None if partition == MARKET_PARTITION else int(partition.removeprefix("shard-"))
