"""The systemd unit and its environment file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.deployed_files import DEPLOY, settings_of
from trading_api.server.process_limits import OPEN_FILES_MAX
from trading_api.settings import Settings, check_exposure

UNIT = DEPLOY / "systemd" / "trading-api.service"
ENVIRONMENT = DEPLOY / "systemd" / "trading-api.env"
ANALYZE = shutil.which("systemd-analyze")
EXPOSURE_MAX = 2.0
"""Of 10; a unit without any restriction has 9.6."""


def unit(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def environment() -> dict[str, str]:
    """Return the environment of the service. The file overrides the unit."""
    lines = [*unit("Environment"), *ENVIRONMENT.read_text(encoding="utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def test_the_example_starts_once_it_has_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_of(environment() | {"AUTH_SECRET": "s" * 32}, monkeypatch)
    check_exposure(settings)
    assert settings.database_url.startswith("sqlite:////var/lib/trading-api/")
    assert settings.data_dir.is_relative_to("/var/lib/trading-api")
    monkeypatch.delenv("AUTH_SECRET")
    # In a process of its own: where the application was imported before, the server would start.
    command = [sys.executable, "-m", "trading_api", "serve"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "AUTH_SECRET" in done.stderr
    assert unit("RestartPreventExitStatus") == ["2"]


def test_the_unit_gives_the_server_time_and_files() -> None:
    assert int(unit("TimeoutStopSec")[0]) > Settings.defaults().shutdown_grace_s
    assert environment()["SHUTDOWN_GRACE_S"] == str(int(Settings.defaults().shutdown_grace_s))
    assert int(unit("LimitNOFILE")[0]) == OPEN_FILES_MAX
    (command,) = unit("ExecStart")
    assert command.split()[1:] == ["serve"]


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed (Debian: systemd)")
def test_systemd_accepts_the_unit_and_calls_it_well_protected(tmp_path: Path) -> None:
    assert ANALYZE is not None
    copy = tmp_path / UNIT.name
    program = "/opt/trading-api/bin/trading-api"
    copy.write_text(UNIT.read_text("utf-8").replace(program, sys.executable), encoding="utf-8")
    threshold = f"--threshold={EXPOSURE_MAX * 10:.0f}"
    for arguments in (("verify", "--man=no"), ("security", "--offline=true", threshold)):
        done = subprocess.run(
            [ANALYZE, *arguments, str(copy)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
