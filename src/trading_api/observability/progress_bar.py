"""The progress of a long command, in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO


class ProgressBar:
    """A progress bar: one line that is drawn over itself.

    tqdm would need as much code to adapt its API to this callback.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, path: Path, done: int, size: int) -> None:
        share = done / max(1, size)
        bar = ("#" * round(share * 30)).ljust(30, ".")
        end = "\n" if done >= size else ""
        self._stream.write(f"\r{path.name[:40]} [{bar}] {share:4.0%}{end}")
        self._stream.flush()
