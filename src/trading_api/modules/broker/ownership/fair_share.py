"""Decides which partitions a process claims and releases, so that all owners have equally many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass

from trading_api.modules.broker.ownership.heartbeat_watch import SilentOwners
from trading_api.modules.broker.ownership.ownership_session import OwnershipView, PartitionState


@dataclass(frozen=True, slots=True)
class OwnershipPlan:
    """What a process does next. Before it claims, it ends the sessions of stalled owners."""

    claims: Sequence[PartitionState]
    releases: Sequence[str]

    def stalled_sessions(self) -> Set[int]:
        """Return the sessions whose owners are silent but still hold locks."""
        held = (each for each in self.claims if each.owner and each.is_locked)
        return {each.backend_pid for each in held if each.backend_pid is not None}


def plan_moves(
    view: OwnershipView, silent: SilentOwners, owner: str, partitions: Collection[str]
) -> OwnershipPlan:
    """Return the moves that bring `owner` to its share of `partitions`.

    The shares of all live owners add up to all partitions, so that what one releases another
    claims. A partition is free after a release, after the end of its owner's session, even if that
    was an earlier session of this process, and when its owner is silent."""
    states = [each for each in view.partitions if each.partition in partitions]
    own = [each.partition for each in states if each.owner == owner and each.is_locked]
    live = {each.owner for each in view.owners} - silent.owners | {owner}
    share = share_of(owner, live, states)
    free = [
        each
        for each in states
        if not each.is_locked or (each.owner != owner and each.partition in silent.partitions)
    ]
    return OwnershipPlan(free[: max(0, share - len(own))], own[share:])


def share_of(owner: str, live: Collection[str], states: Sequence[PartitionState]) -> int:
    """Return how many partitions a live owner has once all have equally many. Those that have the
    most keep what is left over, so that it does not move."""
    held = Counter(each.owner for each in states)
    owners = sorted(live, key=lambda each: (-held[each], each))
    share, remainder = divmod(len(states), len(owners))
    return share + (owners.index(owner) < remainder)
