"""The tables of SQLite's version 0005, the shard of each account, and who owns which partition.

There are no foreign keys: PostgreSQL would check each row by itself. Texts are compared by their
bytes, as in SQLite."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BYTEWISE = sa.Text(collation="C")
HAS_ENDED = sa.text("status IN ('canceled', 'filled')")
HAS_CLIENT_ID = sa.text("client_id <> ''")


def upgrade() -> None:
    _table(
        "events",
        ("account_id", "seq"),
        _texts("kind"),
        _integers("at_ms"),
        _texts("payload", "hash"),
    )
    _table(
        "accounts",
        ("account_id",),
        _texts("currency", "balance", "hash"),
        _integers("opened_ms", "updated_ms"),
        [sa.Column("shard", sa.Integer, nullable=False)],
    )
    op.create_index("ix_accounts_shard", "accounts", ["shard"])
    _orders()
    _table(
        "executions",
        ("account_id", "id"),
        _texts("id", "order_id", "symbol", "side", "quantity", "price", "realized_pl"),
        _texts("commission", "rate"),
        _integers("time_ms"),
    )
    op.create_index("ix_executions_seq", "executions", ["account_id", "seq"])
    op.create_index("ix_executions_symbol", "executions", ["account_id", "symbol", "seq"])
    _table(
        "positions",
        ("account_id", "symbol"),
        _texts("symbol", "quantity", "cost", "residue", "rate"),
        _integers("updated_ms"),
    )
    _table(
        "cash_lines",
        ("account_id", "seq", "line"),
        [sa.Column("line", sa.Integer, nullable=False)],
        _texts("kind", "amount", "balance", "symbol", "order_id", "execution_id"),
        _integers("at_ms"),
    )
    _table("named_requests", ("account_id", "seq"), _texts("request_id"))
    _table(
        "idempotency_keys",
        ("account_id", "operation", "key"),
        _texts("operation", "key", "fingerprint", "order_id"),
        _integers("at_ms"),
    )
    _table("snapshots", ("account_id",), _texts("payload", "hash"))
    _table(
        "anchors",
        ("account_id",),
        _texts("hash", "payload", "row_seqs"),
        _integers("opened_ms", "updated_ms"),
        _texts("keys_hash", "proof"),
    )
    _ownership()
    _owners()


def _orders() -> None:
    _table(
        "orders",
        ("account_id", "id"),
        _texts("id", "symbol", "side", "type", "status"),
        _texts("quantity", "filled_quantity", "filled_value"),
        [sa.Column(name, BYTEWISE) for name in ("limit_price", "stop_price")],
        _texts("duration"),
        [sa.Column("expires_ms", sa.BigInteger)],
        [
            sa.Column(name, sa.Boolean, nullable=False)
            for name in ("reduce_only", "is_bracket", "is_liquidation")
        ],
        _texts("parent_id", "client_id"),
        _integers("placed_ms", "updated_ms", "version"),
        _texts("message"),
    )
    for name, column, condition in (
        ("ix_orders_ended", "updated_ms", HAS_ENDED),
        ("ix_orders_client_id", "client_id", HAS_CLIENT_ID),
    ):
        op.create_index(name, "orders", ["account_id", column], postgresql_where=condition)


def _ownership() -> None:
    op.create_table(
        "ownership",
        sa.Column("partition", BYTEWISE, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("owner", BYTEWISE, nullable=False, server_default=""),
        sa.Column("backend_pid", sa.Integer),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("partition", name="pk_ownership"),
        # A new epoch changes a key. So it waits for an append, which locks the key, and a
        # heartbeat does not.
        sa.UniqueConstraint("partition", "epoch", name="uq_ownership_epoch"),
    )


def _owners() -> None:
    op.create_table(
        "owners",
        sa.Column("owner", BYTEWISE, nullable=False),
        sa.Column("kind", BYTEWISE, nullable=False),
        sa.Column("backend_pid", sa.Integer, nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", name="pk_owners"),
    )


def _table(name: str, key: tuple[str, ...], *columns: list[sa.Column[object]]) -> None:
    op.create_table(
        name,
        sa.Column("account_id", BYTEWISE, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        *(column for group in columns for column in group),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
    )


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, BYTEWISE, nullable=False) for name in names]


def _integers(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]
