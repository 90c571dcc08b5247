"""What an error of a database means to callers that wait for the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from trading_api.errors import ConfigurationError
from trading_api.modules.broker.journal.event_codec import UnreadableEvent
from trading_api.modules.broker.journal.journal import JournalUnavailable

Result = TypeVar("Result")

_SQLITE = (
    ("SQLITE_BUSY", "The ledger is locked by another process", "ledger_locked"),
    ("SQLITE_READONLY", "The ledger is read-only", "ledger_read_only"),
    ("SQLITE_FULL", "The ledger's disk is full", "ledger_full"),
    ("SQLITE_CORRUPT", "The ledger is damaged", "ledger_damaged"),
    ("SQLITE_NOTADB", "The ledger is no SQLite database", "ledger_damaged"),
)
_POSTGRESQL = (
    ("55P03", "The ledger is locked by another process", "ledger_locked"),
    ("25006", "The ledger is read-only", "ledger_read_only"),
    ("53100", "The ledger's disk is full", "ledger_full"),
    ("XX00", "The ledger is damaged", "ledger_damaged"),
)
"""Reasons and codes by the beginning of the name or the SQLSTATE of an error."""


def to_journal_unavailable(error: BaseException) -> JournalUnavailable:
    """Return the error with a reason and a code for the callers that wait."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    for attribute, meanings in (("sqlite_errorname", _SQLITE), ("sqlstate", _POSTGRESQL)):
        name = getattr(cause, attribute, None) or ""
        for prefix, reason, code in meanings:
            if name.startswith(prefix):
                return JournalUnavailable(reason, code)
    return JournalUnavailable(f"The ledger can't be used ({cause})", "ledger_failed")


def read_ledger(path: object, read: Callable[[], Result]) -> Result:
    """Return what `read` returns. Raises ConfigurationError where the ledger is damaged."""
    try:
        return read()
    except (UnreadableEvent, DBAPIError, sqlite3.Error) as error:
        reason = (
            str(error)
            if isinstance(error, UnreadableEvent)
            else to_journal_unavailable(error).reason
        )
        raise ConfigurationError(
            f"The ledger {path} (DATABASE_URL) can't be read: {reason}. "
            "`trading-api verify-ledger` says where."
        ) from error
