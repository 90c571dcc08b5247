"""The times of a gateway's partitions, and what they call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class PartitionOptions:
    """Times in seconds. A client waits for a topic at most `open_s`. An owner that sends nothing
    for `silence_s` counts as lost, but not within `grace_s` after it announced that it releases the
    partition, or after no process served it. Missing frames are requested after `gap_s`.

    What failed is tried again after `retry_s`. A topic that cannot be opened again is tried
    `attempts_max` times, with pauses that double up to `retry_max_s`; then its sessions are
    closed."""

    open_s: float = 5.0
    request_s: float = 2.0
    silence_s: float = 2.0
    grace_s: float = 2.0
    gap_s: float = 0.05
    retry_s: float = 0.25
    retry_max_s: float = 5.0
    attempts_max: int = 8


@dataclass(frozen=True, slots=True)
class PartitionEvents:
    """What a partition calls. `lost_state` returns what the clients of a topic are sent while its
    owner is silent."""

    close_topic_sessions: Callable[[str], None]
    on_partition_change: Callable[[str, bool], None]
    lost_state: Callable[[str], Sequence[BaseModel]]
