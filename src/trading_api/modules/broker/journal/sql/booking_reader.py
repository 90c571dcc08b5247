"""Reads the bookings of accounts from the tables."""

from __future__ import annotations

from decimal import Decimal
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select, text

from trading_api.domain.booking import Booking, BookingKind, HeldPosition, RemovedRecords
from trading_api.domain.orders import Side
from trading_api.modules.broker.engine.bookings import booking
from trading_api.modules.broker.engine.position import Position
from trading_api.modules.broker.journal.event_codec import decode
from trading_api.modules.broker.journal.image_codec import decode_image
from trading_api.modules.broker.journal.sql.history_reader import HistoryReader
from trading_api.modules.broker.journal.sql.tables import ANCHORS, BOOKS_CASH, EVENTS, EXECUTIONS

_FILL_COLUMNS = (
    *("seq", "time_ms", "symbol", "side", "quantity", "price"),
    *("rate", "realized_pl", "commission"),
)
_SIDES = {side.name.lower(): side for side in Side}


def read_bookings(
    reader: HistoryReader, account_id: str, since: int, limit: int, seq_max: int
) -> list[Booking]:
    """Return at most `limit` of the first bookings of events after `since`. Raises
    JournalUnavailable."""

    def read(connection: Connection) -> list[Booking]:
        fills = _fills(connection, account_id, since, limit, seq_max)
        # Later ones would be read again for the next page.
        end = fills[-1].seq if len(fills) == limit else seq_max
        others = _others(connection, account_id, since, limit, end)
        return list(merge(fills, others, key=attrgetter("seq")))[:limit]

    return reader.read(read)


def read_removed_records(reader: HistoryReader, account_id: str) -> RemovedRecords | None:
    """Return what is left of records that were removed, or None. Raises JournalUnavailable."""
    columns = ANCHORS.columns
    wanted = select(columns.payload, columns.updated_ms).where(columns.account_id == account_id)
    row = reader.read(lambda connection: connection.execute(wanted).first())
    if row is None:
        return None
    image = decode_image(row.payload)
    held = [_held(each) for each in image.positions]
    return RemovedRecords(image.seq, row.updated_ms, image.balance, held)


def _fills(
    connection: Connection, account_id: str, since: int, limit: int, seq_max: int
) -> list[Booking]:
    columns = EXECUTIONS.columns
    wanted = (
        select(*(columns[name] for name in _FILL_COLUMNS))
        .where(columns.account_id == account_id, columns.seq > since, columns.seq <= seq_max)
        .order_by(columns.seq)
        .limit(limit)
    )
    return [_fill(row) for row in connection.execute(wanted)]


def _others(
    connection: Connection, account_id: str, since: int, limit: int, seq_max: int
) -> list[Booking]:
    columns = EVENTS.columns
    wanted = (
        select(columns.seq, columns.kind, columns.payload)
        .where(columns.account_id == account_id, columns.seq > since, columns.seq <= seq_max)
        .where(text(BOOKS_CASH))
        .order_by(columns.seq)
        .limit(limit)
    )
    return [
        booking(seq, decode(kind, payload)) for seq, kind, payload in connection.execute(wanted)
    ]


def _fill(row: Any) -> Booking:
    seq, time_ms, symbol, side, quantity, price, rate, realized_pl, commission = row
    return Booking(
        seq,
        BookingKind.FILL,
        time_ms,
        symbol=symbol,
        side=_SIDES[side],
        quantity=Decimal(quantity),
        price=Decimal(price),
        rate=Decimal(rate),
        realized_pl=Decimal(realized_pl),
        commission=Decimal(commission),
    )


def _held(position: Position) -> HeldPosition:
    return HeldPosition(
        position.symbol,
        position.quantity,
        position.average_price,
        position.rate,
        position.updated_ms,
    )
