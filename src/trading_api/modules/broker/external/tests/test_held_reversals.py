"""Held brackets while a position is reversed, at a venue that sells short."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.kit.fake_venue import FEATURES, Fault
from tests.kit.live_setup import LiveSetup
from trading_api.domain.broker_commands import ReversePositionCommand
from trading_api.domain.orders import OrderStatus
from trading_api.errors import Conflict
from trading_api.modules.broker.external.tests.test_held_orders import bracketed, holding, move
from trading_api.modules.broker.external.venue_client import VenueOrderStatus

MARGIN = replace(FEATURES, is_spot=False)


def statuses(live: LiveSetup) -> list[OrderStatus]:
    """Return the statuses of the brackets."""
    return [each.status for each in live.live() if each.is_bracket]


async def test_brackets_rest_while_the_position_is_reversed_and_end_with_it() -> None:
    async with holding() as live:
        live.client.features = MARGIN
        await live.submit(bracketed())
        live.venue.fills_market_orders = False
        await live.submit(ReversePositionCommand("AAPL"))
        assert statuses(live) == [OrderStatus.INACTIVE] * 2
        await move(live, "90.00")
        assert len(live.venue.received) == 2
        live.venue.trade(live.venue.orders[-1], 20)
        await live.clock.advance(1)
        assert live.position() == -10
        assert live.live() == []


async def test_brackets_work_again_where_the_reversal_ends_early() -> None:
    async with holding() as live:
        live.client.features = MARGIN
        await live.submit(bracketed())
        live.client.faults.append(Fault.REJECTED)
        await live.submit(ReversePositionCommand("AAPL"))
        assert statuses(live) == [OrderStatus.WORKING] * 2
        live.venue.fills_market_orders = False
        await live.submit(ReversePositionCommand("AAPL"))
        live.venue.trade(live.venue.orders[-1], 4)
        live.venue.end(live.venue.orders[-1], VenueOrderStatus.CANCELED)
        await live.clock.advance(1)
        assert [each.quantity for each in live.live()] == [6, 6]
        assert statuses(live) == [OrderStatus.WORKING] * 2


async def test_a_position_is_not_reversed_while_an_exit_is_at_the_venue() -> None:
    async with holding() as live:
        live.client.features = MARGIN
        await live.submit(bracketed())
        live.venue.fills_market_orders = False
        await move(live, "90.00")
        with pytest.raises(Conflict) as caught:
            await live.submit(ReversePositionCommand("AAPL"))
        assert caught.value.code == "order_request_pending"
