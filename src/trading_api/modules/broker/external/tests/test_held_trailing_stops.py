"""Trailing stops that are held here, and times at which nothing triggers."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from tests.kit.live_setup import ACCOUNT, LIMITS, LiveSetup, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    EditBracketsCommand,
    PlaceOrderCommand,
)
from trading_api.domain.market_status import MarketState
from trading_api.domain.orders import Duration, OrderStatus, OrderType, Side
from trading_api.errors import ApiError
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.external.tests.test_held_orders import (
    BOTH,
    bracketed,
    holding,
    is_flat,
    move,
    stop,
)

TRAILING = BracketsInstruction(trailing_pips=Decimal(500))
"""Five dollars behind the market: a pip is a cent."""


def trailing_stop(side: Side = Side.SELL, **more: Any) -> PlaceOrderCommand:
    """Return a trailing stop of ten, five dollars behind the market."""
    fields: dict[str, Any] = {"type": OrderType.STOP, "is_trailing": True, "brackets": TRAILING}
    return order(side, 10, **fields | more)


async def test_a_trailing_stop_follows_the_market_and_closes_the_position() -> None:
    async with holding() as live:
        await live.submit(bracketed(brackets=TRAILING))
        assert stop(live).stop_price == Decimal("94.98")
        await move(live, "103.00")
        assert stop(live).stop_price == 98
        await move(live, "101.00")
        assert stop(live).stop_price == 98
        await move(live, "98.00")
        assert is_flat(live)


async def test_moves_within_a_second_are_one_event_and_none_is_lost() -> None:
    async with holding() as live:
        await live.submit(bracketed(brackets=TRAILING))
        for price in range(101, 120):
            await move(live, f"{price}.00")
        assert live.seen.types.count("orderTrailed") == 1
        await move(live, "114.00")
        assert live.position() == 0, "the stop stands where the best price has moved it"
        assert live.seen.types.count("orderTrailed") == 2


async def test_a_stop_moves_on_without_another_quote() -> None:
    async with holding() as live:
        await live.submit(bracketed(brackets=TRAILING))
        await move(live, "101.00")
        await move(live, "109.00")
        assert stop(live).stop_price == 96
        await live.clock.advance(1.5)
        assert stop(live).stop_price == 104


async def test_a_trailing_stop_of_its_own_becomes_a_market_order() -> None:
    async with holding() as live:
        await live.submit(order())
        placed = (await live.submit(trailing_stop())).order_id
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]
        assert len(live.venue.received) == 1
        await move(live, "94.98")
        assert (await live.find(placed)).status is OrderStatus.FILLED
        assert live.position() == 0


async def test_a_trailing_stop_that_opens_passes_the_risk_gate_when_it_is_sent() -> None:
    live = LiveSetup(holds_orders=True)
    live.limits = LIMITS.__class__(
        order_value_max=Decimal(1_200),
        position_value_max=Decimal(10_000),
        daily_loss_max=Decimal(10_000),
        orders_per_minute=100,
        price_distance_percent=Decimal(90),
    )
    await live.start()
    placed = (await live.submit(trailing_stop(Side.BUY))).order_id
    await move(live, "150.00")
    assert (await live.find(placed)).status is OrderStatus.CANCELED
    assert "riskRejected" in live.seen.types
    assert live.venue.received == []
    await live.kill()


async def test_a_trailing_stop_with_an_expiry_is_refused() -> None:
    async with holding() as live:
        with pytest.raises(ApiError) as caught:
            await live.submit(trailing_stop(duration=Duration.DAY))
        assert caught.value.code == "not_supported_by_venue"


async def test_without_the_setting_nothing_is_held() -> None:
    async with live_setup() as live:
        for command in (bracketed(), trailing_stop(), EditBracketsCommand("AAPL", BOTH)):
            with pytest.raises(ApiError) as caught:
                await live.submit(command)
            assert caught.value.code == "not_supported_by_venue"
        features = live.broker.features(ACCOUNT)
        assert not features.has_order_brackets
        assert not features.has_trailing_stops
    async with holding() as live:
        features = live.broker.features(ACCOUNT)
        assert features.has_order_brackets
        assert features.has_position_brackets
        assert features.has_trailing_stops


async def test_nothing_triggers_at_a_stale_price_and_the_account_is_notified() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.market.status = type(live.market.status)(MarketState.STALE, "no data")
        await move(live, "90.00")
        await live.clock.advance(7)
        assert live.position() == 10
        assert live.codes().count("held_orders_paused") == 1
        await move(live, "95.00")
        live.market.become(MarketState.OPEN)
        await live.clock.advance(2)
        assert live.position() == 10, "the present price decides"
        assert live.codes()[-1] == "held_orders_resumed"
        await move(live, "90.00")
        assert live.position() == 0


async def test_nothing_triggers_while_the_venue_is_disconnected() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.client.connect(False)
        await settle()
        await move(live, "90.00")
        await live.clock.advance(7)
        assert live.codes()[-1] == "held_orders_paused"
        assert live.position() == 10
        live.client.connect(True)
        await settle()
        await live.clock.advance(2)
        assert live.position() == 0, "the present price decides"
        assert len(live.venue.received) == 2


async def test_a_restart_keeps_held_orders_and_looks_at_the_present_price() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        before: list[Order] = live.live()
        await live.kill()
        await live.start()
        assert live.live() == before
        await live.kill()
        live.venue.prices["AAPL"] = Decimal(90)
        live.market.move("AAPL", "90.00", "90.02")
        await live.start()
        assert is_flat(live)
        assert len(live.venue.received) == 2


async def test_held_orders_end_where_the_setting_was_switched_off() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        await live.kill()
        live.holds_orders = False
        await live.start()
        assert live.live() == []
        assert live.codes()[-1] == "held_orders_canceled"


@pytest.mark.parametrize("turns", range(14))
async def test_a_kill_at_each_moment_of_an_exit_sends_it_once(turns: int) -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.venue.prices["AAPL"] = Decimal(90)
        live.market.move("AAPL", "90.00", "90.02")
        for _ in range(turns):
            await asyncio.sleep(0)
        await live.kill()
        await live.start()
        await live.clock.advance(30)
        assert is_flat(live)
        assert live.venue.holdings["AAPL"] == 0
        assert len(live.venue.received) == len(set(live.venue.received)) == 2
