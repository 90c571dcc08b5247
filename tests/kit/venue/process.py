"""The simulated venue in a process of its own, and its controls over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
STOP_TIMEOUT_S = 10.0


class VenueControl:
    """Calls the controls of a venue in another process: `control.trade(symbol=..., ...)`.

    The commands and their keyword arguments are the methods of `Control`. Raises ValueError with
    the venue's reason for a command that it refuses.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __getattr__(self, command: str) -> Any:
        if command.startswith("_"):
            raise AttributeError(command)
        return lambda **arguments: self._call(command, arguments)

    def _call(self, command: str, arguments: dict[str, Any]) -> Any:
        connection = HTTPConnection(self.address, timeout=30)
        try:
            connection.request("POST", f"/control/{command}", json.dumps(arguments, default=str))
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(body.decode())
        return json.loads(body)


class VenueProcess(VenueControl):
    """A venue's process with its controls."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        super().__init__(address)
        self.process = process


@contextmanager
def venue_process(*arguments: str) -> Iterator[VenueProcess]:
    """Run `python -m tests.kit.venue` with arguments while the block runs.

    The process ends with its standard input, so it never outlives the test.
    """
    command = [sys.executable, "-m", "tests.kit.venue", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, f"the venue ended with {process.wait()}"
            yield VenueProcess(process, line.split()[-1])
        finally:
            process.stdin.close()
            process.wait(STOP_TIMEOUT_S)
