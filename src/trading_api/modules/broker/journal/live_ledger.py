"""The place of the live account's ledger, which is apart from that of the paper accounts."""

from __future__ import annotations

from pathlib import Path

from trading_api.errors import ConfigurationError
from trading_api.settings import Settings

_SQLITE = "sqlite:///"


def live_database_url(settings: Settings) -> str:
    """Return LIVE_DATABASE_URL; by default a file next to the one of DATABASE_URL."""
    if settings.live_database_url:
        return settings.live_database_url
    if not settings.database_url.startswith(_SQLITE):
        raise ConfigurationError(
            "LIVE_DATABASE_URL has to be set where DATABASE_URL is no SQLite file: a live account "
            "has a ledger of its own."
        )
    path = Path(settings.database_url.removeprefix(_SQLITE))
    return f"{_SQLITE}{path.with_name(f'{path.stem}-live{path.suffix}')}"


def live_settings(settings: Settings) -> Settings:
    """Return the settings with the live account's ledger in the place of DATABASE_URL. Raises
    ConfigurationError."""
    return settings.model_copy(update={"database_url": live_database_url(settings)})


def has_live_ledger(settings: Settings) -> bool:
    """Return whether there is a ledger of a live account. That of a database in PostgreSQL is
    there as soon as LIVE_DATABASE_URL names it."""
    try:
        url = live_database_url(settings)
    except ConfigurationError:
        return False
    return Path(url.removeprefix(_SQLITE)).exists() if url.startswith(_SQLITE) else True
