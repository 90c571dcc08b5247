"""The client of Alpaca, connected to the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from tests.kit.alpaca.alpaca_order import AlpacaOrder
from tests.kit.alpaca.alpaca_server import ListeningAlpaca, running_alpaca
from tests.kit.recording_venue_sink import RecordingVenueSink
from trading_api.modules.broker.external.alpaca.alpaca_client import AlpacaClient
from trading_api.modules.broker.external.venue_client import VenueLink

API_KEY, API_SECRET = "AKTESTKEY0000000000", "secret-of-the-test-0123456789"


@dataclass
class ConnectedAlpaca:
    """The simulator, and a client that runs against it."""

    server: ListeningAlpaca
    client: AlpacaClient
    sink: RecordingVenueSink

    def order(self, client_order_id: str) -> AlpacaOrder:
        """Return the simulator's order."""
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
    """Run a client against a simulator. `options` are those of AlpacaClient."""
    async with running_alpaca(API_KEY, API_SECRET) as server:
        client = AlpacaClient(SecretStr(api_key), SecretStr(API_SECRET), server.url, **options)
        alpaca = ConnectedAlpaca(server, client, RecordingVenueSink())
        running = asyncio.create_task(client.run(alpaca.sink))
        try:
            yield alpaca
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
