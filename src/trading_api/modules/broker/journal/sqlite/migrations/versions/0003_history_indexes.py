"""Indexes by which the history of an account is read, and the keys of commands as a table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

HAS_ENDED = sa.text("status IN ('canceled', 'filled')")
HAS_CLIENT_ID = sa.text("client_id <> ''")


def upgrade() -> None:
    _partial_index("ix_orders_ended", "updated_ms", HAS_ENDED)
    _partial_index("ix_orders_client_id", "client_id", HAS_CLIENT_ID)
    op.create_index("ix_executions_seq", "executions", ["account_id", "seq"])
    op.create_index("ix_executions_symbol", "executions", ["account_id", "symbol", "seq"])
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "operation", "key", name="pk_idempotency_keys"),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    value = "json_extract(payload, '$.{}')" if is_sqlite else "CAST(payload AS json) ->> '{}'"
    fields = ("operation", "key", "fingerprint", "order_id")
    op.execute(
        f"INSERT INTO idempotency_keys (account_id, seq, {', '.join(fields)}, at_ms)"
        f" SELECT account_id, seq, {', '.join(map(value.format, fields))}, at_ms"
        " FROM events WHERE kind = 'CommandBound'"
    )


def _partial_index(name: str, column: str, condition: sa.TextClause) -> None:
    op.create_index(
        name,
        "orders",
        ["account_id", column],
        sqlite_where=condition,
        postgresql_where=condition,
    )
