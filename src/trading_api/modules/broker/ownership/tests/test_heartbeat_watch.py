"""Silence is measured by the observer's clock, not by that of the tables."""

from __future__ import annotations

from tests.kit.manual_clock import ManualClock
from trading_api.modules.broker.ownership.heartbeat_watch import HeartbeatWatch, SilentOwners
from trading_api.modules.broker.ownership.ownership_session import (
    OwnershipView,
    OwnerState,
    PartitionState,
)

STALE_S = 3.0


def view(heartbeat_at: float | None, epoch: int = 1) -> OwnershipView:
    partition = PartitionState("market", epoch, "one", 7, heartbeat_at, is_locked=True)
    return OwnershipView([partition], [OwnerState("one", heartbeat_at or 0.0)])


async def test_an_owner_is_silent_when_its_heartbeat_stays_the_same() -> None:
    clock = ManualClock()
    watch = HeartbeatWatch(clock, STALE_S)
    for heartbeat_at in (100.0, 101.0):
        for _ in range(3):
            assert watch.observe(view(heartbeat_at)) == SilentOwners()
            await clock.advance(1)
    await clock.advance(1)
    assert watch.observe(view(101.0)) == SilentOwners({"market"}, {"one"})
    assert watch.observe(view(102.0)) == SilentOwners()


async def test_a_clock_of_the_tables_that_leaps_silences_nobody() -> None:
    clock = ManualClock()
    watch = HeartbeatWatch(clock, STALE_S)
    for heartbeat_at in (100.0, 101.0, 5_000.0, 5_001.0, 50.0, 51.0):
        assert watch.observe(view(heartbeat_at)) == SilentOwners()
        await clock.advance(1)


async def test_a_new_owner_is_not_silent_because_the_last_one_was() -> None:
    clock = ManualClock()
    watch = HeartbeatWatch(clock, STALE_S)
    watch.observe(view(100.0))
    await clock.advance(10)
    assert watch.observe(view(100.0, epoch=2)).partitions == set()


async def test_an_owner_that_sends_no_heartbeats_is_never_silent() -> None:
    clock = ManualClock()
    watch = HeartbeatWatch(clock, STALE_S)
    watch.observe(view(None))
    await clock.advance(100)
    assert watch.observe(view(None)).partitions == set()
