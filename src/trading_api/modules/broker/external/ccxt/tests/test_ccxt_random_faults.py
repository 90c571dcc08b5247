"""A live account at the simulator of Binance under random trading and random faults: in the end
both agree, nothing was sent twice, and no fill is lost."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest

from tests.kit.live_ccxt import NAME, SYMBOL, limit_order, live_account, ready
from tests.kit.live_setup import ACCOUNT
from tests.kit.venue import Venue, venue
from tests.kit.venue.faults import FaultName
from trading_api.domain.broker_commands import (
    CancelOrderCommand,
    ModifyOrderCommand,
)
from trading_api.domain.orders import OrderStatus
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.external.ccxt.ccxt_client import CcxtClient
from trading_api.modules.broker.external.check.check_report import Disagreement, disagreements
from trading_api.modules.broker.external.check.venue_answers import VenueAnswers
from trading_api.modules.broker.external.live_broker import LiveBroker
from trading_api.modules.broker.external.venue_client import (
    OrderRef,
    VenueNotReached,
    VenueTimeout,
)

pytestmark = pytest.mark.anyio

STEPS = 100
AGREE_S = 120.0
"""The longest wait for the agreement. An order that was never received is asked for for 10 s."""
REQUESTS = (
    "POST /api/v3/order",
    "POST /api/v3/order/cancelReplace",
    "DELETE /api/v3/order",
    "GET /api/v3/order",
)


class Chaos:
    """Random steps on an account and its venue."""

    def __init__(self, served: Venue, client: CcxtClient, broker: LiveBroker, seed: int) -> None:
        self._venue, self._client, self._broker = served, client, broker
        self._random = random.Random(seed)
        self.wanted: dict[str, Decimal] = {}
        """The largest quantity that was asked for, by order."""
        self._steps: list[tuple[Callable[[], object], int]] = [
            (self._place, 24),
            (self._trade, 30),
            (self._cancel, 10),
            (self._modify, 12),
            (self._place_elsewhere, 3),
            (self._lose, 12),
            (self._disturb_stream, 6),
            (self._limit, 1),
        ]

    async def run(self) -> None:
        steps, weights = zip(*self._steps, strict=True)
        for number in range(STEPS):
            if number == STEPS // 2 and (pid := self._client.pid):
                os.kill(pid, signal.SIGKILL)
            step = self._random.choices(steps, weights)[0]
            with suppress(ApiError):  # not connected, not working any more, and the like
                result = step()
                if asyncio.iscoroutine(result):
                    await result
            await self._pass_time()

    async def _pass_time(self) -> None:
        """Let requests be made: not at all, for a round trip, or until the account is ready."""
        chance = self._random.random()
        if chance < 0.5:
            with suppress(VenueNotReached, VenueTimeout):
                await self._client.find_order(OrderRef(SYMBOL, "never-sent"))
        elif chance < 0.9:
            await ready(self._broker)

    async def _place(self) -> None:
        command = limit_order(self._price(), self._quantity())
        result = await self._broker.submit(ACCOUNT, command)
        self.wanted[str(result.order_id)] = command.order.quantity

    async def _modify(self) -> None:
        if (order := self._working()) is None:
            return
        quantity = int(order.filled_quantity) + 1 + self._quantity()
        change = limit_order(self._price(), quantity).order
        await self._broker.submit(ACCOUNT, ModifyOrderCommand(order.id, change))
        if order.id in self.wanted:
            self.wanted[order.id] = max(self.wanted[order.id], change.quantity)

    def _cancel(self) -> object:
        order = self._working()
        return order and self._broker.submit(ACCOUNT, CancelOrderCommand(order.id))

    def _trade(self) -> None:
        self._venue.trade(SYMBOL, self._price(), self._random.choice(["0.5", "1", "3", "7.25"]))

    def _place_elsewhere(self) -> None:
        self._venue.place_elsewhere(
            SYMBOL, side="BUY", type="LIMIT", timeInForce="GTC", quantity="2", price="95"
        )

    def _lose(self) -> None:
        faults: list[FaultName] = ["lose_answer", "lose_answer", "hold_answer", "hold_request"]
        path = self._random.choice(REQUESTS)
        # Held requests go on after ccxt has given them up.
        self._venue.inject(self._random.choice(faults), count=1, duration_s=1.5, path=path)

    def _disturb_stream(self) -> None:
        match self._random.randrange(4):
            case 0:
                self._venue.drop_sockets("user")
            case 1:
                self._venue.expire_user_stream()
            case 2:
                self._venue.inject("missing_reports", count=2)
            case 3:
                self._venue.inject("hold_reports", count=1, duration_s=1)

    def _limit(self) -> None:
        self._venue.inject("rate_limit", count=1, retry_after_s=1)

    def _working(self) -> Order | None:
        orders = self._broker.snapshot(ACCOUNT).live_orders()
        working = [each for each in orders if each.status is OrderStatus.WORKING]
        return self._random.choice(working) if working else None

    def _price(self) -> int:
        return self._random.randrange(90, 99)

    def _quantity(self) -> int:
        return self._random.randrange(1, 9)


async def differences(client: CcxtClient, broker: LiveBroker, since_ms: int) -> list[Disagreement]:
    """Return what the ledger and the venue state differently now."""
    answers = VenueAnswers(
        await client.account(),
        await client.open_orders(),
        await client.fills_since([SYMBOL], since_ms),
        client.features,
        client.rate_limits(),
        clock_offset_ms=None,
    )
    return list(disagreements(broker.account.state, NAME, answers))


@pytest.mark.parametrize("seed", [1])
async def test_the_ledger_and_the_venue_agree_in_the_end(seed: int) -> None:
    async with venue() as served:
        served.deposit("USDT", 10_000_000)
        served.quote(SYMBOL, 99, 101, 1_000, 1_000)
        served.trade(SYMBOL, 100, "0.001")
        since_ms = served.now_ms()
        async with live_account(served) as (client, broker):
            chaos = Chaos(served, client, broker, seed)
            await chaos.run()
            served.clear()
            served.drop_sockets("user")
            await agree(client, broker, since_ms)
            executions = await broker.history(ACCOUNT).executions()
            assert len(executions) == len(served.fills()) > 0
            assert served.repeated_sends() == {}
            assert broker.reconciliation.differences == 0, "adjusted, not booked"
            assert len(served.fault_counts()) >= 3  # of several kinds
            for order_id, quantity in chaos.wanted.items():
                assert sum(x.quantity for x in executions if x.order_id == order_id) <= quantity


async def agree(client: CcxtClient, broker: LiveBroker, since_ms: int) -> None:
    """Wait until the ledger and the venue state the same."""
    found: list[Disagreement] = []
    try:
        async with asyncio.timeout(AGREE_S):
            while True:
                await ready(broker)
                with suppress(VenueNotReached, VenueTimeout):
                    if not (found := await differences(client, broker, since_ms)):
                        return
                await asyncio.sleep(0.2)
    except TimeoutError:
        pytest.fail(f"they differ: {found}")
