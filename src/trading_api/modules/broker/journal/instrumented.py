"""A journal that tells how it does."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence

from trading_api.modules.broker.journal.ports import (
    Journal,
    JournalEntry,
    JournalUnavailable,
)
from trading_api.observability.metrics import Metrics

DOUBTED_S = 10.0


class MeasuredJournal:
    """For `DOUBTED_S` after a write that was not taken, nobody should send work; then the next
    write shows whether it does again."""

    def __init__(self, journal: Journal, metrics: Metrics) -> None:
        self._journal = journal
        self._metrics = metrics
        self._fault: tuple[float, str] | None = None
        self._entries = 0
        metrics.add_gauge("ledger_events", "Events in the ledger", lambda: self._entries)

    async def append(self, entries: Sequence[JournalEntry]) -> None:
        started_s = time.monotonic()
        try:
            await self._journal.append(entries)
        except Exception as error:
            self._fault = time.monotonic(), _reason(error)
            self._metrics.commits_failed.inc()
            raise
        self._fault = None
        self._entries += len(entries)
        self._metrics.commits.observe(time.monotonic() - started_s)

    async def load(self) -> AsyncIterator[JournalEntry]:
        async for entry in self._journal.load():
            self._entries += 1
            yield entry

    async def close(self) -> None:
        await self._journal.close()

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        return await self._journal.read(account_id, since, limit)

    def doubt(self) -> str | None:
        """Why it should not be relied on."""
        if self._fault is None:
            return None
        failed_s, reason = self._fault
        return reason if time.monotonic() - failed_s <= DOUBTED_S else None


def _reason(error: Exception) -> str:
    """As one among others."""
    if isinstance(error, JournalUnavailable):
        return error.reason[0].lower() + error.reason[1:]
    return "the ledger did not take the last write"
