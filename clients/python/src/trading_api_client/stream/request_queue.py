"""The requests of a connection that have no reply yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from trading_api_client.stream.shared_topic import SharedTopic


class Reply(msgspec.Struct, frozen=True):
    """The reply to a subscription, an unsubscription or a resumption."""

    status: str
    message: str
    topic: str = ""

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later, because the owner of the account does not
        respond now."""
        return self.message.casefold().endswith("try again.")


@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request, and the topic that fails with it."""

    type: str
    topic: SharedTopic[Any] | None
    on_reply: Callable[[Reply], None]


class RequestQueue:
    """Finds the request that a message answers, because the server replies in order.

    It holds at most a few requests for each topic. It calls `on_timeout` if the first request has
    no reply within `timeout_s`."""

    def __init__(self, timeout_s: float, on_timeout: Callable[[], None]) -> None:
        self._timeout_s = timeout_s
        self._on_timeout = on_timeout
        self._pending: list[tuple[PendingRequest, float]] = []
        self._timer: asyncio.TimerHandle | None = None

    @property
    def first(self) -> PendingRequest | None:
        return self._pending[0][0] if self._pending else None

    def add(self, request: PendingRequest) -> None:
        """Add a request that waits for its reply."""
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        self._pending.append((request, deadline))
        if len(self._pending) == 1:
            self._start_timer()

    def take_answered(self, response_type: str) -> PendingRequest | None:
        """Remove and return the oldest request that a message of this type answers."""
        for index, (request, _) in enumerate(self._pending):
            if f"{request.type}.response" == response_type:
                del self._pending[index]
                self._start_timer()
                return request
        return None

    def clear(self) -> None:
        """Remove all requests, because the connection ended."""
        self._pending.clear()
        self._start_timer()

    def _start_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._pending:
            deadline = self._pending[0][1]
            self._timer = asyncio.get_running_loop().call_at(deadline, self._on_timeout)
