"""An alert that a hook received, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from trading_api.domain.broker_commands import IdempotencyKey
from trading_api.errors import ApiError, TooManyRequests, truncate
from trading_api.models.hooks import DeliveryResult, OrderAlert, TargetAlert

REASON_LENGTH_MAX = 300


class Notice(IntEnum):
    """Whether the account is notified of a delivery."""

    NONE = 0
    DUE = 1
    DONE = 2


@dataclass(frozen=True, slots=True)
class AlertRefusal:
    """Why an alert was refused: the HTTP status, a code for programs, a sentence for people."""

    status: int
    code: str
    reason: str

    @classmethod
    def of(cls, error: ApiError) -> AlertRefusal:
        """Return the refusal that an error causes."""
        return cls(error.status, error.code, truncate(error.detail, REASON_LENGTH_MAX))


class AlertRefused(ApiError):
    """An alert was refused, now or when it came first. It is recorded."""

    def __init__(self, refusal: AlertRefusal) -> None:
        headers = {"Retry-After": "60"} if refusal.status == TooManyRequests.status else None
        super().__init__(refusal.reason, refusal.code, headers)
        self.status = refusal.status


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert of a hook. `number` is 0 until it is stored.

    `digest` identifies the alert: it is that of the message without the secret. `was_accepted`
    means that the hook permitted it, whatever the broker did then. `market_ms` is the market's time
    when it arrived, which in a replay is not that of the wall clock."""

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
    notice: Notice = Notice.NONE
    was_accepted: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.result is not DeliveryResult.PENDING and self.notice is not Notice.DUE

    def executed(self, order_ids: Sequence[str]) -> Delivery:
        """Return it with the orders that it placed."""
        return replace(self, result=DeliveryResult.EXECUTED, order_ids=tuple(order_ids))

    def refused(self, refusal: AlertRefusal, order_ids: Sequence[str] = ()) -> Delivery:
        """Return it with what stopped it, after it had placed the orders."""
        return replace(
            self,
            result=DeliveryResult.REFUSED,
            refusal=refusal,
            order_ids=tuple(order_ids),
            notice=Notice.DUE,
        )

    def client_order_id(self, step: str) -> str:
        """Return the client order id of one of its orders."""
        return f"{self.hook_id}:{self.digest[:24]}:{step}"

    def key(self, step: str) -> IdempotencyKey:
        """Return the idempotency key of one of its commands."""
        # The alert is the identity: after a crash, what is left of a target may be another order.
        return IdempotencyKey("hook", f"{self.hook_id}:{self.digest}:{step}", self.digest)
