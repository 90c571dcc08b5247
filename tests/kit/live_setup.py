"""A live broker on a venue in memory, for tests: start it, kill it, start it again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.kit.fake_venue import FakeVenue, FakeVenueClient
from tests.kit.manual_clock import ManualClock, settle
from tests.kit.manual_market import ManualMarket, instrument
from trading_api.domain.account_event import AccountEvent
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CommandResult,
    IdempotencyKey,
    OrderInstruction,
    PlaceOrderCommand,
)
from trading_api.domain.broker_connection import BrokerConnection
from trading_api.domain.orders import OrderType, Side
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.external.risk_gate import RiskLimits
from trading_api.modules.broker.journal.journal import Journal
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.observability.metrics import Metrics

ACCOUNT = "LIVE-TEST"
LIMITS = RiskLimits(
    order_value_max=Decimal(1_000_000),
    position_value_max=Decimal(10_000_000),
    daily_loss_max=Decimal(1_000_000),
    orders_per_minute=10_000,
    price_distance_percent=Decimal(90),
)


def order(side: Side = Side.BUY, quantity: int = 10, **more: Any) -> PlaceOrderCommand:
    """Return the command of a market order for AAPL."""
    fields: dict[str, Any] = {"symbol": "AAPL", "type": OrderType.MARKET} | more
    return PlaceOrderCommand(OrderInstruction(side=side, quantity=Decimal(quantity), **fields))


def limit_order(price: int = 90, quantity: int = 10, side: Side = Side.BUY) -> PlaceOrderCommand:
    """Return the command of a limit order for AAPL."""
    return order(side, quantity, type=OrderType.LIMIT, limit_price=Decimal(price))


@dataclass
class Seen:
    """A BrokerListener that remembers all events and states of the connection."""

    events: list[AccountEvent] = field(default_factory=list)
    connections: list[BrokerConnection] = field(default_factory=list)

    def on_event(self, event: AccountEvent) -> None:
        self.events.append(event)

    def on_valuation(self, account_id: str) -> None: ...

    def on_connection(self, account_ids: object, connection: BrokerConnection) -> None:
        self.connections.append(connection)

    @property
    def types(self) -> list[str]:
        """The types of the events without notifications."""
        return [each.type for each in self.events if each.type != "notificationRaised"]


class LiveSetup:
    """A venue, a market, a journal and the brokers that were started on them."""

    def __init__(
        self,
        journal: Journal | Callable[[], Journal] | None = None,
        *,
        holds_orders: bool = False,
    ) -> None:
        self.holds_orders = holds_orders
        self.market = ManualMarket(*map(instrument, ("AAPL", "MSFT", "BTCUSD")))
        self.market.move("AAPL", "99.98", "100.00")
        self.market.move("MSFT", "49.98", "50.00")
        self.venue = FakeVenue(lambda: self.market.now_ms)
        self.market.move("BTCUSD", "99.98", "100.00")
        self.venue.prices = {"AAPL": Decimal(100), "MSFT": Decimal(50), "BTCUSD": Decimal(100)}
        self._next_journal = journal if callable(journal) else lambda: self.journal
        self.journal: Journal = MemoryJournal() if journal is None or callable(journal) else journal
        self.limits = LIMITS
        self.clock = ManualClock()
        self.client = FakeVenueClient(self.venue)
        self.seen = Seen()
        self.broker: LiveBroker
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start a new broker on the journal, connected unless the client is not."""
        await self.load()
        await self.run()

    async def run(self) -> None:
        """Run the broker that was loaded."""
        self._task = asyncio.create_task(self.broker.run())
        await settle()

    async def load(self) -> None:
        """Make a new broker and load the journal, without connecting it."""
        self.clock = ManualClock()
        self.journal = self._next_journal()
        client = FakeVenueClient(self.venue)
        client.is_connected = self.client.is_connected
        self.client = client
        self.broker = create_live_broker(
            ACCOUNT,
            "fake",
            self.client,
            self.journal,
            self.market,
            "USD",
            self.limits,
            Metrics(),
            self.clock,
            holds_orders=self.holds_orders,
        )
        self.broker.listen(self.seen)
        await self.broker.start()

    async def kill(self) -> None:
        """End the broker wherever it is."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def submit(
        self, command: BrokerCommand, key: IdempotencyKey | None = None
    ) -> CommandResult:
        """Submit a command, and let everything happen that needs no time."""
        result = await self.broker.submit(ACCOUNT, command, key)
        await settle()
        return result

    def live(self) -> list[Order]:
        """Return the live orders of the ledger."""
        return self.broker.snapshot(ACCOUNT).live_orders()

    def codes(self) -> list[str]:
        """Return the codes of the notifications that the listener has seen."""
        return [each.notification.code for each in self.seen.events if each.notification]

    async def find(self, order_id: str) -> Order:
        """Return an order of the ledger, also one that has ended."""
        found = await self.broker.history(ACCOUNT).order(order_id)
        assert found is not None
        return found

    def position(self, symbol: str = "AAPL") -> Decimal:
        """Return the quantity of a position of the ledger."""
        return self.broker.account.state.position(symbol).quantity


@asynccontextmanager
async def live_setup(
    journal: Journal | Callable[[], Journal] | None = None,
    *,
    holds_orders: bool = False,
) -> AsyncIterator[LiveSetup]:
    """A started LiveSetup. A function makes the journal of each start."""
    setup = LiveSetup(journal, holds_orders=holds_orders)
    await setup.start()
    try:
        yield setup
    finally:
        await setup.kill()
