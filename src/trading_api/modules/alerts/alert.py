"""A price alert, and how it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

REPEAT_INTERVAL_MS = 60_000
"""A repeating alert fires once in this market time at most."""

AlertKey: TypeAlias = tuple[str, int]
"""The account and the number of an alert."""


class AlertCondition(StrEnum):
    """In which direction the price has to cross the threshold."""

    UP = "up"
    DOWN = "down"
    EITHER = "either"


class CrossingDirection(StrEnum):
    """UP: the price was below the threshold and is not any more. DOWN: it was above."""

    UP = "up"
    DOWN = "down"


class AlertFrequency(StrEnum):
    """How often an alert fires."""

    ONCE = "once"
    REPEATING = "repeating"


class AlertStatus(StrEnum):
    """FIRING: the price has crossed, and the notification may not be stored yet."""

    ACTIVE = "active"
    FIRING = "firing"
    FIRED = "fired"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Firing:
    """The quote at which an alert fired."""

    time_ms: int
    price: Decimal
    direction: CrossingDirection


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The Idempotency-Key of a request, and the digest of what it asked for."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PriceAlert:
    """An alert of one account. Numbers count the account's alerts, and are not given again.

    `symbol` is bare. `created_by` and `changed_by` are the keys of the request that created the
    alert and of the last that changed it, where they had one."""

    account_id: str
    number: int
    symbol: str
    condition: AlertCondition
    price: Decimal
    frequency: AlertFrequency
    created_ms: int
    expires_ms: int | None = None
    message: str = ""
    status: AlertStatus = AlertStatus.ACTIVE
    firings: int = 0
    last_fired: Firing | None = None
    created_by: RequestKey | None = None
    changed_by: RequestKey | None = None

    @property
    def id(self) -> str:
        return f"alert-{self.number}"

    @property
    def key(self) -> AlertKey:
        return self.account_id, self.number

    @property
    def directions(self) -> tuple[CrossingDirection, ...]:
        """The directions in which a crossing fires the alert."""
        if self.condition is AlertCondition.EITHER:
            return tuple(CrossingDirection)
        return (CrossingDirection(self.condition.value),)

    def is_over(self, time_ms: int) -> bool:
        """Return whether the alert has expired at a time of the market."""
        return self.expires_ms is not None and self.expires_ms <= time_ms

    def can_fire(self, firing: Firing) -> bool:
        """Return whether the alert fires if the price crosses it like this."""
        if self.status is not AlertStatus.ACTIVE or firing.direction not in self.directions:
            return False
        last = self.last_fired
        is_too_soon = last is not None and firing.time_ms < last.time_ms + REPEAT_INTERVAL_MS
        is_repeated = self.frequency is AlertFrequency.REPEATING and is_too_soon
        return not is_repeated and not self.is_over(firing.time_ms)

    def fire(self, firing: Firing) -> PriceAlert:
        """Return the alert while its notification is being stored."""
        return replace(self, status=AlertStatus.FIRING, firings=self.firings + 1, last_fired=firing)

    def settle(self) -> PriceAlert:
        """Return the alert after its notification was stored."""
        is_once = self.frequency is AlertFrequency.ONCE
        return replace(self, status=AlertStatus.FIRED if is_once else AlertStatus.ACTIVE)

    def end(self, status: AlertStatus) -> PriceAlert:
        """Return the alert as EXPIRED or DELETED."""
        return replace(self, status=status)
