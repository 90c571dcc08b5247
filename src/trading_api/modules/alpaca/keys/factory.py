"""Chooses the store of keys that suits the ledger."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from trading_api.errors import ConfigurationError
from trading_api.modules.alpaca.keys.sqlite import SqliteKeyStore
from trading_api.modules.alpaca.keys.store import KeyStore, MemoryKeyStore
from trading_api.settings import Settings

MEMORY = "memory:"


def create_key_store(settings: Settings) -> KeyStore:
    """Return the store of the keys of the ledger at DATABASE_URL; nothing is opened yet. Raises
    ConfigurationError for a ledger in PostgreSQL."""
    if settings.database_url == MEMORY:
        return MemoryKeyStore()
    return SqliteKeyStore(keys_path(settings))


def keys_file(settings: Settings) -> Path | None:
    """Return the file of the keys, or None if they have no file."""
    return keys_path(settings) if settings.database_url.startswith("sqlite:") else None


def keys_path(settings: Settings) -> Path:
    """Return the file of the keys: `trading-alpaca.db` for the ledger `trading.db`. Raises
    ConfigurationError for a ledger that is not a file."""
    url = settings.database_url
    if not url.startswith("sqlite:"):
        raise ConfigurationError(
            "The module alpaca needs a ledger in an SQLite file, next to which it stores its keys. "
            "Set DATABASE_URL to sqlite:///PATH, or remove alpaca from ENABLED_MODULES."
        )
    ledger = Path(make_url(url).database or "").resolve()
    return ledger.with_name(f"{ledger.stem}-alpaca{ledger.suffix}")
