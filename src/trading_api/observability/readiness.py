"""The state of the readiness probe: whether the server should be sent requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

HealthCheck = Callable[[], str | None]
"""Returns why the server is not ready, in a few words, or None where it is."""


class Readiness:
    """Collects health checks of the parts of the server, and whether it is shutting down."""

    def __init__(self) -> None:
        self._checks: list[HealthCheck] = []
        self.is_stopping = False

    def add_check(self, check: HealthCheck) -> None:
        """Ask this check each time the probe is read."""
        self._checks.append(check)

    def stop(self) -> None:
        """Report the server as not ready from now on."""
        self.is_stopping = True

    def reasons(self) -> Sequence[str]:
        """Return why the server is not ready; empty where it is."""
        if self.is_stopping:
            return ["shutting down"]
        return [reason for check in self._checks if (reason := check())]
