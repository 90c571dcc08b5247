"""An index of the events that may notify, and snapshots that hold the realized P&L by day.

An older snapshot lacks that, so each account is computed from its events again. One of which
events were removed begins at its anchor."""

from hashlib import sha256

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

NOTIFIES = sa.text(
    "kind IN ('MarginLevelCrossed', 'NotificationRaised', 'OrderCanceled', 'OrderFilled',"
    " 'PositionSettled')"
)


def upgrade() -> None:
    op.create_index("ix_events_notifying", "events", ["account_id", "seq"], sqlite_where=NOTIFIES)
    op.execute("DELETE FROM snapshots")
    connection = op.get_bind()
    anchors = sa.text("SELECT account_id, seq, hash, payload FROM anchors")
    for account_id, seq, hash, payload in connection.execute(anchors).all():
        text = f"{hash}\n{seq}\nAccountSnapshot\n{payload}"
        connection.execute(
            sa.text(
                "INSERT INTO snapshots (account_id, seq, payload, hash)"
                " VALUES (:account_id, :seq, :payload, :hash)"
            ),
            {
                "account_id": account_id,
                "seq": seq,
                "payload": payload,
                "hash": sha256(text.encode()).hexdigest(),
            },
        )
