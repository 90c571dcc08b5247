"""The port to the journal: the append-only record of every account's events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from trading_api.domain.kill_switch import KillSwitch
from trading_api.domain.notification import Notification
from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.engine.events import (
    AccountReset,
    Event,
    IdempotencyKeyRecorded,
    MarginLevelCrossed,
    NotificationRaised,
    OrderFilled,
    PositionSettled,
)
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.engine.venue_events import KillSwitchSet, PositionAdjusted
from trading_api.modules.broker.journal.event_codec import KINDS, kind_of
from trading_api.modules.broker.journal.history import JournalHistory

_TYPES = {kind: kind[0].lower() + kind[1:] for kind in KINDS}


class JournalEntry(Struct, frozen=True, gc=False):
    """One event of one account, and an AccountEvent of the broker port.

    `seq` counts an account's events from 1, without gaps. `request_id` is the client's name for
    the request that caused the event, or empty."""

    account_id: str
    seq: int
    event: Event
    request_id: str = ""

    @property
    def type(self) -> str:
        """The event's name on the wire: its kind in the ledger with a small first letter."""
        return _TYPES[kind_of(self.event)]

    @property
    def at_ms(self) -> int:
        return self.event.at_ms

    @property
    def order(self) -> Order | None:
        return getattr(self.event, "order", None)

    @property
    def key(self) -> tuple[str, str] | None:
        """The operation and the key that the event records, if it does."""
        event = self.event
        return (event.operation, event.key) if isinstance(event, IdempotencyKeyRecorded) else None

    @property
    def execution(self) -> Execution | None:
        return getattr(self.event, "execution", None)

    @property
    def position(self) -> Position | None:
        match self.event:
            case OrderFilled():
                return self.event.position
            case PositionAdjusted() if self.event.position.quantity:
                return self.event.position
        return None

    @property
    def closed_positions(self) -> Sequence[tuple[Position, Side]]:
        match self.event:
            case AccountReset():
                return list(zip(self.event.positions, self.event.sides, strict=True))
            case PositionSettled():
                return [(self.event.position, self.event.side)]
            case PositionAdjusted() if not self.event.position.quantity:
                return [(self.event.position, self.event.side)]
        return ()

    @property
    def balance(self) -> Decimal | None:
        return getattr(self.event, "balance", None)

    @property
    def symbol(self) -> str | None:
        return getattr(self.event, "symbol", None)

    @property
    def price(self) -> Decimal | None:
        return getattr(self.event, "price", None)

    @property
    def leverage(self) -> Decimal | None:
        return getattr(self.event, "leverage", None)

    @property
    def name(self) -> str | None:
        return getattr(self.event, "name", None)

    @property
    def margin_level(self) -> MarginLevelCrossed | None:
        return self.event if isinstance(self.event, MarginLevelCrossed) else None

    @property
    def code(self) -> str | None:
        if isinstance(self.event, NotificationRaised):
            return None  # it is part of the notification
        return getattr(self.event, "code", None)

    @property
    def text(self) -> str | None:
        if isinstance(self.event, NotificationRaised):
            return None
        return getattr(self.event, "text", None)

    @property
    def kill_switch(self) -> KillSwitch | None:
        match self.event:
            case KillSwitchSet(is_on, reason, at_ms):
                return KillSwitch(is_on, reason, at_ms)
        return None

    @property
    def notification(self) -> Notification | None:
        match self.event:
            case NotificationRaised(severity, code, text, names, figures):
                return Notification(severity, code, text, {**names, **figures})
        return None


EVENTS_LEFT_OUT_MAX = 2_000
"""The most events after its image of an account that recovery leaves out: a tenth of a second."""


class JournalConflict(Exception):
    """Raised for entries that do not follow their account's last one, because another process has
    written it."""

    def __init__(self, entry: JournalEntry, expected_seq: int) -> None:
        super().__init__(f"{entry.account_id} goes on with seq {expected_seq}, got seq {entry.seq}")
        self.entry = entry
        self.expected_seq = expected_seq


class FencedOut(Exception):
    """Raised when nothing was written, because another process owns the shard of an account now.
    What this process has of the shard may be out of date."""


class CommitUnknown(Exception):
    """Raised when the connection was lost during a commit, so that all of it was written or
    nothing. Only a process that reads the journal again can know."""


class DuplicateKey(Exception):
    """Raised for entries that record an idempotency key a second time; nothing was written.

    `account_ids` are the accounts of such keys."""

    def __init__(self, account_ids: Set[str]) -> None:
        super().__init__(f"Keys are recorded a second time in {', '.join(sorted(account_ids))}")
        self.account_ids = account_ids


class JournalUnavailable(Exception):
    """Raised when nothing was written and the caller may try again. `reason` is a sentence without
    its full stop."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


@dataclass(frozen=True, slots=True)
class RecoveryStep:
    """A part of what recovery reads: images of accounts, and the entries after these images.

    An account's image comes before its entries. `done` and `total` count images and entries.
    `left_out` are accounts that are not read, with the numbers of their last events."""

    items: Sequence[AccountImage | JournalEntry]
    done: int
    total: int
    left_out: Mapping[str, int] = field(default_factory=dict)


class Journal(Protocol):
    """Appends entries durably, and reads them back in order."""

    @property
    def history(self) -> JournalHistory:
        """What the entries left behind: ended orders, executions, cash lines and keys."""
        ...

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        """Write all entries or none; they are durable once this returns. They may belong to many
        accounts.

        `images` show accounts after their last entry, with these entries. A journal that stores
        them recovers from them. Raises JournalConflict, DuplicateKey, JournalUnavailable,
        FencedOut and CommitUnknown."""
        ...

    async def currencies(self) -> Mapping[str, str]:
        """Return the id of one account for each currency in which accounts are kept. Raises
        ConfigurationError if there is nothing to load from."""
        ...

    def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        """Yield at least one step, then until everything that was appended before is read.

        Read the accounts of `shards` only, or all accounts. Without `with_idle`, leave out the
        accounts that have neither a live order nor a position, unless reading one of them later
        would take more than EVENTS_LEFT_OUT_MAX events. Raises ConfigurationError."""
        ...

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        """Return the image of each account, if it has one, and the entries after it. Nothing may
        be appended to the accounts meanwhile. Raises JournalUnavailable."""
        ...

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        """Remove at most `limit` of the idempotency keys that gateways gave to commands before
        `before_ms`, and return how many were removed. Their events stay. Raises
        JournalUnavailable."""
        ...

    def forget(self, account_ids: Collection[str]) -> None:
        """Keep nothing of these accounts in memory that can be read again. Nothing is being
        appended to them."""
        ...

    def load(self) -> AsyncGenerator[JournalEntry, None]:
        """Yield everything that was appended before the first step, each account's entries in the
        order of `seq`. Raises ConfigurationError if there is nothing to load from."""
        ...

    async def close(self) -> None:
        """Wait for running work, then release everything. Called last."""
        ...

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Return at most `limit` entries of an account after `since`, in their order. Raises
        JournalUnavailable."""
        ...
