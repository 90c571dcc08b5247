"""Responses are marked as Starlette's own middleware marks them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trading_api.settings import Settings
from trading_api.web.middleware.cross_origin import CrossOriginMiddleware

ORIGINS = Settings.defaults().cors_origin_regex
FIRST = (b"x-first", b"1")
Headers = list[tuple[bytes, bytes]]


def answering(headers: Headers) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"{}"})

    return app


async def sent_by(app: ASGIApp, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(copy.deepcopy(message))

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    "headers",
    [
        [FIRST],
        [(b"vary", b"Accept"), FIRST],
        [(b"vary", b"Accept"), FIRST, (b"vary", b"Accept-Encoding")],
        [],
    ],
)
@pytest.mark.parametrize("origin", [None, b"http://localhost:5173", b"https://foreign.example"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_responses_are_those_of_starlette(
    headers: Headers, origin: bytes | None, method: str
) -> None:
    requested: list[Any] = [(b"host", b"x"), (b"access-control-request-method", b"POST")]
    if origin is not None:
        requested.append((b"origin", origin))
    scope = {"type": "http", "method": method, "path": "/", "headers": requested}
    starlette = CORSMiddleware(
        answering(headers),
        allow_origin_regex=ORIGINS.pattern,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Retry-After"],
    )
    ours = CrossOriginMiddleware(answering(headers), ORIGINS, ["Retry-After"])
    sent = await sent_by(ours, dict(scope))
    expected = await sent_by(starlette, dict(scope))
    for message in (*sent, *expected):
        message["headers"] = sorted(message.get("headers", []))
    assert sent == expected
