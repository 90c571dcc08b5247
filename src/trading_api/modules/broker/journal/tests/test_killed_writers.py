"""`kill -9` of a trading command processor, repeatedly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.kit import killed_writers


def test_what_was_acknowledged_outlives_ten_kills_at_random_moments(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", killed_writers.__name__, str(tmp_path), "10"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    totals = json.loads(result.stdout)
    assert totals["rounds"] == 10
    assert totals["acknowledged"] > 0
