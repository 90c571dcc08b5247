"""Random commands, faults and kills of a live broker, and what has to hold when they end."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from decimal import Decimal

from tests.kit.fake_venue import FakeOrder, Fault
from tests.kit.live_setup import ACCOUNT, LiveSetup, limit_order, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BrokerCommand,
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    IdempotencyKey,
    ModifyOrderCommand,
)
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.venue_events import VenueReported
from trading_api.modules.broker.external.held_triggers import is_held
from trading_api.modules.broker.external.venue_client import ExecutionReport, VenueOrderStatus
from trading_api.modules.broker.journal.verify.event_checks import first_discrepancy

FAULTS = [None, None, None, *Fault]


class LiveChaos:
    """Drives a LiveSetup by a seed."""

    def __init__(self, live: LiveSetup, seed: int) -> None:
        self.live = live
        self.kills = 0
        self.chance = random.Random(seed)
        self._names_fills = bool(seed % 2)
        self._commands: list[asyncio.Task[None]] = []
        self._delayed: list[ExecutionReport] = []
        self._keys = 0

    async def run(self, steps: int) -> None:
        """Start, do random things, then let the dust settle."""
        await self._start()
        for _ in range(steps):
            await self.step()
        await self.settle()

    async def _start(self) -> None:
        await self.live.start()
        self.live.client.alter = self._alter
        self.live.client.names_fills = self._names_fills

    async def step(self) -> None:
        chance, live = self.chance, self.live
        match chance.choices(range(9), weights=[8, 6, 3, 2, 2, 1, 1, 4, 2])[0]:
            case 0:
                self._commands.append(asyncio.create_task(self._submit(self.command())))
            case 1:
                self._trade()
            case 2:
                live.client.faults.append(chance.choice(FAULTS))
            case 3:
                self._end_or_place_elsewhere()
            case 4:
                self._deliver()
            case 5:
                live.client.connect(chance.random() < 0.6)
            case 6:
                live.client.answers = chance.random() < 0.6
            case 7:
                delay_s = chance.choice([0.1, 1, 3, 15, 65])
                live.market.now_ms += round(delay_s * 1000)
                await live.clock.advance(delay_s)
            case 8:
                await self._kill()
        for _ in range(chance.choice([0, 1, 2, 3, 5, 20])):
            await asyncio.sleep(0)

    def command(self) -> BrokerCommand:
        chance = self.chance
        side = chance.choice([Side.BUY, Side.BUY, Side.SELL])
        live = [each.id for each in self.live.live()]
        match chance.randrange(8):
            case 0 | 1:
                return order(side, chance.randint(1, 9))
            case 2 | 3 | 4:
                return limit_order(chance.randint(80, 120), chance.randint(1, 9), side)
            case 5 if live:
                own = self.live.broker.account.state.orders[chance.choice(live)]
                if own.type is OrderType.LIMIT:
                    changed = limit_order(chance.randint(80, 120), chance.randint(1, 12), own.side)
                    return ModifyOrderCommand(own.id, changed.order)
                return CancelOrderCommand(own.id)
            case 6 if live:
                return CancelOrderCommand(chance.choice(live))
            case 7 if chance.random() < 0.3:
                return CancelOrdersCommand()
        return ClosePositionCommand("AAPL")

    async def _submit(self, command: BrokerCommand) -> None:
        self._keys += 1
        key = IdempotencyKey("chaos", f"key-{self._keys}", "same")
        broker = self.live.broker
        with suppress(ApiError):
            await broker.submit(ACCOUNT, command, key)
            if self.chance.random() < 0.3:
                assert (await broker.submit(ACCOUNT, command, key)).is_duplicate

    def _open_at_venue(self) -> list[FakeOrder]:
        return [each for each in self.live.venue.orders if each.is_open]

    def _trade(self) -> None:
        if open_orders := self._open_at_venue():
            own = self.chance.choice(open_orders)
            quantity = min(own.open_quantity, Decimal(self.chance.randint(1, 5)))
            self.live.venue.trade(own, quantity)

    def _end_or_place_elsewhere(self) -> None:
        open_orders = self._open_at_venue()
        if open_orders and self.chance.random() < 0.5:
            self.live.venue.end(self.chance.choice(open_orders), VenueOrderStatus.EXPIRED)
        elif self.chance.random() < 0.5:
            price, quantity = str(self.chance.randint(80, 120)), self.chance.randint(1, 9)
            self.live.venue.place_elsewhere("AAPL", Side.BUY, quantity, price)

    def _alter(self, report: ExecutionReport) -> list[ExecutionReport]:
        match self.chance.randrange(6):
            case 0:
                return []
            case 1:
                return [report, report]
            case 2:
                self._delayed.append(report)
                return []
        return [report]

    def _deliver(self) -> None:
        self.chance.shuffle(self._delayed)
        late, self._delayed = self._delayed, []
        for report in late:
            self.live.broker.on_report(report)

    async def _kill(self) -> None:
        self.kills += 1
        for command in self._commands:
            command.cancel()
        await asyncio.gather(*self._commands, return_exceptions=True)
        self._commands.clear()
        await self.live.kill()
        await self._start()

    async def settle(self) -> None:
        live = self.live
        await asyncio.gather(*self._commands)
        live.client.faults.clear()
        live.client.answers = True
        live.client.alter = lambda each: [each]
        live.client.connect(True)
        await settle()
        self._deliver()
        for _ in range(5):
            live.market.now_ms += 65_000
            await live.clock.advance(65)

    # What has to hold

    def sent_orders(self) -> list[Order]:
        """Return the live orders of the ledger that the venue should have."""
        state = self.live.broker.account.state
        return [each for each in self.live.live() if not is_held(state, each)]

    async def check(self) -> None:
        """Assert that ledger and venue agree, and that the ledger is sound."""
        await self._check_ledger()
        live, venue = self.live, self.live.venue
        assert len(venue.received) == len(set(venue.received)), "an order was sent twice"
        assert len(venue.accepted) == len(set(venue.accepted))
        own = {
            (each.quantity - each.filled_quantity, each.limit_price, each.side)
            for each in self.sent_orders()
        }
        found = {
            (each.open_quantity, each.new.limit_price, each.new.side)
            for each in self._open_at_venue()
        }
        assert own == found
        assert len(self.sent_orders()) == len(self._open_at_venue())
        assert all(each.status is OrderStatus.WORKING for each in self.sent_orders())
        held = {symbol: each for symbol, each in venue.holdings.items() if each}
        state = live.broker.account.state
        assert {symbol: each.quantity for symbol, each in state.positions.items()} == held
        cost = sum(each.account_cost or Decimal(0) for each in state.positions.values())
        assert abs(state.balance - cost - venue.cash) < Decimal("1E-6")

    async def _check_ledger(self) -> None:
        state, fills = AccountState(), list[str]()
        for entry in await self.live.broker.events(ACCOUNT, 0, 1_000_000):
            discrepancy = first_discrepancy(state, ACCOUNT, entry.event)
            assert discrepancy is None, (entry, discrepancy)
            state.evolve(entry.event)
            if isinstance(entry.event, VenueReported) and entry.event.execution_id:
                fills.append(entry.event.execution_id)
        assert image_of(state) == image_of(self.live.broker.account.state)
        assert sorted(fills) == sorted(each.execution_id for each in self.live.venue.fills)
        assert len(fills) == state.execution_count
