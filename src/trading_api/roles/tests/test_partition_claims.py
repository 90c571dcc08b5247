"""A process that owns all partitions from its start to its end."""

from __future__ import annotations

import pytest

from trading_api.bus.port import BusUnavailable
from trading_api.roles.partition_claims import SoleOwnerClaims


class Owned:
    """What a process owns. It fails to claim the partition `fails`."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.epochs: dict[str, int] = {}

    async def claim(self, partition: str, epoch: int) -> None:
        if partition == self.fails:
            raise BusUnavailable
        self.epochs[partition] = epoch

    async def release(self, partition: str) -> None:
        del self.epochs[partition]


def claims_of(owned: Owned) -> SoleOwnerClaims:
    return SoleOwnerClaims(["market", "shard-0"], lambda: 7, owned.claim, owned.release)


async def test_all_partitions_are_claimed_in_one_epoch_and_released_at_the_end() -> None:
    owned = Owned()
    claims = claims_of(owned)
    await claims.start()
    assert owned.epochs == {"market": 7, "shard-0": 7}
    await claims.release_all()
    assert owned.epochs == {}


async def test_after_a_start_that_failed_only_what_was_claimed_is_released() -> None:
    owned = Owned(fails="shard-0")
    claims = claims_of(owned)
    with pytest.raises(BusUnavailable):
        await claims.start()
    await claims.release_all()
    assert owned.epochs == {}
