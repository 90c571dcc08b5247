"""Finds out when the minutes of one symbol are over."""

from __future__ import annotations

from collections.abc import Iterable

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS

CLOSE_DELAY_MS = 1_000
"""A minute without a successor is over this long after its end: late trades may still come."""


class MinuteClosing:
    """The forming minute of one symbol, and the last one that was over."""

    def __init__(self) -> None:
        self._forming: Bar | None = None
        self._closed: Bar | None = None

    def begin(self, newest: Bar) -> None:
        """Begin with the newest bar that is stored, unless an update came before it."""
        if self._forming is None and self._closed is None:
            self._forming = newest

    def update(self, bars: Iterable[Bar]) -> tuple[list[Bar], list[Bar]]:
        """Take the bars that changed, ascending. Return those that are over now, and those that
        changed after they were over."""
        closed: list[Bar] = []
        changed: list[Bar] = []
        for bar in bars:
            if self._closed is not None and bar.time_ms <= self._closed.time_ms:
                if bar.time_ms == self._closed.time_ms and bar != self._closed:
                    self._closed = bar
                    changed.append(bar)
            else:
                if self._forming is not None and self._forming.time_ms < bar.time_ms:
                    self._closed = self._forming
                    closed.append(self._forming)
                self._forming = bar
        return closed, changed

    def close_due(self, now_ms: int) -> Bar | None:
        """Return the forming bar if it is over by now: it forms no longer."""
        due_ms = self.due_ms()
        if due_ms is None or now_ms < due_ms:
            return None
        self._closed, self._forming = self._forming, None
        return self._closed

    def due_ms(self) -> int | None:
        """Return when `close_due` would return a bar, if no update came before."""
        forming = self._forming
        return None if forming is None else forming.time_ms + MINUTE_MS + CLOSE_DELAY_MS
