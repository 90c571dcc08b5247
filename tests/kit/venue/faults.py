"""The faults of the simulated venue: each is in force for a number of times or for a duration."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

FaultName = Literal[
    "duplicate_trades",  # `count` trades are streamed twice
    "missing_trades",  # `count` trades are not streamed; REST and candles have them
    "late_trades",  # `count` trades are streamed `delay_s` later, after newer ones
    "missing_depth",  # `count` changes of order books are not streamed
    "silent_streams",  # market connections stay open, and nothing is published to them
    "late_candles",  # REST answers no candle that closed less than `lag_ms` ago
    "rate_limit",  # REST answers 429 with `retry_after_s`
    "ban",  # REST answers 418 with `retry_after_s`
    "maintenance",  # REST answers 503; sockets are closed and refused
    "refuse_sockets",  # new sockets are refused with 503
    "hold_request",  # the request waits before it is processed
    "hold_answer",  # the request is processed, its answer waits
    "lose_answer",  # the request is processed, the connection closes without an answer
    "invalid_key",  # private requests answer -2015
    "hold_reports",  # reports of the user stream wait
    "missing_reports",  # `count` reports of the user stream are lost
]
"""What is held goes on when the fault is cleared or its duration is over. A fault with `path`
("POST /api/v3/order", or "/api/v3/order" for any method) is limited to such requests."""

NAMES: frozenset[str] = frozenset(get_args(FaultName))


@dataclass
class Fault:
    """One fault. `count` is how many times are left, None without a limit."""

    name: str
    count: int | None
    ends_at: float | None
    params: dict[str, Any]
    times: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, request: str) -> bool:
        path = self.params.get("path")
        return path is None or path in (request, request.partition(" ")[2])


class Faults:
    """The faults in force. A duration counts by the event loop's time, not by the venue's."""

    def __init__(self) -> None:
        self._active: list[Fault] = []
        self.times: dict[str, int] = {}

    def inject(
        self,
        name: str,
        *,
        count: int | None = None,
        duration_s: float | None = None,
        **params: Any,
    ) -> Fault:
        """Put a fault in force; without a count and a duration it lasts until it is cleared."""
        if name not in NAMES:
            raise ValueError(f"unknown fault {name}")
        loop = asyncio.get_running_loop()
        ends_at = None if duration_s is None else loop.time() + duration_s
        fault = Fault(name, count, ends_at, params)
        if duration_s is not None:
            loop.call_later(duration_s, self._end, fault)
        self._active.append(fault)
        return fault

    def take(self, name: FaultName, request: str = "") -> Fault | None:
        """Return the fault of this name that is in force, and count it once."""
        fault = self.active(name, request)
        if fault is None:
            return None
        self.times[name] = self.times.get(name, 0) + 1
        fault.times += 1
        if fault.count is not None:
            fault.count -= 1
            if not fault.count and not name.startswith("hold_"):
                self._end(fault)
        return fault

    def active(self, name: FaultName, request: str = "") -> Fault | None:
        """Return the fault of this name that is in force, without counting it."""
        now = asyncio.get_running_loop().time()
        for fault in self._active:
            is_over = fault.count == 0 or (fault.ends_at is not None and fault.ends_at <= now)
            if fault.name == name and not is_over and fault.matches(request):
                return fault
        return None

    def clear(self, name: str | None = None) -> None:
        """End the faults of a name, or all. What they hold goes on."""
        for fault in [each for each in self._active if name in (None, each.name)]:
            self._end(fault)

    def _end(self, fault: Fault) -> None:
        fault.ended.set()
        if fault in self._active:
            self._active.remove(fault)
