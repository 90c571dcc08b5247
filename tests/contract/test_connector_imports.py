"""What runs in the process of a venue's client imports nothing of the web server."""

from __future__ import annotations

import subprocess
import sys

import pytest

TARGETS = (
    "trading_api.modules.broker.external.alpaca.alpaca_connector",
    "trading_api.modules.broker.external.ccxt.ccxt_connector",
    "trading_api.modules.datafeed.venues.ccxt_connector",
)
HEAVY = {"fastapi", "starlette", "uvicorn", "sqlalchemy"}


@pytest.mark.parametrize("target", TARGETS)
def test_a_connector_is_small(target: str) -> None:
    program = f"import sys, {target}; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert not HEAVY & set(result.stdout.split())
