"""A limit on the log lines per second that callers can cause.

A stranger can send thousands of requests a second that are rejected. A line for each would fill the
disk.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)

SUMMARY_INTERVAL_S = 10.0
KEYS_MAX = 256
_ALWAYS_LOGGED = {"command", "event"}
_Key = tuple[str, str, bool]


class LogRateLimitFilter(logging.Filter):
    """Drops the lines of an event beyond `lines_per_s` in each second, and counts them.

    * Lines of callers with a subject and lines without have a limit each, so that strangers do not
      suppress what happens to users.
    * The audit trail is never dropped: commands, their events, and requests that succeeded. The
      limits on commands bound it.
    * Lines of level DEBUG are never dropped, because an operator turns them on to see all of them.
    """

    def __init__(self, lines_per_s: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._lines_per_s = lines_per_s
        self._clock_s = clock_s
        self._second_began_s = clock_s()
        # At most KEYS_MAX each; beyond that, further events share one key.
        self._logged: Counter[_Key] = Counter()
        self._dropped: Counter[str] = Counter()
        self.dropped_total = 0

    def filter(self, record: logging.LogRecord) -> bool:
        if not _is_limited(record):
            return True
        now_s = self._clock_s()
        if now_s - self._second_began_s >= 1:
            self._second_began_s = now_s
            self._logged.clear()
        event = str(record.msg)[:64]
        key = (record.name, event, bool(getattr(record, "subject", "")))
        if key not in self._logged and len(self._logged) >= KEYS_MAX:
            key = ("", "others", False)
        self._logged[key] += 1
        if self._logged[key] <= self._lines_per_s:
            return True
        self.dropped_total += 1
        if event not in self._dropped and len(self._dropped) >= KEYS_MAX:
            event = "others"
        self._dropped[event] += 1
        return False

    def take_dropped(self) -> dict[str, int]:
        """Return the number of lines that were dropped since the last call, by event."""
        dropped, self._dropped = self._dropped, Counter()
        return dict(dropped.most_common())


def _is_limited(record: logging.LogRecord) -> bool:
    event = str(record.msg)
    if record.levelno < logging.INFO or event in _ALWAYS_LOGGED:
        return False
    return not (event == "request" and getattr(record, "status", 0) < 400)


def installed_filters() -> Iterator[LogRateLimitFilter]:
    """Yield the filters of the process's log, which is one for all applications."""
    for handler in logging.getLogger().handlers:
        yield from (each for each in handler.filters if isinstance(each, LogRateLimitFilter))


def dropped_total() -> int:
    """Return how many log lines were dropped since the start."""
    return sum(each.dropped_total for each in installed_filters())


async def log_dropped_lines() -> None:
    """Log one line every `SUMMARY_INTERVAL_S` in which lines were dropped, until cancelled."""
    while True:
        await asyncio.sleep(SUMMARY_INTERVAL_S)
        for each in installed_filters():
            if dropped := each.take_dropped():
                total = sum(dropped.values())
                log.warning("log_lines_dropped", extra={"count": total, "events": dropped})
