"""The epochs under which a process writes."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Fence:
    """The epoch of each shard that this process owns.

    The journal reads it at every append. An append to a shard that is missing here, or whose epoch
    in the database is another one, writes nothing."""

    epochs: MutableMapping[int, int] = field(default_factory=dict)
