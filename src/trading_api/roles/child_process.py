"""A process that a supervisor starts, and starts again each time it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Mapping, Sequence

from trading_api.bus import bound_to_parent

log = logging.getLogger(__name__)

RESTART_MIN_S = 0.1
RESTART_MAX_S = 5.0
STABLE_S = 10.0
"""A process that ran this long is restarted without delay."""
CONFIGURATION_ERROR = 2
"""The exit status of a process whose settings are not valid: to start it again would not help."""


class InvalidConfiguration(Exception):
    """Raised when a process ended because its settings are not valid. It has logged why."""


class ChildProcess:
    """One process of a deployment. It ends with its supervisor, however that ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        stable_s: float = STABLE_S,
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._pass_fds = pass_fds
        self._stable_s = stable_s
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Start the process, and again whenever it ends, until `stop`. Raises
        InvalidConfiguration, unless it ran for `stable_s` before."""
        wait_s, was_stable = RESTART_MIN_S, False
        while not self._stopping.is_set():
            started_s = time.monotonic()
            status = await self._run_once()
            if self._stopping.is_set():
                return
            is_stable = time.monotonic() - started_s > self._stable_s
            was_stable = was_stable or is_stable
            # Later, the same status may mean that a database does not answer now.
            if status == CONFIGURATION_ERROR and not was_stable:
                raise InvalidConfiguration
            wait_s = RESTART_MIN_S if is_stable else wait_s
            log.error(
                "process_ended", extra={"child": self.name, "status": status, "wait_s": wait_s}
            )
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RESTART_MAX_S)

    async def stop(self, grace_s: float) -> None:
        """Ask the process to stop, and kill it after `grace_s`."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(grace_s):
                    await process.wait()
            except TimeoutError:
                log.error("process_killed", extra={"child": self.name, "after_s": grace_s})
                process.kill()
                await process.wait()

    async def _run_once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            *bound_to_parent.command(),
            *self._command,
            env={**self._environment, "PROCESS_NAME": self.name},
            pass_fds=self._pass_fds,
            stdin=asyncio.subprocess.DEVNULL,
        )
        log.info("process_started", extra={"child": self.name, "pid": self._process.pid})
        return await self._process.wait()
