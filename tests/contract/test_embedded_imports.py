"""One process loads nothing of what several processes need."""

from __future__ import annotations

import subprocess
import sys

FOREIGN = ("asyncpg", "nats", "redis", "trading_api.bus", "trading_api.relay", "trading_api.roles")


def test_the_application_of_one_process_imports_no_bus_and_no_client_of_one() -> None:
    program = (
        "import sys, trading_api.main\n"
        f"print([name for name in {FOREIGN!r} if name in sys.modules])"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert shown.stdout.strip() == "[]"
