"""Whether a market is open, closed, starting or stale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MarketState(Enum):
    """STALE: the source has reported nothing for longer than it may. The values are those of the
    wire."""

    STARTING = "starting"
    OPEN = "open"
    CLOSED = "closed"
    STALE = "silent"


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """Whether prices can be traded on. `reason` explains CLOSED and STALE in one sentence."""

    state: MarketState
    reason: str = ""
