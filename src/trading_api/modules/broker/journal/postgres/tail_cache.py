"""The last event of each account that this process has written or looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from trading_api.modules.broker.journal.sql.batch import AccountTail


@dataclass(slots=True)
class _ShardTails:
    epoch: int
    tails: dict[str, AccountTail] = field(default_factory=dict)


class TailCache:
    """Keeps the tails of each shard for the epoch in which they were read: another process may
    have written the shard between two epochs."""

    def __init__(self) -> None:
        self._shards: dict[int, _ShardTails] = {}

    @property
    def shards(self) -> Set[int]:
        """The shards of which anything is kept."""
        return self._shards.keys()

    def begin(self, epochs: Mapping[int, int]) -> None:
        """Forget the tails of the shards that have another epoch now."""
        for shard, epoch in epochs.items():
            known = self._shards.get(shard)
            if known is None or known.epoch != epoch:
                self._shards[shard] = _ShardTails(epoch)

    def known(self, shards: Mapping[str, int]) -> dict[str, AccountTail]:
        """Return the tails that are known of accounts, which are given with their shards."""
        found = {}
        for account_id, shard in shards.items():
            if tail := self._shards[shard].tails.get(account_id):
                found[account_id] = tail
        return found

    def update(self, tails: Iterable[AccountTail], shards: Mapping[str, int]) -> None:
        """Keep tails of accounts, which are given with their shards."""
        for tail in tails:
            # A shard that was forgotten meanwhile begins again with the next append.
            if shard := self._shards.get(shards[tail.account_id]):
                shard.tails[tail.account_id] = tail

    def forget(self, shards: Mapping[str, int]) -> None:
        """Drop the tails of accounts, which are given with their shards, and each of the shards
        of which none is left."""
        for account_id, shard in shards.items():
            if known := self._shards.get(shard):
                known.tails.pop(account_id, None)
                if not known.tails:
                    del self._shards[shard]

    def clear(self) -> None:
        self._shards.clear()
