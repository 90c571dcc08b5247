"""Bodies are read within the limits, however their parts arrive."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from trading_api.settings import Settings
from trading_api.web.strict_request import StrictRequest


class Client:
    """Sends parts of a body. A part that is an Event arrives once that is set, and is empty."""

    def __init__(self, *parts: bytes | asyncio.Event | None) -> None:
        self.parts = list(parts)
        self.is_canceled = False

    async def receive(self) -> dict[str, Any]:
        part = self.parts.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        if isinstance(part, asyncio.Event):
            try:
                await part.wait()
            except asyncio.CancelledError:
                self.is_canceled = True
                raise
            part = b""
        return {"type": "http.request", "body": part, "more_body": bool(self.parts)}

    def request(self, **changed: Any) -> StrictRequest:
        app = FastAPI()
        app.state.settings = Settings.defaults().model_copy(update=changed)
        return StrictRequest({"type": "http", "app": app}, self.receive)


async def body_of(*parts: bytes | asyncio.Event | None, **changed: Any) -> bytes:
    return await Client(*parts).request(**changed).body()


def set_soon() -> asyncio.Event:
    event = asyncio.Event()
    asyncio.get_running_loop().call_soon(event.set)
    return event


async def test_a_body_is_all_its_parts() -> None:
    assert await body_of(b"") == b""
    assert await body_of(b"one") == b"one"
    assert await body_of(b"one", b"", b"two") == b"onetwo"
    assert await body_of(set_soon()) == b""
    assert await body_of(set_soon(), b"one", set_soon(), b"two") == b"onetwo"


async def test_a_body_that_was_read_can_be_received_again() -> None:
    client = Client(b"one", b"two")
    request = client.request()
    assert await request.body() == await request.body() == b"onetwo"
    again = request.unread()
    assert await again() == {"type": "http.request", "body": b"onetwo", "more_body": False}
    client.parts = [None]
    assert (await again())["type"] == "http.disconnect"
    assert (await Client(b"one").request().unread()())["body"] == b"one"


@pytest.mark.parametrize("parts", [[b"x" * 11], [b"x" * 10, b"x"]])
async def test_a_body_over_the_limit_is_too_large(parts: list[bytes]) -> None:
    with pytest.raises(HTTPException, match="over 10 bytes") as error:
        await body_of(*parts, body_bytes_max=10)
    assert error.value.status_code == 413


@pytest.mark.parametrize("before", [[], [b"one"]])
async def test_a_body_that_stops_arriving_is_too_slow(before: list[bytes]) -> None:
    client = Client(*before, asyncio.Event(), b"never")
    with pytest.raises(HTTPException, match="in time") as error:
        await client.request(request_timeout_s=0.001).body()
    assert error.value.status_code == 408
    assert client.is_canceled


@pytest.mark.parametrize("before", [[], [b"one"]])
async def test_a_client_that_disconnects_is_reported(before: list[bytes]) -> None:
    with pytest.raises(ClientDisconnect):
        await body_of(*before, None)


async def test_a_canceled_reader_cancels_what_it_waits_for() -> None:
    client = Client(asyncio.Event(), b"never")
    reading = asyncio.create_task(client.request().body())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled()
    assert client.is_canceled
