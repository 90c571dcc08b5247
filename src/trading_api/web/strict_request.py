"""Requests whose body is strict JSON, limited in size, in nesting and in time."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from trading_api.clock import running_clock
from trading_api.limits.json_nesting import exceeds_nesting


class StrictRequest(Request):
    """A request that reads no NaN, no Infinity, and no more than the settings allow."""

    async def body(self) -> bytes:
        """Return the body. Raises HTTPException with 413 or 408 over a limit."""
        if not hasattr(self, "_body"):
            self._body = await self._read()
        return self._body

    async def _read(self) -> bytes:
        body = bytearray()
        first = _Begun(self.receive())
        # Most bodies have arrived with the head. A timer would cost more than the rest of this.
        is_complete = first.result is not None and self._add(body, first.result)
        if not is_complete:
            try:
                async with running_clock().timeout(self.app.state.settings.request_timeout_s):
                    if first.result is None:
                        is_complete = self._add(body, await first)
                    while not is_complete:
                        is_complete = self._add(body, await self.receive())
            except TimeoutError:
                raise HTTPException(408, "The body did not come in time") from None
        return bytes(body)

    def _add(self, body: bytearray, message: Message) -> bool:
        """Add what a message has of the body. Return whether that is the end."""
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        bytes_max = self.app.state.settings.body_bytes_max
        if len(body) > bytes_max:
            raise HTTPException(413, f"The body is over {bytes_max} bytes")
        return not message.get("more_body", False)

    async def json(self) -> Any:
        """Return the parsed body. Raises HTTPException with 422 for one that is nested too deep,
        and JSONDecodeError."""
        body = await self.body()
        depth_max = self.app.state.settings.json_depth_max
        if exceeds_nesting(body.decode("latin-1"), depth_max):
            raise HTTPException(422, f"The body is nested more than {depth_max} deep")
        return orjson.loads(body)

    def unread(self) -> Receive:
        """Return a `receive` that returns the body again, if it was read."""
        if not hasattr(self, "_body"):
            return self.receive
        messages: list[Message] = [{"type": "http.request", "body": self._body, "more_body": False}]

        async def receive_again() -> Message:
            return messages.pop() if messages else await self.receive()

        return receive_again


class _Begun:
    """An awaitable that has run as far as it can without waiting. `result` is None until it ends;
    then it must be awaited."""

    def __init__(self, awaitable: Awaitable[Message]) -> None:
        self._steps = awaitable.__await__()
        self.result: Message | None = None
        try:
            self._first_step = next(self._steps)
        except StopIteration as end:
            self.result = end.value

    def __await__(self) -> Generator[Any, Any, Message]:
        try:
            yield self._first_step
        except BaseException as error:
            self._steps.throw(error)
            raise
        return (yield from self._steps)
