"""Run `trading-api` in the process of the test, because starting Python takes longer."""

from __future__ import annotations

import subprocess
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest

from trading_api.cli import main


def command(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    stdout, stderr = StringIO(), StringIO()
    with (
        pytest.MonkeyPatch.context() as variables,
        redirect_stdout(stdout),
        redirect_stderr(stderr),
    ):
        for name, value in environment.items():
            variables.setenv(name, value)
        try:
            status = main(arguments)
        except SystemExit as end:  # argparse's own refusals
            status = int(end.code or 0)
    return subprocess.CompletedProcess(arguments, status, stdout.getvalue(), stderr.getvalue())
