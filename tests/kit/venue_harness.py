"""Venue clients with the venues that they are connected to, for the contract tests of the port."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Protocol

from tests.kit.alpaca.alpaca_faults import lost_answer
from tests.kit.alpaca.running_client import ConnectedAlpaca, connected_alpaca
from tests.kit.ccxt_account import PLACE, SYMBOL, ConnectedAccount, connected_account
from tests.kit.fake_venue import FakeVenue, FakeVenueClient, Fault
from tests.kit.recording_venue_sink import RecordingVenueSink
from trading_api.modules.broker.external.venue_client import VenueClient, VenueLink


class VenueHarness(Protocol):
    """A client, what it reports, and what a test does at its venue. An order to buy `symbol` at
    `price` rests until it is filled."""

    symbol: str
    price: Decimal

    @property
    def client(self) -> VenueClient: ...

    @property
    def sink(self) -> RecordingVenueSink: ...

    def fill(self, client_order_id: str, quantity: str) -> None:
        """Fill a part of an order at `price`."""
        ...

    def lose_next_answer(self) -> None:
        """Let the venue process the next order, and lose its answer."""
        ...

    async def disconnect(self) -> None:
        """Break the connection, and keep it from coming up."""
        ...

    async def reconnect(self) -> None: ...


class FakeHarness:
    """The venue in memory."""

    symbol, price = "AAPL", Decimal(98)

    def __init__(self) -> None:
        self.venue = FakeVenue(lambda: time.time_ns() // 1_000_000)
        self.client = FakeVenueClient(self.venue)
        self.sink = RecordingVenueSink()

    def fill(self, client_order_id: str, quantity: str) -> None:
        order = self.venue.find(self.symbol, client_order_id)
        assert order is not None
        self.venue.trade(order, Decimal(quantity))

    def lose_next_answer(self) -> None:
        self.client.faults.append(Fault.ANSWER_LOST)

    async def disconnect(self) -> None:
        self.client.connect(False)

    async def reconnect(self) -> None:
        self.client.connect(True)


class CcxtHarness:
    """ccxt at the simulator of Binance."""

    symbol, price = SYMBOL, Decimal(98)

    def __init__(self, account: ConnectedAccount) -> None:
        self._account = account
        self.client, self.sink = account.client, account.sink

    def fill(self, client_order_id: str, quantity: str) -> None:
        self._account.venue.trade(SYMBOL, self.price, quantity)

    def lose_next_answer(self) -> None:
        self._account.venue.inject("lose_answer", count=1, path=PLACE)

    async def disconnect(self) -> None:
        self._account.venue.inject("refuse_sockets")
        self._account.venue.drop_sockets("user")

    async def reconnect(self) -> None:
        self._account.venue.clear("refuse_sockets")


class AlpacaHarness:
    """Alpaca's simulator."""

    symbol, price = "AAPL", Decimal(98)

    def __init__(self, alpaca: ConnectedAlpaca) -> None:
        self._alpaca = alpaca
        self.client, self.sink = alpaca.client, alpaca.sink

    def fill(self, client_order_id: str, quantity: str) -> None:
        order = self._alpaca.order(client_order_id)
        self._alpaca.server.account.fill(order, quantity, self.price)

    def lose_next_answer(self) -> None:
        self._alpaca.server.faults.add(lost_answer("POST", "/v2/orders"))

    async def disconnect(self) -> None:
        await self._alpaca.server.stop_listening()

    async def reconnect(self) -> None:
        await self._alpaca.server.start_listening()


def venue_harness(name: str) -> AbstractAsyncContextManager[VenueHarness]:
    """Return the harness of a name, connected: `fake`, `ccxt` or `alpaca`."""
    return {"fake": _fake, "ccxt": _ccxt, "alpaca": _alpaca}[name]()


@asynccontextmanager
async def _fake() -> AsyncIterator[VenueHarness]:
    harness = FakeHarness()
    running = asyncio.create_task(harness.client.run(harness.sink))
    try:
        yield harness
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def _ccxt() -> AsyncIterator[VenueHarness]:
    async with connected_account() as account:
        await account.begin()
        yield CcxtHarness(account)


@asynccontextmanager
async def _alpaca() -> AsyncIterator[VenueHarness]:
    async with connected_alpaca() as alpaca:
        await alpaca.sink.until(lambda: alpaca.sink.link is VenueLink.CONNECTED)
        yield AlpacaHarness(alpaca)
