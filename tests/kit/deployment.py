"""A deployment as real processes on 127.0.0.1. Each process has a name, and a log of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from tests.kit.deployment_proxy import TcpProxy
from tests.kit.postgresql import UNPRIVILEGED_USER

READY_S_MAX = 60.0
"""The longest start of a process. Many processes share the machine."""
STOP_S_MAX = 30.0
POLL_S = 0.02
STARTED = "Application startup complete."
"""What uvicorn logs once an application has started up."""


class DeploymentError(Exception):
    """Raised when a process does not start or stop in time. The message names its log."""


class ControlledProcess(Protocol):
    """A process that a test can end, halt and continue."""

    name: str

    @property
    def pid(self) -> int | None:
        """Return the process id, or None while the process does not run."""
        ...


@dataclass(slots=True)
class ServerProcess:
    """A program that the deployment starts. `ready_url` answers 200 once the program is ready;
    without it, `port` accepts connections. `folder` is the working directory, by default that of
    the log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    log_path: Path
    ready_url: str | None = None
    port: int | None = None
    is_unprivileged: bool = False
    folder: Path | None = None
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def start(self) -> None:
        """Start the program; its output is appended to the log."""
        assert self.pid is None, f"{self.name} runs"
        user: dict[str, Any] = {}
        if self.is_unprivileged and os.geteuid() == 0:
            user = {"user": UNPRIVILEGED_USER, "group": UNPRIVILEGED_USER, "extra_groups": []}
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder or self.log_path.parent,
                **user,
            )

    async def ready(self) -> None:
        """Return once the program is ready. Raises DeploymentError."""
        deadline_s = time.monotonic() + READY_S_MAX
        while not await self._is_ready():
            if self.pid is None:
                raise DeploymentError(f"{self.name} ended while it started: see {self.log_path}")
            if time.monotonic() > deadline_s:
                raise DeploymentError(f"{self.name} is not ready in time: see {self.log_path}")
            await asyncio.sleep(POLL_S)

    async def ended(self) -> int:
        """Return the exit status once the program has ended. Raises DeploymentError."""
        assert self._process is not None, f"{self.name} was never started"
        deadline_s = time.monotonic() + STOP_S_MAX
        while (status := self._process.poll()) is None:
            if time.monotonic() > deadline_s:
                raise DeploymentError(f"{self.name} does not end: see {self.log_path}")
            await asyncio.sleep(POLL_S)
        return status

    async def _is_ready(self) -> bool:
        if self.ready_url is not None:
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(timeout=2) as client:
                    return (await client.get(self.ready_url)).status_code == 200
            return False
        assert self.port is not None
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            return True
        return False


@dataclass(slots=True)
class ChildOfSupervisor:
    """A process that a supervisor starts, and starts again.

    The log of the supervisor names its process id, or `program` is found among the supervisor's
    children. Each child writes to that log too, also that it is ready."""

    name: str
    supervisor: ServerProcess
    program: str = ""
    _offset: int = 0
    _logged_pid: int | None = None
    _is_ready: bool = False

    @property
    def pid(self) -> int | None:
        parent = self.supervisor.pid
        if parent is None:
            return None
        self._read_log()
        for pid in _children(parent):
            if pid == self._logged_pid or (self.program and self.program in _line(pid)):
                return pid
        return None

    @property
    def is_ready(self) -> bool:
        """Return whether the process runs and has started up."""
        return self.pid is not None and (self._is_ready or bool(self.program))

    def _read_log(self) -> None:
        with self.supervisor.log_path.open("rb") as log:
            log.seek(self._offset)
            for line in log:
                if not line.endswith(b"\n"):
                    break
                self._offset += len(line)
                if line.startswith(b"{"):
                    self._take(json.loads(line))

    def _take(self, line: dict[str, Any]) -> None:
        if line["event"] == "process_started" and line["child"] == self.name:
            self._logged_pid, self._is_ready = line["pid"], False
        elif line["event"] == STARTED and line["process"] == self.name:
            self._is_ready = True


