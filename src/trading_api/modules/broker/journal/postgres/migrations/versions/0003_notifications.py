"""An index of the events that may notify, and snapshots that hold the realized P&L by day.

An older snapshot lacks that, so each account is computed from its events again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NOTIFIES = sa.text(
    "kind IN ('MarginLevelCrossed', 'NotificationRaised', 'OrderCanceled', 'OrderFilled',"
    " 'PositionSettled')"
)


def upgrade() -> None:
    op.create_index(
        "ix_events_notifying", "events", ["account_id", "seq"], postgresql_where=NOTIFIES
    )
    op.execute("DELETE FROM snapshots")
