"""Reads the live account from its ledger, which a server may be writing."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import AccountImage, restore
from trading_api.modules.broker.journal.factory import is_postgresql, postgres_database
from trading_api.modules.broker.journal.live_ledger import live_settings
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.modules.broker.journal.sql.recovery_cursor import ReadableDatabase, RecoveryCursor
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.settings import Settings


class LiveLedger(NamedTuple):
    """The account as its ledger has it. `path` is what messages call the ledger."""

    path: str
    state: AccountState


def read_live_ledger(settings: Settings) -> LiveLedger | None:
    """Return the live account at LIVE_DATABASE_URL, or None where none was opened yet. Nothing is
    created or changed. Raises ConfigurationError."""
    ledger = live_settings(settings)
    url = ledger.database_url
    if url == MEMORY:
        return None
    if is_postgresql(url):
        database = postgres_database(ledger)
        from sqlalchemy.util import greenlet_spawn

        return asyncio.run(greenlet_spawn(_read, database, settings.live_account_id))
    file = Database(url)
    return _read(file, settings.live_account_id) if file.path.exists() else None


def _read(database: ReadableDatabase, account_id: str) -> LiveLedger | None:
    state = AccountState()
    cursor = RecoveryCursor(database.reading(), database.path)
    try:
        while items := cursor.next().items:
            for item in items:
                if item.account_id != account_id:
                    continue
                if isinstance(item, AccountImage):
                    state = restore(item)
                else:
                    state.evolve(item.event)
                    state.discard_history()
    finally:
        cursor.close()
    return None if state.venue is None else LiveLedger(str(database.path), state)
