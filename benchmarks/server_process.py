"""A server in a process of its own, with its CPU time and memory."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from benchmarks.http_client import HttpClient
from benchmarks.report import Skipped

HOST = "127.0.0.1"
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 3.0

_PROC = Path("/proc")
_RESIDENT_PAGES = 1  # of /proc/PID/statm


class RunningProcess:
    """A server's process, measured by the operating system.

    It ends when its standard input closes, when it is terminated, or when it is killed.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def cpu_s(self) -> float:
        """Return the user and system time of all threads so far, in seconds."""
        clock = ctypes.c_int()
        if ctypes.CDLL(None).clock_getcpuclockid(self._process.pid, ctypes.byref(clock)):
            raise Skipped("this system does not report the CPU time of another process")
        return time.clock_gettime(clock.value)

    def resident_bytes(self) -> int:
        return int(self._proc("statm").split()[_RESIDENT_PAGES]) * os.sysconf("SC_PAGE_SIZE")

    def _proc(self, name: str) -> str:
        if not _PROC.joinpath("self", name).exists():
            raise Skipped("this system has no /proc, from which a server's memory is read")
        return _PROC.joinpath(str(self._process.pid), name).read_text()

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def listening_process(
    *command: str | Path, lines: Sequence[str] = (), log: Path | None = None
) -> AsyncIterator[tuple[RunningProcess, int]]:
    """Start a server and yield its process and its port.

    The port is bound before the start and passed as a file descriptor, which replaces `FD` in the
    command. `lines` are written to its standard input. Its standard error goes to `log`, or to
    that of this process.
    """
    with ExitStack() as files, socket.create_server((HOST, 0)) as listening:
        # asyncio sets it itself only on sockets that name their protocol.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port: int = listening.getsockname()[1]
        fd = listening.fileno()
        process = await asyncio.create_subprocess_exec(
            *(str(fd) if part == "FD" else part for part in command),
            pass_fds=[fd],
            stdin=subprocess.PIPE,
            stderr=files.enter_context(log.open("wb")) if log else None,
        )
    assert process.stdin is not None
    process.stdin.writelines(f"{line}\n".encode() for line in lines)
    running = RunningProcess(process)
    try:
        yield running, port
    finally:
        await running.end()


class ServerProcess:
    """A context in which a server of this project answers requests.

    `app` is a name in `benchmarks.serve`. `settings` are those that differ from the defaults. The
    ledger is a temporary file. Standard error goes to `log`, or to that of this process.
    """

    def __init__(
        self,
        app: str,
        settings: dict[str, Any] | None = None,
        log: Path | None = None,
        start_timeout_s: float = START_TIMEOUT_S,
    ) -> None:
        self._start_timeout_s = start_timeout_s
        self._app = app
        self._log = log
        self._settings = settings or {}

    async def __aenter__(self) -> ServerProcess:
        self._stack = AsyncExitStack()
        folder = self._stack.enter_context(TemporaryDirectory())
        ledger = {"database_url": f"sqlite:///{folder}/trading.db"}
        settings = json.dumps(ledger | self._settings)
        command = (sys.executable, "-m", "benchmarks.serve", self._app, "FD", settings)
        running, self.port = await self._stack.enter_async_context(
            listening_process(*command, log=self._log)
        )
        self.cpu_s, self.resident_bytes = running.cpu_s, running.resident_bytes
        try:
            async with asyncio.timeout(self._start_timeout_s), HttpClient(HOST, self.port) as http:
                await http.get("/health/live", statuses=(200, 404))
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()
