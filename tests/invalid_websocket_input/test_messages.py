"""Frames that are not a message close the socket with a code and a reason."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.kit.server import connected
from tests.kit.websocket_requests import (
    FRAME_BYTES_MAX,
    UNDECODABLE,
    UNMATCHED,
    Server,
    close_of,
    message_text,
)

FRAMES: dict[str, tuple[Any, tuple[int, str]]] = {
    "empty": ("", UNDECODABLE),
    "space": (" ", UNDECODABLE),
    "text": ("hello", UNDECODABLE),
    "number": ("1", UNDECODABLE),
    "null": ("null", UNDECODABLE),
    "list": ("[]", UNDECODABLE),
    "object": ("{}", UNDECODABLE),
    "two objects": ('{"type":"bars.subscribe","payload":{}}' * 2, UNDECODABLE),
    "NUL": ("\0", UNDECODABLE),
    "NaN": ("NaN", UNDECODABLE),
    "number for a type": (message_text("x", {}).replace('"x"', "1"), UNMATCHED),
    "null for a type": (message_text("x", {}).replace('"x"', "null"), UNDECODABLE),
    "list for a type": (message_text("x", {}).replace('"x"', "[]"), UNDECODABLE),
    "half a surrogate for a type": (message_text("\ud800", {}), UNDECODABLE),
    "deeply nested": ("[" * 60_000, UNDECODABLE),
    "nested and closed": ("[" * 30_000 + "]" * 30_000, UNDECODABLE),
    "unknown type": (message_text("news.subscribe", {}), UNMATCHED),
    "empty type": (message_text("", {}), UNMATCHED),
    "long type": (message_text("x" * 60_000, {}), UNMATCHED),
    "unknown type without payload": ('{"type":"ping"}', UNMATCHED),
    "binary": (b"\x00\xff", UNDECODABLE),
    "empty binary": (b"", UNDECODABLE),
    "binary that is a message": (
        message_text("equity.subscribe", {"accountId": "A"}).encode(),
        UNDECODABLE,
    ),
    "fragments of no message": (["{", '"type', '":[]}'], UNDECODABLE),
    "fragments of binary": ([b"{", b"}"], UNDECODABLE),
    "empty fragments": (["", "", ""], UNDECODABLE),
}


@pytest.mark.parametrize(("frame", "close"), FRAMES.values(), ids=FRAMES.keys())
async def test_a_frame_that_is_no_message_closes_with_1003(
    server: Server, frame: Any, close: tuple[int, str]
) -> None:
    assert await close_of(server, frame) == close


LARGE: dict[str, Any] = {
    "one byte too many": message_text("x" * (FRAME_BYTES_MAX - len(message_text("", {})) + 1), {}),
    "1 MB": message_text("x" * 1_000_000, {}),
    "1 MB of binary": b"x" * 1_000_000,
    "100,000 levels": "[" * 100_000 + "]" * 100_000,
    "100 KB in fragments": ["x" * 1_000] * 100,
    "100 KB of binary in fragments": [b"x" * 1_000] * 100,
    "100 KB of text for a symbol": message_text(
        "bars.subscribe", {"symbol": "x" * 100_000, "resolution": "1"}
    ),
}


@pytest.mark.parametrize("frame", LARGE.values(), ids=LARGE.keys())
async def test_a_message_over_64_kb_closes_with_1009(server: Server, frame: Any) -> None:
    code, _ = await close_of(server, frame)
    assert code == 1009


async def test_text_that_is_no_utf_8_closes_with_1007(server: Server) -> None:
    async with connected(server.address) as client:
        await client.connection.send(b'{"type":"\xff"}', text=True)
        code, _ = await client.closed()
        assert code == 1007


async def test_a_message_in_fragments_is_a_message(server: Server) -> None:
    """Split inside a character of two bytes."""
    text = (
        message_text("orders.subscribe", {"accountId": "\u00e9"})
        .replace("\\u00e9", "\u00e9")
        .encode()
    )
    middle = text.index(b"\xc3") + 1
    async with connected(server.address) as client:
        await client.connection.send([text[:middle], b"", text[middle:]], text=True)
        reply = (await client.receive())["payload"]
        assert (reply["status"], reply["topic"]) == ("error", 'orders:{"accountId":"\u00e9"}')


async def test_what_came_before_a_bad_frame_is_still_answered(server: Server) -> None:
    async with connected(server.address) as client:
        await client.send("quotes.subscribe", {"symbols": [], "fast_symbols": ["NOPE"]})
        await client.send("equity.subscribe", {"accountId": "A B"})
        await client.connection.send("no message")
        for _ in range(2):
            assert (await client.receive())["payload"]["status"] == "error"
        assert await client.closed() == UNDECODABLE


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/ws/", "/api/v1/wss", "/api/v1/health"])
async def test_no_handshake_elsewhere(server: Server, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://{server.address}{path}"):
            pass
    assert 300 <= refused.value.response.status_code < 500
