"""A VenueSink for tests of venue clients."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    VenueLink,
)

WAIT_S = 60.0
"""The longest wait; only a test that fails waits this long. Client libraries of venues take seconds
to import, and more on a busy machine."""


@dataclass
class RecordingVenueSink:
    """A VenueSink that keeps what it receives, and lets tests wait for it."""

    reports: list[ExecutionReport] = field(default_factory=list)
    links: list[tuple[VenueLink, str]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_report(self, report: ExecutionReport) -> None:
        self.reports.append(report)
        self._changed.set()

    def on_link(self, link: VenueLink, reason: str = "") -> None:
        self.links.append((link, reason))
        self._changed.set()

    @property
    def link(self) -> VenueLink | None:
        return self.links[-1][0] if self.links else None

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on what was received holds."""
        async with asyncio.timeout(WAIT_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def report(self, client_order_id: str, exec_type: ExecType) -> ExecutionReport:
        """Return the last report of a kind about an order, and wait for it."""

        def found() -> list[ExecutionReport]:
            return [
                report
                for report in self.reports
                if (report.client_order_id, report.exec_type) == (client_order_id, exec_type)
            ]

        await self.until(lambda: bool(found()))
        return found()[-1]
