"""Writes and checks generated Python that is committed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def write_or_check_modules(folder: Path, texts: Mapping[str, str], command: str) -> int:
    """Write the modules of a folder where they are stale, and return the exit status.

    With `--check`, do not write; a stale module is status 1. `command` regenerates them."""
    status = 0
    for name, text in texts.items():
        path = folder / name
        text = _formatted(text, path)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        shown = path.relative_to(ROOT)
        if "--check" in sys.argv[1:]:
            print(f"{shown} is stale. Run `{command}` and commit it.", file=sys.stderr)
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {shown}")
    return status


def _formatted(text: str, path: Path) -> str:
    """Return the text after the project's linter and formatter."""
    binaries = Path(sys.executable).parent
    commands: list[list[str | Path]] = [
        [binaries / "ruff", "check", "--fix-only", "--quiet", "--stdin-filename", path, "-"],
        [binaries / "black", "--quiet", "--stdin-filename", path, "-"],
    ]
    for command in commands:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True, cwd=ROOT
        )
        text = done.stdout
    return text
