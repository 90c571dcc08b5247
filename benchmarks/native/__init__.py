"""What is written in C, compiled on the spot."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from benchmarks.report import Skipped

FOLDER = Path(__file__).parent
BUILD = FOLDER / ".build"


async def compiled(name: str, **defines: str) -> Path:
    """The program `name`.c. Raises Skipped where no compiler is found."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise Skipped("no C compiler is found, and the load client is written in C")
    BUILD.mkdir(exist_ok=True)
    program = BUILD / name
    arguments = ["-O2", *(f"-D{key}={value}" for key, value in defines.items())]
    process = await asyncio.create_subprocess_exec(
        compiler, *arguments, "-o", program, FOLDER / f"{name}.c"
    )
    if await process.wait():
        raise Skipped(f"{name}.c does not compile here")
    return program
