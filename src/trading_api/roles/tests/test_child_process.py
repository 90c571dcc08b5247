"""A process that is started again when it ends, and ends with its supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.kit.server import until
from trading_api.roles.child_process import ChildProcess, InvalidConfiguration

SLEEPS = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(60)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"


def child(program: str, path: Path) -> ChildProcess:
    return ChildProcess("child", [sys.executable, "-c", program, str(path)], os.environ)


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_process_that_is_killed_is_started_again(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    process = child(SLEEPS, path)
    running = asyncio.create_task(process.run())
    await until(lambda: len(pids(path)) == 1)
    os.kill(pids(path)[0], signal.SIGKILL)
    await until(lambda: len(pids(path)) == 2)
    await process.stop(grace_s=10)
    await running
    assert len(pids(path)) == 2
    assert not any(map(is_running, pids(path)))


async def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    process = child(IGNORES_SIGTERM, path)
    running = asyncio.create_task(process.run())
    await until(lambda: len(pids(path)) == 1)
    await process.stop(grace_s=0.1)
    await running
    assert not is_running(pids(path)[0])


async def test_a_process_with_invalid_settings_is_not_started_again(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration):
        await child("import sys; sys.exit(2)", tmp_path).run()


async def test_a_process_that_ran_before_is_started_again_whatever_its_status(
    tmp_path: Path,
) -> None:
    path = tmp_path / "pids"
    program = SLEEPS.replace("time.sleep(60)", "sys.exit(2)")
    command = [sys.executable, "-c", program, str(path)]
    process = ChildProcess("child", command, os.environ, stable_s=0.0)
    running = asyncio.create_task(process.run())
    await until(lambda: len(pids(path)) > 1)
    await process.stop(grace_s=10)
    await running


async def test_a_process_ends_when_its_supervisor_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "pids"
    supervisor = (
        "import asyncio, os, sys\n"
        "from trading_api.roles.child_process import ChildProcess\n"
        f"command = [sys.executable, '-c', {SLEEPS!r}, sys.argv[1]]\n"
        "asyncio.run(ChildProcess('child', command, os.environ).run())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", supervisor, str(path), stderr=asyncio.subprocess.DEVNULL
    )
    await until(lambda: len(pids(path)) == 1)
    process.kill()
    await process.wait()
    await until(lambda: not is_running(pids(path)[0]))
