"""`trading-api`, run as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "trading_api", "serve"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("name", ["", "datafed", "datafeed,", "broker,nothing", " "])
def test_an_unknown_or_empty_module_stops_the_start_and_names_the_known_ones(name: str) -> None:
    result = run(ENABLED_MODULES=name)
    assert result.returncode == 2
    assert "datafeed, broker, or all" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "none"}, "PORT: Input should be a valid integer"),
        ({"DATAFEED_SPEED": "inf"}, "DATAFEED_SPEED: "),
        ({"DATAFEED_SOURCE": "replay"}, "needs DATAFEED_PATH"),
        ({"DATAFEED_SOURCE": "replay", "DATAFEED_PATH": "nowhere.csv"}, "nowhere.csv"),
        ({"DEFAULT_ACCOUNT_ID": "no spaces"}, "DEFAULT_ACCOUNT_ID: "),
    ],
)
def test_a_setting_that_cannot_be_stops_the_start_with_a_sentence(
    environment: dict[str, str], sentence: str
) -> None:
    result = run(**environment)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_recording_with_a_bad_row_stops_the_start_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "time,open,high,low,close\n1700000000,1,2,0.5,1\n1700000060,1,2,0.5,3\n", encoding="utf-8"
    )
    result = run(DATAFEED_SOURCE="replay", DATAFEED_PATH=str(path))
    assert result.returncode == 2
    assert re.search(r"bad\.csv.*line 3|bad\.csv:3", result.stderr), result.stderr


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and its address as it said it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "trading_api", "serve", *arguments],
        env=os.environ | {"PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                yield process, found[1]
                break
    finally:
        process.kill()
        process.communicate()


def test_it_serves_until_it_is_told_to_stop_and_then_stops_cleanly() -> None:
    with served() as (process, address):
        assert httpx.get(f"{address}/api/v1/health").json()["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
        assert process.returncode in (0, -signal.SIGTERM)
        assert "Traceback" not in log
        assert "ERROR" not in log
