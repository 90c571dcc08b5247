"""Frames as RFC 6455 and RFC 7692 define them: what a client sends, and how the server closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

import httpx
import pytest

from tests.kit.client_frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    SUBSCRIBE,
    TEXT,
    close,
    frame,
)
from tests.kit.raw_websocket import close_frame, send, upgraded
from tests.kit.server import TIMEOUT_S, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings


@dataclass(frozen=True)
class Case:
    """What a client sends, the section that rules it, and the close code of the server."""

    section: str
    sent: bytes
    code: int


CASES = {
    # Reserved bits and opcodes
    "RSV1 without an extension": Case("6455 5.2", frame(FIN | RSV1 | TEXT, SUBSCRIBE), 1002),
    "RSV2": Case("6455 5.2", frame(FIN | RSV2 | TEXT, SUBSCRIBE), 1002),
    "RSV3": Case("6455 5.2", frame(FIN | RSV3 | TEXT, SUBSCRIBE), 1002),
    "all reserved bits": Case("6455 5.2", frame(0xF0 | TEXT, SUBSCRIBE), 1002),
    "RSV1 of a ping": Case("7692 6.1", frame(FIN | RSV1 | PING), 1002),
    "RSV1 of a close frame": Case("7692 6.1", frame(FIN | RSV1 | CLOSE, b"\x03\xe8"), 1002),
    **{
        f"reserved opcode {opcode}": Case("6455 5.2", frame(FIN | opcode, b"x"), 1002)
        for opcode in (0x3, 0x4, 0x5, 0x6, 0x7, 0xB, 0xC, 0xD, 0xE, 0xF)
    },
    # Masking
    "text that is not masked": Case("6455 5.1", bytes([FIN | TEXT, 2]) + b"{}", 1002),
    "a ping that is not masked": Case("6455 5.1", bytes([FIN | PING, 0]), 1002),
    "a close frame that is not masked": Case("6455 5.1", b"\x88\x02\x03\xe8", 1002),
    # Lengths
    "a length beyond the limit": Case(
        "6455 5.2", frame(FIN | TEXT, b"", b"\xff" + (1 << 20).to_bytes(8)), 1009
    ),
    "a length with the highest bit": Case(
        "6455 5.2", frame(FIN | TEXT, b"", b"\xff" + (1 << 63).to_bytes(8)), 1009
    ),
    "a length of 64 KiB and one byte": Case(
        "6455 5.2", frame(FIN | TEXT, b"", b"\xff" + (65537).to_bytes(8)), 1009
    ),
    # Control frames
    "a ping of 126 bytes": Case("6455 5.5", frame(FIN | PING, b"x" * 126), 1002),
    "a pong of 126 bytes": Case("6455 5.5", frame(FIN | PONG, b"x" * 126), 1002),
    "a close frame of 126 bytes": Case("6455 5.5", frame(FIN | CLOSE, b"x" * 126), 1002),
    "a ping in fragments": Case("6455 5.5", frame(PING, b"x"), 1002),
    "a pong in fragments": Case("6455 5.5", frame(PONG, b"x"), 1002),
    "a close frame in fragments": Case("6455 5.5", frame(CLOSE, b"\x03\xe8"), 1002),
    # Fragments
    "a continuation of nothing": Case("6455 5.4", frame(FIN | CONTINUATION, b"x"), 1002),
    "an unfinished continuation of nothing": Case("6455 5.4", frame(CONTINUATION, b"x"), 1002),
    "text within text": Case("6455 5.4", frame(TEXT, b"{") + frame(FIN | TEXT, b"}"), 1002),
    "bytes within text": Case("6455 5.4", frame(TEXT, b"{") + frame(FIN | BINARY, b"}"), 1002),
    "text within bytes": Case("6455 5.4", frame(BINARY, b"{") + frame(FIN | TEXT, b"}"), 1002),
    "a continuation after the end": Case(
        "6455 5.4", frame(FIN | TEXT, SUBSCRIBE) + frame(FIN | CONTINUATION, b"x"), 1002
    ),
    "too many fragments": Case(
        "ours", frame(TEXT, b"{") + b"".join([frame(CONTINUATION, b" ")] * 200), 1008
    ),
    # UTF-8
    "a byte that no text has": Case("6455 8.1", frame(FIN | TEXT, b'{"type":"\xff"}'), 1007),
    "half a character": Case("6455 8.1", frame(FIN | TEXT, b'{"type":"\xc3'), 1007),
    "an overlong character": Case("6455 8.1", frame(FIN | TEXT, b"\xc0\xaf"), 1007),
    "a surrogate": Case("6455 8.1", frame(FIN | TEXT, b"\xed\xa0\x80"), 1007),
    "beyond the last character": Case("6455 8.1", frame(FIN | TEXT, b"\xf4\x90\x80\x80"), 1007),
    "not UTF-8 in a fragment": Case(
        "6455 8.1", frame(TEXT, b'{"type":"') + frame(FIN | CONTINUATION, b'\xff"}'), 1007
    ),
    "not UTF-8 in a reason": Case("6455 5.5.1", close(1000, b"\xff"), 1007),
    # Close frames
    "a close frame without a code": Case("6455 5.5.1", frame(FIN | CLOSE), 1005),
    "a close frame of one byte": Case("6455 5.5.1", frame(FIN | CLOSE, b"\x03"), 1002),
    **{
        f"close code {code}": Case("6455 7.4", close(code), 1002)
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)
    },
    **{
        f"close code {code} is answered with itself": Case("6455 5.5.1", close(code), code)
        for code in (1000, 1001, 1003, 1007, 1009, 1011, 3000, 4999)
    },
    "a reason": Case("6455 5.5.1", close(1000, "fertig, \u00fc".encode()), 1000),
    # Messages
    "text that is no message": Case("ours", frame(FIN | TEXT, b"x"), 1003),
    "an empty text": Case("ours", frame(FIN | TEXT), 1003),
    "bytes, without the encoding for them": Case("ours", frame(FIN | BINARY, SUBSCRIBE), 1003),
}
ACCEPTED = {
    "a ping between fragments": frame(TEXT, SUBSCRIBE[:9])
    + frame(FIN | PING, b"hello")
    + frame(FIN | CONTINUATION, SUBSCRIBE[9:]),
    "a pong that nothing asked for": frame(FIN | PONG, b"x") + frame(FIN | TEXT, SUBSCRIBE),
    "empty fragments": frame(TEXT) + frame(CONTINUATION) + frame(FIN | CONTINUATION, SUBSCRIBE),
    "a length in more bytes than it needs": frame(
        FIN | TEXT, SUBSCRIBE, b"\xff" + len(SUBSCRIBE).to_bytes(8)
    ),
    "a ping of 125 bytes": frame(FIN | PING, b"x" * 125) + frame(FIN | TEXT, SUBSCRIBE),
}


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    settings = Settings.defaults().model_copy(update={"database_url": "memory:"})
    app, _ = create_app(settings)
    async with serving(app, settings) as address:
        yield address


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_server_closes_with_the_code_of_the_rfc(address: str, case: Case) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address) as (reader, writer):
        await send(writer, case.sent)
        code, reason = await close_frame(reader)
        assert code == case.code, (case.section, reason)
        # RFC 6455 7.1.1: the server closes the connection once both close frames were sent.
        await send(writer, close(1000))
        await reader.read()


async def test_the_close_frame_reaches_a_client_that_reads_only_after_it_has_sent_all(
    address: str,
) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address) as (reader, writer):
        transport = cast(asyncio.Transport, writer.transport)
        transport.pause_reading()
        for _ in range(100):
            await send(writer, frame(FIN | RSV3 | TEXT) + b"x" * 65_536)
        transport.resume_reading()
        code, _ = await close_frame(reader)
        assert code == 1002


@pytest.mark.parametrize("sent", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_unusual_frames_that_the_rfc_allows_are_accepted(address: str, sent: bytes) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address) as (reader, writer):
        await send(writer, sent)
        received = await reader.readuntil(b'"status":"ok"')
        assert b"equity.subscribe.response" in received


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_frames_may_arrive_in_any_pieces(address: str, size: int) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address) as (reader, writer):
        sent = ACCEPTED["a ping between fragments"]
        for start in range(0, len(sent), size):
            await send(writer, sent[start : start + size])
            await asyncio.sleep(0)
        assert b"equity.subscribe.response" in await reader.readuntil(b'"status":"ok"')


async def answer_to(address: str, *headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        fields = dict(header.split(": ") for header in headers)
        return await http.get("/api/v1/ws", headers=fields)


async def test_a_plain_get_is_told_to_upgrade(address: str) -> None:
    answer = await answer_to(address)
    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_required")
    assert answer.headers["Upgrade"] == "websocket"
    assert (await answer_to(address, "Connection: Upgrade", "Upgrade: h2c")).status_code == 426


@pytest.mark.parametrize("version", ["8", "0", "14", "255", "13, 8", "x"])
async def test_another_version_is_refused_with_the_one_that_is_known(
    address: str, version: str
) -> None:
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", key)
    answer = await answer_to(address, *upgrade, f"Sec-WebSocket-Version: {version}")
    assert answer.status_code == 426
    assert answer.headers["Sec-WebSocket-Version"] == "13"
    assert answer.headers["Upgrade"] == "websocket"


@pytest.mark.parametrize("key", ["", "AAAA", "x" * 24, "A" * 32])
async def test_a_handshake_with_an_invalid_key_is_a_bad_request(address: str, key: str) -> None:
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
    answer = await answer_to(address, *upgrade, f"Sec-WebSocket-Key: {key}")
    assert answer.status_code == 400
