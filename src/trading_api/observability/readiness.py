"""Whether the server should be sent work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Doubt = Callable[[], str | None]
"""Why not, in a few words; None where there is no reason."""


class Readiness:
    def __init__(self) -> None:
        self._doubts: list[Doubt] = []
        self.is_stopping = False

    def heed(self, doubt: Doubt) -> None:
        self._doubts.append(doubt)

    def stop(self) -> None:
        self.is_stopping = True

    def reasons(self) -> Sequence[str]:
        """None where it is ready."""
        if self.is_stopping:
            return ["shutting down"]
        return [reason for doubt in self._doubts if (reason := doubt())]
