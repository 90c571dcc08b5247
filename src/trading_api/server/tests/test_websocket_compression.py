"""The extension permessage-deflate: its decoder, its bounds, and what it keeps in memory."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Frame, Opcode

from tests.kit.client_frames import deflated
from trading_api.server.websocket_compression import Deflate
from trading_api.streaming.frames import BINARY, TEXT, messages

LIMIT = 64 * 1024
MEMORY_MAX = 1_000_000
"""What one message may take while it is inflated."""
OF_THE_RFC = {
    "7.2.3.1 one block": ("f248cdc9c90700", "Hello"),
    "7.2.3.2 shared, without a context": ("f248cdc9c90700", "Hello"),
    "7.2.3.3 no compression": ("000500faff48656c6c6f00", "Hello"),
    "7.2.3.4 a final block": ("f348cdc9c9070000", "Hello"),
    "7.2.3.5 two blocks": ("f24805000000ffffcac9c90700", "Hello"),
    "7.2.3.6 an empty message": ("00", ""),
}


def inflated(fragments: list[bytes], limit: int = LIMIT) -> bytes:
    """Return the message that a client sends in these compressed fragments."""
    deflate = Deflate(15, None)
    content, last = b"", len(fragments) - 1
    for place, data in enumerate(fragments):
        opcode = Opcode.CONT if place else Opcode.TEXT
        frame = Frame(opcode, data, fin=place == last, rsv1=not place)
        decoded = deflate.decode(frame, max_size=limit - len(content))
        assert not decoded.rsv1
        content += bytes(decoded.data)
    return content


@pytest.mark.parametrize(("packed", "text"), OF_THE_RFC.values(), ids=OF_THE_RFC.keys())
def test_the_examples_of_the_rfc_are_inflated(packed: str, text: str) -> None:
    data = bytes.fromhex(packed)
    assert inflated([data]) == text.encode()
    assert inflated([data[place : place + 1] for place in range(len(data))]) == text.encode()


def test_a_block_after_a_final_one_can_refer_to_what_was_before_it() -> None:
    first = deflated(b"a text that is repeated", is_final=True)
    state = zlib.compressobj(wbits=-12, zdict=b"a text that is repeated")
    second = state.compress(b"a text that is repeated") + state.flush(zlib.Z_SYNC_FLUSH)
    assert len(second) < 12
    for fragments in ([first + second[:-4]], [first, second[:-4]]):
        assert inflated(fragments) == b"a text that is repeated" * 2


def test_a_message_can_have_the_size_of_the_limit_and_no_byte_more() -> None:
    assert len(inflated([deflated(b"x" * LIMIT)])) == LIMIT
    with pytest.raises(PayloadTooBig):
        inflated([deflated(b"x" * (LIMIT + 1))])
    with pytest.raises(PayloadTooBig):
        inflated([deflated(b"x" * LIMIT) + b"\0\0\xff\xff", deflated(b"x")])


@pytest.mark.parametrize("pieces", [1, 2, 100])
def test_a_bomb_takes_little_memory(pieces: int) -> None:
    bomb = deflated(b"[" * 60_000_000)
    size = len(bomb) // pieces + 1
    fragments = [bomb[start : start + size] for start in range(0, len(bomb), size)]
    tracemalloc.start()
    try:
        with pytest.raises(PayloadTooBig):
            inflated(fragments)
        assert tracemalloc.get_traced_memory()[1] < MEMORY_MAX
    finally:
        tracemalloc.stop()


def test_final_blocks_of_a_message_are_bounded() -> None:
    with pytest.raises(ProtocolError):
        inflated([b"\x03\x00" * 30_000])
    with pytest.raises(ProtocolError):
        inflated([b"\x03\x00"] * 100)


def test_nothing_is_kept_between_messages_that_end_with_a_final_block() -> None:
    deflate = Deflate(12, None)
    frame = Frame(Opcode.TEXT, deflated(b"x" * 1000, is_final=True) + b"y" * 1000, rsv1=True)
    tracemalloc.start()
    try:
        for _ in range(100):
            with pytest.raises(ProtocolError):
                deflate.decode(frame, max_size=LIMIT)
        deflate.decode(Frame(Opcode.TEXT, deflated(b"x"), rsv1=True), max_size=LIMIT)
        assert tracemalloc.get_traced_memory()[0] < 20_000
    finally:
        tracemalloc.stop()


def test_nothing_is_inflated_once_it_was_stopped() -> None:
    """A client that was sent a close frame can still send thousands of frames."""
    deflate, bomb = Deflate(12, None), deflated(b"[" * 60_000_000)
    deflate.decode(Frame(Opcode.TEXT, bomb[:60], fin=False, rsv1=True), max_size=LIMIT)
    deflate.stop()
    for opcode, data in ((Opcode.CONT, bomb[60:]), (Opcode.TEXT, bomb), (Opcode.TEXT, b"\xff")):
        frame = Frame(opcode, data, rsv1=opcode is Opcode.TEXT)
        decoded = deflate.decode(frame, max_size=LIMIT)
        assert (decoded.opcode, decoded.data, decoded.rsv1) == (opcode, b"", False)
    plain = Frame(Opcode.TEXT, b"{}")
    assert deflate.decode(plain, max_size=LIMIT) == plain


@given(st.lists(st.tuples(st.sampled_from([TEXT, BINARY]), st.binary(max_size=3_000)), max_size=8))
def test_frames_with_a_context_are_those_of_the_messages(
    sent: list[tuple[int, bytes]],
) -> None:
    deflate, client = Deflate(12, 11), zlib.decompressobj(-11)
    received = []
    for kind, content in messages(b"".join(deflate.frame(*message) for message in sent)):
        if kind & 0x40:
            content = client.decompress(content + b"\0\0\xff\xff")
        received.append((kind & ~0x40, content))
    assert received == sent


def test_a_repeated_message_refers_to_the_one_before() -> None:
    deflate = Deflate(12, 11)
    content = bytes(range(256)) * 2
    first, second = deflate.frame(TEXT, content), deflate.frame(TEXT, content)
    assert len(second) < 20 < len(first)
