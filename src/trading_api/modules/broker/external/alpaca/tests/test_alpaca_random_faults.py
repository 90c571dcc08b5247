"""A live account at Alpaca under random trading and random faults: in the end both agree."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest

from tests.kit.alpaca.alpaca_faults import error_answer, lost_answer, lost_request
from tests.kit.alpaca.alpaca_order import AlpacaOrder
from tests.kit.alpaca.live_alpaca import LiveAlpaca, live_alpaca
from tests.kit.live_setup import ACCOUNT, limit_order
from trading_api.domain.broker_commands import CancelOrderCommand, ModifyOrderCommand
from trading_api.domain.orders import OrderStatus
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.external.venue_client import (
    OrderRef,
    VenueNotReached,
    VenueTimeout,
)

STEPS = 200
AGREE_S = 120.0
"""The longest wait for the agreement. An order that Alpaca never received is asked for for 10 s."""


class Chaos:
    """Random steps on an account and its simulated venue."""

    def __init__(self, live: LiveAlpaca, seed: int) -> None:
        self._live, self._random = live, random.Random(seed)
        self._steps: list[tuple[Callable[[], object], int]] = [
            (self._place, 20),
            (self._fill, 30),
            (self._cancel, 10),
            (self._modify, 10),
            (self._place_elsewhere, 3),
            (self._end_at_the_exchange, 3),
            (self._fault, 12),
            (self._disturb_stream, 8),
            (self._drop_stream, 3),
            (self._change_the_exchange, 4),
            (self._answer_for_the_exchange, 12),
        ]

    async def run(self) -> None:
        steps, weights = zip(*self._steps, strict=True)
        for number in range(STEPS):
            if number == STEPS // 2:
                self._kill_connector()
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
                await self._live.client.find_order(OrderRef("AAPL", "never-sent"))
        elif chance < 0.9:
            await self._live.ready()

    async def end(self) -> None:
        """End all faults, and let the account be compared with the venue."""
        server = self._live.server
        server.faults.clear()
        server.account.confirms = server.account.accepts_orders = True
        for order in list(server.account.orders.values()):
            self._answer(order)
        server.stream.copies = 1
        await server.stream.release()
        server.stream.drop()

    def _place(self) -> object:
        price, quantity = self._random.randrange(50, 99), self._random.randrange(1, 20)
        return self._live.submit(limit_order(price, quantity))

    def _fill(self) -> None:
        if order := self._working_at_venue("pending_cancel", "pending_replace"):
            quantity = self._random.randrange(1, int(order.remaining) + 1)
            self._live.server.account.fill(order, quantity, order.limit_price or 1)

    def _cancel(self) -> object:
        order = self._working()
        return order and self._live.submit(CancelOrderCommand(order.id))

    def _modify(self) -> object:
        if (order := self._working()) is None:
            return None
        quantity = int(order.filled_quantity) + self._random.randrange(1, 20)
        price = self._random.randrange(50, 99)
        return self._live.submit(ModifyOrderCommand(order.id, limit_order(price, quantity).order))

    def _place_elsewhere(self) -> None:
        fields = {"symbol": "AAPL", "qty": "5", "side": "buy", "type": "limit"}
        self._live.server.account.submit(fields | {"limit_price": "60", "time_in_force": "gtc"})

    def _end_at_the_exchange(self) -> None:
        account = self._live.server.account
        if order := self._working_at_venue():
            self._random.choice([account.expire, account.confirm_cancel])(order)

    def _change_the_exchange(self) -> None:
        """Let the exchange answer immediately from now on, or only when it is its turn."""
        account = self._live.server.account
        account.confirms = self._random.random() < 0.5
        account.accepts_orders = self._random.random() < 0.5

    def _answer_for_the_exchange(self) -> None:
        orders = self._live.server.account.orders.values()
        if waiting := [each for each in orders if each.status.startswith("pending_")]:
            self._answer(self._random.choice(waiting))

    def _answer(self, order: AlpacaOrder) -> None:
        """Confirm or refuse what an order waits for."""
        account, is_confirmed = self._live.server.account, self._random.random() < 0.7
        if order.status == "pending_cancel":
            (account.confirm_cancel if is_confirmed else account.reject_cancel)(order)
        elif order.status == "pending_new" and (old := order.replaces) is None:
            (account.accept if is_confirmed else account.reject)(order)
        elif order.status == "pending_new":
            assert old is not None
            is_confirmed = is_confirmed and old.status == "pending_replace"
            (account.confirm_replace if is_confirmed else account.reject_replace)(order)

    def _fault(self) -> None:
        method = self._random.choice(["POST", "PATCH", "DELETE", "GET"])
        is_after = self._random.random() < 0.5
        fault = self._random.choice(
            [
                lost_request(method, "/v2/orders"),
                lost_answer(method, "/v2/orders"),
                error_answer(method, "/v2/orders", 504, is_after=is_after),
            ]
        )
        self._live.server.faults.add(fault)

    async def _disturb_stream(self) -> None:
        stream = self._live.server.stream
        stream.copies = self._random.choice([1, 1, 2])
        if stream.is_held:
            await stream.release(is_reversed=self._random.random() < 0.5)
        else:
            stream.hold()

    def _drop_stream(self) -> None:
        self._live.server.stream.lose()
        self._live.server.stream.drop()

    def _kill_connector(self) -> None:
        pid = self._live.client_pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    def _working(self) -> Order | None:
        orders = self._live.broker.snapshot(ACCOUNT).live_orders()
        working = [each for each in orders if each.status is OrderStatus.WORKING]
        return self._random.choice(working) if working else None

    def _working_at_venue(self, *also: str) -> AlpacaOrder | None:
        orders, states = self._live.server.account.orders.values(), ("new", "partially_filled")
        working = [each for each in orders if each.status in (*states, *also)]
        return self._random.choice(working) if working else None


def disagreements(live: LiveAlpaca) -> list[str]:
    """Return how the account and the simulator differ."""
    account, state = live.server.account, live.broker.account.state
    assert state.venue is not None
    ours = {
        known.client_order_id: state.orders[id].quantity - state.orders[id].filled_quantity
        for id, known in state.venue.orders.items()
    }
    theirs = {
        each.client_order_id: each.remaining for each in account.orders.values() if each.is_open
    }
    found = []
    if ours != theirs:
        found.append(f"orders: {ours} here, {theirs} at the venue")
    held = account.holdings["AAPL"].quantity if "AAPL" in account.holdings else Decimal(0)
    if live.position() != held:
        found.append(f"position: {live.position()} here, {held} at the venue")
    paid = sum((each.cost for each in state.positions.values()), Decimal(0))
    if state.balance - paid != account.cash:
        found.append(f"cash: {state.balance - paid} here, {account.cash} at the venue")
    return found


@pytest.mark.parametrize("seed", [1])
async def test_the_account_agrees_with_the_venue_after_random_faults(seed: int) -> None:
    async with live_alpaca(cash=10_000_000) as live:
        chaos = Chaos(live, seed)
        await chaos.run()
        await chaos.end()
        try:
            async with asyncio.timeout(AGREE_S):
                while disagreements(live):  # noqa: ASYNC110, a condition of many parts
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"seed {seed}: {disagreements(live)}")
        sent = Counter(each["client_order_id"] for each in live.server.bodies)
        assert max(sent.values()) == 1, f"seed {seed}: sent twice"
        executions = await live.broker.history(ACCOUNT).executions()
        assert len(executions) == len(live.server.account.fills), f"seed {seed}"
        assert live.broker.reconciliation.differences == 0, f"seed {seed}: adjusted, not booked"
