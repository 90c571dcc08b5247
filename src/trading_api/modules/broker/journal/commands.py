"""The subcommands of `trading-api` that read, copy and prune the ledger at DATABASE_URL, and that
of the live account at LIVE_DATABASE_URL."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.factory import is_postgresql, postgres_database
from trading_api.modules.broker.journal.live_ledger import has_live_ledger, live_settings
from trading_api.modules.broker.journal.memory import MEMORY
from trading_api.modules.broker.journal.sql.recovery_cursor import ReadableDatabase
from trading_api.modules.broker.journal.sqlite.backup import (
    back_up,
    back_up_companion,
    companion_of,
    restore,
    restore_companion,
)
from trading_api.modules.broker.journal.sqlite.database import Database
from trading_api.modules.broker.journal.verify.removal import RemovalSummary, remove_events
from trading_api.modules.broker.journal.verify.verification import VerificationSummary, verify
from trading_api.observability.progress_bar import ProgressBar
from trading_api.settings import Settings

Companions = Mapping[str, str]


def add_ledger_commands(commands: Any, companions: Companions) -> None:
    """Add `verify-ledger`, `ledger backup`, `ledger restore` and `ledger prune` to argparse's
    subparsers.

    `companions` are the databases of modules next to the ledger, which are copied with it: their
    contents, by the suffix of the name, as in `trading-alerts.db`."""
    _add_verify_ledger(commands)
    ledger = commands.add_parser("ledger", help="copies of the ledger at DATABASE_URL")
    ledger_commands = ledger.add_subparsers(required=True)
    _add_backup(ledger_commands, companions)
    _add_restore(ledger_commands, companions)
    _add_prune(ledger_commands)


def _add_verify_ledger(commands: Any) -> None:
    command = commands.add_parser(
        "verify-ledger", help="rebuild every account from its events and compare; a server may run"
    )
    command.set_defaults(run=_verify_ledger)


def _verify_ledger(_: argparse.Namespace) -> None:
    settings = Settings()
    _verify(settings)
    if has_live_ledger(settings):
        _verify(live_settings(settings))


def _verify(settings: Settings) -> None:
    url = _ledger_url(settings, "verified")
    is_in_postgres = is_postgresql(url)
    path, summary = _verify_postgres(settings) if is_in_postgres else _verify_file(Database(url))
    print(
        f"{path} agrees. Accounts: {summary.accounts:,}; events: {summary.events:,}. "
        "Every balance, order, execution, position and cash line follows from them."
    )
    if summary.removed:
        print(
            f"{summary.removed:,} older events were removed; what is left of them has not changed "
            "since. Their archive verifies by itself."
        )


def _verify_file(database: Database) -> tuple[object, VerificationSummary]:
    return database.path, verify(database, _progress(database))


def _verify_postgres(settings: Settings) -> tuple[object, VerificationSummary]:
    database = postgres_database(settings)
    from trading_api.modules.broker.journal.postgres.verification import verify_postgres

    return database.path, asyncio.run(verify_postgres(database, _progress(database)))


def _add_backup(commands: Any, companions: Companions) -> None:
    command = commands.add_parser(
        "backup", help="copy the ledger, alerts, keys and hooks; a server may run"
    )
    command.add_argument("target", type=Path, metavar="FILE")
    _add_live(command)
    command.set_defaults(run=partial(_backup, companions))


def _backup(companions: Companions, arguments: argparse.Namespace) -> None:
    settings, target = _settings(arguments), arguments.target
    database = _ledger_file(settings, "copied")
    if target.exists():
        raise ConfigurationError(f"{target} exists; name a file that does not.")
    database.reading().close()  # fails unless it is a ledger, before anything is copied
    # The companions first: a notification or an order that only the ledger has is found by its key.
    for name, content in () if arguments.live else companions.items():
        companion = companion_of(target, name)
        if back_up_companion(companion_of(database.path, name), companion):
            print(f"{companion} is a copy of the {content}.")
    size_bytes = back_up(database, target)
    print(f"{target} is a copy of the ledger ({size_bytes:,} bytes).")


def _add_restore(commands: Any, companions: Companions) -> None:
    command = commands.add_parser("restore", help="put a copy in place; the server must be stopped")
    command.add_argument("source", type=Path, metavar="FILE")
    _add_live(command)
    command.set_defaults(run=partial(_restore, companions))


def _restore(companions: Companions, arguments: argparse.Namespace) -> None:
    settings = _settings(arguments)
    database = _ledger_file(settings, "replaced")
    aside = restore(arguments.source, database)
    print(f"{database.path} is now {arguments.source}.")
    if aside is not None:
        print(f"The ledger that was there is {aside}.")
    for name in () if arguments.live else companions:
        copy, companion = companion_of(arguments.source, name), companion_of(database.path, name)
        if restore_companion(copy, companion):
            print(f"{companion} is now {copy}.")


def _add_prune(commands: Any) -> None:
    command = commands.add_parser(
        "prune", help="remove old events, after a copy; the server must be stopped"
    )
    command.add_argument("--before", required=True, type=_day, metavar="YYYY-MM-DD", help="in UTC")
    command.add_argument(
        "--archive", required=True, type=Path, metavar="FILE", help="the copy, which proves them"
    )
    _add_live(command)
    command.set_defaults(run=_prune)


def _add_live(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--live", action="store_true", help="the ledger of the live account (LIVE_DATABASE_URL)"
    )


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; one is 2026-01-31") from None


def _prune(arguments: argparse.Namespace) -> None:
    settings, archive = _settings(arguments), arguments.archive
    url = _ledger_url(settings, "pruned")
    before_ms = round(arguments.before.timestamp() * 1_000)
    prune = _prune_postgres if is_postgresql(url) else _prune_file
    summary = prune(settings, before_ms, archive)
    print(
        f"Removed {summary.events:,} events of {summary.accounts:,} accounts. {archive} "
        "is the ledger with them. The ledger does not shrink; its space is used again."
    )


def _prune_file(settings: Settings, before_ms: int, archive: Path) -> RemovalSummary:
    database = Database(settings.database_url)
    back_up(database, archive)
    return remove_events(database, before_ms, _progress(database))


def _prune_postgres(settings: Settings, before_ms: int, archive: Path) -> RemovalSummary:
    database = postgres_database(settings)
    from trading_api.modules.broker.journal.postgres.pruning import prune_postgres

    return asyncio.run(prune_postgres(database, before_ms, archive, _progress(database)))


def _settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings of the ledger that the command is about."""
    settings = Settings()
    return live_settings(settings) if arguments.live else settings


def _ledger_url(settings: Settings, purpose: str) -> str:
    url = settings.database_url
    if url == MEMORY:
        raise ConfigurationError(f"DATABASE_URL={url} keeps nothing that could be {purpose}.")
    return url


def _ledger_file(settings: Settings, purpose: str) -> Database:
    url = _ledger_url(settings, purpose)
    if is_postgresql(url):
        raise ConfigurationError(
            "DATABASE_URL names a PostgreSQL database; this command is for a SQLite file. "
            "PostgreSQL's own tools copy and restore its databases: pg_dump, pg_restore and "
            "pg_basebackup."
        )
    return Database(url)


def _progress(database: ReadableDatabase) -> Callable[[int, int], None] | None:
    return (
        partial(ProgressBar(sys.stderr), Path(str(database.path))) if sys.stderr.isatty() else None
    )
