"""The shares of owners, in tables and at random."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from trading_api.modules.broker.ownership.fair_share import plan_moves
from trading_api.modules.broker.ownership.heartbeat_watch import SilentOwners
from trading_api.modules.broker.ownership.ownership_session import (
    OwnershipView,
    OwnerState,
    PartitionState,
)

NONE_SILENT = SilentOwners()


def state(number: int, owner: str = "", *, is_locked: bool = True) -> PartitionState:
    """Return a partition that `owner` holds, or one without an owner."""
    pid = ord(owner) if owner else None
    return PartitionState(f"shard-{number}", 1, owner, pid, None, bool(owner) and is_locked)


def view_of(states: Sequence[PartitionState], live: str) -> OwnershipView:
    return OwnershipView(states, [OwnerState(each, 0.0) for each in live])


def plan(owners: str, live: str, me: str) -> tuple[list[str], list[str]]:
    """Return what `me` claims and releases; `owners` has one letter for each partition."""
    states = [state(number, owner.strip()) for number, owner in enumerate(owners)]
    partitions = {each.partition for each in states}
    found = plan_moves(view_of(states, live), NONE_SILENT, me, partitions)
    return [each.partition[-1] for each in found.claims], [each[-1] for each in found.releases]


@pytest.mark.parametrize(
    ("owners", "live", "me", "claims", "releases"),
    [
        ("    ", "a", "a", "0123", ""),
        ("    ", "ab", "a", "01", ""),
        ("    ", "ab", "b", "01", ""),
        ("aaaa", "ab", "a", "", "23"),
        ("aaaa", "ab", "b", "", ""),
        ("aa  ", "ab", "b", "23", ""),
        ("aa  ", "ab", "a", "", ""),
        ("aab", "ab", "a", "", ""),
        ("bba", "ab", "b", "", ""),
        ("b", "ab", "b", "", ""),
        ("b", "ab", "a", "", ""),
        (" ", "ab", "a", "0", ""),
        (" ", "ab", "b", "", ""),
        ("aaab", "abc", "a", "", "2"),
        ("aa b", "abc", "c", "2", ""),
        # An owner that has just begun does not see itself yet.
        ("    ", "", "a", "0123", ""),
        ("    ", "b", "a", "01", ""),
    ],
)
def test_each_owner_moves_towards_its_share(
    owners: str, live: str, me: str, claims: str, releases: str
) -> None:
    assert plan(owners, live, me) == (list(claims), list(releases))


def test_what_silent_or_ended_owners_held_is_claimed_and_their_sessions_are_ended() -> None:
    states = [state(0, "b"), state(1, "c", is_locked=False), state(2, "d"), state(3)]
    silent = SilentOwners({"shard-0"}, {"b"})
    partitions = {each.partition for each in states}
    found = plan_moves(view_of(states, "ab"), silent, "a", partitions)
    assert [each.partition for each in found.claims] == ["shard-0", "shard-1", "shard-3"]
    assert found.stalled_sessions() == {ord("b")}


def test_partitions_of_others_are_not_touched() -> None:
    states = [state(0), state(1)]
    found = plan_moves(view_of(states, "a"), NONE_SILENT, "a", {"shard-1"})
    assert [each.partition for each in found.claims] == ["shard-1"]


def test_moves_of_all_owners_end_in_fair_shares_and_then_stop() -> None:
    for seed in range(200):
        chance = random.Random(seed)
        live = "abcdef"[: chance.randint(1, 6)]
        owners = [chance.choice([*live, ""]) for _ in range(chance.randint(1, 20))]
        moves = move_at_random(owners, live, chance)
        counts = [owners.count(each) for each in live]
        assert sum(counts) == len(owners), seed
        assert max(counts) - min(counts) <= 1, seed
        assert moves <= 2 * len(owners), seed


def move_at_random(owners: list[str], live: str, chance: random.Random) -> int:
    """Let owners move in a random order, and return how many moves they made."""
    moves = 0
    for _ in range(60):
        me = chance.choice(live)
        states = [state(number, owner) for number, owner in enumerate(owners)]
        partitions = {each.partition for each in states}
        found = plan_moves(view_of(states, live), NONE_SILENT, me, partitions)
        for each in found.claims:
            owners[int(each.partition[6:])] = me
        for partition in found.releases:
            owners[int(partition[6:])] = ""
        moves += len(found.claims) + len(found.releases)
    return moves
