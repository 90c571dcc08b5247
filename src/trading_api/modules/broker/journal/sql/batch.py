"""The rows that one append writes: events, and the latest state of all that they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from trading_api.domain.decimal_text import decimal_text
from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.engine.cash import cash_lines
from trading_api.modules.broker.engine.events import AccountNamed, IdempotencyKeyRecorded
from trading_api.modules.broker.engine.execution import Execution
from trading_api.modules.broker.engine.money import ZERO
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.journal.event_codec import encode, kind_of
from trading_api.modules.broker.journal.hash_chain import first_hash, next_hash, snapshot_hash
from trading_api.modules.broker.journal.image_codec import encode_image
from trading_api.modules.broker.journal.journal import JournalConflict, JournalEntry
from trading_api.modules.broker.journal.sql.projections import (
    CASH_ROWS,
    EXECUTION_ROWS,
    KEY_ROWS,
    ORDER_ROWS,
    POSITION_ROWS,
    Record,
    Row,
    records,
)


@dataclass(slots=True)
class AccountTail:
    """The last event of an account: its number, its hash, and the balance and name after it."""

    account_id: str
    seq: int
    currency: str
    balance: Decimal
    hash: str
    opened_ms: int
    updated_ms: int
    name: str = ""

    @classmethod
    def of(cls, row: Any) -> AccountTail:
        """Return the tail that a row of the table `accounts` shows, by the names of its columns."""
        return cls(
            account_id=row["account_id"],
            seq=row["seq"],
            currency=row["currency"],
            balance=Decimal(row["balance"]),
            hash=row["hash"],
            opened_ms=row["opened_ms"],
            updated_ms=row["updated_ms"],
            name=row["name"],
        )

    def row(self) -> Row:
        """Return the row of the table `accounts`."""
        return (
            self.account_id,
            self.seq,
            self.currency,
            decimal_text(self.balance),
            self.hash,
            self.opened_ms,
            self.updated_ms,
            self.name,
        )


class Batch:
    """Collects the rows of entries, by table. `known` holds the tails before the batch, and does
    not change; `tails` holds those after it.

    A row is a tuple in the order of its table's columns. Orders and positions have only their
    newest row, by account and id; None stands for a position that is closed."""

    def __init__(self, known: Mapping[str, AccountTail]) -> None:
        self.tails: dict[str, AccountTail] = {}
        self._known = known
        self.events: list[Row] = []
        self.named_requests: list[Row] = []
        self.orders: dict[tuple[str, str], Row] = {}
        self.executions: list[Row] = []
        self.positions: dict[tuple[str, str], Row | None] = {}
        self.cash_lines: list[Row] = []
        self.keys: list[Row] = []
        self.snapshots: list[Row] = []

    def add(self, entry: JournalEntry) -> None:
        """Add an entry. Raises JournalConflict if it does not follow its account's last one."""
        account_id, seq, event = entry.account_id, entry.seq, entry.event
        tail = self.tails.get(account_id) or self._tail_before(entry)
        if seq != tail.seq + 1:
            raise JournalConflict(entry, tail.seq + 1)
        self.tails[account_id] = tail
        kind, payload = kind_of(event), encode(event)
        tail.seq = seq
        tail.hash = next_hash(tail.hash, seq, kind, payload)
        tail.updated_ms = event.at_ms
        tail.currency = getattr(event, "currency", tail.currency)
        self.events.append((account_id, seq, kind, event.at_ms, payload, tail.hash))
        if entry.request_id:
            self.named_requests.append((account_id, seq, entry.request_id))
        for line, cash_line in enumerate(cash_lines(seq, event), start=1):
            self.cash_lines.append(CASH_ROWS.row(account_id, seq, line, of=cash_line))
            tail.balance = cash_line.balance
        if isinstance(event, AccountNamed):
            tail.name = event.name
        if isinstance(event, IdempotencyKeyRecorded):
            self.keys.append(KEY_ROWS.row(account_id, seq, of=event))
        for record in records(event):
            self._project(account_id, seq, record)

    def add_image(self, image: AccountImage) -> None:
        """Add an image that shows its account after all entries."""
        account_id, seq = image.account_id, image.seq
        tail = self.tails.get(account_id) or self._known[account_id]
        assert tail.seq == seq, image
        payload = encode_image(image)
        self.snapshots.append((account_id, seq, payload, snapshot_hash(tail.hash, seq, payload)))

    def open_positions(self) -> list[Row]:
        """Return the rows of the positions that are open after the batch."""
        return [row for row in self.positions.values() if row is not None]

    def closed_positions(self) -> list[tuple[str, str]]:
        """Return the account and symbol of each position that is closed after the batch."""
        return [key for key, row in self.positions.items() if row is None]

    def _project(self, account_id: str, seq: int, record: Record) -> None:
        if isinstance(record, Order):
            self.orders[account_id, record.id] = ORDER_ROWS.row(account_id, seq, of=record)
        elif isinstance(record, Execution):
            self.executions.append(EXECUTION_ROWS.row(account_id, seq, of=record))
        elif record.quantity:
            row = POSITION_ROWS.row(account_id, seq, of=record)
            self.positions[account_id, record.symbol] = row
        else:
            self.positions[account_id, record.symbol] = None

    def _tail_before(self, entry: JournalEntry) -> AccountTail:
        known = self._known.get(entry.account_id)
        if known is not None:
            return replace(known)
        at_ms = entry.event.at_ms
        return AccountTail(
            entry.account_id, 0, "", ZERO, first_hash(entry.account_id), at_ms, at_ms
        )
