"""Executes accepted alerts, one after the other in each account, and notifies of refused ones."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from trading_api.domain.broker_commands import NotifyCommand
from trading_api.domain.notification import Notification, Severity
from trading_api.domain.ports.broker import Broker
from trading_api.errors import ApiError, Unavailable
from trading_api.models.hooks import DeliveryResult
from trading_api.modules.hooks.acceptance import check_time
from trading_api.modules.hooks.alert_orders import AlertOrders
from trading_api.modules.hooks.delivery import AlertRefusal, Delivery, NotificationState
from trading_api.modules.hooks.hook import Hook
from trading_api.modules.hooks.store.store import HookStore

log = logging.getLogger(__name__)

RETRY_MIN_S = 0.05
RETRY_MAX_S = 2.0
WAITING_MAX = 100
"""The most alerts of one account that wait for the broker."""
NOTIFICATION_CODE = "hook_alert_refused"
HOOK_DELETED = AlertRefusal(
    404, "hook_deleted", "The hook was deleted before the alert was executed."
)
INTERNAL_ERROR = AlertRefusal(500, "internal_error", "The server failed; its log says why.")


@dataclass(slots=True)
class _QueuedDelivery:
    """An unfinished delivery. While `is_first_try`, none of its orders can exist yet."""

    delivery: Delivery
    is_first_try: bool
    executed: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)


class DeliveryExecutor:
    """Executes deliveries, stores their results, and notifies accounts of refusals.

    While the broker is unavailable, the deliveries of an account wait in their order. An alert that
    becomes too old meanwhile is refused."""

    def __init__(self, store: HookStore, broker: Broker, clock_ms: Callable[[], int]) -> None:
        self._store = store
        self._broker = broker
        self._orders = AlertOrders(broker)
        self._clock_ms = clock_ms
        # At most WAITING_MAX of each account, and the unfinished ones of the last process.
        self._waiting: dict[str, deque[_QueuedDelivery]] = {}
        self._by_number: dict[int, _QueuedDelivery] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def waiting_count(self) -> int:
        """Return how many deliveries are unfinished."""
        return len(self._by_number)

    def can_wait(self, account_id: str) -> bool:
        """Return whether the account's queue has room for one more."""
        return len(self._waiting.get(account_id, ())) < WAITING_MAX

    def enqueue(self, delivery: Delivery, *, is_first_try: bool = True) -> None:
        """Add a delivery to the queue of its account."""
        waiting = _QueuedDelivery(delivery, is_first_try)
        self._by_number[delivery.number] = waiting
        queue = self._waiting.get(delivery.account_id)
        if queue is not None:
            queue.append(waiting)
            return
        self._waiting[delivery.account_id] = deque([waiting])
        if self._tasks is not None:
            self._tasks.create_task(self._run_queue(delivery.account_id))

    async def wait_executed(self, delivery: Delivery, timeout_s: float) -> Delivery:
        """Return the delivery once it has a result, or still pending after the timeout."""
        waiting = self._by_number.get(delivery.number)
        if waiting is None or delivery.result is not DeliveryResult.PENDING:
            return delivery
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await waiting.executed.wait()
        return replace(waiting.delivery, repeats=delivery.repeats)

    async def resume(self) -> None:
        """Enqueue the deliveries that the last process left unfinished. Raises Unavailable."""
        for delivery in await self._store.unfinished():
            self.enqueue(delivery, is_first_try=False)

    async def flush(self) -> None:
        """Return once every queued delivery is finished."""
        while self._by_number:
            *_, last = self._by_number.values()
            await last.finished.wait()

    async def run(self) -> None:
        """Execute queued deliveries until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            for account_id in self._waiting:
                self._tasks.create_task(self._run_queue(account_id))
            await asyncio.get_running_loop().create_future()

    async def _run_queue(self, account_id: str) -> None:
        queue = self._waiting[account_id]
        while queue:
            waiting = queue[0]
            retry_s = RETRY_MIN_S
            while not waiting.delivery.is_finished:
                try:
                    await self._advance(waiting)
                except Unavailable as error:
                    waiting.is_first_try = False
                    fields = {"account": account_id, "delivery": waiting.delivery.number}
                    log.warning("hook_delivery_delayed", extra={**fields, "reason": error.code})
                    await asyncio.sleep(retry_s)
                    retry_s = min(2 * retry_s, RETRY_MAX_S)
            queue.popleft()
            del self._by_number[waiting.delivery.number]
            waiting.finished.set()
        del self._waiting[account_id]

    async def _advance(self, waiting: _QueuedDelivery) -> None:
        """Execute the delivery, or notify its account if that is due. Raises Unavailable."""
        if waiting.delivery.result is DeliveryResult.PENDING:
            try:
                executed = await self._execute(waiting)
            except Unavailable:
                raise
            except Exception:  # one alert must not stop those of all accounts
                log.exception("hook_delivery_failed", extra={"delivery": waiting.delivery.number})
                executed = waiting.delivery.refused(INTERNAL_ERROR)
            await self._store.update_delivery(executed)
            waiting.delivery = executed
            waiting.executed.set()
        if waiting.delivery.notification is NotificationState.DUE:
            await self._notify(waiting.delivery)
            notified = replace(waiting.delivery, notification=NotificationState.SENT)
            await self._store.update_delivery(notified)
            waiting.delivery = notified

    async def _execute(self, waiting: _QueuedDelivery) -> Delivery:
        """Return the delivery with its result. Raises Unavailable if it has to be tried again."""
        delivery, placed = waiting.delivery, dict[str, str]()
        hook = await self._store.hook(delivery.hook_id)
        if hook is None:
            return delivery.refused(HOOK_DELETED)
        try:
            if not waiting.is_first_try:
                placed |= await self._orders.find_placed(delivery)
            # Also of a first try: the delivery may have waited behind others of its account.
            if late := self._too_late(hook, delivery):
                is_complete = await self._orders.is_complete(delivery, placed)
                return _ended(delivery, placed, None if is_complete else late)
            await self._orders.execute(delivery, placed)
        except Unavailable:
            raise
        except ApiError as error:
            return _ended(delivery, placed, error)
        return _ended(delivery, placed, None)

    def _too_late(self, hook: Hook, delivery: Delivery) -> ApiError | None:
        assert delivery.alert is not None
        return check_time(delivery.alert, hook.age_max_s, self._clock_ms())

    async def _notify(self, delivery: Delivery) -> None:
        """Store a notification in the account. Raises Unavailable."""
        command = NotifyCommand(to_notification(delivery))
        try:
            await self._broker.submit(delivery.account_id, command, delivery.key("notice"))
        except Unavailable:
            raise
        except ApiError as error:
            fields = {"account": delivery.account_id, "delivery": delivery.number}
            log.error("hook_notification_failed", extra={**fields, "reason": error.code})


def _ended(delivery: Delivery, placed: dict[str, str], error: ApiError | None) -> Delivery:
    order_ids = list(placed.values())
    if error is None:
        return delivery.executed(order_ids)
    return delivery.refused(AlertRefusal.of(error), order_ids)


def to_notification(delivery: Delivery) -> Notification:
    """Return the notification of a refused delivery."""
    refusal = delivery.refusal
    assert refusal is not None, "it was refused"
    about = f" for {delivery.symbol}" if delivery.symbol else ""
    return Notification(
        severity=Severity.WARNING,
        code=NOTIFICATION_CODE,
        text=f"An alert{about} was refused: {refusal.reason}",
        reference={
            "hookId": delivery.hook_id,
            "delivery": delivery.number,
            "reason": refusal.code,
            **({"symbol": delivery.symbol} if delivery.symbol else {}),
        },
    )
