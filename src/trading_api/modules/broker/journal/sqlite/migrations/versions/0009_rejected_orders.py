"""Indexes of live and ended orders that know the orders which a real venue rejected."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

HAS_ENDED = sa.text("status IN ('canceled', 'filled', 'rejected')")
IS_LIVE = sa.text("status NOT IN ('canceled', 'filled', 'rejected')")


def upgrade() -> None:
    _replace_index("ix_orders_ended", ["account_id", "updated_ms"], HAS_ENDED)
    _replace_index("ix_orders_live", ["account_id"], IS_LIVE)


def _replace_index(name: str, columns: list[str], condition: sa.TextClause) -> None:
    op.drop_index(name, "orders")
    op.create_index(name, "orders", columns, sqlite_where=condition)
