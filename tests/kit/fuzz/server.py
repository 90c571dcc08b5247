"""A server in a process of its own, which is checked after the fuzzing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.kit.signed_tokens import SECRET, bearer, token_valid_for

STOP_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class FuzzedServer:
    address: str
    headers: dict[str, str]
    """Return the headers that clients have to send."""


@contextmanager
def fuzzed(is_secured: bool, modules: str = "all") -> Iterator[FuzzedServer]:
    """Run a server whose limits do not interfere, and check it at the end.

    It must still answer, have no connection and no topic, stop on SIGTERM, and have logged no
    error.
    """
    environment = {"PORT": "0", "COMMANDS_PER_S": "1000000", "WS_MESSAGES_PER_S": "1000000"}
    environment |= {"DATABASE_URL": "memory:", "ENABLED_MODULES": modules}
    environment |= {"WS_COMPRESSION": "context" if is_secured else "shared"}
    if is_secured:
        environment |= {"AUTH_MODE": "secret", "AUTH_SECRET": SECRET}
    headers = bearer(token_valid_for(3600 * 24)) if is_secured else {}
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "trading_api", "serve"],
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            address = _address(process, log.fileno())
            yield FuzzedServer(address, headers)
            with httpx.Client(base_url=f"http://{address}", headers=headers) as rest:
                assert rest.get("/api/v1/health").status_code == 200
                for _ in range(1000):
                    left = rest.get("/api/v1/admin/connections").json()
                    if not left and not rest.get("/api/v1/admin/topics").json():
                        break
                else:
                    raise AssertionError(f"left over: {left}")
            process.terminate()
            process.wait(STOP_TIMEOUT_S)
        finally:
            process.kill()
            process.wait()
        log.seek(0)
        faults = [line for line in log if '"level":"error"' in line or "Traceback" in line]
        assert not faults, faults[:3]


def _address(process: subprocess.Popen[bytes], log: int) -> str:
    while process.poll() is None:
        text = os.pread(log, 100_000, 0).decode()
        if found := re.search(r"running on http://(127\.0\.0\.1:\d+)", text):
            return found[1]
    raise AssertionError("the server did not start")
