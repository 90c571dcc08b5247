"""Faults of the simulator's REST API: what goes wrong with the next requests of a kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(eq=False)
class Fault:
    """What happens to a request. A fault takes one request, or `times` of them.

    With `is_after`, the request is processed first and its answer is what suffers. A fault holds
    the request until `release` is set, where `holds`; then it answers with `status` and the other
    fields, drops the connection where `drops`, or goes on as if nothing had happened."""

    method: str
    path: str
    is_after: bool = False
    holds: bool = False
    drops: bool = False
    status: int = 0
    document: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a request has met the fault."""
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def apply(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer in place of the right one, or None."""
        self.reached.set()
        if self.holds:
            await self.release.wait()
        if self.drops:
            assert request.transport is not None, "the client has gone already"
            request.transport.abort()
            return web.Response()
        if self.status:
            return web.json_response(self.document, status=self.status, headers=self.headers)
        return None


def held_request(method: str, path: str) -> Fault:
    """Keep a request from being processed until `release` is set."""
    return Fault(method, path, holds=True)


def held_answer(method: str, path: str) -> Fault:
    """Process a request, and keep its answer until `release` is set."""
    return Fault(method, path, is_after=True, holds=True)


def lost_request(method: str, path: str) -> Fault:
    """Drop the connection of a request that is not processed."""
    return Fault(method, path, drops=True)


def lost_answer(method: str, path: str) -> Fault:
    """Process a request, and drop its connection in place of the answer."""
    return Fault(method, path, is_after=True, drops=True)


def error_answer(
    method: str, path: str, status: int, *, is_after: bool = False, times: int = 1
) -> Fault:
    """Answer with a status of the gateway, before or after the request is processed."""
    return Fault(
        method, path, is_after=is_after, status=status, times=times, document={"message": "failed"}
    )


def rate_limited(method: str, path: str, reset_s: int, times: int = 1) -> Fault:
    """Answer 429, with the time in seconds since 1970 at which the limit is reset."""
    headers = {
        "X-RateLimit-Limit": "200",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": str(reset_s),
    }
    document: dict[str, object] = {"code": 42910000, "message": "rate limit exceeded"}
    return Fault(method, path, status=429, headers=headers, document=document, times=times)


class Faults:
    """The faults that wait for a request, in the order in which they were added."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let a fault take the next request of its method whose path starts with its path."""
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget the faults that wait."""
        self._waiting.clear()

    def take(self, request: web.Request) -> Fault | None:
        """Return the fault of a request, if there is one."""
        for fault in self._waiting:
            if fault.method == request.method and request.path.startswith(fault.path):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None
