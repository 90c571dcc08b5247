"""`kill -9` of a trading broker, again and again."""

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
    told = json.loads(result.stdout)
    assert told["rounds"] == 10
    assert told["acknowledged"] > 0
