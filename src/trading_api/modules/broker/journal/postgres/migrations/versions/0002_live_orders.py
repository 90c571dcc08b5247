"""An index of the accounts that have live orders, which are loaded when their shard is claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

IS_LIVE = sa.text("status NOT IN ('canceled', 'filled')")


def upgrade() -> None:
    op.create_index("ix_orders_live", "orders", ["account_id"], postgresql_where=IS_LIVE)
