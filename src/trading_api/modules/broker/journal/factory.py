"""Chooses the journal that the settings name."""

from __future__ import annotations

from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MEMORY, MemoryJournal
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.sqlite.sql_journal import SqlJournal
from trading_api.settings import Settings


def create_journal(settings: Settings) -> Journal:
    """Return the journal at DATABASE_URL; nothing is opened yet. Raises ConfigurationError."""
    if settings.database_url == MEMORY:
        return MemoryJournal()
    return SqlJournal(Database(settings.database_url))


def check_ledger(settings: Settings) -> None:
    """Create or migrate the ledger file that the broker will write, and close it again. Raises
    ConfigurationError."""
    enabled = {name.strip() for name in settings.enabled_modules.split(",")}
    if settings.database_url == MEMORY or not enabled & {"all", "broker"}:
        return
    database = Database(settings.database_url)
    database.open().close()
    database.close()
