"""Encodes this server's ids as the UUIDs of Alpaca's API, and decodes them.

Nothing is stored: the UUID of an order or an execution contains its number and a digest of its
account, so that it is valid in that account only."""

from __future__ import annotations

from hashlib import sha256
from typing import Literal
from uuid import UUID, uuid5

_NAMESPACE = UUID("7fd5a3f0-7a1e-5c39-9d0b-51c6f7f2a8ce")
_NUMBER_BITS = 48

RecordKind = Literal["order", "execution", "cash"]
"""The kinds of records that are numbered in an account: `order-7` is the seventh order."""


def account_uuid(account_id: str) -> UUID:
    """Return the UUID of an account."""
    return uuid5(_NAMESPACE, f"account {account_id}")


def asset_uuid(symbol: str) -> UUID:
    """Return the UUID of an instrument."""
    return uuid5(_NAMESPACE, f"asset {symbol}")


def numbered_uuid(account_id: str, id: str) -> UUID:
    """Return the UUID of an order, an execution or a cash line, from an id as in `order-7`."""
    kind, _, number = id.rpartition("-")
    return UUID(int=_tag(account_id, kind) | int(number))


def numbered_id(account_id: str, kind: RecordKind, uuid: UUID) -> str | None:
    """Return the id that a UUID encodes, or None if it is of another account or kind."""
    number = uuid.int & ((1 << _NUMBER_BITS) - 1)
    is_own = uuid.int ^ number == _tag(account_id, kind)
    return f"{kind}-{number}" if is_own and number else None


def number_of(id: str) -> int:
    """Return 7 for `order-7`."""
    return int(id.rpartition("-")[2])


def _tag(account_id: str, kind: str) -> int:
    """Return the bits that all UUIDs of one kind in an account share, as a UUID of version 8."""
    digest = sha256(f"{kind} {account_id}".encode()).digest()[:10]
    value = int.from_bytes(digest) << _NUMBER_BITS
    value &= ~((0xF << 76) | (0x3 << 62))
    return value | (0x8 << 76) | (0x2 << 62)
