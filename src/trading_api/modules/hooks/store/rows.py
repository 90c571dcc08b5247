"""Hooks and deliveries as rows of SQLite, and the versions of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeAlias

import orjson
from pydantic import Field, TypeAdapter

from trading_api.models.hooks import DeliveryResult, OrderAlert, TargetAlert
from trading_api.modules.hooks.delivery import AlertRefusal, Delivery, NotificationState
from trading_api.modules.hooks.hook import Hook

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE hooks (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL,
            digest BLOB NOT NULL,
            symbols TEXT NOT NULL,
            quantity_max TEXT NOT NULL,
            orders_per_minute INTEGER NOT NULL,
            age_max_s INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            is_live_permitted INTEGER NOT NULL,
            name TEXT NOT NULL
        )
        """,
        "CREATE INDEX ix_hooks_account ON hooks (account_id)",
        """
        CREATE TABLE deliveries (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            hook_id TEXT NOT NULL REFERENCES hooks ON DELETE CASCADE,
            account_id TEXT NOT NULL,
            digest TEXT NOT NULL,
            received_ms INTEGER NOT NULL,
            market_ms INTEGER NOT NULL,
            result TEXT NOT NULL,
            alert TEXT,
            symbol TEXT NOT NULL,
            refused_status INTEGER,
            refused_code TEXT,
            refused_reason TEXT,
            order_ids TEXT NOT NULL,
            repeats INTEGER NOT NULL,
            notice INTEGER NOT NULL,
            was_accepted INTEGER NOT NULL,
            UNIQUE (hook_id, digest)
        )
        """,
        "CREATE INDEX ix_deliveries_received ON deliveries (hook_id, received_ms)",
        """
        CREATE INDEX ix_deliveries_unsettled ON deliveries (number)
        WHERE result = 'pending' OR notice = 1
        """,
        """
        CREATE TABLE latest_alerts (
            hook_id TEXT NOT NULL REFERENCES hooks ON DELETE CASCADE,
            symbol TEXT NOT NULL,
            alert_ms INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (hook_id, symbol)
        )
        """,
    ),
)
"""The statements of each version of the tables, one after the other."""

VERSION = len(MIGRATIONS)

HOOK_COLUMNS = (
    *("id", "account_id", "digest", "symbols", "quantity_max", "orders_per_minute", "age_max_s"),
    *("created_ms", "expires_ms", "is_live_permitted", "name"),
)
DELIVERY_COLUMNS = (
    *("hook_id", "account_id", "digest", "received_ms", "market_ms", "result"),
    *("alert", "symbol"),
    *("refused_status", "refused_code", "refused_reason"),
    *("order_ids", "repeats", "notice", "was_accepted"),
)
Row: TypeAlias = tuple[Any, ...]
_alerts: TypeAdapter[OrderAlert | TargetAlert] = TypeAdapter(
    Annotated[OrderAlert | TargetAlert, Field(discriminator="mode")]
)


def to_hook_row(hook: Hook) -> Row:
    """Return a hook in the order of HOOK_COLUMNS."""
    symbols = {symbol: sorted(aliases) for symbol, aliases in hook.symbols.items()}
    return (
        *(hook.id, hook.account_id, hook.digest, orjson.dumps(symbols).decode()),
        *(str(hook.quantity_max), hook.orders_per_minute, hook.age_max_s),
        *(hook.created_ms, hook.expires_ms, hook.is_live_permitted, hook.name),
    )


def to_hook(row: Mapping[str, Any]) -> Hook:
    """Return the hook of a row."""
    symbols = orjson.loads(row["symbols"])
    return Hook(
        id=row["id"],
        account_id=row["account_id"],
        digest=row["digest"],
        symbols={symbol: frozenset(aliases) for symbol, aliases in symbols.items()},
        quantity_max=Decimal(row["quantity_max"]),
        orders_per_minute=row["orders_per_minute"],
        age_max_s=row["age_max_s"],
        created_ms=row["created_ms"],
        expires_ms=row["expires_ms"],
        is_live_permitted=bool(row["is_live_permitted"]),
        name=row["name"],
    )


def to_delivery_row(delivery: Delivery) -> Row:
    """Return a delivery in the order of DELIVERY_COLUMNS."""
    alert, refusal = delivery.alert, delivery.refusal
    return (
        *(delivery.hook_id, delivery.account_id, delivery.digest, delivery.received_ms),
        *(delivery.market_ms, delivery.result.value),
        None if alert is None else alert.model_dump_json(exclude_none=True),
        delivery.symbol,
        *((refusal.status, refusal.code, refusal.reason) if refusal else (None,) * 3),
        *(orjson.dumps(list(delivery.order_ids)).decode(), delivery.repeats),
        *(delivery.notification.value, delivery.was_accepted),
    )


def to_delivery(row: Mapping[str, Any]) -> Delivery:
    """Return the delivery of a row."""
    refusal = None
    if row["refused_code"] is not None:
        refusal = AlertRefusal(row["refused_status"], row["refused_code"], row["refused_reason"])
    return Delivery(
        number=row["number"],
        hook_id=row["hook_id"],
        account_id=row["account_id"],
        digest=row["digest"],
        received_ms=row["received_ms"],
        market_ms=row["market_ms"],
        result=DeliveryResult(row["result"]),
        alert=None if row["alert"] is None else _alerts.validate_json(row["alert"]),
        symbol=row["symbol"],
        refusal=refusal,
        order_ids=tuple(orjson.loads(row["order_ids"])),
        repeats=row["repeats"],
        notification=NotificationState(row["notice"]),
        was_accepted=bool(row["was_accepted"]),
    )
