"""Compressed frames as RFC 7692 defines them: what a client offers and sends, and how the server
answers. The cases without compression are in test_websocket_frames.py."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise

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
    deflated,
    frame,
)
from tests.kit.raw_websocket import agreed_extensions, close_frame, send, upgraded
from tests.kit.server import TIMEOUT_S, serving
from trading_api.app_factory import create_app
from trading_api.settings import Settings

OFFER = "permessage-deflate; client_max_window_bits"
LIMIT = Settings.defaults().ws_frame_bytes_max
PACKED = deflated(SUBSCRIBE)
TAIL = b"\0\0\xff\xff"
BOMB = TAIL.join([deflated(b"[" * 1_000_000)] * 60)
FINAL_BLOCK = b"\x03\x00"


@dataclass(frozen=True)
class Case:
    """What a client sends, the section that rules it, and the close code of the server."""

    section: str
    sent: bytes
    code: int


def packed(content: bytes) -> bytes:
    """Return the frame of a compressed text."""
    return frame(FIN | RSV1 | TEXT, content)


def fragments(content: bytes, *edges: int) -> list[bytes]:
    """Return the frames of a compressed text that is cut at these places."""
    places = [0, *edges, len(content)]
    pieces = [content[start:end] for start, end in pairwise(places)]
    kinds = [RSV1 | TEXT] + [CONTINUATION] * (len(pieces) - 1)
    kinds[-1] |= FIN
    return [frame(kind, piece) for kind, piece in zip(kinds, pieces, strict=True)]


CASES = {
    # Reserved bits
    "RSV2 too": Case("6455 5.2", frame(FIN | RSV1 | RSV2 | TEXT, PACKED), 1002),
    "RSV3 too": Case("6455 5.2", frame(FIN | RSV1 | RSV3 | TEXT, PACKED), 1002),
    "RSV2 alone": Case("6455 5.2", frame(FIN | RSV2 | TEXT, SUBSCRIBE), 1002),
    "RSV1 of a ping": Case("7692 6.1", frame(FIN | RSV1 | PING, deflated(b"x")), 1002),
    "RSV1 of a pong": Case("7692 6.1", frame(FIN | RSV1 | PONG, deflated(b"x")), 1002),
    "RSV1 of a close frame": Case("7692 6.1", frame(FIN | RSV1 | CLOSE, b"\x03\xe8"), 1002),
    "RSV1 of a compressed message's continuation": Case(
        "7692 6.1",
        frame(RSV1 | TEXT, PACKED[:9]) + frame(FIN | RSV1 | CONTINUATION, PACKED[9:]),
        1002,
    ),
    "RSV1 of another message's continuation": Case(
        "7692 6.1", frame(TEXT, SUBSCRIBE) + frame(FIN | RSV1 | CONTINUATION, PACKED), 1002
    ),
    "a reserved opcode": Case("6455 5.2", frame(FIN | RSV1 | 0x3, PACKED), 1002),
    # Fragments
    "a compressed text within one": Case(
        "6455 5.4", frame(RSV1 | TEXT, PACKED[:9]) + packed(PACKED), 1002
    ),
    "a text within a compressed one": Case(
        "6455 5.4", frame(RSV1 | TEXT, PACKED[:9]) + frame(FIN | TEXT, SUBSCRIBE), 1002
    ),
    "a continuation after the end": Case(
        "6455 5.4", packed(PACKED) + frame(FIN | CONTINUATION, b"x"), 1002
    ),
    "too many fragments": Case(
        "ours", frame(RSV1 | TEXT, PACKED) + b"".join([frame(CONTINUATION)] * 200), 1008
    ),
    # Data that cannot be inflated
    "a reserved block type": Case("7692 6.2", packed(b"\x06"), 1002),
    "0xff": Case("7692 6.2", packed(b"\xff" * 20), 1002),
    "text that is not compressed": Case("7692 6.2", packed(SUBSCRIBE), 1002),
    "a stored block with a wrong complement": Case(
        "7692 6.2", packed(b"\x01\x05\0\0\0Hello"), 1002
    ),
    "a reference before the first byte": Case("7692 6.2", packed(b"\x02\x05\x00"), 1002),
    "a gzip file": Case("7692 6.2", packed(zlib.compress(SUBSCRIBE, wbits=31)), 1002),
    "corrupt in the second fragment": Case(
        "7692 6.2",
        frame(RSV1 | TEXT, PACKED + TAIL) + frame(FIN | CONTINUATION, b"\xff"),
        1002,
    ),
    "too many final blocks": Case("ours", packed(FINAL_BLOCK * 30_000), 1002),
    "too many final blocks in fragments": Case(
        "ours", b"".join(fragments(FINAL_BLOCK * 100, *range(2, 200, 2))), 1002
    ),
    # Sizes, before and after inflating
    "60 MB in 64 KB": Case("ours", packed(BOMB), 1009),
    "60 MB in fragments": Case("ours", b"".join(fragments(BOMB, 60, 300, 50_000)), 1009),
    "60 MB after a final block": Case(
        "ours", packed(deflated(b"[" * 9, is_final=True) + BOMB), 1009
    ),
    "one byte too many": Case("ours", packed(deflated(b"[" * (LIMIT + 1))), 1009),
    "one byte too many in the last fragment": Case(
        "ours",
        frame(RSV1 | TEXT, deflated(b"[" * LIMIT) + TAIL)
        + frame(FIN | CONTINUATION, deflated(b"[")),
        1009,
    ),
    "a length beyond the limit": Case(
        "6455 5.2", frame(FIN | RSV1 | TEXT, b"", b"\xff" + (65_537).to_bytes(8)), 1009
    ),
    "the largest message": Case("ours", packed(deflated(b"[" * LIMIT)), 1003),
    # Contents
    "text that is not UTF-8": Case("6455 8.1", packed(deflated(b'{"type":"\xff"}')), 1007),
    "half a character": Case("6455 8.1", packed(deflated(b'{"type":"\xc3')), 1007),
    "text that is no message": Case("ours", packed(deflated(b"x")), 1003),
    "half a message": Case("ours", packed(PACKED[:30]), 1003),
    "an empty message": Case("7692 7.2.3.6", packed(deflated(b"")), 1003),
    "a message of one zero byte": Case("7692 7.2.3.6", packed(b"\x00"), 1003),
    "a message of no bytes": Case("7692 7.2.2", packed(b""), 1003),
    "an empty message in fragments": Case("7692 6.1", b"".join(fragments(b"\0", 0, 0)), 1003),
    "bytes, without the encoding for them": Case("ours", frame(FIN | RSV1 | BINARY, PACKED), 1003),
    "a reference to the message before": Case(
        "7692 7.2.2", packed(PACKED) + packed(b"\x02\x05\x00"), 1002
    ),
}
ACCEPTED = {
    "a message that is not compressed": frame(FIN | TEXT, SUBSCRIBE),
    "a compressed message": packed(PACKED),
    "cut at each byte": b"".join(fragments(PACKED, *range(1, len(PACKED)))),
    "empty fragments": b"".join(fragments(PACKED, 0, 0, 9, 9, len(PACKED))),
    "a ping between fragments": frame(RSV1 | TEXT, PACKED[:9])
    + frame(FIN | PING, b"hello")
    + frame(FIN | CONTINUATION, PACKED[9:]),
    "stored blocks": packed(deflated(SUBSCRIBE, level=0)),
    "a final block": packed(deflated(SUBSCRIBE, is_final=True)),
    "a final block and the byte that RFC 7692 wants": packed(
        deflated(SUBSCRIBE, is_final=True) + b"\0"
    ),
    "a final block in fragments": b"".join(fragments(deflated(SUBSCRIBE, is_final=True), 7, 20)),
    "two final blocks": packed(
        deflated(SUBSCRIBE[:20], is_final=True) + deflated(SUBSCRIBE[20:], is_final=True)
    ),
    "a block after a final one": packed(
        deflated(SUBSCRIBE[:20], is_final=True) + deflated(SUBSCRIBE[20:])
    ),
    "fragments that end with final blocks": frame(
        RSV1 | TEXT, deflated(SUBSCRIBE[:20], is_final=True)
    )
    + frame(FIN | CONTINUATION, deflated(SUBSCRIBE[20:], is_final=True)),
    "64 KB in a hundred bytes": packed(deflated(SUBSCRIBE + b" " * (LIMIT - len(SUBSCRIBE)))),
}


@pytest.fixture(scope="module", params=["shared", "context"])
def mode(request: pytest.FixtureRequest) -> str:
    compression: str = request.param
    return compression


@pytest.fixture(scope="module")
async def address(mode: str) -> AsyncIterator[str]:
    changed = {"database_url": "memory:", "ws_compression": mode}
    settings = Settings.defaults().model_copy(update=changed)
    app, _ = create_app(settings)
    async with serving(app, settings) as address:
        yield address


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_the_server_closes_with_the_code_of_the_rfc(address: str, case: Case) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address, OFFER) as (reader, writer):
        await send(writer, case.sent)
        code, reason = await close_frame(reader)
        assert code == case.code, (case.section, reason)
        await send(writer, close(1000))
        await reader.read()


@pytest.mark.parametrize("sent", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_unusual_messages_that_the_rfc_allows_are_accepted(address: str, sent: bytes) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address, OFFER) as (reader, writer):
        inflate = zlib.decompressobj(-15).decompress
        await send(writer, sent)
        await subscribed(reader, inflate)
        # A message leaves nothing behind that would change the next.
        await send(writer, packed(PACKED))
        await subscribed(reader, inflate)


async def test_the_closing_handshake_ends_after_late_compressed_messages(address: str) -> None:
    async with asyncio.timeout(TIMEOUT_S), upgraded(address, OFFER) as (reader, writer):
        await send(writer, packed(deflated(b"x")))
        assert (await close_frame(reader))[0] == 1003
        await send(writer, packed(deflated(b"[" * LIMIT)) * 1_000 + packed(b"\xff") + close(1003))
        assert await reader.read() == b""


async def subscribed(reader: asyncio.StreamReader, inflate: Callable[[bytes], bytes]) -> None:
    """Read the messages up to an ok reply."""
    while True:
        first, size = await reader.readexactly(2)
        if size == 126:
            size = int.from_bytes(await reader.readexactly(2))
        content = await reader.readexactly(size)
        assert first & 0xF in (TEXT, PONG), content
        if first & RSV1:
            content = inflate(content + TAIL)
        if b'"equity.subscribe.response"' in content:
            assert b'"status":"ok"' in content
            return


SHARED = "server_no_context_takeover"
KEPT = "client_no_context_takeover"
WINDOW = "server_max_window_bits=12"
DECLINED = None
OFFERS: dict[str, tuple[str | None, str | None]] = {
    # What a client offers, and what the modes `shared` and `context` answer.
    "permessage-deflate": (f"{SHARED}; {KEPT}; {WINDOW}", f"{KEPT}; {WINDOW}"),
    "permessage-deflate; client_max_window_bits": (
        f"{SHARED}; {KEPT}; {WINDOW}; client_max_window_bits=12",
        f"{KEPT}; {WINDOW}; client_max_window_bits=12",
    ),
    "permessage-deflate; client_max_window_bits=8": (
        f"{SHARED}; {KEPT}; {WINDOW}; client_max_window_bits=8",
        f"{KEPT}; {WINDOW}; client_max_window_bits=8",
    ),
    "permessage-deflate; server_no_context_takeover": (
        f"{SHARED}; {KEPT}; {WINDOW}",
        f"{SHARED}; {KEPT}; {WINDOW}",
    ),
    "permessage-deflate; server_max_window_bits=15": (
        f"{SHARED}; {KEPT}; {WINDOW}",
        f"{KEPT}; {WINDOW}",
    ),
    "permessage-deflate; server_max_window_bits=9": (
        DECLINED,
        f"{KEPT}; server_max_window_bits=9",
    ),
    "permessage-deflate; server_max_window_bits=8": (DECLINED, DECLINED),
    "permessage-deflate; server_max_window_bits=9; server_no_context_takeover": (
        DECLINED,
        DECLINED,
    ),
    "permessage-deflate; server_max_window_bits=9, permessage-deflate": (
        f"{SHARED}; {KEPT}; {WINDOW}",
        f"{KEPT}; server_max_window_bits=9",
    ),
    "permessage-deflate; server_max_window_bits": (DECLINED, DECLINED),
    "permessage-deflate; server_max_window_bits=16": (DECLINED, DECLINED),
    "permessage-deflate; client_max_window_bits=7": (DECLINED, DECLINED),
    "permessage-deflate; client_max_window_bits=08": (DECLINED, DECLINED),
    "permessage-deflate; client_max_window_bits; client_max_window_bits": (DECLINED, DECLINED),
    "permessage-deflate; client_no_context_takeover=1": (DECLINED, DECLINED),
    "permessage-deflate; unknown_parameter": (DECLINED, DECLINED),
    "permessage-deflate; unknown=1, permessage-deflate": (
        f"{SHARED}; {KEPT}; {WINDOW}",
        f"{KEPT}; {WINDOW}",
    ),
    "permessage-deflate, permessage-deflate": (
        f"{SHARED}; {KEPT}; {WINDOW}",
        f"{KEPT}; {WINDOW}",
    ),
    "permessage-bzip2": (DECLINED, DECLINED),
    "x-webkit-deflate-frame": (DECLINED, DECLINED),
}


@pytest.mark.parametrize("offer", OFFERS)
async def test_an_offer_is_accepted_or_declined_as_the_rfc_wants(
    mode: str, address: str, offer: str
) -> None:
    shared, context = OFFERS[offer]
    async with asyncio.timeout(TIMEOUT_S):
        agreed = await agreed_extensions(address, offer)
    answer = shared if mode == "shared" else context
    assert agreed == (None if answer is DECLINED else f"permessage-deflate; {answer}")


async def test_no_offer_is_accepted_while_compression_is_off() -> None:
    settings = Settings.defaults().model_copy(update={"database_url": "memory:"})
    async with serving(create_app(settings)[0], settings) as address:
        assert await agreed_extensions(address, OFFER) is None
