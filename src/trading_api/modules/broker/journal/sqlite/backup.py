"""Copies a ledger while a server writes it, and puts a copy in its place."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.sqlite.database import Database

SUFFIXES = ("", "-wal", "-shm", ".head")


def back_up(database: Database, target: Path) -> int:
    """Copy the ledger as it is at one moment, and return the size of the copy in bytes.

    A server may write meanwhile. The target appears when it is complete. Raises
    ConfigurationError, also if the target exists."""
    if target.exists():
        raise ConfigurationError(f"{target} exists; name a file that does not.")
    database.reading().close()  # it is a ledger of this version
    with _sqlite_errors():
        _copy(database.path, target)
    return target.stat().st_size


def companion_of(ledger: Path, name: str) -> Path:
    """Return the path of a module's database next to a ledger, or next to a copy of one."""
    return ledger.with_name(f"{ledger.stem}-{name}{ledger.suffix}")


def back_up_companion(path: Path, target: Path) -> bool:
    """Copy a database that belongs to the ledger. Return whether there is one.

    Raises ConfigurationError, also if the target exists."""
    if target.exists():
        raise ConfigurationError(f"{target} exists; name a file that does not.")
    if not path.exists():
        return False
    with _sqlite_errors():
        _copy(path, target)
    return True


def restore_companion(source: Path, path: Path) -> bool:
    """Put the copy of a database that belongs to the ledger in place. Return whether there is one.

    The replaced database is moved aside. Raises ConfigurationError."""
    if not source.exists():
        return False
    with _sqlite_errors():
        incoming = path.with_name(f"{path.name}.incoming")
        incoming.unlink(missing_ok=True)
        _copy(source, incoming)
        _move_aside(path)
        incoming.rename(path)
        _sync_folder(path.parent)
    return True


def restore(source: Path, database: Database) -> Path | None:
    """Put a copy in the ledger's place, and return where the ledger is now that was there.

    Raises ConfigurationError while a server uses the ledger, and for a copy that is damaged or is
    no ledger."""
    if not source.exists():
        raise ConfigurationError(f"There is no copy {source}.")
    with database.locked(), _sqlite_errors():
        _check(source)
        incoming = database.path.with_name(f"{database.path.name}.incoming")
        incoming.unlink(missing_ok=True)
        _copy(source, incoming)
        aside = _move_aside(database.path)
        incoming.rename(database.path)
        _sync_folder(database.path.parent)
        return aside


def _check(source: Path) -> None:
    with closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as connection:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise ConfigurationError(f"The copy {source} is damaged: {answer}.")
        connection.execute("SELECT version_num FROM alembic_version")


def _copy(source: Path, target: Path) -> None:
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(partial)) as writing,
    ):
        # All pages in one step: with a server that writes, more steps would begin again and again.
        reading.backup(writing)
    finish_copy(partial, target)


def finish_copy(partial: Path, target: Path) -> None:
    """Give a complete copy its name once it is on the disk as a single file."""
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute("PRAGMA journal_mode = delete")
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(target)
    _sync_folder(target.parent)


def _move_aside(path: Path) -> Path | None:
    """Rename the ledger with its other files, if there is one."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    aside = path.with_name(f"{path.name}.replaced-{stamp}")
    found = [suffix for suffix in SUFFIXES if Path(f"{path}{suffix}").exists()]
    for suffix in found:
        Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside if found else None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _sqlite_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ConfigurationError(f"The copy cannot be made or used: {error}.") from error
