import signal
import subprocess
import sys

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
