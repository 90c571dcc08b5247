"""A live account through ccxt: the live broker over the client, at the venue simulator."""

from __future__ import annotations

import pytest

from tests.kit.live_ccxt import SYMBOL, limit_order, live_account
from tests.kit.live_setup import ACCOUNT
from tests.kit.server import until
from tests.kit.venue import venue
from trading_api.domain.broker_commands import ModifyOrderCommand
from trading_api.domain.orders import OrderStatus

pytestmark = pytest.mark.anyio


async def test_a_refused_replacement_leaves_a_canceled_order_in_the_ledger() -> None:
    async with venue() as served:
        served.quote(SYMBOL, 99, 101)
        served.trade(SYMBOL, 100, "0.001")
        async with live_account(served) as (_, broker):
            orders = broker.account.state.orders
            placed = str((await broker.submit(ACCOUNT, limit_order(98, 2))).order_id)
            await until(lambda: orders[placed].status is OrderStatus.WORKING)
            served.trade(SYMBOL, 98, "0.5")
            await until(lambda: orders[placed].filled_quantity > 0)
            # More than the account can pay: the cancellation works, the new order does not.
            change = ModifyOrderCommand(placed, limit_order(98, 5_000).order)
            await broker.submit(ACCOUNT, change)
            await until(lambda: placed not in orders or not orders[placed].is_live)
            ended = await broker.history(ACCOUNT).order(placed)
            assert ended is not None
            assert (ended.status, str(ended.filled_quantity)) == (OrderStatus.CANCELED, "0.5")
            types = [each.type for each in await broker.events(ACCOUNT, 0, 100)]
            assert types.count("orderRequestRejected") == 1
            assert broker.reconciliation.differences == 0