@dataclass(slots=True)
class Deployment:
    """The processes of a deployment by name, in the order in which they start.

    `base_urls` are the addresses of the gateways. `client_environment` is what the subcommands of
    `trading-api` need to find the ledger."""

    folder: Path
    base_urls: list[str]
    client_environment: dict[str, str]
    processes: dict[str, ServerProcess] = field(default_factory=dict)
    children: dict[str, ChildOfSupervisor] = field(default_factory=dict)
    proxies: dict[str, TcpProxy] = field(default_factory=dict)
    temporary_folders: list[Path] = field(default_factory=list)

    def add(self, process: ServerProcess) -> ServerProcess:
        self.processes[process.name] = process
        return process

    def process(self, name: str) -> ControlledProcess:
        return self.processes.get(name) or self.children[name]

    def names(self, prefix: str) -> list[str]:
        """Return the names of processes that begin with the prefix."""
        return [n for n in (*self.processes, *self.children) if n.startswith(prefix)]

    async def start(self) -> None:
        """Start every proxy, and every process in order. Raises DeploymentError."""
        for proxy in self.proxies.values():
            await proxy.start()
        for process in self.processes.values():
            process.start()
            await process.ready()
        for child in self.children:
            await self.child_ready(child)

    async def child_ready(self, name: str) -> None:
        """Return once the supervisor has started a child. Raises DeploymentError."""
        deadline_s = time.monotonic() + READY_S_MAX
        while not self.children[name].is_ready:
            if time.monotonic() > deadline_s:
                log_path = self.children[name].supervisor.log_path
                raise DeploymentError(f"{name} is not ready in time: see {log_path}")
            await asyncio.sleep(POLL_S)

    def connections(self, name: str) -> int:
        """Return how many sockets a process has open."""
        count = 0
        for link in Path(f"/proc/{self.process(name).pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed after it was listed
                count += str(link.readlink()).startswith("socket:")
        return count

    async def start_again(self, name: str) -> None:
        """Start a process that has ended, unless its supervisor does, and return once it is ready.
        Raises DeploymentError."""
        if name in self.children:
            await self.child_ready(name)
            return
        self.processes[name].start()
        await self.processes[name].ready()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process. Raises DeploymentError if it does not run."""
        pid = self.process(name).pid
        if pid is None:
            raise DeploymentError(f"{name} does not run")
        os.kill(pid, number)

    async def kill(self, name: str) -> None:
        """End a process without a chance to clean up."""
        pid = self.process(name).pid
        self.signal(name, signal.SIGKILL)
        while self.process(name).pid == pid:  # noqa: ASYNC110, the kernel sends no event
            await asyncio.sleep(POLL_S)

    async def stop(self, name: str) -> None:
        """Ask a process to end, and wait for it. Raises DeploymentError."""
        process = self.processes[name]
        self.signal(name, signal.SIGTERM)
        await process.ended()

    async def stop_all(self) -> None:
        """Stop every process in reverse order; kill those that do not stop in time."""
        for proxy in self.proxies.values():
            proxy.restore()
        for process in reversed(self.processes.values()):
            if process.pid is None:
                continue
            with suppress(DeploymentError, ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)
                await self.stop(process.name)
                continue
            if process.pid is not None:
                os.kill(process.pid, signal.SIGKILL)
                await process.ended()
        for proxy in self.proxies.values():
            await proxy.close()
        for folder in self.temporary_folders:
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def running(deployment: Deployment) -> AsyncIterator[Deployment]:
    """Start the deployment, and stop all of it at the end."""
    try:
        await deployment.start()
        yield deployment
    finally:
        await deployment.stop_all()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def trading_api(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "trading_api", *arguments]


def _children(parent: int) -> list[int]:
    """Return the child processes of a process, as /proc lists them for each of its threads."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""
