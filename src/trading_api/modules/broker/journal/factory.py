"""Chooses the journal that the settings name."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MEMORY, MemoryJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.settings import Settings

if TYPE_CHECKING:
    from trading_api.modules.broker.journal.postgres.database import PostgresDatabase
    from trading_api.modules.broker.journal.postgres.fence import Fence


def create_journal(settings: Settings, fence: Fence | None = None) -> Journal:
    """Return the journal at DATABASE_URL; nothing is opened yet.

    A journal in PostgreSQL writes the shards of the fence. Without a fence, and in any other
    database, it is the only writer of all accounts. Raises ConfigurationError."""
    if settings.database_url == MEMORY:
        return MemoryJournal()
    if is_postgresql(settings.database_url):
        database = postgres_database(settings)
        from trading_api.modules.broker.journal.postgres.postgres_journal import PostgresJournal

        return PostgresJournal(database, fence)
    return SqlJournal(Database(settings.database_url))


def check_ledger(settings: Settings) -> None:
    """Create or migrate the ledger that the broker will write, and close it again. Raises
    ConfigurationError."""
    enabled = {name.strip() for name in settings.enabled_modules.split(",")}
    if settings.database_url == MEMORY or not enabled & {"all", "broker"}:
        return
    if is_postgresql(settings.database_url):
        asyncio.run(postgres_database(settings).prepare())
        return
    database = Database(settings.database_url)
    database.open().close()
    database.close()


def is_postgresql(database_url: str) -> bool:
    """Return whether DATABASE_URL names a database in PostgreSQL."""
    return database_url.startswith(("postgresql:", "postgres:"))


def postgres_database(settings: Settings) -> PostgresDatabase:
    """Return the PostgreSQL database at DATABASE_URL; nothing is opened yet. Raises
    ConfigurationError, also where its client is not installed.

    Its modules are imported here, because a server with SQLite needs none of them."""
    try:
        for client in ("asyncpg", "greenlet"):
            import_module(client)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"DATABASE_URL names a PostgreSQL database, which needs the package {error.name}: "
            "install trading-api[scale]."
        ) from error
    from trading_api.modules.broker.journal.postgres.database import PostgresDatabase

    return PostgresDatabase(settings.database_url, settings.shards)
