"""How long the owner of a partition is silent until it counts as lost."""

from __future__ import annotations

from trading_api.clock import running_clock


class OwnerSilence:
    """Measures the silence of an owner, on the running clock.

    Within `grace_s` after the owner announced a release, and after no process served the partition,
    the next owner is expected. `is_over` is called at short intervals, which a process that was
    paused does not count."""

    def __init__(self, silence_s: float, grace_s: float) -> None:
        self._silence_s = silence_s
        self._grace_s = grace_s
        # Whether the owner has sent anything since the last check, and the time of the last check
        # at which it had.
        self._has_sent = False
        self._seen_s = running_clock().now_s()
        self._grace_since_s: float | None = None

    def note_sent(self) -> None:
        """Note a sign of life."""
        self._has_sent = True
        self._grace_since_s = None

    def note_move(self) -> None:
        """Note that the owner releases the partition."""
        self._grace_since_s = running_clock().now_s()

    def note_absence(self) -> None:
        """Note that no process serves the partition."""
        if self._grace_since_s is None:
            self._grace_since_s = running_clock().now_s()

    def is_over(self) -> bool:
        """Return whether the owner counts as lost."""
        now_s = running_clock().now_s()
        if self._has_sent:
            self._has_sent, self._seen_s = False, now_s
        since_s, grace_s = self._seen_s, self._grace_since_s
        is_expected = grace_s is not None and now_s - grace_s <= self._grace_s
        return now_s - since_s > self._silence_s and not is_expected
