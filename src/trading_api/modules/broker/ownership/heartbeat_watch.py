"""Finds the owners whose heartbeats have stopped."""

from __future__ import annotations

from collections.abc import Hashable, Set
from dataclasses import dataclass

from trading_api.modules.broker.ownership.owner_clock import OwnerClock
from trading_api.modules.broker.ownership.ownership_session import OwnershipView


@dataclass(frozen=True, slots=True)
class SilentOwners:
    """What has shown the same heartbeat for too long: partitions, and owners by themselves."""

    partitions: Set[str] = frozenset()
    owners: Set[str] = frozenset()


class HeartbeatWatch:
    """Measures by its own clock how long a heartbeat stays the last one.

    The clock of the tables may be set, or leap when a machine was suspended. By that clock all
    owners would then be silent at the same time."""

    def __init__(self, clock: OwnerClock, stale_s: float) -> None:
        self._clock = clock
        self._stale_s = stale_s
        # By owner or partition: its last heartbeat, and when that was first seen.
        self._seen: dict[Hashable, tuple[Hashable, float]] = {}

    def observe(self, view: OwnershipView) -> SilentOwners:
        """Return what has been silent for longer than `stale_s` in this view and the earlier
        ones."""
        beats: dict[Hashable, Hashable] = {}
        for each in view.partitions:
            if each.heartbeat_at is not None:
                beats["partition", each.partition] = each.epoch, each.heartbeat_at
        for owner in view.owners:
            beats["owner", owner.owner] = owner.heartbeat_at
        silent = self._silent(beats)
        return SilentOwners(
            {each.partition for each in view.partitions if ("partition", each.partition) in silent},
            {each.owner for each in view.owners if ("owner", each.owner) in silent},
        )

    def _silent(self, beats: dict[Hashable, Hashable]) -> Set[Hashable]:
        now_s, before = self._clock.now_s(), self._seen
        self._seen = {}
        for key, beat in beats.items():
            known = before.get(key)
            self._seen[key] = known if known and known[0] == beat else (beat, now_s)
        return {key for key, (_, since_s) in self._seen.items() if now_s - since_s > self._stale_s}
