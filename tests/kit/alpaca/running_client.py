"""The client of Alpaca, connected to the counterpart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from tests.kit.alpaca.alpaca_order import AlpacaOrder
from tests.kit.alpaca.alpaca_server import ListeningAlpaca, running_alpaca
from trading_api.modules.broker.external.alpaca.alpaca_client import AlpacaClient
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    VenueLink,
)

API_KEY, API_SECRET = "AKTESTKEY0000000000", "secret-of-the-test-0123456789"
WAIT_S = 60.0
"""The longest wait; only a test that fails waits this long. alpaca-py takes seconds to import."""


@dataclass
class RecordingSink:
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


@dataclass
class ConnectedAlpaca:
    """The counterpart, and a client that runs against it."""

    server: ListeningAlpaca
    client: AlpacaClient
    sink: RecordingSink

    def order(self, client_order_id: str) -> AlpacaOrder:
        """Return the counterpart's order."""
        return self.server.account.by_client_id(client_order_id)

    def requests(self, method: str, path: str) -> int:
        """Return how many requests of a kind were made."""
        wanted = f"{method} {path}"
        return sum(request.startswith(wanted) for request in self.server.requests)

    def links(self) -> list[tuple[VenueLink, str]]:
        """Return the states of the connection so far, with their reasons."""
        return self.sink.links

    async def connected(self) -> None:
        await self.sink.until(lambda: self.sink.link is VenueLink.CONNECTED)


@asynccontextmanager
async def connected_alpaca(
    api_key: str = API_KEY, **options: Any
) -> AsyncIterator[ConnectedAlpaca]:
    """Run a client against a counterpart. `options` are those of AlpacaClient."""
    async with running_alpaca(API_KEY, API_SECRET) as server:
        client = AlpacaClient(SecretStr(api_key), SecretStr(API_SECRET), server.url, **options)
        alpaca = ConnectedAlpaca(server, client, RecordingSink())
        running = asyncio.create_task(client.run(alpaca.sink))
        try:
            yield alpaca
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
