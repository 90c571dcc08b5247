"""The progress bar of a run. Without tqdm, nothing is shown."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")

_FORMAT = "{n_fmt}/{total_fmt} {unit} |{bar}| {elapsed} < {remaining}"


class Progress:
    """Shows on a terminal or in a notebook how much of a total is done."""

    def __init__(self, total: int, unit: str, is_wanted: bool) -> None:
        self._bar: Any = _bar(total, unit) if is_wanted and _is_interactive() else None

    def reach(self, done: int) -> None:
        """Show how many units are done."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)

    def counted(self, value: T) -> T:
        """Show that one more unit is done, and return `value`."""
        if self._bar is not None:
            self._bar.update(1)
        return value

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _bar(total: int, unit: str) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit=unit, leave=False, dynamic_ncols=True, bar_format=_FORMAT)


def _is_interactive() -> bool:
    return sys.stderr.isatty() or "ipykernel" in sys.modules
