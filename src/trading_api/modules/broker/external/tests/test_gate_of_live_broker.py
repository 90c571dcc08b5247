"""The risk gate within the live broker: what it has to know of requests, restarts and days."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kit.fake_venue import Fault
from tests.kit.live_setup import ACCOUNT, LIMITS, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BrokerCommand,
    ClosePositionCommand,
    ModifyOrderCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.orders import Side
from trading_api.domain.resolution import DAY_MS
from trading_api.errors import Conflict, Unavailable
from trading_api.modules.broker.external.live_account import COMMANDS_WAITING_MAX


async def refusal(live: LiveSetup, command: BrokerCommand) -> str:
    with pytest.raises(Conflict) as refused:
        await live.submit(command)
    return refused.value.code


async def restart(live: LiveSetup) -> None:
    await live.kill()
    await live.start()


async def test_a_growing_order_counts_before_the_venue_has_confirmed_it() -> None:
    async with live_setup() as live:
        live.limits = replace(LIMITS, position_value_max=Decimal(2_000))
        await restart(live)
        placed = (await live.submit(limit_order(90, 5))).order_id
        live.client.faults.append(Fault.LOST)
        await live.submit(ModifyOrderCommand(placed, limit_order(90, 15).order))
        assert await refusal(live, limit_order(90, 6)) == "risk_position_value"
        await live.submit(limit_order(90, 5))


async def test_orders_of_the_last_minute_count_also_after_a_restart() -> None:
    async with live_setup() as live:
        live.limits = replace(LIMITS, orders_per_minute=2)
        await restart(live)
        await live.submit(order())
        await live.submit(order(Side.SELL))
        await restart(live)
        assert await refusal(live, order()) == "risk_orders_per_minute"
        live.market.now_ms += 60_000
        await live.submit(order())


async def test_the_first_loss_of_a_day_counts_without_an_open_position_at_midnight() -> None:
    async with live_setup() as live:
        live.limits = replace(LIMITS, daily_loss_max=Decimal(100))
        await restart(live)
        live.market.now_ms += DAY_MS
        await live.submit(order())
        live.market.move("AAPL", "88.00", "88.02")
        await settle()
        assert live.broker.snapshot(ACCOUNT).kill_switch.is_on


async def test_a_loss_counts_after_a_restart_whose_market_is_still_at_the_day_before() -> None:
    async with live_setup() as live:
        live.limits = replace(LIMITS, daily_loss_max=Decimal(100))
        await restart(live)
        live.market.now_ms += DAY_MS
        await live.submit(order())
        live.venue.prices["AAPL"] = Decimal(88)
        await live.submit(ClosePositionCommand("AAPL"))
        await live.submit(SetKillSwitchCommand(is_on=False))
        live.market.now_ms -= DAY_MS
        await restart(live)
        live.market.now_ms += DAY_MS
        assert await refusal(live, order()) in ("risk_daily_loss", "trading_halted")


async def test_orders_found_at_the_venue_while_trading_is_halted_are_canceled() -> None:
    async with live_setup() as live:
        await live.submit(SetKillSwitchCommand(is_on=True))
        external = live.venue.place_elsewhere("AAPL", Side.BUY, 8, "90")
        await settle()
        await live.clock.advance(3)
        assert not external.is_open
        assert live.live() == []


async def test_the_kill_switch_is_accepted_however_many_commands_wait() -> None:
    async with live_setup() as live:
        waiting = [
            asyncio.create_task(live.broker.submit(ACCOUNT, order(quantity=1)))
            for _ in range(COMMANDS_WAITING_MAX + 1)
        ]
        halt = SetKillSwitchCommand(is_on=True)
        switched = asyncio.create_task(live.broker.submit(ACCOUNT, halt))
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert sum(isinstance(each, Unavailable) for each in results) == 1
        await switched
        assert live.broker.snapshot(ACCOUNT).kill_switch.is_on


async def test_an_order_next_to_a_working_close_counts_as_one_that_may_reverse() -> None:
    async with live_setup() as live:
        live.limits = replace(LIMITS, order_value_max=Decimal(999))
        await restart(live)
        await live.submit(order(quantity=5))
        await live.submit(order(quantity=5))
        live.venue.fills_market_orders = False
        await live.submit(ClosePositionCommand("AAPL"))
        assert await refusal(live, order(Side.SELL)) == "risk_order_value"
