"""Brackets and trailing stops that are held here, because the venue lacks them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tests.kit.fake_venue import FEATURES, Fault
from tests.kit.live_setup import ACCOUNT, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import (
    BracketsInstruction,
    CancelOrderCommand,
    ClosePositionCommand,
    EditBracketsCommand,
    ModifyOrderCommand,
    PlaceOrderCommand,
    SetKillSwitchCommand,
)
from trading_api.domain.orders import Duration, OrderStatus, OrderType, Side
from trading_api.errors import ApiError, Conflict
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.external.venue_client import VenueOrderStatus

TEN, TAKE_PROFIT, STOP_LOSS = Decimal(10), Decimal(110), Decimal(90)
BOTH = BracketsInstruction(take_profit=TAKE_PROFIT, stop_loss=STOP_LOSS)


def bracketed(quantity: int = 10, **more: Any) -> PlaceOrderCommand:
    """Return a buy with a take-profit at 110 and a stop-loss at 90."""
    return order(quantity=quantity, **{"brackets": BOTH} | more)


def stop(live: LiveSetup) -> Order:
    """Return the live stop of the account."""
    return next(each for each in live.live() if each.type is OrderType.STOP)


def take_profit(live: LiveSetup) -> Order:
    """Return the live take-profit of the account."""
    return next(each for each in live.live() if each.is_bracket and each.type is OrderType.LIMIT)


def is_flat(live: LiveSetup) -> bool:
    """Return whether the account has neither a position nor an order."""
    return not live.position() and not live.live()


async def move(live: LiveSetup, price: str) -> None:
    """Move the market, and the prices at which the venue fills market orders."""
    live.venue.prices["AAPL"] = Decimal(price)
    live.market.move("AAPL", price, str(Decimal(price) + Decimal("0.02")))
    await settle()


@asynccontextmanager
async def holding() -> AsyncIterator[LiveSetup]:
    async with live_setup(holds_orders=True) as live:
        yield live


async def test_brackets_wait_for_the_fill_then_protect_the_position() -> None:
    async with holding() as live:
        placed = (
            await live.submit(bracketed(type=OrderType.LIMIT, limit_price=Decimal(99)))
        ).order_id
        brackets = [each for each in live.live() if each.is_bracket]
        assert [each.status for each in brackets] == [OrderStatus.INACTIVE] * 2
        assert {each.parent_id for each in brackets} == {placed}
        live.venue.trade(live.venue.orders[0], 4)
        await settle()
        brackets = [each for each in live.live() if each.is_bracket]
        assert [(each.status, each.quantity) for each in brackets] == [
            (OrderStatus.WORKING, Decimal(4))
        ] * 2
        assert all(each.was_activated for each in brackets)
        live.venue.trade(live.venue.orders[0], 6)
        await settle()
        assert [each.quantity for each in live.live()] == [10, 10]
        assert len(live.venue.received) == 1, "nothing is sent before a price is reached"


async def test_a_stop_loss_is_sent_once_as_a_market_order_and_cancels_the_take_profit() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        id = stop(live).id
        live.seen.events.clear()
        await move(live, "90.00")
        sent = live.venue.orders[-1].new
        assert (sent.type, sent.side, sent.quantity, sent.reduce_only) == (
            OrderType.MARKET,
            Side.SELL,
            TEN,
            True,
        )
        assert live.seen.types == [
            *("orderTriggered", "commandBound"),
            *("venueReported", "orderArrived"),
            *("venueReported", "orderFilled", "orderCanceled"),
        ]
        assert (await live.find(id)).status is OrderStatus.FILLED
        assert live.position() == 0
        assert live.live() == []
        await move(live, "89.00")
        assert len(live.venue.received) == 2


async def test_a_take_profit_is_sent_as_a_limit_order_that_does_not_rest() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.venue.fills_market_orders = False
        await move(live, "110.00")
        sent = live.venue.orders[-1]
        assert (sent.new.type, sent.new.limit_price, sent.new.duration) == (
            OrderType.LIMIT,
            TAKE_PROFIT,
            Duration.IOC,
        )
        live.venue.trade(sent, 4)
        await settle()
        assert stop(live).quantity == 6, "the other bracket shrinks with the position"


async def test_a_take_profit_is_a_market_order_where_the_venue_has_no_other_that_fits() -> None:
    async with holding() as live:
        live.client.features = replace(FEATURES, durations=(Duration.GTC,))
        await live.submit(bracketed())
        await move(live, "110.00")
        assert live.venue.orders[-1].new.type is OrderType.MARKET
        assert live.position() == 0


async def test_an_exit_that_did_not_fill_is_held_again_and_sent_under_another_id() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        id = take_profit(live).id
        await move(live, "110.00")
        live.venue.trade(live.venue.orders[-1], 4)
        live.venue.end(live.venue.orders[-1], VenueOrderStatus.EXPIRED)
        await settle()
        again = take_profit(live)
        assert (again.id, again.status, again.remaining_quantity) == (
            id,
            OrderStatus.WORKING,
            Decimal(6),
        )
        assert stop(live).quantity == 6
        await live.clock.advance(1.5)
        assert live.venue.orders[-1].new.quantity == 6
        assert len(set(live.venue.received)) == len(live.venue.received) == 3
        live.venue.trade(live.venue.orders[-1], 6)
        await settle()
        assert (await live.find(id)).status is OrderStatus.FILLED
        assert is_flat(live)


async def test_the_stop_waits_until_a_take_profit_at_the_venue_has_ended() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        await move(live, "110.00")
        exit_order = live.venue.orders[-1]
        live.venue.trade(exit_order, 4)
        await move(live, "90.00")
        assert live.venue.orders[-1] is exit_order
        live.venue.end(exit_order, VenueOrderStatus.EXPIRED)
        await settle()
        assert live.venue.orders[-1].new.quantity == 6
        assert live.position() == 0
        assert live.venue.holdings["AAPL"] == 0


async def test_what_rests_at_the_venue_is_canceled_before_a_stop_is_sent() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        await live.submit(limit_order(120, side=Side.SELL))
        await move(live, "90.00")
        await settle()
        assert [each.status.value for each in live.venue.orders] == ["filled", "canceled", "filled"]
        assert live.venue.holdings["AAPL"] == 0


async def test_closing_by_hand_shrinks_then_cancels_the_held_orders() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        await live.submit(ClosePositionCommand("AAPL", Decimal(4)))
        assert [each.quantity for each in live.live()] == [6, 6]
        await live.submit(ClosePositionCommand("AAPL"))
        assert live.live() == []
        await move(live, "80.00")
        assert len(live.venue.received) == 3


async def test_the_position_is_not_closed_by_hand_while_an_exit_is_on_its_way() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.venue.fills_market_orders = False
        await move(live, "90.00")
        with pytest.raises(Conflict) as caught:
            await live.submit(ClosePositionCommand("AAPL"))
        assert caught.value.code == "exceeds_position"


async def test_brackets_of_a_position_replace_those_of_its_orders() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        brackets = BracketsInstruction(stop_loss=Decimal(95))
        await live.submit(EditBracketsCommand("AAPL", brackets))
        (only,) = live.live()
        assert (only.stop_price, only.quantity, only.parent_id) == (Decimal(95), TEN, "")
        await live.submit(order(quantity=5))
        assert stop(live).quantity == 15
        await move(live, "95.00")
        assert is_flat(live)


async def test_a_held_bracket_is_changed_and_canceled_without_the_venue() -> None:
    async with holding() as live:
        await live.submit(bracketed(type=OrderType.LIMIT, limit_price=Decimal(99)))
        held = stop(live)
        change = order(Side.SELL, 10, type=OrderType.STOP, stop_price=Decimal(80)).order
        await live.submit(ModifyOrderCommand(held.id, change))
        parent = next(each for each in live.live() if not each.is_bracket)
        assert (stop(live).stop_price, parent.brackets.stop_loss) == (Decimal(80), Decimal(80))
        assert (await live.submit(CancelOrderCommand(held.id))).canceled == [held.id]
        parent = next(each for each in live.live() if not each.is_bracket)
        assert (parent.brackets.stop_loss, parent.brackets.take_profit) == (None, TAKE_PROFIT)
        assert len(live.live()) == 2
        assert len(live.venue.received) == 1


async def test_brackets_are_added_and_removed_with_a_change_of_their_order() -> None:
    async with holding() as live:
        placed = (await live.submit(limit_order(99))).order_id
        await live.submit(
            ModifyOrderCommand(
                placed, bracketed(type=OrderType.LIMIT, limit_price=Decimal(99)).order
            )
        )
        assert len(live.live()) == 3
        await live.submit(ModifyOrderCommand(placed, limit_order(98).order))
        (only,) = live.live()
        assert (only.limit_price, only.brackets.take_profit) == (Decimal(98), None)


async def test_brackets_end_with_an_order_that_never_filled() -> None:
    async with holding() as live:
        placed = await live.submit(bracketed(type=OrderType.LIMIT, limit_price=Decimal(99)))
        await live.submit(CancelOrderCommand(placed.order_id))
        assert live.live() == []
        live.client.faults.append(Fault.REJECTED)
        await live.submit(bracketed())
        assert live.live() == []


async def test_the_kill_switch_cancels_held_orders() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        await live.submit(SetKillSwitchCommand(True, "enough"))
        assert live.live() == []
        with pytest.raises(ApiError) as caught:
            await live.submit(EditBracketsCommand("AAPL", BOTH))
        assert caught.value.code == "trading_halted"
        await move(live, "80.00")
        assert live.position() == 10


async def test_a_rejected_exit_is_reported_as_critical() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.client.faults.append(Fault.REJECTED)
        await move(live, "90.00")
        assert "position_not_protected" in live.codes()
        assert [each.type for each in live.live()] == [OrderType.LIMIT]


async def test_an_exit_that_was_not_received_is_sent_again_at_the_present_price() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.client.faults.append(Fault.NOT_REACHED)
        await move(live, "90.00")
        assert live.position() == 10
        await move(live, "95.00")
        await live.clock.advance(2)
        assert live.position() == 10, "the price decides again"
        await move(live, "90.00")
        assert live.position() == 0
        assert len(live.venue.received) == 2


async def test_an_exit_without_an_answer_is_resolved_not_repeated() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.client.faults.append(Fault.ANSWER_LOST)
        await move(live, "90.00")
        await live.clock.advance(5)
        assert is_flat(live)
        assert len(live.venue.received) == 2


async def test_commissions_in_the_asset_leave_what_is_below_the_lot_step() -> None:
    async with holding() as live:
        live.venue.commission_rate, live.venue.commission_currency = Decimal("0.001"), "BTC"
        await live.submit(bracketed(symbol="BTCUSD"))
        assert live.position("BTCUSD") == Decimal("9.99")
        assert [each.quantity for each in live.live()] == [9, 9]
        live.venue.commission_rate = Decimal(0)
        live.market.move("BTCUSD", "90.00", "90.02")
        await settle()
        assert live.venue.orders[-1].new.quantity == 9
        assert live.position("BTCUSD") == Decimal("0.99")
        assert live.live() == []


async def test_what_the_venue_shows_of_an_exit_does_not_change_the_held_order() -> None:
    async with holding() as live:
        await live.submit(bracketed())
        live.venue.fills_market_orders = False
        live.client.faults.append(Fault.ANSWER_LOST)
        await move(live, "90.00")
        await live.clock.advance(70)
        assert stop(live).stop_price == STOP_LOSS
        assert stop(live).status is OrderStatus.WORKING
        live.venue.end(live.venue.orders[-1], VenueOrderStatus.EXPIRED)
        await live.clock.advance(2)
        assert len(live.venue.received) == 3
        assert stop(live).stop_price == STOP_LOSS


async def test_a_preview_of_an_order_with_brackets_changes_nothing() -> None:
    async with holding() as live:
        preview = await live.broker.preview_order(ACCOUNT, bracketed())
        assert preview.order.brackets.take_profit == TAKE_PROFIT
        await live.submit(bracketed(type=OrderType.LIMIT, limit_price=Decimal(99)))
        change = order(Side.SELL, 10, type=OrderType.STOP, stop_price=Decimal(80)).order
        preview = await live.broker.preview_order(
            ACCOUNT, ModifyOrderCommand(stop(live).id, change)
        )
        assert preview.order.stop_price == 80
        assert stop(live).stop_price == STOP_LOSS


async def test_the_brackets_of_one_order_never_close_more_than_it_has_filled() -> None:
    async with holding() as live:
        await live.submit(order(quantity=50))
        await live.submit(bracketed())
        await move(live, "110.00")
        exit_order = live.venue.orders[-1]
        live.venue.trade(exit_order, 4)
        await move(live, "90.00")
        assert live.venue.orders[-1] is exit_order, "the position has room, the pair has none"
        live.venue.end(exit_order, VenueOrderStatus.EXPIRED)
        await settle()
        assert live.position() == 50
