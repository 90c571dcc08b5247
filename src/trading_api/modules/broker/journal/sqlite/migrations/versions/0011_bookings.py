"""An index of the events other than fills that change cash or a position."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

BOOKS_CASH = sa.text(
    "kind IN ('AccountOpened', 'AccountReset', 'CashAdjusted', 'CashDeposited', 'CashWithdrawn',"
    " 'PositionAdjusted', 'PositionSettled')"
)


def upgrade() -> None:
    op.create_index(
        "ix_events_books_cash", "events", ["account_id", "seq"], sqlite_where=BOOKS_CASH
    )
