"""`kill -9` of a server of alerts, repeatedly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.kit import killed_alerts


def test_each_crossing_is_notified_once_across_ten_kills_at_random_moments(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", killed_alerts.__name__, str(tmp_path), "10"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    totals = json.loads(result.stdout)
    assert totals["rounds"] == 10
    assert totals["notifications"] > 0
    assert totals["deleted"] > 0
