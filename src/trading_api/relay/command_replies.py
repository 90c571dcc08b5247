"""The responses to forwarded commands, kept so that every try of a command has the same one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from trading_api.relay.http_message import ForwardedRequest, ForwardedResponse

RESPONSES_MAX = 16_384
RESPONSE_BYTES_TOTAL_MAX = 16_000_000
_NOTHING_DONE = frozenset({429, 503})

_Handle: TypeAlias = Callable[[ForwardedRequest], Coroutine[Any, Any, ForwardedResponse]]


class CommandReplies:
    """Runs each command one time, and gives every copy and every later try of it the same response.

    The bus may repeat a message, or deliver it late. A command that was rejected must not be
    accepted when a copy of it arrives, because its caller has the rejection. A command that was
    answered with 429 or 503 is run again by a later try. The oldest responses are dropped."""

    def __init__(
        self,
        responses_max: int = RESPONSES_MAX,
        bytes_max: int = RESPONSE_BYTES_TOTAL_MAX,
    ) -> None:
        self._responses_max = responses_max
        self._bytes_max = bytes_max
        self._running: dict[int, asyncio.Task[ForwardedResponse]] = {}
        # By command: the response, and the last try that it answers.
        self._responses: dict[int, tuple[int, ForwardedResponse]] = {}
        self._bytes = 0

    async def run(self, request: ForwardedRequest, handle: _Handle) -> ForwardedResponse:
        """Return the response of a command, which `handle` makes."""
        if stored := self._responses.get(request.command):
            attempt, response = stored
            if request.attempt <= attempt or response.status not in _NOTHING_DONE:
                return response
        task = self._running.get(request.command)
        if task is None:
            task = asyncio.create_task(self._handle(request, handle))
            self._running[request.command] = task
            task.add_done_callback(lambda _: self._running.pop(request.command))
        # The command goes on where one of those who wait for it is cancelled.
        return await asyncio.shield(task)

    async def _handle(self, request: ForwardedRequest, handle: _Handle) -> ForwardedResponse:
        response = await handle(request)
        self._drop(request.command)
        self._responses[request.command] = request.attempt, response
        self._bytes += len(response.body)
        while len(self._responses) > 1 and self._is_full():
            self._drop(next(iter(self._responses)))
        return response

    def _drop(self, command: int) -> None:
        if stored := self._responses.pop(command, None):
            self._bytes -= len(stored[1].body)

    def _is_full(self) -> bool:
        return len(self._responses) > self._responses_max or self._bytes > self._bytes_max
