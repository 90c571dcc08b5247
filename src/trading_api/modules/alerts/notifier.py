"""Stores a notification in the account of each alert that fires."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from hashlib import sha256
from itertools import islice

from trading_api.domain.broker_commands import IdempotencyKey, NotifyCommand
from trading_api.domain.notification import Notification, Severity
from trading_api.domain.ports.broker import Broker
from trading_api.errors import ApiError, Unavailable
from trading_api.modules.alerts.alert import AlertKey, CrossingDirection, PriceAlert

log = logging.getLogger(__name__)

SUBMITTED_TOGETHER = 64
"""The broker does them in one turn of the event loop and commits them together."""
RETRY_MIN_S = 0.05
RETRY_MAX_S = 2.0
NOTIFICATION_CODE = "price_alert"


class FiringNotifier:
    """Submits one notification for each firing, and again while the broker is unavailable.

    The idempotency key names the firing. So a firing that is submitted again after a restart stays
    one notification. `on_notified` is called once the notification is stored, `on_progress` after
    each step."""

    def __init__(
        self,
        broker: Broker,
        on_notified: Callable[[PriceAlert], None],
        on_progress: Callable[[], None],
    ) -> None:
        self._broker = broker
        self._on_notified = on_notified
        self._on_progress = on_progress
        # In the order of the firings; at most all alerts.
        self._waiting: dict[AlertKey, PriceAlert] = {}
        self._has_work = asyncio.Event()
        self._is_submitting = False
        self._is_stalled = False

    @property
    def is_busy(self) -> bool:
        """Whether there is something to submit that is not waiting for the broker to come back."""
        return self._is_submitting or (bool(self._waiting) and not self._is_stalled)

    def put(self, alert: PriceAlert) -> None:
        """Submit the notification of an alert that fires."""
        self._waiting[alert.key] = alert
        self._has_work.set()

    def discard(self, alert: AlertKey) -> None:
        """Do not submit the notification of an alert, unless that has begun."""
        self._waiting.pop(alert, None)

    async def run(self) -> None:
        """Submit until cancelled."""
        retry_s = RETRY_MIN_S
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            while self._waiting:
                if await self._submit_some():
                    self._is_stalled, retry_s = False, RETRY_MIN_S
                else:
                    self._is_stalled = True
                self._on_progress()
                if self._is_stalled:
                    await asyncio.sleep(retry_s)
                    retry_s = min(2 * retry_s, RETRY_MAX_S)
            self._is_stalled = False
            self._on_progress()

    async def _submit_some(self) -> bool:
        """Submit the notifications that wait longest. Return whether any was stored."""
        alerts = list(islice(self._waiting.values(), SUBMITTED_TOGETHER))
        self._is_submitting = True
        try:
            # The tasks begin in order, so that an account's notifications keep theirs.
            stored = await asyncio.gather(*map(self._submit, alerts))
        finally:
            self._is_submitting = False
        for alert, is_stored in zip(alerts, stored, strict=True):
            if is_stored and self._waiting.pop(alert.key, None) is alert:
                self._on_notified(alert)
        return any(stored)

    async def _submit(self, alert: PriceAlert) -> bool:
        """Return whether the firing is done, also if the broker rejects the notification."""
        fields = {"account": alert.account_id, "alert": alert.id}
        try:
            await self._broker.submit(
                alert.account_id, NotifyCommand(to_notification(alert)), firing_key(alert)
            )
        except Unavailable as error:
            log.warning("alert_not_notified_yet", extra={**fields, "reason": error.code})
            return False
        except ApiError as error:
            log.error("alert_not_notified", extra={**fields, "reason": error.code})
        return True


def to_notification(alert: PriceAlert) -> Notification:
    """Return the notification of an alert's latest firing."""
    firing = alert.last_fired
    assert firing is not None, "it fires"
    moved = "rose" if firing.direction is CrossingDirection.UP else "fell"
    text = f"{alert.symbol} {moved} to {firing.price:f} and crossed {alert.price:f}."
    return Notification(
        severity=Severity.INFO,
        code=NOTIFICATION_CODE,
        text=f"{text} {alert.message}" if alert.message else text,
        reference={
            "alertId": alert.id,
            "symbol": alert.symbol,
            "price": firing.price,
            "threshold": alert.price,
            "direction": firing.direction.value,
        },
    )


def firing_key(alert: PriceAlert) -> IdempotencyKey:
    """Return the idempotency key of an alert's latest firing."""
    # With the time, because a new store of alerts gives the same numbers again.
    key = f"{alert.id}:{alert.created_ms}:{alert.firings}"
    return IdempotencyKey("alert", key, sha256(key.encode()).hexdigest())
