"""`kill -9` of a server between the intent of an alert and its result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.kit import killed_hooks


def test_an_alert_is_executed_once_although_the_server_is_killed_meanwhile(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", killed_hooks.__name__, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"alerts": 3, "orders": 5}
