"""Selects what recovery reads: the images of accounts, and the events after them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, exists, func, select, text

from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.event_codec import UnreadableEvent, decode
from trading_api.modules.broker.journal.hash_chain import snapshot_hash
from trading_api.modules.broker.journal.image_codec import decode_image
from trading_api.modules.broker.journal.journal import JournalEntry
from trading_api.modules.broker.journal.sql.tables import (
    ACCOUNTS,
    ANCHORS,
    EVENTS,
    IS_LIVE,
    ORDERS,
    POSITIONS,
    SNAPSHOTS,
)

_image_seq = func.coalesce(SNAPSHOTS.columns.seq, 0)
_accounts = ACCOUNTS.outerjoin(
    SNAPSHOTS, SNAPSHOTS.columns.account_id == ACCOUNTS.columns.account_id
)
_has_live_order = exists().where(
    ORDERS.columns.account_id == ACCOUNTS.columns.account_id, text(f"orders.{IS_LIVE}")
)
_has_position = exists().where(POSITIONS.columns.account_id == ACCOUNTS.columns.account_id)
_is_after = (EVENTS.columns.account_id == ACCOUNTS.columns.account_id) & (
    EVENTS.columns.seq > _image_seq
)
_is_at = (EVENTS.columns.account_id == SNAPSHOTS.columns.account_id) & (
    EVENTS.columns.seq == SNAPSHOTS.columns.seq
)
_is_removed = (ANCHORS.columns.account_id == SNAPSHOTS.columns.account_id) & (
    ANCHORS.columns.seq == SNAPSHOTS.columns.seq
)
_event_hash = func.coalesce(EVENTS.columns.hash, ANCHORS.columns.hash, "")

ACCOUNT_HEADS = (
    select(
        ACCOUNTS.columns.account_id,
        ACCOUNTS.columns.seq,
        _image_seq.label("image_seq"),
        (_has_live_order | _has_position).label("is_active"),
    )
    .select_from(_accounts)
    .order_by(ACCOUNTS.columns.account_id)
)
"""Each account with its last event, the event that its image shows or 0, and whether a quote or the
time can change it."""


def select_images(account_ids: Collection[str]) -> Select[Any]:
    """Select the rows of accounts that `to_image` converts."""
    rows = SNAPSHOTS.outerjoin(EVENTS, _is_at).outerjoin(ANCHORS, _is_removed)
    selected = select(SNAPSHOTS, _event_hash.label("event_hash")).select_from(rows)
    return selected.where(SNAPSHOTS.columns.account_id.in_(account_ids))


def select_entries_after_images(account_ids: Collection[str]) -> Select[Any]:
    """Select the rows of accounts that `to_recovered_entry` converts, in their order."""
    columns = EVENTS.columns
    return (
        select(columns.account_id, columns.seq, columns.kind, columns.payload)
        .select_from(_accounts.join(EVENTS, _is_after))
        .where(ACCOUNTS.columns.account_id.in_(account_ids))
        .order_by(ACCOUNTS.columns.account_id, columns.seq)
    )


def to_image(row: Any) -> AccountImage:
    """Return the image of a row. Raises UnreadableEvent if it does not belong to the events."""
    image = decode_image(row.payload)
    expected = snapshot_hash(row.event_hash, row.seq, row.payload)
    if row.hash != expected or (image.account_id, image.seq) != (row.account_id, row.seq):
        raise UnreadableEvent(f"the snapshot of {row.account_id} does not follow its events")
    return image


def to_recovered_entry(row: Any) -> JournalEntry:
    """Return the entry of a row, without the name of its request. Raises UnreadableEvent."""
    return JournalEntry(row.account_id, row.seq, decode(row.kind, row.payload))
