"""Frames as a client sends them, with any bits, sizes and contents."""

from __future__ import annotations

import zlib

NORMAL, PROTOCOL_ERROR, UNSUPPORTED, INVALID_TEXT = 1000, 1002, 1003, 1007
POLICY, TOO_LARGE = 1008, 1009
FIN, RSV1, RSV2, RSV3, MASKED = 0x80, 0x40, 0x20, 0x10, 0x80
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
MASK = b"\x37\xfa\x21\x3d"
SUBSCRIBE = b'{"type":"equity.subscribe","payload":{"accountId":"A"}}'


def frame(first: int, payload: bytes = b"", size: bytes | None = None) -> bytes:
    """Return a masked frame. `size` replaces the bytes of its length."""
    if size is None and len(payload) < 126:
        size = bytes([MASKED | len(payload)])
    elif size is None:
        size = bytes([MASKED | 126]) + len(payload).to_bytes(2)
    mask = MASK * (len(payload) // 4 + 1)
    masked = int.from_bytes(payload) ^ int.from_bytes(mask[: len(payload)])
    return bytes([first]) + size + MASK + masked.to_bytes(len(payload))


def close(code: int, reason: bytes = b"") -> bytes:
    return frame(FIN | CLOSE, code.to_bytes(2) + reason)


def deflated(content: bytes, *, level: int = 9, is_final: bool = False) -> bytes:
    """Return a compressed message, within a window of 4 KiB. Its last block is marked as the final
    one, or else it ends as RFC 7692 wants it."""
    state = zlib.compressobj(level, zlib.DEFLATED, -12)
    if is_final:
        return state.compress(content) + state.flush()
    return (state.compress(content) + state.flush(zlib.Z_SYNC_FLUSH))[:-4]
