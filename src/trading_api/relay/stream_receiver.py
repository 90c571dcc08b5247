"""Puts the frames of a partition's stream into their order."""

from __future__ import annotations

from collections.abc import Callable

from trading_api.relay.update_frame import UpdateFrame

LATER_FRAMES_MAX = 1_000
LATER_BYTES_MAX = 8 * 1024 * 1024


class StreamReceiver:
    """Delivers the frames of one stream in order, each one time.

    A frame that is too early is kept until those before it came; `gap` names them. A frame of an
    earlier stream, or one that was delivered, is dropped. The first frame of a later stream
    replaces the stream. `on_break` is called after frames were left out: all that depends on the
    stream has to read the present state again. `delivered` is the number of the last frame that was
    delivered or left out."""

    def __init__(
        self, deliver: Callable[[UpdateFrame], None], on_break: Callable[[], None]
    ) -> None:
        self._deliver = deliver
        self._on_break = on_break
        self.key: tuple[int, int] | None = None
        self.delivered = 0
        self._expected = 0
        # Full: the gap in front of them is left out.
        self._later: dict[int, UpdateFrame] = {}
        self._later_bytes = 0

    def receive(self, frame: UpdateFrame) -> None:
        """Accept a frame in whatever order it comes."""
        key = frame.key
        if key != self.key:
            self.follow(key, frame.prev)
        if key != self.key or frame.seq <= self.delivered or frame.seq in self._later:
            return
        if frame.prev <= self.delivered:
            self._advance(frame)
            if self._later:
                self._deliver_later()
            return
        self._later[frame.seq] = frame
        self._later_bytes += len(frame.body)
        if len(self._later) > LATER_FRAMES_MAX or self._later_bytes > LATER_BYTES_MAX:
            self.leave_out_gap()

    def follow(self, key: tuple[int, int], seq: int) -> None:
        """Receive a later stream from the frame after `seq` on. Ignored if it is not later."""
        if self.key is not None and key <= self.key:
            return
        self.key = key
        self.delivered = self._expected = seq
        self._later.clear()
        self._later_bytes = 0
        self._on_break()

    def expect(self, key: tuple[int, int], seq: int) -> None:
        """Note that the stream has a frame `seq`, so that it is missed if it does not come."""
        if key == self.key:
            self._expected = max(self._expected, seq)

    @property
    def gap(self) -> tuple[int, int] | None:
        """The first and the last frame of the first gap; None if no frame is missing."""
        if self._later:
            return self.delivered + 1, self._later[min(self._later)].prev
        if self._expected > self.delivered:
            return self.delivered + 1, self._expected
        return None

    def leave_out_gap(self) -> None:
        """Go on without the frames of the first gap."""
        gap = self.gap
        if gap is not None:
            self.delivered = gap[1]
            self._on_break()
            self._deliver_later()

    def _deliver_later(self) -> None:
        while self._later:
            seq = min(self._later)
            frame = self._later[seq]
            if frame.prev > self.delivered:
                break
            del self._later[seq]
            self._later_bytes -= len(frame.body)
            if seq > self.delivered:
                self._advance(frame)

    def _advance(self, frame: UpdateFrame) -> None:
        self.delivered = frame.seq
        self._deliver(frame)
