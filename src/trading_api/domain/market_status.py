"""Whether a market is open, closed, starting or stale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MarketState(Enum):
    STARTING = "starting"
    OPEN = "open"
    CLOSED = "closed"
    STALE = "silent"


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """Whether prices can be traded on. CLOSED and STALE say why in one sentence."""

    state: MarketState
    reason: str = ""
