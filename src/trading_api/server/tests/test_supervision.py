import signal
import subprocess
import sys

import pytest

from trading_api.server.supervision import on_stop

PROGRAM = """
import asyncio
from trading_api.server.supervision import supervised

async def work():
    raise LookupError("the market has gone")

async def main():
    await supervised("market", work())
    await asyncio.sleep(20)

asyncio.run(main())
"""


def test_a_failed_part_is_logged_and_stops_the_process_like_sigterm() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=15, check=False
    )
    assert result.returncode == -signal.SIGTERM
    assert "part_failed" in result.stderr
    assert "the market has gone" in result.stderr


def _sent(number: signal.Signals) -> list[str]:
    """Return the calls that a signal causes while the process serves."""
    calls: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: calls.append("SIGTERM"))
    try:
        with on_stop(lambda: calls.append("stop")):
            signal.raise_signal(number)
    finally:
        signal.signal(signal.SIGTERM, before)
    return calls


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_closes_stops_the_server_like_sigterm(number: signal.Signals) -> None:
    # Set here, because the tests may run under nohup.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        assert _sent(number) == ["stop", "SIGTERM"]
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_sighup_stays_ignored_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert _sent(signal.SIGHUP) == []
    finally:
        signal.signal(signal.SIGHUP, before)
