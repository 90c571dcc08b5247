"""Unmasked WebSocket frames, as a server sends them: the same bytes serve every client."""

from __future__ import annotations

import struct
from collections.abc import Iterator

TEXT, BINARY = 0x81, 0x82
"""The first byte of a text and of a binary message of one frame."""
_SIZE_IN_2, _SIZE_IN_8 = 126, 127
_head, _head_2, _head_8 = (struct.Struct(each).pack for each in ("!BB", "!BBH", "!BBQ"))


def text_frame(text: bytes, data: bytes = b"", suffix: bytes = b"") -> bytes:
    """Return one frame whose text is all three parts, which are UTF-8."""
    size = len(text) + len(data) + len(suffix)
    # The usual size first: a call of frame_head takes a sixth of this function.
    head = _head_2(TEXT, _SIZE_IN_2, size) if 125 < size < 65_536 else frame_head(TEXT, size)
    return b"".join((head, text, data, suffix))


def binary_frame(prefix: bytes, data: bytes = b"", suffix: bytes = b"") -> bytes:
    """Return one binary frame that contains all three parts."""
    size = len(prefix) + len(data) + len(suffix)
    return b"".join((frame_head(BINARY, size), prefix, data, suffix))


def frame_head(kind: int, size: int) -> bytes:
    """Return what precedes the content of a frame. `kind` is its first byte."""
    if size < _SIZE_IN_2:
        return _head(kind, size)
    if size < 1 << 16:
        return _head_2(kind, _SIZE_IN_2, size)
    return _head_8(kind, _SIZE_IN_8, size)


def messages(frames: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the first byte and the content of each of these frames, in their order."""
    start = 0
    while start < len(frames):
        size, content = frames[start + 1], start + 2
        if size >= _SIZE_IN_2:
            content += 2 if size == _SIZE_IN_2 else 8
            size = int.from_bytes(frames[start + 2 : content])
        kind, start = frames[start], content + size
        yield kind, frames[content:start]


def texts(frames: bytes) -> Iterator[bytes]:
    """Yield the text of each of these frames, which `text_frame` made, in their order."""
    return (content for _, content in messages(frames))
