"""Chooses the store of hooks that suits the ledger."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url

from trading_api.errors import ConfigurationError
from trading_api.modules.hooks.store.store import HookStore
from trading_api.settings import Settings

MEMORY = "memory:"


def create_store(settings: Settings) -> HookStore:
    """Return the store of the hooks of the ledger at DATABASE_URL; nothing is opened yet. Raises
    ConfigurationError."""
    if settings.database_url == MEMORY:
        return HookStore(None)
    path = hooks_file(settings)
    if path is None:
        raise ConfigurationError(
            "ENABLED_MODULES: hooks needs a ledger in an SQLite file; DATABASE_URL names a "
            "PostgreSQL database."
        )
    return HookStore(path)


def hooks_file(settings: Settings) -> Path | None:
    """Return the file of the hooks, `trading-hooks.db` for the ledger `trading.db`, or None if
    they have no file of their own."""
    url = settings.database_url
    if not url.startswith("sqlite:"):
        return None
    ledger = Path(make_url(url).database or "").resolve()
    return ledger.with_name(f"{ledger.stem}-hooks{ledger.suffix}")
