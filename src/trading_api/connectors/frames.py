"""The frames between the server and a connector process: a length, a kind, and MessagePack."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import msgspec
from msgspec import Raw, Struct

FRAME_BYTES_MAX = 64 << 20
"""A longer frame is a fault. A page of candles has some 100 kB."""

ALIVE = "alive"
"""The method that every connector answers as soon as its event loop runs."""

_HEADER = struct.Struct("!IB")


class FrameKind(IntEnum):
    """What the body of a frame is."""

    CONFIGURATION = 1  # to the connector, first: the target's own configuration
    REQUEST = 2  # to the connector: Request
    MESSAGE = 3  # either way: a message of the target's own
    RESULT = 4  # to the server: Result
    FAILURE = 5  # to the server: Failure
    LOG = 6  # to the server: LogRecord
    ENDING = 7  # to the server, last: Failure of the target itself


class Request(Struct, frozen=True, array_like=True):
    """A call of the handler that the target registered for the method. After `deadline_s`, by the
    monotonic clock that all processes of a machine share, its caller waits no longer."""

    id: int
    method: str
    params: Raw
    deadline_s: float


class Result(Struct, frozen=True, array_like=True):
    """What a handler returned."""

    id: int
    value: Raw


class Failure(Struct, frozen=True, array_like=True):
    """The ConnectorError that a handler raised, or that ended the target."""

    id: int
    code: str
    text: str
    retry_after_s: float = 0.0


class LogRecord(Struct, frozen=True, array_like=True):
    """A line that the connector logs through the server."""

    level: int
    logger: str
    event: str
    fields: dict[str, Any]
    traceback: str = ""


_encoder = msgspec.msgpack.Encoder()


def encode_frame(kind: FrameKind, body: object) -> bytes:
    """Return a frame whose body is the object as MessagePack."""
    encoded = _encoder.encode(body)
    return _HEADER.pack(len(encoded), kind) + encoded


def encode_value(value: object) -> Raw:
    return Raw(_encoder.encode(value))


class FrameReader:
    """Cuts received bytes into frames. What it buffers is bounded by one frame and one read."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._start = 0

    def feed(self, data: bytes) -> None:
        if self._start:
            del self._buffer[: self._start]
            self._start = 0
        self._buffer += data

    def has_frame(self) -> bool:
        """Return whether a complete frame waits."""
        if len(self._buffer) - self._start < _HEADER.size:
            return False
        length, _ = _HEADER.unpack_from(self._buffer, self._start)
        return len(self._buffer) - self._start >= _HEADER.size + int(length)

    def frames(self) -> Iterator[tuple[FrameKind, bytes]]:
        """Yield the complete frames; a later call goes on after the last one. Raises ValueError for
        a frame that is longer than FRAME_BYTES_MAX or of an unknown kind."""
        while len(self._buffer) - self._start >= _HEADER.size:
            length, kind = _HEADER.unpack_from(self._buffer, self._start)
            if length > FRAME_BYTES_MAX:
                raise ValueError(f"a frame of {length} bytes")
            body_start = self._start + _HEADER.size
            if len(self._buffer) < body_start + length:
                return
            self._start = body_start + length
            yield FrameKind(kind), bytes(memoryview(self._buffer)[body_start : self._start])
