"""A thread that runs functions of SQLAlchemy over asyncpg."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.util import greenlet_spawn

Result = TypeVar("Result")


class EventLoopThread:
    """Runs one function at a time, in a thread with an event loop of its own.

    The functions use SQLAlchemy's connections as if they blocked. So the caller's loop waits
    neither for the database nor for the conversion of rows."""

    def __init__(self, name: str) -> None:
        # Unbounded, as are the requests behind it; each reads a bounded number of rows.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._runner = asyncio.Runner()

    async def run(self, job: Callable[[], Result]) -> Result:
        """Return the result of `job`. Raises RuntimeError after `close`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._run(job)
        )

    async def close(self) -> None:
        """Wait for the functions that were given, then end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._runner.close)
        self._thread.shutdown()

    def _run(self, job: Callable[[], Result]) -> Result:
        running = greenlet_spawn(job)
        try:
            return self._runner.run(running)
        finally:
            # A closed runner does not start the coroutine, and Python warns of a coroutine that
            # never ran.
            running.close()
