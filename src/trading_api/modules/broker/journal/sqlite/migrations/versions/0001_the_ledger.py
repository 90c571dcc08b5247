"""Events, chained by account, and the tables that are read off them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "events",
        *_key(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", name="pk_events"),
    )
    op.create_table(
        "accounts",
        *_key(),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("balance", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("opened_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        _event_reference("accounts"),
    )
    op.create_table(
        "orders",
        *_key(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False),
        sa.Column("filled_quantity", sa.Text, nullable=False),
        sa.Column("filled_value", sa.Text, nullable=False),
        sa.Column("limit_price", sa.Text),
        sa.Column("stop_price", sa.Text),
        sa.Column("duration", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger),
        sa.Column("reduce_only", sa.Boolean, nullable=False),
        sa.Column("is_bracket", sa.Boolean, nullable=False),
        sa.Column("is_liquidation", sa.Boolean, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("placed_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_orders"),
        _event_reference("orders"),
    )
    op.create_table(
        "executions",
        *_key(),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("realized_pl", sa.Text, nullable=False),
        sa.Column("commission", sa.Text, nullable=False),
        sa.Column("rate", sa.Text, nullable=False),
        sa.Column("time_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name="pk_executions"),
        _event_reference("executions"),
    )
    op.create_table(
        "positions",
        *_key(),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False),
        sa.Column("cost", sa.Text, nullable=False),
        sa.Column("residue", sa.Text, nullable=False),
        sa.Column("rate", sa.Text, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "symbol", name="pk_positions"),
        _event_reference("positions"),
    )
    op.create_table(
        "cash_lines",
        *_key(),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("balance", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("execution_id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "seq", "line", name="pk_cash_lines"),
        _event_reference("cash_lines"),
    )


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
    ]


def _event_reference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", "seq"],
        ["events.account_id", "events.seq"],
        name=f"fk_{table}_events",
    )
