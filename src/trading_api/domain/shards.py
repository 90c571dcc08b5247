"""The shard that an account belongs to."""

from __future__ import annotations

from hashlib import blake2b


def shard_of(account_id: str, shards: int) -> int:
    """Return the number of the account's shard, from 0 to `shards - 1`. It is the same in every
    process and version."""
    return int.from_bytes(blake2b(account_id.encode(), digest_size=8).digest()) % shards
