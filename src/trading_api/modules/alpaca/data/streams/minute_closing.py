"""Detects when the minute bars of one symbol are closed."""

from __future__ import annotations

from collections.abc import Iterable

from trading_api.domain.bar import Bar
from trading_api.domain.resolution import MINUTE_MS

CLOSE_DELAY_MS = 1_000
"""How long after its end a minute without a successor is closed: late trades may still arrive."""


class MinuteClosing:
    """The forming minute bar of one symbol, and the last one that was closed."""

    def __init__(self) -> None:
        self._forming: Bar | None = None
        self._closed: Bar | None = None

    def begin(self, newest: Bar) -> None:
        """Start from the newest stored bar, unless an update arrived before it."""
        if self._forming is None and self._closed is None:
            self._forming = newest

    def update(self, bars: Iterable[Bar]) -> tuple[list[Bar], list[Bar]]:
        """Process the bars that changed, ascending. Return the bars that are closed by this update,
        and the closed bars that it corrected."""
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
        """Close the forming bar and return it if its time is over, else return None."""
        due_ms = self.due_ms()
        if due_ms is None or now_ms < due_ms:
            return None
        self._closed, self._forming = self._forming, None
        return self._closed

    def due_ms(self) -> int | None:
        """Return the time from which `close_due` closes the forming bar, or None without one."""
        forming = self._forming
        return None if forming is None else forming.time_ms + MINUTE_MS + CLOSE_DELAY_MS
