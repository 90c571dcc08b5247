"""An index of the accounts that have live orders, which are loaded at the start."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

IS_LIVE = sa.text("status NOT IN ('canceled', 'filled')")


def upgrade() -> None:
    op.create_index(
        "ix_orders_live", "orders", ["account_id"], sqlite_where=IS_LIVE, postgresql_where=IS_LIVE
    )
