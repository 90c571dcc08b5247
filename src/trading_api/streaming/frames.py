"""Unmasked WebSocket text frames, as a server sends them: the same bytes serve every client."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_TEXT = 0x81  # a text message of one frame
_SIZE_IN_2, _SIZE_IN_8 = 126, 127
_head, _head_2, _head_8 = (struct.Struct(each).pack for each in ("!BB", "!BBH", "!BBQ"))


def text_frame(text: bytes, data: bytes = b"", suffix: bytes = b"") -> bytes:
    """Return one frame whose text is all three parts, which are UTF-8."""
    size = len(text) + len(data) + len(suffix)
    if size < _SIZE_IN_2:
        head = _head(_TEXT, size)
    elif size < 1 << 16:
        head = _head_2(_TEXT, _SIZE_IN_2, size)
    else:
        head = _head_8(_TEXT, _SIZE_IN_8, size)
    return b"".join((head, text, data, suffix))


def texts(frames: bytes) -> Iterator[bytes]:
    """Yield the text of each of these frames, which `text_frame` made, in their order."""
    start = 0
    while start < len(frames):
        size, text = frames[start + 1], start + 2
        if size >= _SIZE_IN_2:
            text += 2 if size == _SIZE_IN_2 else 8
            size = int.from_bytes(frames[start + 2 : text])
        start = text + size
        yield frames[text:start]
