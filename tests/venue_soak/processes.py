"""The server under test in a process of its own, and what it uses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.kit.venue.ccxt_configuration import ccxt_options
from tests.kit.venue.process import ROOT

STOP_TIMEOUT_S = 30.0
WARM_UP = 0.3
"""This part of a run is left out of the slope of the memory."""


@dataclass
class MemorySamples:
    """The resident memory of a process over time, in bytes."""

    pid: int
    times_s: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def sample(self) -> None:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        self.times_s.append(time.monotonic())
        self.sizes.append(pages * os.sysconf("SC_PAGE_SIZE"))

    def mib_per_minute(self) -> float:
        """Return the slope of the line that fits best, after the warm-up."""
        start = int(len(self.sizes) * WARM_UP)
        times, sizes = np.array(self.times_s[start:]), np.array(self.sizes[start:])
        if len(sizes) < 2:
            return 0.0
        return float(np.polyfit(times - times[0], sizes, 1)[0]) * 60 / 2**20


@contextmanager
def server_process(
    folder: Path, venue_address: str, symbols: Sequence[str]
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server on the venue's live market, which records it. Yield it and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "PORT": str(port),
        "DATAFEED_SOURCE": "ccxt",
        "DATAFEED_VENUE": "binance",
        "DATAFEED_SYMBOLS": ",".join(symbols),
        "CCXT_OPTIONS": json.dumps(ccxt_options(venue_address)),
        "DATAFEED_RECORD": "1",
        "DATAFEED_HISTORY_DAYS": "1",
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": "memory:",
        "ACCOUNT_CURRENCY": "USDT",
        "WS_LIFESPAN_S": "1000000",
    }
    command = [sys.executable, "-m", "trading_api", "serve"]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process, f"127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def children(pid: int) -> list[int]:
    """Return the ids of the processes that a process started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(each) for each in listed.split()]


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
