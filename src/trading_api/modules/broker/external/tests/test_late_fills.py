"""Fills of an order that arrive after the report of its replacement by a new order."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from tests.kit.live_setup import limit_order, live_setup
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import ModifyOrderCommand
from trading_api.domain.orders import OrderStatus
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    ReplaceOrder,
    VenueOrderStatus,
)


def fill(
    order: ExecutionReport, execution_id: str, quantity: int, cumulative: int
) -> ExecutionReport:
    return replace(
        order,
        exec_type=ExecType.TRADE,
        status=VenueOrderStatus.PARTIALLY_FILLED,
        execution_id=execution_id,
        last_quantity=Decimal(quantity),
        last_price=Decimal(90),
        cumulative_quantity=Decimal(cumulative),
    )


async def test_a_fill_of_the_old_order_after_its_replacement_does_not_end_the_order_early() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(90, 10))).order_id
        old = live.venue.state_of(live.venue.orders[0])

        async def replace_by_new_order(change: ReplaceOrder) -> ExecutionReport:
            """The venue has filled 3, of which nothing was reported: 9 of 12 remain."""
            return replace(
                old,
                exec_type=ExecType.REPLACED,
                client_order_id=change.new_client_order_id,
                venue_order_id="new",
                replaces=old.client_order_id,
                quantity=change.quantity - 3,
            )

        live.client.replace = replace_by_new_order  # type: ignore[method-assign]
        await live.submit(ModifyOrderCommand(placed, limit_order(90, 12).order))
        (changed,) = live.live()
        assert changed.quantity == 12
        new = replace(
            old,
            client_order_id=f"{old.client_order_id}-1",
            venue_order_id="new",
            quantity=Decimal(9),
        )
        live.broker.on_report(fill(old, "a", 3, 3))
        live.broker.on_report(fill(new, "b", 6, 6))
        await settle()
        (working,) = live.live()
        assert working.quantity == 12
        assert working.filled_quantity == 9
        live.broker.on_report(fill(new, "c", 3, 9))
        await settle()
        assert (await live.find(placed)).status is OrderStatus.FILLED
        assert live.position() == 12
