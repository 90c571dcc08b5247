"""The venue simulator of the test kit, as the unmodified ccxt meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.venue import venue_process
from tests.kit.venue.checks import CHECKS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tracebacks() -> dict[str, str]:
    """Run all checks in one process, because ccxt takes seconds to import; by name."""
    command = [sys.executable, "-W", "error", "-m", "tests.kit.venue.checks"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {row["name"]: row["error"] for row in rows}


@pytest.mark.parametrize("name", CHECKS)
def test_ccxt_agrees_that(name: str, tracebacks: dict[str, str]) -> None:
    assert not tracebacks[name], tracebacks[name]


def test_a_venue_in_a_process_of_its_own_is_driven_over_http() -> None:
    with venue_process("--symbols", "2", "--start-ms", "1700000040000") as served:
        served.quote(symbol="BTCUSDT", bid=99, ask=101)
        (trade,) = served.trade(symbol="BTCUSDT", price="100.5", quantity="0.25")
        assert (trade["price"], trade["quantity"], trade["time_ms"]) == (
            "100.5",
            "0.25",
            1_700_000_040_000,
        )
        assert served.trades(symbol="BTCUSDT") == [trade]
        assert served.received() == []
        with pytest.raises(ValueError, match="unknown fault"):
            served.inject(name="earthquake")
        with pytest.raises(ValueError, match="no command"):
            served.explode()
    assert served.process.returncode == 0
