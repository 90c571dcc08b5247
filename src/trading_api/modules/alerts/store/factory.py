"""Chooses the store of alerts that suits the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from trading_api.modules.alerts.store.memory import MemoryAlertStore
from trading_api.modules.alerts.store.sqlite import SqliteAlertStore
from trading_api.modules.alerts.store.store import AlertStore
from trading_api.settings import Settings

MEMORY = "memory:"


def create_store(settings: Settings, epochs: Mapping[int, int] | None = None) -> AlertStore:
    """Return the store of the alerts of the ledger at DATABASE_URL; nothing is opened yet.

    A ledger in a file has the alerts in a second file next to it: alerts belong to the accounts of
    one ledger. `epochs` are those of the shards that this process owns, where it does not own all
    of them."""
    url = settings.database_url
    if url == MEMORY:
        return MemoryAlertStore()
    if url.startswith(("postgresql:", "postgres:")):
        # Imported here: a server with SQLite has no client of PostgreSQL.
        from trading_api.modules.alerts.store.postgres import PostgresAlertStore

        return PostgresAlertStore(url, settings.shards, epochs)
    return SqliteAlertStore(alerts_path(url))


def check_store(settings: Settings) -> None:
    """Migrate the file of the alerts, where there is one. Raises ConfigurationError."""
    enabled = {name.strip() for name in settings.enabled_modules.split(",")}
    if settings.database_url.startswith("sqlite:") and enabled & {"all", "alerts"}:
        SqliteAlertStore(alerts_path(settings.database_url)).check()


def alerts_path(database_url: str) -> Path:
    """Return the file of the alerts: `trading-alerts.db` for the ledger `trading.db`."""
    ledger = Path(make_url(database_url).database or "").resolve()
    return ledger.with_name(f"{ledger.stem}-alerts{ledger.suffix}")
