"""An index of the idempotency keys that gateways gave, which are removed after a while."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

IS_GATEWAY_KEY = sa.text("key >= 'from-gateway-' AND key < 'from-gateway.'")


def upgrade() -> None:
    op.create_index(
        "ix_idempotency_keys_gateway",
        "idempotency_keys",
        ["at_ms"],
        sqlite_where=IS_GATEWAY_KEY,
        postgresql_where=IS_GATEWAY_KEY,
    )
