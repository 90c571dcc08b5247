"""The kill switch while the ledger cannot be written: orders are canceled, and new ones refused,
from memory. The halt is stored as soon as the ledger can be written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple, TypeVar

from trading_api.domain.broker_commands import (
    BrokerCommand,
    ModifyOrderCommand,
    PlaceOrderCommand,
    ReversePositionCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.orders import OrderStatus
from trading_api.errors import Conflict, Unavailable
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.engine.transaction import Transaction
from trading_api.modules.broker.engine.venue_events import KillSwitchSet
from trading_api.modules.broker.external.live_account import RETRY_S, LiveAccount
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.venue_client import (
    OrderRef,
    VenueClient,
    VenueNotReached,
    VenueRejected,
    VenueTimeout,
)

log = logging.getLogger(__name__)
Result = TypeVar("Result")

COMMIT_WITHIN_S = 0.5
"""How long a halt waits for the ledger before the orders are canceled from memory."""
DELAYS_S = (0.25, 5.0)
"""The first and the longest time between two attempts to cancel an order."""


class _LiveOrder(NamedTuple):
    """An order to cancel, under all ids that it may have at the venue."""

    refs: Sequence[OrderRef]
    is_on_its_way: bool


class UnstoredHalt:
    """A halt in memory. `switch` makes the halt, with its reason, in a transaction."""

    def __init__(
        self,
        account: LiveAccount,
        client: VenueClient,
        clock: LiveClock,
        switch: Callable[[Transaction, str], None],
    ) -> None:
        self._account = account
        self._client = client
        self._clock = clock
        self._switch = switch
        self._reason: str | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def is_halting(self) -> bool:
        """Return whether a halt waits to be stored."""
        return self._reason is not None

    def require_permitted(self, command: BrokerCommand) -> None:
        """Raise Conflict for an order, and Unavailable for a resumption, until the halt is
        stored."""
        if self._reason is None:
            return
        if isinstance(command, PlaceOrderCommand | ModifyOrderCommand | ReversePositionCommand):
            raise Conflict(
                "Trading is halted in this account. The halt is not stored yet.", "trading_halted"
            )
        if isinstance(command, SetKillSwitchCommand) and not command.is_on:
            raise Unavailable(
                "The halt is not stored yet; resume when the ledger can be written.",
                "halt_not_stored",
            )

    async def execute(
        self, reason: str, commit: Callable[[], Coroutine[Any, Any, Result]]
    ) -> Result:
        """Return the result of `commit`, which stores the halt. Where that is not possible within
        COMMIT_WITHIN_S, cancel all orders from memory and raise Unavailable."""
        if not self._account.is_retrying:
            storing = asyncio.ensure_future(commit())
            limit = asyncio.ensure_future(self._clock.sleep(COMMIT_WITHIN_S))
            try:
                await asyncio.wait([storing, limit], return_when=asyncio.FIRST_COMPLETED)
                if storing.done() and not isinstance(storing.exception(), Unavailable):
                    return storing.result()
            finally:
                storing.cancel()
                limit.cancel()
        sent, total = await asyncio.shield(self.start(reason))
        raise Unavailable(
            f"Cancellations of {sent} of {total} orders were sent to the venue, and the others are "
            "repeated. The halt is not stored yet, because the ledger cannot be written; new "
            "orders are refused meanwhile.",
            "halt_not_stored",
        )

    def start(self, reason: str) -> asyncio.Task[tuple[int, int]]:
        """Halt in memory from now on. Return the task that makes the first attempt to cancel all
        orders. It returns how many the venue has answered, of how many."""
        is_new = self._reason is None
        self._reason = reason
        log.critical("halt_not_stored", extra={"account": self._account.account_id})
        if is_new:
            self._run(self._store())
        return self._run(self._cancel_all())

    def on_event(self, event: Event) -> None:
        """Take note that a halt was stored."""
        if isinstance(event, KillSwitchSet):
            self._reason = None

    async def close(self) -> None:
        """End the attempts."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # The ledger

    async def _store(self) -> None:
        while self._reason is not None:
            try:
                await self._account.execute(self._decide, is_urgent=True)
            except Unavailable:
                await self._clock.sleep(RETRY_S)

    def _decide(self, transaction: Transaction) -> None:
        if self._reason is not None:
            self._switch(transaction, self._reason)

    # The venue

    async def _cancel_all(self) -> tuple[int, int]:
        orders = self._live_orders()
        answered = await asyncio.gather(*map(self._cancel, orders))
        for order, is_answered in zip(orders, answered, strict=True):
            if not is_answered:
                self._run(self._cancel_later(order))
        return sum(answered), len(orders)

    async def _cancel_later(self, order: _LiveOrder) -> None:
        delay_s, last_delay_s = DELAYS_S
        while self._reason is not None:  # later, the stored requests to cancel are sent
            await self._clock.sleep(delay_s)
            if await self._cancel(order):
                return
            delay_s = min(2 * delay_s, last_delay_s)

    async def _cancel(self, order: _LiveOrder) -> bool:
        """Return whether the venue has answered, so that nothing has to be repeated."""
        for ref in order.refs:
            extra = {"order": ref.client_order_id}
            try:
                await self._client.cancel(ref)
                return True
            except VenueRejected as error:
                log.warning("cancel_rejected", extra=extra | {"reason": error.text})
            except (VenueNotReached, VenueTimeout) as error:
                log.warning("venue_not_answering", extra=extra | {"reason": f"{error}"})
                return False
            except Exception:  # a fault of the client must not keep the other orders working
                log.exception("cancel_failed", extra=extra)
                return False
        return not order.is_on_its_way  # the venue may receive it after the cancellation

    def _live_orders(self) -> list[_LiveOrder]:
        state = self._account.state
        if state.venue is None:
            return []
        found = []
        for known in state.venue.orders.values():
            refs = [OrderRef(known.symbol, known.client_order_id, known.venue_order_id)]
            if known.replacement is not None:
                refs.append(OrderRef(known.symbol, known.replacement.client_order_id))
            is_placing = state.orders[known.order_id].status is OrderStatus.PLACING
            found.append(_LiveOrder(refs, is_placing or known.replacement is not None))
        return found
