"""Intents that are committed and not sent: each is sent right after its commit, or never."""

from __future__ import annotations

from typing import NamedTuple, TypeGuard

from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.engine.events import Event, OrderPlaced, OrderTriggered
from trading_api.modules.broker.engine.venue_events import OrderReplaceRequested, VenueRequest
from trading_api.modules.broker.engine.venue_state import VenueOrder
from trading_api.modules.broker.external.live_clock import LiveClock
from trading_api.modules.broker.external.live_connection import LiveConnection

SEND_WITHIN_S = 2.0
"""How old an intent may be when it is sent: later the market may be another one."""


class Withdrawal(NamedTuple):
    """Why an intent is not sent."""

    request: VenueRequest
    code: str
    text: str


class UnsentIntents:
    """The intents that this process has committed and not sent. Those of an earlier process are not
    among them: their state is unknown."""

    def __init__(self, connection: LiveConnection, clock: LiveClock) -> None:
        self._connection = connection
        self._clock = clock
        self._committed_s: dict[tuple[str, VenueRequest], float] = {}

    def on_event(self, event: Event) -> None:
        """Record an intent that was committed now."""
        if not is_sent(event):
            return
        if isinstance(event, OrderReplaceRequested):
            key = event.order_id, VenueRequest.REPLACE
        else:
            key = event.order.id, VenueRequest.PLACE
        self._committed_s[key] = self._clock.now_s()

    def take(self, order_id: str, request: VenueRequest) -> bool:
        """Remove an intent that is sent now. Return whether it was there."""
        return self._committed_s.pop((order_id, request), None) is not None

    def withdraw(self, known: VenueOrder) -> Withdrawal | None:
        """Remove an intent for the order that must not be sent any more, and return why."""
        for request in (VenueRequest.PLACE, VenueRequest.REPLACE):
            since_s = self._committed_s.get((known.order_id, request))
            if since_s is not None and (reason := self._reason(known, request, since_s)):
                del self._committed_s[known.order_id, request]
                return Withdrawal(request, *reason)
        return None

    def _reason(
        self, known: VenueOrder, request: VenueRequest, since_s: float
    ) -> tuple[str, str] | None:
        if not self._connection.is_up:
            text = "The connection to the venue was lost before it was sent; nothing was sent."
            return "venue_disconnected", text
        if self._clock.now_s() - since_s > SEND_WITHIN_S:
            return "not_sent_in_time", "It could not be sent in time; nothing was sent."
        if request is VenueRequest.REPLACE and known.is_cancel_requested:
            return "order_cancel_requested", "The order is being canceled; nothing was sent."
        return None


def is_sent(event: Event) -> TypeGuard[OrderPlaced | OrderTriggered | OrderReplaceRequested]:
    """Return whether the event is the intent to send an order or a change of one. Orders that are
    adopted or held are not sent."""
    if isinstance(event, OrderPlaced | OrderTriggered):
        return event.order.status is OrderStatus.PLACING
    return isinstance(event, OrderReplaceRequested)
