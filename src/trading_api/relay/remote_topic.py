"""A topic of another process, as a gateway has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from trading_api.relay.topic_messages import TopicOpened
from trading_api.relay.update_frame import LOST_UPDATE, POSITION, RelayedUpdate
from trading_api.shared.ws.generic_route import WsRouter
from trading_api.streaming.subscriptions import Topic
from trading_api.streaming.update_encoding import EncodedDatum

KEPT_UPDATES_MAX = 10_000
KEPT_BYTES_MAX = 8 * 1024 * 1024

NEVER_SYNCED = -1


class KeptUpdates:
    """The latest updates of a topic, while a client or a resync waits for what the topic shows.

    It has every update of the frames after `since`. When it is full it begins again; a snapshot
    that is older than its beginning is then of no use."""

    def __init__(self) -> None:
        self.since = 0
        self._holders = 0
        self._updates: list[tuple[int, RelayedUpdate]] = []
        self._bytes = 0

    @property
    def is_active(self) -> bool:
        return self._holders > 0

    def acquire(self, delivered: int) -> None:
        """Keep updates from now on, until a `release` for each `acquire`. `delivered` is the number
        of the last frame."""
        if not self._holders:
            self.restart(delivered)
        self._holders += 1

    def release(self) -> None:
        """Drop the updates after the last `release`."""
        self._holders -= 1
        if not self._holders:
            self.restart(self.since)

    def restart(self, delivered: int) -> None:
        """Drop the updates, and keep those of later frames."""
        self.since = delivered
        self._updates.clear()
        self._bytes = 0

    def add(self, seq: int, update: RelayedUpdate) -> None:
        """Keep an update of the frame `seq`."""
        self._bytes += len(update.datum.json) + len(update.suffix)
        if len(self._updates) >= KEPT_UPDATES_MAX or self._bytes > KEPT_BYTES_MAX:
            self.restart(seq)
        else:
            self._updates.append((seq, update))

    def after(self, seq: int) -> list[RelayedUpdate]:
        """Return the updates of all frames after `seq`, which is not before `since`."""
        return [update for at, update in self._updates if at > seq]


@dataclass(eq=False, slots=True)
class RemoteTopic:
    """A topic that a gateway opened at its owner, or is about to.

    `generation` is that of the newest request to open it. Updates are posted while `synced_round`
    is the partition's round. `position` is that of the last update that was posted to all clients,
    or until one is posted (`has_posted`) that of the state. Up to `read_position` there is no later
    one. `first_reply` waits for the first
    client, which consumes it. `failures` counts the attempts to open the topic again that failed
    one after the other, and the next one is due at `retry_at_s` of the running clock. `is_failed`:
    the topic cannot be continued, and its sessions are being closed."""

    name: str
    number: int
    router: WsRouter[Any, Any]
    topic: Topic
    generation: int = 0
    synced_round: int = NEVER_SYNCED
    position: int | None = None
    read_position: int = 0
    has_posted: bool = False
    first_reply: TopicOpened | None = None
    failures: int = 0
    retry_at_s: float = 0.0
    is_closed: bool = False
    is_failed: bool = False
    kept: KeptUpdates = field(default_factory=KeptUpdates)

    def post(self, update: RelayedUpdate) -> None:
        """Post an update to all clients of the topic."""
        router = self.router
        router.delivery.post(router, self.topic, (update.datum,), update.suffix)
        if router.replays:
            self.position, self.has_posted = update.position, True

    @property
    def since(self) -> int | None:
        """From where the topic is read again; None for its state."""
        if self.position is None or not self.router.replays:
            return None
        return max(self.position, self.read_position)

    def note_resumed(self, position: int) -> None:
        """Continue from the position of a client that resumed, if the state's is later.

        The account's last events may belong to other topics. As `prev` they would look like a gap
        to that client."""
        if self.position is not None and not self.has_posted:
            self.position = min(self.position, position)

    def note_mark(self, seq: int, mark: RelayedUpdate, present_round: int) -> None:
        """Note how far the topic is read. Or post nothing until it is opened again, where the frame
        `seq` has a mark in the place of an update."""
        if mark.datum.key == POSITION and self.synced_round == present_round:
            self.read_position = max(self.read_position, mark.position)
        elif mark.datum.key == LOST_UPDATE:
            self.kept.restart(seq)
            self.synced_round = NEVER_SYNCED
            if self.position is not None and mark.position:
                self.position = min(self.position, mark.position - 1)
                self.read_position = min(self.read_position, mark.position - 1)

    def post_snapshot(self, opened: TopicOpened) -> None:
        """Post what the topic shows, or what was missed, to all clients of the topic."""
        router = self.router
        for data, suffix in snapshot_parts(opened):
            if data:
                router.delivery.post(router, self.topic, data, suffix)
        # Without data it is the position from which they were requested.
        if opened.position != self.since:
            self.position = opened.position


def snapshot_parts(opened: TopicOpened) -> list[tuple[list[EncodedDatum], bytes]]:
    """Return the parts of a snapshot as a router posts them."""
    return [([EncodedDatum(*datum) for datum in data], suffix) for suffix, data in opened.parts]
