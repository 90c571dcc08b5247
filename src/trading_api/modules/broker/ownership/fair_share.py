"""Decides which partitions a process claims and releases, so that all owners have equally many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass

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
    view: OwnershipView, owner: str, partitions: Collection[str], stale_s: float
) -> OwnershipPlan:
    """Return the moves that bring `owner` to its share of `partitions`.

    The shares of all live owners add up to all partitions, so that what one releases another
    claims."""
    states = [each for each in view.partitions if each.partition in partitions]
    own = [each.partition for each in states if each.owner == owner]
    share = share_of(view, owner, states)
    free = [each for each in states if each.owner != owner and each.is_free(stale_s)]
    return OwnershipPlan(free[: max(0, share - len(own))], own[share:])


def share_of(view: OwnershipView, owner: str, states: Sequence[PartitionState]) -> int:
    """Return how many partitions a live owner has once all have equally many. Those that have the
    most keep what is left over, so that it does not move."""
    held = Counter(each.owner for each in states)
    owners = sorted({*view.live_owners, owner}, key=lambda each: (-held[each], each))
    share, remainder = divmod(len(states), len(owners))
    return share + (owners.index(owner) < remainder)
