"""The frames in which an owner publishes updates: numbered, binary, one for many updates."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from trading_api.streaming.update_encoding import EncodedDatum

VERSION = 1
"""The version of the format. A frame starts with it."""

# Version, lengths of the owner's and the partition's names, epoch, stream, seq, prev.
_HEADER = struct.Struct("!BBBQQQQ")
# Number of the topic, position, lengths of the conflation key, the suffix and the datum.
_UPDATE = struct.Struct("!QqHHI")
_NO_KEY = 0xFFFF
_KEY_BYTES_MAX = _NO_KEY - 1

NO_TOPIC = 0
"""The number in an update that marks a topic instead of showing its content. Its conflation key is
the kind of the mark. A receiver ignores kinds that it does not know."""
POSITION = "position"
"""The kind of a mark that the topic had no update up to this position but those before the mark."""
LOST_UPDATE = "lost"
"""The kind of a mark in the place of an update that could not be encoded."""


class FrameError(ValueError):
    """Raised for bytes that are no frame of a known version."""


class UpdateFrame(NamedTuple):
    """A frame of a stream. `seq` numbers it, and `prev` is the number of the frame before it.

    `epoch` counts the owners of the partition. `stream` grows with each new stream of a partition
    and audience. `body` is the encoded updates, one after the other."""

    owner: str
    partition: str
    epoch: int
    stream: int
    seq: int
    prev: int
    body: bytes

    @property
    def key(self) -> tuple[int, int]:
        """The stream's identity. A later stream of the same partition has a greater one."""
        return self.epoch, self.stream


class RelayedUpdate(NamedTuple):
    """An update of a topic. `position` is from where to replay what follows it, and `suffix` the
    end of its message after the datum."""

    number: int
    position: int
    suffix: bytes
    datum: EncodedDatum


def topic_number(name: str) -> int:
    """Return the number of a topic in frames: 64 bits of a hash of its name. It is the same in
    every process. An owner opens no two topics of one number."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest())


def encode_update(number: int, position: int, key: str | None, suffix: bytes, json: bytes) -> bytes:
    """Return one update as a part of a frame's body. Raises FrameError if the key or the suffix is
    too long."""
    name = b"" if key is None else key.encode()
    if len(name) > _KEY_BYTES_MAX or len(suffix) > 0xFFFF:
        raise FrameError("a conflation key or a suffix is too long")
    key_length = _NO_KEY if key is None else len(name)
    head = _UPDATE.pack(number, position, key_length, len(suffix), len(json))
    return b"".join((head, name, suffix, json))


def encode_lost_update(number: int, position: int | None) -> bytes:
    """Return the mark of a topic for an update that could not be encoded. `position` is that of the
    update, or None where it is unknown."""
    return encode_update(NO_TOPIC, position or 0, LOST_UPDATE, b"", number.to_bytes(8))


def encode_position(number: int, position: int) -> bytes:
    """Return the mark that a topic was read up to a position."""
    return encode_update(NO_TOPIC, position, POSITION, b"", number.to_bytes(8))


def marked_topic(update: RelayedUpdate) -> int:
    """Return the number of the topic that an update of NO_TOPIC marks."""
    return int.from_bytes(update.datum.json[:8])


def encode_frame(frame: UpdateFrame) -> bytes:
    """Return the bytes of a frame in the present version. Raises FrameError if a name is too
    long."""
    owner, partition = frame.owner.encode(), frame.partition.encode()
    if len(owner) > 0xFF or len(partition) > 0xFF:
        raise FrameError("the name of an owner or a partition is too long")
    head = _HEADER.pack(
        VERSION, len(owner), len(partition), frame.epoch, frame.stream, frame.seq, frame.prev
    )
    return b"".join((head, owner, partition, frame.body))


def decode_frame(message: bytes) -> UpdateFrame:
    """Return the frame that `encode_frame` made; its body is not decoded. Raises FrameError."""
    if not message or message[0] != VERSION:
        version = message[0] if message else None
        raise FrameError(f"a frame of version {version}, where {VERSION} is known")
    try:
        _, owner_length, partition_length, epoch, stream, seq, prev = _HEADER.unpack_from(message)
        start = _HEADER.size
        partition, body = start + owner_length, start + owner_length + partition_length
        if body > len(message):
            raise FrameError("a frame is cut off")
        return UpdateFrame(
            message[start:partition].decode(),
            message[partition:body].decode(),
            epoch,
            stream,
            seq,
            prev,
            message[body:],
        )
    except (struct.error, UnicodeDecodeError) as error:
        raise FrameError("a frame is cut off or damaged") from error


def decode_updates(body: bytes) -> Iterator[RelayedUpdate]:
    """Yield the updates of a frame's body in their order. Raises FrameError."""
    start, end, unpack, size = 0, len(body), _UPDATE.unpack_from, _UPDATE.size
    try:
        while start < end:
            number, position, key_length, suffix_length, json_length = unpack(body, start)
            start += size
            key = None
            if key_length != _NO_KEY:
                key = body[start : start + key_length].decode()
                start += key_length
            suffix_end = start + suffix_length
            json_end = suffix_end + json_length
            if json_end > end:
                raise FrameError("an update is cut off")
            datum = EncodedDatum(body[suffix_end:json_end], key)
            yield RelayedUpdate(number, position, body[start:suffix_end], datum)
            start = json_end
    except (struct.error, UnicodeDecodeError) as error:
        raise FrameError("an update is cut off or damaged") from error
