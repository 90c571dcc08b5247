"""An idempotency key that an account has recorded."""

from __future__ import annotations

from msgspec import Struct

from trading_api.modules.broker.engine.events import IdempotencyKeyRecorded


class RecordedKey(Struct, frozen=True, gc=False):
    """The event that recorded a key, and its number among the account's events.

    It is the last event of its command."""

    event: IdempotencyKeyRecorded
    seq: int
