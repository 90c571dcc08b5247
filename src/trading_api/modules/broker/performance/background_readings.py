"""Continues to read the ledgers of accounts that one request could not read completely."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from trading_api.errors import ApiError

log = logging.getLogger(__name__)

READINGS_MAX = 8
"""The accounts that are read in the background. Others are read by their requests only."""


class BackgroundReadings:
    """At most one reading of an account, each a task of its own until it ends or `close` is called.

    The readings take turns, page by page, so that a short ledger does not wait for a long one."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        # Read or being read since the last answer, the oldest first.
        self._unanswered: dict[str, None] = {}
        self._is_closed = False
        # First come, first served: after its page a reading waits for all others.
        self._turns = asyncio.Lock()

    def __contains__(self, account_id: str) -> bool:
        return account_id in self._tasks

    def start(self, account_id: str, read: Callable[[], Awaitable[None]]) -> None:
        """Read an account in the background, unless it is being read, too many others are, or
        `close` was called."""
        if self._is_closed or account_id in self._tasks or len(self._tasks) >= READINGS_MAX:
            return
        task = asyncio.create_task(self._run(account_id, read))
        self._tasks[account_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(account_id, None))
        self._unanswered[account_id] = None
        if len(self._unanswered) > READINGS_MAX:
            del self._unanswered[next(each for each in self._unanswered if each not in self)]

    def is_unanswered(self, account_id: str) -> bool:
        """Return whether an account is or was read, and no request was answered since `start`. At
        most READINGS_MAX accounts are: another one replaces the first that is not being read."""
        return account_id in self._unanswered

    def answer(self, account_id: str) -> None:
        """Note that a request got what was read of an account."""
        self._unanswered.pop(account_id, None)

    def count_with(self, account_id: str) -> int:
        """Return how many accounts take turns while this one is read."""
        return len(self._tasks.keys() | {account_id})

    async def wait(self, account_id: str, timeout_s: float) -> bool:
        """Wait for the reading of an account. Return whether it has ended, or there is none."""
        task = self._tasks.get(account_id)
        if task is not None:
            await asyncio.wait([task], timeout=timeout_s)
        return task is None or task.done()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until it is this reading's turn, and let others run before the next one."""
        async with self._turns:
            yield
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Cancel all readings, and start no others."""
        self._is_closed = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, account_id: str, read: Callable[[], Awaitable[None]]) -> None:
        try:
            await read()
        except ApiError:
            pass  # the next request gets the error of its own reading
        except Exception:
            log.exception("performance_not_read", extra={"account": account_id})
