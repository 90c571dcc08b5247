"""Convert events to JSON and back, by the type hints of their classes."""

from __future__ import annotations

from typing import Any

import msgspec

from trading_api.modules.broker.engine import events, venue_events
from trading_api.modules.broker.engine.events import Event
from trading_api.modules.broker.journal.upcasting import is_previous_format, upcast

KINDS: dict[str, type[Event]] = {
    "AccountOpened": events.AccountOpened,
    "CashDeposited": events.CashDeposited,
    "CashWithdrawn": events.CashWithdrawn,
    "AccountReset": events.AccountReset,
    "AccountNamed": events.AccountNamed,
    "LeverageSet": events.LeverageSet,
    "PositionSettled": events.PositionSettled,
    "CommandBound": events.IdempotencyKeyRecorded,
    "NotificationRaised": events.NotificationRaised,
    "MarginLevelCrossed": events.MarginLevelCrossed,
    "OrderPlaced": events.OrderPlaced,
    "OrderArrived": events.OrderAccepted,
    "OrderActivated": events.OrderActivated,
    "OrderSuspended": events.OrderSuspended,
    "OrderModified": events.OrderModified,
    "OrderTriggered": events.OrderTriggered,
    "OrderTrailed": events.TrailingStopMoved,
    "OrderRested": events.OrderRested,
    "OrderFilled": events.OrderFilled,
    "OrderCanceled": events.OrderCanceled,
    "VenueAssigned": venue_events.VenueAssigned,
    "VenueReported": venue_events.VenueReported,
    "OrderCancelRequested": venue_events.OrderCancelRequested,
    "OrderReplaceRequested": venue_events.OrderReplaceRequested,
    "OrderRequestRejected": venue_events.OrderRequestRejected,
    "OrderRejected": venue_events.OrderRejected,
    "OrderStateUnknown": venue_events.OrderStateUnknown,
    "PositionAdjusted": venue_events.PositionAdjusted,
    "CashAdjusted": venue_events.CashAdjusted,
    "RiskRejected": venue_events.RiskRejected,
    "KillSwitchSet": venue_events.KillSwitchSet,
}
"""The classes of events by the name of their kind in the ledger. A stored name never changes."""

_kinds = {event_class: kind for kind, event_class in KINDS.items()}
_encoder = msgspec.json.Encoder()
_decoders = {kind: msgspec.json.Decoder(event_class) for kind, event_class in KINDS.items()}


class UnreadableEvent(Exception):
    """A stored event that no known version wrote, or that was changed afterwards."""


def kind_of(event: Event) -> str:
    """Return the name under which the ledger stores events of this class."""
    return _kinds[type(event)]


def encode(event: Event) -> str:
    """Return the event as JSON. Equal events with equal digits give equal text, because the chain
    of hashes covers that text."""
    return _encoder.encode(event).decode()


def decode(kind: str, payload: str) -> Event:
    """Return the event that was stored as `payload`, in this format or the previous one.

    Fields that are missing take their defaults, because they are younger than the payload. No
    field of the payload is ignored. Raises UnreadableEvent."""
    decoder = _decoders.get(kind)
    if decoder is None:
        raise UnreadableEvent(f"{kind} is no event of this version")
    try:
        if is_previous_format(payload):
            payload = upcast(payload)
        event = decoder.decode(payload)
    except msgspec.MsgspecError as error:
        raise UnreadableEvent(f"{kind}: {error}") from error
    encoded = encode(event)
    if encoded != payload and not _contains(
        msgspec.json.decode(encoded), msgspec.json.decode(payload)
    ):
        raise UnreadableEvent(f"{kind} holds what this version would lose")
    return event


def _contains(whole: Any, part: Any) -> bool:
    """Return whether everything in `part` is in `whole`, with the same values."""
    match whole, part:
        case dict(), dict():
            return all(key in whole and _contains(whole[key], part[key]) for key in part)
        case list(), list():
            return len(whole) == len(part) and all(map(_contains, whole, part))
        case _:
            return type(whole) is type(part) and bool(whole == part)
