"""A partition at its owner: the gateways that follow its topics, and their streams."""

from __future__ import annotations

from collections.abc import Callable

from trading_api.bus.port import Unsubscribe
from trading_api.relay.frame_stream import FrameStream
from trading_api.relay.topic_messages import REPLY_BYTES_MAX, SHARED_AUDIENCE, MissedFrames
from trading_api.streaming.message_format import JSON
from trading_api.streaming.outbox import Outbox

CLOSED_TOPICS_MAX = 1_000


class GatewaySubscriber:
    """A gateway as the Subscriber of topics of one partition. It receives frames of `stream`
    instead of an outbox.

    `generations` has the generation in which each joined topic was opened last, and `positions` how
    far it is known to be read."""

    def __init__(self, stream: FrameStream) -> None:
        self.stream = stream
        self.topics: set[str] = set()
        self.subscribed_symbols = 0
        self.format = JSON
        self.closed = False
        self.generations: dict[str, int] = {}
        self.positions: dict[str, int] = {}
        self._closed_generations: dict[str, int] = {}
        # Nothing is put into it.
        self.outbox = Outbox(0, lambda frames: None, [], lambda: None)

    def note_closed(self, topic: str, generation: int) -> None:
        """Remember that the gateway closed a topic, for an `open` that the bus delivers later."""
        closed = self._closed_generations
        generation = max(generation, closed.pop(topic, 0))
        if len(closed) >= CLOSED_TOPICS_MAX:
            del closed[next(iter(closed))]
        closed[topic] = generation

    def is_closed(self, topic: str, generation: int) -> bool:
        """Return whether the gateway has closed the topic since it opened it."""
        return generation <= self._closed_generations.get(topic, 0)


class HostedPartition:
    """What an owner has of one partition. `open_stream` makes the stream of an audience, which is
    a gateway or all of them."""

    def __init__(
        self,
        name: str,
        epoch: int,
        open_stream: Callable[[HostedPartition, str], FrameStream],
    ) -> None:
        self.name = name
        self.epoch = epoch
        self.unserve: Unsubscribe | None = None
        self.is_moving = False
        self.is_released = False
        self.streams: dict[str, FrameStream] = {}
        self.subscribers: dict[str, GatewaySubscriber] = {}
        self._open_stream = open_stream

    def subscriber(self, gateway: str, audience: str) -> GatewaySubscriber:
        """Return the gateway's subscriber, a new one if it has none."""
        subscriber = self.subscribers.get(gateway)
        if subscriber is None:
            stream = self.streams.get(audience)
            if stream is None:
                stream = self.streams[audience] = self._open_stream(self, audience)
            subscriber = self.subscribers[gateway] = GatewaySubscriber(stream)
        return subscriber

    def remove_subscriber(self, gateway: str) -> GatewaySubscriber | None:
        """Forget a gateway and the stream of its own. Return its subscriber, if it had one."""
        self.streams.pop(gateway, None)
        return self.subscribers.pop(gateway, None)

    def stream_seqs(self) -> dict[str, tuple[int, int]]:
        """Return the identity and the last number of each stream, by audience."""
        return {
            audience: (stream.identity, stream.seq) for audience, stream in self.streams.items()
        }

    def frames_again(self, request: MissedFrames) -> list[bytes]:
        """Return the frames that a gateway missed, as many as one reply holds."""
        for audience in (request.gateway, SHARED_AUDIENCE):
            stream = self.streams.get(audience)
            if stream is not None and stream.identity == request.stream:
                return list(stream.frames(request.first, request.last, REPLY_BYTES_MAX))
        return []
