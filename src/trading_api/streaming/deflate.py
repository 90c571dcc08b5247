"""Frames that are compressed by permessage-deflate (RFC 7692)."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from trading_api.streaming.frames import BINARY, TEXT, frame_head

RSV1 = 0x40
"""The bit of a frame's first byte that marks a compressed message."""
TAIL = b"\x00\x00\xff\xff"
"""What a sender removes from the end of a compressed message, and a receiver adds."""
SHORT_BYTES = 64
"""Shorter messages that are shared are sent as they are: compressed, they would be about as long.
A bar of 66 bytes in MessagePack becomes 45 bytes."""
CONTEXT_SHORT_BYTES = 32
"""The same with a context, in which that bar becomes 15 bytes."""
WINDOW_BITS = 12
"""How far back a message that is shared between clients refers: at most 4 KiB."""
MEMORY_LEVEL = 5
"""zlib's memLevel of shared messages. A larger table takes longer to clear than it saves."""
LEVEL = 1
"""zlib's level of shared messages: higher ones take up to twice the time, for 2 % of the bytes."""
CONTEXT_LEVEL = 6
"""zlib's level with a context: it takes a sixth more time than 1, for a sixth of the bytes."""


def deflated_text_frame(text: bytes, data: bytes = b"", suffix: bytes = b"") -> bytes:
    """Return one frame whose text is all three parts, for any client that agreed to inflate
    windows of `WINDOW_BITS`."""
    return _frame(TEXT, b"".join((text, data, suffix)))


def deflated_binary_frame(prefix: bytes, data: bytes = b"", suffix: bytes = b"") -> bytes:
    """Return one binary frame that contains all three parts, for the same clients."""
    return _frame(BINARY, b"".join((prefix, data, suffix)))


def deflater(window_bits: int, memory_level: int) -> Callable[[int, bytes], bytes]:
    """Return a function of a kind and a content, which makes the frames of one connection. Each
    message refers to those before it, within the window."""
    state = zlib.compressobj(CONTEXT_LEVEL, zlib.DEFLATED, -window_bits, memory_level)
    compress, flush = state.compress, state.flush

    def frame(kind: int, content: bytes) -> bytes:
        if len(content) < CONTEXT_SHORT_BYTES:
            return frame_head(kind, len(content)) + content
        data = compress(content) + flush(zlib.Z_SYNC_FLUSH)
        return frame_head(kind | RSV1, len(data) - len(TAIL)) + data[: -len(TAIL)]

    return frame


def _frame(kind: int, content: bytes) -> bytes:
    size = len(content)
    if size >= SHORT_BYTES:
        state = zlib.compressobj(LEVEL, zlib.DEFLATED, -WINDOW_BITS, MEMORY_LEVEL)
        data = (state.compress(content) + state.flush(zlib.Z_SYNC_FLUSH))[: -len(TAIL)]
        if len(data) < size:
            return frame_head(kind | RSV1, len(data)) + data
    return frame_head(kind, size) + content
