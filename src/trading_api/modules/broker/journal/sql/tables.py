"""The tables: the events, and the state that follows from them, for readers of the file."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.schema import SchemaItem

METADATA = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(referred_table_name)s"}
)
HAS_ENDED = "status IN ('canceled', 'filled', 'rejected')"
"""The condition of the index of ended orders; a query that repeats it uses the index."""
IS_LIVE = "status NOT IN ('canceled', 'filled', 'rejected')"
"""The condition of the index of live orders."""
IS_GATEWAY_KEY = "key >= 'from-gateway-' AND key < 'from-gateway.'"
"""The condition of the index of keys that begin with GATEWAY_KEY_PREFIX."""
HAS_CLIENT_ID = "client_id <> ''"
"""The condition of the index of client order ids."""
NOTIFIES = (
    "kind IN ('MarginLevelCrossed', 'NotificationRaised', 'OrderCanceled', 'OrderFilled',"
    " 'PositionSettled')"
)
"""The condition of the index of events that may notify; a query that repeats it uses the index."""

BOOKS_CASH = (
    "kind IN ('AccountOpened', 'AccountReset', 'CashAdjusted', 'CashDeposited', 'CashWithdrawn',"
    " 'PositionAdjusted', 'PositionSettled')"
)
"""The condition of the index of events other than fills that change cash or a position; a query
that repeats it uses the index."""


def _table(name: str, key: tuple[str, ...], *items: SchemaItem) -> Table:
    """Define a table. The `seq` of each row is the event that last changed it."""
    return Table(
        name,
        METADATA,
        Column("account_id", Text, nullable=False),
        Column("seq", BigInteger, nullable=False),
        *items,
        PrimaryKeyConstraint("account_id", *key),
    )


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


_decimal = _text  # only text keeps every digit in SQLite


def _integer(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _boolean(name: str) -> Column[bool]:
    return Column(name, Boolean(create_constraint=False), nullable=False)


def _event_reference() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["account_id", "seq"], ["events.account_id", "events.seq"])


def _partial_index(name: str, condition: str, *columns: str) -> Index:
    return Index(name, "account_id", *columns, sqlite_where=text(condition))


EVENTS = _table(
    "events",
    ("seq",),
    _text("kind"),
    _integer("at_ms"),
    _text("payload"),
    _text("hash"),
    _partial_index("ix_events_notifying", NOTIFIES, "seq"),
    _partial_index("ix_events_books_cash", BOOKS_CASH, "seq"),
)
ACCOUNTS = _table(
    "accounts",
    (),
    _text("currency"),
    _decimal("balance"),
    _text("hash"),
    _integer("opened_ms"),
    _integer("updated_ms"),
    Column("name", Text, nullable=False, server_default=""),
    _event_reference(),
)
ORDERS = _table(
    "orders",
    ("id",),
    _text("id"),
    _text("symbol"),
    _text("side"),
    _text("type"),
    _text("status"),
    _decimal("quantity"),
    _decimal("filled_quantity"),
    _decimal("filled_value"),
    _decimal("limit_price", nullable=True),
    _decimal("stop_price", nullable=True),
    _text("duration"),
    _integer("expires_ms", nullable=True),
    _boolean("reduce_only"),
    _boolean("is_bracket"),
    _boolean("is_liquidation"),
    _text("parent_id"),
    _text("client_id"),
    _integer("placed_ms"),
    _integer("updated_ms"),
    _integer("version"),
    _text("message"),
    _event_reference(),
    _partial_index("ix_orders_ended", HAS_ENDED, "updated_ms"),
    _partial_index("ix_orders_live", IS_LIVE),
    _partial_index("ix_orders_client_id", HAS_CLIENT_ID, "client_id"),
)
EXECUTIONS = _table(
    "executions",
    ("id",),
    _text("id"),
    _text("order_id"),
    _text("symbol"),
    _text("side"),
    _decimal("quantity"),
    _decimal("price"),
    _decimal("realized_pl"),
    _decimal("commission"),
    _decimal("rate"),
    _integer("time_ms"),
    _event_reference(),
    Index("ix_executions_seq", "account_id", "seq"),
    Index("ix_executions_symbol", "account_id", "symbol", "seq"),
)
POSITIONS = _table(
    "positions",
    ("symbol",),
    _text("symbol"),
    _decimal("quantity"),
    _decimal("cost"),
    _decimal("residue"),
    _decimal("rate"),
    _integer("updated_ms"),
    _event_reference(),
)
CASH_LINES = _table(
    "cash_lines",
    ("seq", "line"),
    Column("line", Integer, nullable=False),
    _text("kind"),
    _decimal("amount"),
    _decimal("balance"),
    _text("symbol"),
    _text("order_id"),
    _text("execution_id"),
    _integer("at_ms"),
    _event_reference(),
)
NAMED_REQUESTS = _table("named_requests", ("seq",), _text("request_id"), _event_reference())
"""The client's names of the requests that caused events."""
IDEMPOTENCY_KEYS = _table(
    "idempotency_keys",
    ("operation", "key"),
    _text("operation"),
    _text("key"),
    _text("fingerprint"),
    _text("order_id"),
    _integer("at_ms"),
    Index("ix_idempotency_keys_gateway", "at_ms", sqlite_where=text(IS_GATEWAY_KEY)),
)
"""The keys of commands that were done. They outlive the events that recorded them. Those that
gateways gave are removed after a while."""
SNAPSHOTS = _table("snapshots", (), _text("payload"), _text("hash"))
"""The newest image of each account, after its event `seq`. The hash follows that event's hash."""
ANCHORS = _table(
    "anchors",
    (),
    _text("hash"),
    _text("payload"),
    _text("row_seqs"),
    _integer("opened_ms"),
    _integer("updated_ms"),
    _text("keys_hash"),
    _text("proof"),
)
"""What remains of the events of an account that were removed, up to `seq`.

`hash` is the hash of the last one, `payload` the image after it, and `row_seqs` the `seq` of each
order and position that is left. `proof` is a hash of all other columns."""
