"""The tables of alerts, the same in SQLite and in PostgreSQL, and their rows.

They are written without SQLAlchemy and Alembic: two tables need neither, and a start without
alerts does not import them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from trading_api.domain.shards import shard_of
from trading_api.modules.alerts.alert import (
    AlertCondition,
    AlertFrequency,
    AlertStatus,
    CrossingDirection,
    Firing,
    PriceAlert,
    RequestKey,
)

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """
        CREATE TABLE alerts (
            account_id TEXT NOT NULL,
            number BIGINT NOT NULL,
            shard INTEGER NOT NULL,
            symbol TEXT NOT NULL,
            condition TEXT NOT NULL,
            price TEXT NOT NULL,
            frequency TEXT NOT NULL,
            created_ms BIGINT NOT NULL,
            expires_ms BIGINT,
            message TEXT NOT NULL,
            status TEXT NOT NULL,
            firings BIGINT NOT NULL,
            fired_ms BIGINT,
            fired_price TEXT,
            fired_direction TEXT,
            create_key TEXT,
            create_fingerprint TEXT,
            change_key TEXT,
            change_fingerprint TEXT,
            PRIMARY KEY (account_id, number)
        )
        """,
        "CREATE INDEX ix_alerts_shard ON alerts (shard)",
        """
        CREATE UNIQUE INDEX ix_alerts_create_key ON alerts (account_id, create_key)
        WHERE create_key IS NOT NULL
        """,
        """
        CREATE TABLE alert_prices (
            shard INTEGER NOT NULL,
            symbol TEXT NOT NULL,
            price TEXT NOT NULL,
            PRIMARY KEY (shard, symbol)
        )
        """,
    ),
)
"""The statements of each version of the tables, one after the other."""

VERSION = len(MIGRATIONS)

COLUMNS = (
    *("account_id", "number", "shard", "symbol", "condition", "price", "frequency", "created_ms"),
    *("expires_ms", "message", "status", "firings", "fired_ms", "fired_price", "fired_direction"),
    *("create_key", "create_fingerprint", "change_key", "change_fingerprint"),
)
NAMES = ", ".join(COLUMNS)
UPSERT_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])

AlertRow: TypeAlias = tuple[Any, ...]


def to_rows(alerts: Iterable[PriceAlert], shards: int) -> list[AlertRow]:
    """Return the alerts in the order of COLUMNS. Of two with the same number the last is kept."""
    latest = {each.key: each for each in alerts}
    return [_to_row(each, shard_of(each.account_id, shards)) for each in latest.values()]


def to_alert(row: Mapping[str, Any]) -> PriceAlert:
    """Return the alert of a row."""
    return PriceAlert(
        account_id=row["account_id"],
        number=row["number"],
        symbol=row["symbol"],
        condition=AlertCondition(row["condition"]),
        price=Decimal(row["price"]),
        frequency=AlertFrequency(row["frequency"]),
        created_ms=row["created_ms"],
        expires_ms=row["expires_ms"],
        message=row["message"],
        status=AlertStatus(row["status"]),
        firings=row["firings"],
        last_fired=_firing(row),
        created_by=_request_key(row["create_key"], row["create_fingerprint"]),
        changed_by=_request_key(row["change_key"], row["change_fingerprint"]),
    )


def _to_row(alert: PriceAlert, shard: int) -> AlertRow:
    fired, created, changed = alert.last_fired, alert.created_by, alert.changed_by
    return (
        *(alert.account_id, alert.number, shard, alert.symbol, alert.condition.value),
        *(str(alert.price), alert.frequency.value, alert.created_ms, alert.expires_ms),
        *(alert.message, alert.status.value, alert.firings),
        *((fired.time_ms, str(fired.price), fired.direction.value) if fired else (None,) * 3),
        *((created.key, created.fingerprint) if created else (None, None)),
        *((changed.key, changed.fingerprint) if changed else (None, None)),
    )


def _firing(row: Mapping[str, Any]) -> Firing | None:
    if row["fired_ms"] is None:
        return None
    direction = CrossingDirection(row["fired_direction"])
    return Firing(row["fired_ms"], Decimal(row["fired_price"]), direction)


def _request_key(key: str | None, fingerprint: str | None) -> RequestKey | None:
    return None if key is None or fingerprint is None else RequestKey(key, fingerprint)
