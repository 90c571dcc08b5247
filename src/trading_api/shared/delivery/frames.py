"""Text frames as a server sends them: not masked, so the same bytes serve every client."""

from __future__ import annotations

import struct

_TEXT = 0x81  # the first frame of a text message and the last
_SIZE_IN_2, _SIZE_IN_8 = 126, 127


def text_frame(*parts: bytes) -> bytes:
    """One frame of the parts joined, which are UTF-8."""
    size = sum(map(len, parts))
    if size < _SIZE_IN_2:
        head = struct.pack("!BB", _TEXT, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", _TEXT, _SIZE_IN_2, size)
    else:
        head = struct.pack("!BBQ", _TEXT, _SIZE_IN_8, size)
    return b"".join((head, *parts))


def text_of(frame: bytes) -> bytes:
    """What `text_frame` was given."""
    return frame[{_SIZE_IN_2: 4, _SIZE_IN_8: 10}.get(frame[1], 2) :]
