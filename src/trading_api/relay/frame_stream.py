"""The numbered frames that an owner publishes to one audience."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence

from trading_api.relay.update_frame import UpdateFrame, encode_frame

log = logging.getLogger(__name__)

FRAME_BYTES_MAX = 256 * 1024
"""A frame is published before it grows longer than this."""
UPDATE_BYTES_MAX = 900_000
"""The longest update, which is a frame of its own."""
KEPT_FRAMES_MAX = 1_000
KEPT_BYTES_MAX = 8 * 1024 * 1024
KEPT_HEARTBEATS = 20
"""A frame is kept for so many heartbeats. A gateway that was silent that long lost its topics."""


class FrameStream:
    """Collects updates into frames, numbers and publishes them, and keeps the last ones.

    `schedule` is called with the stream when its first update waits; its owner calls `flush`, at
    the end of the loop's tick. `identity` is greater than that of each earlier stream."""

    def __init__(
        self,
        owner: str,
        partition: str,
        epoch: int,
        identity: int,
        publish: Callable[[bytes], None],
        schedule: Callable[[FrameStream], None],
        kept_frames_max: int = KEPT_FRAMES_MAX,
    ) -> None:
        self.epoch = epoch
        self.identity = identity
        self.seq = 0
        self._owner = owner
        self._partition = partition
        self._publish = publish
        self._schedule = schedule
        self._kept_frames_max = kept_frames_max
        self._updates: list[bytes] = []
        self._updates_bytes = 0
        # Full: the oldest frame is dropped. Old ones are dropped too, as an owner has a stream for
        # each shard and gateway. A gateway that misses one reads its topics again.
        self._kept: deque[tuple[int, bytes]] = deque()
        self._kept_bytes = 0
        # The number of the last frame at each of the last heartbeats.
        self._seqs: deque[int] = deque()

    def add(self, update: bytes) -> None:
        """Add an encoded update to the next frame."""
        if len(update) > UPDATE_BYTES_MAX:
            log.error("update_too_long", extra={"bytes": len(update)})
            self.skip()
            return
        if self._updates_bytes + len(update) > FRAME_BYTES_MAX:
            self.flush()
        if not self._updates:
            self._schedule(self)
        self._updates.append(update)
        self._updates_bytes += len(update)

    def flush(self) -> None:
        """Publish the updates that wait, if there are any."""
        if not self._updates:
            return
        body = b"".join(self._updates)
        self._updates.clear()
        self._updates_bytes = 0
        prev, self.seq = self.seq, self.seq + 1
        frame = encode_frame(
            UpdateFrame(
                self._owner, self._partition, self.epoch, self.identity, self.seq, prev, body
            )
        )
        self._keep(frame)
        self._publish(frame)

    def skip(self) -> None:
        """Leave out one frame that cannot be requested again, so that each receiver reads its
        topics again."""
        self.flush()
        self.seq += 1
        self._kept.clear()
        self._kept_bytes = 0

    def note_heartbeat(self) -> None:
        """Drop the frames that are older than the last KEPT_HEARTBEATS heartbeats."""
        self._seqs.append(self.seq)
        if len(self._seqs) > KEPT_HEARTBEATS:
            last_old = self._seqs.popleft()
            while self._kept and self._kept[0][0] <= last_old:
                self._drop_oldest()

    def frames(self, first: int, last: int, bytes_max: int) -> Sequence[bytes]:
        """Return the frames from `first` to `last`, as many as `bytes_max` allows, but one at
        least. Empty if `first` is not kept."""
        if not self._kept or not self._kept[0][0] <= first <= self.seq:
            return []
        found: list[bytes] = []
        for seq, frame in self._kept:
            if seq < first:
                continue
            bytes_max -= len(frame)
            if seq > last or (found and bytes_max < 0):
                break
            found.append(frame)
        return found

    def _keep(self, frame: bytes) -> None:
        self._kept.append((self.seq, frame))
        self._kept_bytes += len(frame)
        while len(self._kept) > self._kept_frames_max or self._kept_bytes > KEPT_BYTES_MAX:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        self._kept_bytes -= len(self._kept.popleft()[1])
