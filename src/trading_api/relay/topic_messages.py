"""The messages between a gateway and an owner about topics: requests, replies and heartbeats.

They are MessagePack maps. A receiver ignores fields that it does not know, so that the next version
can add some."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

HEARTBEATS = "heartbeats"
"""The subject on which owners name their partitions, and the streams of all gateways."""
GATEWAYS = "gateways"
"""The subject on which gateways publish that they live."""
SHARED_AUDIENCE = "*"
"""The audience of a stream that every gateway receives."""
OVERLOADED = "overloaded"
"""The code with which an owner rejects a topic while it has too many to open."""
REPLY_BYTES_MAX = 900_000
"""The most bytes of one reply. Larger ones are fetched in parts."""


def topics_subject(partition: str) -> str:
    """Return the subject on which a partition's owner serves requests about topics."""
    return f"{partition}.topics"


def shared_updates_subject(partition: str) -> str:
    """Return the subject of a partition's stream that every gateway receives."""
    return f"{partition}.updates"


def gateway_updates_subject(gateway: str) -> str:
    """Return the subject of the streams that one gateway receives."""
    return f"gateway.{gateway}.updates"


def heartbeats_subject(audience: str) -> str:
    """Return the subject of the heartbeats that name the streams of an audience."""
    return HEARTBEATS if audience == SHARED_AUDIENCE else f"gateway.{audience}.heartbeats"


class OpenTopic(msgspec.Struct, tag="open"):
    """Open a topic for a gateway, or read it again. `generation` grows with each of the gateway's
    requests. With `since` the reply has what follows this position, else the topic's state. `prev`
    is the position of the last update that was posted, where that is before `since`."""

    gateway: str
    topic: str
    generation: int
    since: int | None = None
    prev: int | None = None


class CloseTopics(msgspec.Struct, tag="close"):
    """Close topics of a gateway, unless it opened them again in a later generation."""

    gateway: str
    topics: list[tuple[str, int]]


class MissedFrames(msgspec.Struct, tag="missed"):
    """Send the frames `first` to `last` of a stream again."""

    gateway: str
    stream: int
    first: int
    last: int


class RestOfReply(msgspec.Struct, tag="rest"):
    """Send the bytes of a stored reply from `start` on."""

    token: int
    start: int


TopicRequest: TypeAlias = OpenTopic | CloseTopics | MissedFrames | RestOfReply

SnapshotPart: TypeAlias = tuple[bytes, list[tuple[bytes, str | None]]]
"""A suffix, and the JSON and conflation key of each datum that it belongs to."""


class TopicOpened(msgspec.Struct, tag="opened"):
    """What a topic shows after the frame `seq` of a stream.

    `lease` numbers the owner's memory of the gateway, and `beat` is the number of the owner's last
    heartbeat. `position` is that of the last update in `parts`."""

    epoch: int
    lease: int
    beat: int
    stream: int
    seq: int
    position: int
    parts: list[SnapshotPart]


class TopicRejected(msgspec.Struct, tag="rejected"):
    """An ApiError. An older version sends no epoch."""

    status: int
    detail: str
    code: str
    epoch: int | None = None


class NotOwner(msgspec.Struct, tag="not_owner"):
    """The request came to a process that does not own the partition now, or came too late."""


class FramesAgain(msgspec.Struct, tag="frames"):
    """Frames of a stream, in order. Empty if the first one is not kept any longer."""

    frames: list[bytes]


class TopicsClosed(msgspec.Struct, tag="closed"):
    """The topics are closed."""


class PartOfReply(msgspec.Struct, tag="part"):
    """Bytes of a reply of `size` bytes, which is stored for a short time under `token`."""

    token: int
    size: int
    data: bytes


TopicReply: TypeAlias = (
    TopicOpened | TopicRejected | NotOwner | FramesAgain | TopicsClosed | PartOfReply
)


class PartitionBeat(msgspec.Struct):
    """The epoch of a partition, and by audience its streams: identity and last seq. `is_moving`:
    the owner releases the partition, and the next one is about to claim it."""

    epoch: int
    streams: dict[str, tuple[int, int]]
    is_moving: bool = False


class OwnerBeat(msgspec.Struct):
    """The heartbeat of an owner about some of its partitions. `number` grows. `leases` has the
    gateways that the owner knows."""

    owner: str
    number: int
    leases: dict[str, int]
    partitions: dict[str, PartitionBeat]
    version: int = 1


class GatewayBeat(msgspec.Struct):
    """A gateway lives."""

    gateway: str
    version: int = 1


encode = msgspec.msgpack.Encoder().encode
decode_owner_beat = msgspec.msgpack.Decoder(OwnerBeat).decode
decode_gateway_beat = msgspec.msgpack.Decoder(GatewayBeat).decode
_requests: msgspec.msgpack.Decoder[TopicRequest] = msgspec.msgpack.Decoder(TopicRequest)
_replies: msgspec.msgpack.Decoder[TopicReply] = msgspec.msgpack.Decoder(TopicReply)
decode_request = _requests.decode
decode_reply = _replies.decode
