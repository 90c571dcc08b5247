"""One server in a process of its own, and what the system says of it."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
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
_UTIME, _STIME = 11, 12  # of /proc/PID/stat, counted after the command's name
_RESIDENT_PAGES = 1  # of /proc/PID/statm


class ServerProcess:
    """`app` is a name of `benchmarks.serve`; `settings` are those unlike the defaults; the ledger
    is a file of its own. Entered, it answers requests; left, it is ended."""

    def __init__(self, app: str, settings: dict[str, Any] | None = None) -> None:
        self._app = app
        self._settings = settings or {}

    async def __aenter__(self) -> ServerProcess:
        self._folder = TemporaryDirectory()
        ledger = {"database_url": f"sqlite:///{self._folder.name}/trading.db"}
        settings = json.dumps(ledger | self._settings)
        # The port is bound before the server starts, so that nobody else can take it.
        with socket.create_server((HOST, 0)) as listening:
            self.port: int = listening.getsockname()[1]
            fd = listening.fileno()
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.serve", self._app, str(fd), settings),
                pass_fds=[fd],
                stdin=subprocess.PIPE,
            )
        try:
            async with asyncio.timeout(START_TIMEOUT_S), HttpClient(HOST, self.port) as http:
                await http.get("/openapi.json", statuses=(200, 404))
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    def cpu_s(self) -> float:
        """User and system time so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[_UTIME]) + int(fields[_STIME])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        return int(self._proc("statm").split()[_RESIDENT_PAGES]) * os.sysconf("SC_PAGE_SIZE")

    def _proc(self, name: str) -> str:
        if not _PROC.joinpath("self", name).exists():
            raise Skipped("this system has no /proc, from which a server's CPU and memory are read")
        return _PROC.joinpath(str(self._process.pid), name).read_text()

    async def _end(self) -> None:
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._folder.cleanup()
