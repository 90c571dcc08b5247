"""A small file next to the ledger that shows how far the ledger had come.

SQLite opens an older copy, or a database whose write-ahead log is damaged, without an error. The
numbers of orders and events would then be given a second time."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

log = logging.getLogger(__name__)

SIZE = 256


@dataclass(frozen=True, slots=True)
class Head:
    """The last committed event, and the number of events of all accounts."""

    events: int
    account_id: str
    seq: int
    hash: str


class LedgerHeadFile:
    """Write it after each commit. It is not synced to the disk, so that it costs no time: after a
    loss of power it may show less than the ledger holds, but never more than was committed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def read(self) -> Head | None:
        """Return what was written last, or None if there is nothing that can be read."""
        try:
            return Head(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError):
            log.warning("ledger_head_unreadable", extra={"path": str(self.path)})
            return None

    def write(self, head: Head) -> None:
        """Replace what was written before. An error is logged: the ledger itself is complete."""
        try:
            if self._file is None:
                self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o644)
            os.pwrite(self._file, json.dumps(asdict(head)).ljust(SIZE).encode(), 0)
        except OSError as error:
            log.warning("ledger_head_not_written", extra={"reason": str(error)})

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
