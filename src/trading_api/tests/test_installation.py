"""The check for FastWS at the start of the command."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from trading_api import __version__
from trading_api.installation import FASTWS_REQUIREMENT, check_installation

ROOT = Path(__file__).resolve().parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("argument", ["--help", "--version", "serve", "token"])
def test_every_call_without_fastws_ends_with_the_missing_command(argument: str) -> None:
    result = subprocess.run(
        # Without site-packages, every package is missing.
        [sys.executable, "-S", "-m", "trading_api", argument],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines()[1:] == [
        f"uv pip install --python {sys.executable} --no-deps {FASTWS_REQUIREMENT}"
    ]


def test_the_check_passes_where_fastws_is_installed() -> None:
    check_installation()


def test_the_command_installs_the_version_that_is_locked() -> None:
    assert PROJECT["dependency-groups"]["fastws"] == [FASTWS_REQUIREMENT]


def test_the_package_has_one_version() -> None:
    assert __version__ == PROJECT["project"]["version"]
