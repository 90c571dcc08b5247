"""Environments in which the built wheels are installed, as a user does it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

UV = os.environ.get("UV", "uv")
TIME_LIMIT_S = 300.0
"""The longest run of a command; the first one downloads what is not in uv's cache."""


@dataclass(frozen=True, slots=True)
class WheelEnvironment:
    """An environment in `folder`; its programs are in `programs`, first on the PATH or not."""

    folder: Path
    programs: Path
    is_active: bool = False

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def variables(self) -> dict[str, str]:
        """Return the environment variables of a shell without the test's own environment."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
        }
        uv = shutil.which(UV)
        assert uv is not None
        own = [self.programs] if self.is_active else []
        paths = [*own, Path(uv).parent, *kept["PATH"].split(os.pathsep)]
        return kept | {"PATH": os.pathsep.join(map(str, paths))}

    def run(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, and accept any status."""
        return subprocess.run(
            command,
            env=self.variables,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT_S,
            check=False,
        )

    def output(self, command: Sequence[str | Path]) -> str:
        """Run a command, and return its output. Its status must be 0."""
        result = self.run(command)
        assert result.returncode == 0, result.stderr
        return result.stdout


def find_python(version: str) -> Path | None:
    """Return a Python of a version such as `3.13`, also one that pyenv installed, or None."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = shutil.which(f"python{version}")
    candidates = [*([Path(found)] if found else []), *pyenv.glob(f"{version}.*/bin/python")]
    for candidate in candidates:
        # A shim of pyenv exists for each version, and fails for those that are not chosen.
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


def install_tool(wheel: Path, python: Path, folder: Path) -> WheelEnvironment:
    """Install a wheel as `uv tool install` does, in folders of its own."""
    tools, programs = folder / "tools", folder / "programs"
    subprocess.run(
        [UV, "tool", "install", "--quiet", "--python", python, wheel],
        env=os.environ | {"UV_TOOL_DIR": str(tools), "UV_TOOL_BIN_DIR": str(programs)},
        timeout=TIME_LIMIT_S,
        check=True,
    )
    return WheelEnvironment(tools / "trading-api", programs)


def create_environment(python: Path, folder: Path, *requirements: str | Path) -> WheelEnvironment:
    """Install wheels in a new virtual environment that has pip and is active."""
    commands: tuple[list[str | Path], ...] = (
        ["venv", "--quiet", "--seed", "--python", python, folder],
        ["pip", "install", "--quiet", "--python", folder, *requirements],
    )
    for command in commands:
        subprocess.run([UV, *command], timeout=TIME_LIMIT_S, check=True)
    return WheelEnvironment(folder, folder / "bin", is_active=True)
