"""A journal that measures another one and reports its health."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing

from trading_api.modules.broker.engine.account_image import AccountImage
from trading_api.modules.broker.journal.history import JournalHistory
from trading_api.modules.broker.journal.journal import (
    DuplicateKey,
    Journal,
    JournalEntry,
    JournalUnavailable,
    RecoveryStep,
)
from trading_api.observability.metrics import Metrics

UNHEALTHY_S = 10.0


class InstrumentedJournal:
    """Counts the events and measures the commits of `journal`.

    For `unhealthy_s` after a failed write, the journal is not ready for more work. The next write
    shows whether it works again. `name` is the prefix of its own metrics."""

    def __init__(
        self,
        journal: Journal,
        metrics: Metrics,
        unhealthy_s: float = UNHEALTHY_S,
        name: str = "ledger",
    ) -> None:
        self._journal = journal
        self._metrics = metrics
        self._unhealthy_s = unhealthy_s
        self._failure: tuple[float, str] | None = None
        self._entries = 0
        metrics.add_gauge(f"{name}_events", "Events in the ledger", lambda: self._entries)

    @property
    def history(self) -> JournalHistory:
        return self._journal.history

    async def append(
        self, entries: Sequence[JournalEntry], images: Sequence[AccountImage] = ()
    ) -> None:
        """Append, and record the duration or the failure."""
        started_s = time.monotonic()
        try:
            await self._journal.append(entries, images)
        except DuplicateKey:  # the journal works
            raise
        except Exception as error:
            self._failure = time.monotonic(), _reason(error)
            self._metrics.commits_failed.inc()
            raise
        self._failure = None
        self._entries += len(entries)
        self._metrics.commits.observe(time.monotonic() - started_s)

    async def currencies(self) -> Mapping[str, str]:
        """Return the currencies of the inner journal."""
        return await self._journal.currencies()

    async def recover(
        self, shards: Collection[int] | None = None, *, with_idle: bool = True
    ) -> AsyncGenerator[RecoveryStep, None]:
        """Recover, and count the entries, also those that are left out or before an image."""
        async with aclosing(self._journal.recover(shards, with_idle=with_idle)) as steps:
            async for step in steps:
                for item in step.items:
                    self._entries += item.seq if isinstance(item, AccountImage) else 1
                self._entries += sum(step.left_out.values())
                yield step

    async def recover_accounts(
        self, account_ids: Collection[str]
    ) -> Sequence[AccountImage | JournalEntry]:
        """Recover accounts from the inner journal. Their entries are counted already."""
        return await self._journal.recover_accounts(account_ids)

    async def remove_gateway_keys(self, before_ms: int, limit: int) -> int:
        """Remove keys from the inner journal."""
        return await self._journal.remove_gateway_keys(before_ms, limit)

    def forget(self, account_ids: Collection[str]) -> None:
        """Forget accounts in the inner journal."""
        self._journal.forget(account_ids)

    async def load(self) -> AsyncGenerator[JournalEntry, None]:
        """Load, and count the entries."""
        async with aclosing(self._journal.load()) as entries:
            async for entry in entries:
                self._entries += 1
                yield entry

    async def close(self) -> None:
        """Close the inner journal."""
        await self._journal.close()

    async def read(self, account_id: str, since: int, limit: int) -> Sequence[JournalEntry]:
        """Read from the inner journal."""
        return await self._journal.read(account_id, since, limit)

    def health(self) -> str | None:
        """Return why the journal cannot be relied on now, or None if it can."""
        if self._failure is None:
            return None
        failed_s, reason = self._failure
        return reason if time.monotonic() - failed_s <= self._unhealthy_s else None


def _reason(error: Exception) -> str:
    """Return the reason as a part of a sentence."""
    if isinstance(error, JournalUnavailable):
        return error.reason[0].lower() + error.reason[1:]
    return "the ledger did not take the last write"
