"""Signals that end a strategy on a server, in a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE

import pytest

from tests.kit.stepped_market import stepping

SCRIPT = """
import signal, sys, threading
from trading_api_client import Live, Strategy

class Ended(Strategy):
    symbols = ("AAPL",)
    def on_start(self):
        def interrupt(error):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        # The end of this subscription is in `Client.close`.
        self._host._client.on_trade("AAPL", id).on_end(interrupt)
        print("started", flush=True)
    def on_stop(self):
        print("stopped")

previous = signal.getsignal(signal.SIGTERM)
Live(sys.argv[1], account="SIGNALS").run(Ended)
print(signal.getsignal(signal.SIGTERM) is previous)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_run_and_another_one_does_not_disturb_the_end(
    number: signal.Signals,
) -> None:
    async with stepping() as bot:
        command = [sys.executable, "-c", SCRIPT, f"http://{bot.address}"]
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"started\n"
        process.send_signal(number)
        output, errors = await process.communicate()
        assert (output, errors, process.returncode) == (b"stopped\nTrue\n", b"", 0)
