"""An alert that a hook received, with its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.errors import ApiError, TooManyRequests, truncate
from trading_api.models.hooks import DeliveryResult, OrderAlert, TargetAlert

REASON_LENGTH_MAX = 300


class NotificationState(IntEnum):
    """Whether the account's notification of a delivery is unnecessary, due, or sent."""

    NONE = 0
    DUE = 1
    SENT = 2


@dataclass(frozen=True, slots=True)
class AlertRefusal:
    """Why an alert was refused: an HTTP status, a machine-readable code, and a sentence."""

    status: int
    code: str
    reason: str

    @classmethod
    def of(cls, error: ApiError) -> AlertRefusal:
        """Return the refusal that an error causes."""
        return cls(error.status, error.code, truncate(error.detail, REASON_LENGTH_MAX))


class AlertRefused(ApiError):
    """The alert, or the one that it repeats, was recorded and refused."""

    def __init__(self, refusal: AlertRefusal) -> None:
        headers = {"Retry-After": "60"} if refusal.status == TooManyRequests.status else None
        super().__init__(refusal.reason, refusal.code, headers)
        self.status = refusal.status


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert of a hook. `number` is 0 until it is stored.

    `digest` identifies the alert: it is that of the message without the secret. `was_accepted`
    is whether the hook permitted it, even if the broker rejected its order. `market_ms` is the
    market's time at its arrival, which in a replay differs from the wall clock."""

    hook_id: str
    account_id: str
    digest: str
    received_ms: int
    market_ms: int
    result: DeliveryResult
    number: int = 0
    alert: OrderAlert | TargetAlert | None = None
    symbol: str = ""
    refusal: AlertRefusal | None = None
    order_ids: Sequence[str] = ()
    repeats: int = 0
    notification: NotificationState = NotificationState.NONE
    was_accepted: bool = False

    @property
    def is_finished(self) -> bool:
        """Whether it has a result, and its account need not be notified any longer."""
        return (
            self.result is not DeliveryResult.PENDING
            and self.notification is not NotificationState.DUE
        )

    def executed(self, order_ids: Sequence[str]) -> Delivery:
        """Return the delivery as executed, with the orders that it placed."""
        return replace(self, result=DeliveryResult.EXECUTED, order_ids=tuple(order_ids))

    def refused(self, refusal: AlertRefusal, order_ids: Sequence[str] = ()) -> Delivery:
        """Return the delivery as refused, with the orders that it had placed before."""
        return replace(
            self,
            result=DeliveryResult.REFUSED,
            refusal=refusal,
            order_ids=tuple(order_ids),
            notification=NotificationState.DUE,
        )

    def client_order_id(self, step: str) -> str:
        """Return the client order id of the order of a step."""
        return f"{self.hook_id}:{self.digest[:24]}:{step}"

    def key(self, step: str) -> IdempotencyKey:
        """Return the idempotency key of the command of a step."""
        # The alert's digest, not the command's: after a crash, the rest of a target may be another
        # order.
        return IdempotencyKey("hook", f"{self.hook_id}:{self.digest}:{step}", self.digest)
