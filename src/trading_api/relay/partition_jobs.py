"""The background jobs of one partition at a gateway."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

log = logging.getLogger(__name__)

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class PartitionJobs:
    """Runs each job of a partition once at a time. `start_job` runs a coroutine function as a
    task."""

    def __init__(self, partition: str, start_job: Callable[[Job], None]) -> None:
        self._partition = partition
        self._start_job = start_job
        self._running: set[str] = set()

    def start(self, name: str, job: Job) -> None:
        """Run a job, unless it is running. Its exception is logged."""
        if name in self._running:
            return
        self._running.add(name)

        async def run() -> None:
            try:
                await job()
            except Exception:
                log.exception(
                    "partition_job_failed", extra={"partition": self._partition, "job": name}
                )
            finally:
                self._running.discard(name)

        self._start_job(run)
