"""Requests whose body is strict JSON, limited in size, in nesting and in time."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from trading_api.clock import running_clock
from trading_api.limits.json_nesting import exceeds_nesting


class StrictRequest(Request):
    """A request that reads no NaN, no Infinity, and no more than the settings allow."""

    async def body(self) -> bytes:
        """Return the body. Raises HTTPException with 413 or 408 over a limit."""
        if not hasattr(self, "_body"):
            body = bytearray()
            settings = self.app.state.settings
            try:
                async with running_clock().timeout(settings.request_timeout_s):
                    async for chunk in self.stream():
                        body += chunk
                        if len(body) > settings.body_bytes_max:
                            detail = f"The body is over {settings.body_bytes_max} bytes"
                            raise HTTPException(413, detail)
            except TimeoutError:
                raise HTTPException(408, "The body did not come in time") from None
            self._body = bytes(body)
        return self._body

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
