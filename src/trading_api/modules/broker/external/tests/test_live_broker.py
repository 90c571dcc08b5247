"""A live account by the port: intents, fills in parts, cancellations, replacements, keys."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from tests.kit.fake_venue import FEATURES, Fault
from tests.kit.live_setup import ACCOUNT, Seen, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.account_event import EVENT_TYPES
from trading_api.domain.broker_commands import (
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    DepositCommand,
    IdempotencyKey,
    ModifyOrderCommand,
    NotifyCommand,
    ReversePositionCommand,
    SetKillSwitchCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import ConnectionState
from trading_api.domain.notification import Notification, Severity
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.errors import ApiError, Conflict, Invalid, NotFound, Unavailable

TEN, HUNDRED = Decimal(10), Decimal(100)


async def test_the_account_is_opened_with_what_the_venue_holds() -> None:
    async with live_setup() as live:
        assert live.seen.connections[-1].state is ConnectionState.CONNECTED
        account = live.broker.snapshot(ACCOUNT)
        assert (account.account_id, account.currency) == (ACCOUNT, "USD")
        assert account.balance == account.equity() == 100_000
        assert live.seen.types == ["venueAssigned", "cashAdjusted"]
        assert live.broker.account_ids() == [ACCOUNT]


async def test_a_market_order_is_committed_then_sent_then_filled_in_parts() -> None:
    async with live_setup() as live:
        live.venue.parts = 2
        live.seen.events.clear()
        result = await live.submit(order())
        placed = await live.find(result.order_id)
        assert (placed.status, placed.average_price) == (OrderStatus.FILLED, HUNDRED)
        assert live.seen.types == [
            "orderPlaced",
            *("venueReported", "orderArrived"),
            *["venueReported", "orderFilled"] * 2,
        ]
        assert {each.type for each in live.seen.events} <= EVENT_TYPES
        seqs = [each.seq for each in live.seen.events]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        account = live.broker.snapshot(ACCOUNT)
        position = account.position("AAPL")
        assert position is not None
        assert (position.quantity, position.average_price) == (TEN, HUNDRED)
        assert account.balance == 100_000
        live.market.move("AAPL", "101.00", "101.02")
        assert account.equity() == 100_010
        assert [each.quantity for each in await live.broker.history(ACCOUNT).executions()] == [5, 5]


async def test_an_order_is_placing_until_the_venue_answers() -> None:
    async with live_setup() as live:
        result = await live.broker.submit(ACCOUNT, limit_order())
        assert [each.status for each in live.live()] == [OrderStatus.PLACING]
        await settle()
        assert [each.status for each in live.live()] == [OrderStatus.WORKING]
        venue = live.broker.account.state.venue
        assert venue is not None
        assert live.venue.accepted == [venue.client_order_id(result.order_id)]


async def test_a_rejection_ends_the_order_with_the_reason() -> None:
    async with live_setup() as live:
        live.client.faults.append(Fault.REJECTED)
        result = await live.submit(limit_order())
        rejected = await live.find(result.order_id)
        assert (rejected.status, rejected.message) == (
            OrderStatus.REJECTED,
            "The venue does not want it.",
        )
        assert live.live() == []
        note = live.seen.events[-1].notification
        assert note is not None
        assert note.code == "order_rejected"


async def test_a_live_order_is_canceled_once() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        assert (await live.submit(CancelOrderCommand(placed))).canceled == [placed]
        assert live.live() == []
        with pytest.raises(Conflict) as caught:
            await live.submit(CancelOrderCommand(placed))
        assert caught.value.code == "order_not_working"
        with pytest.raises(NotFound):
            await live.submit(CancelOrderCommand("order-9"))


async def test_an_order_that_is_on_its_way_is_canceled_when_it_has_arrived() -> None:
    async with live_setup() as live:
        placed = (await live.broker.submit(ACCOUNT, limit_order())).order_id
        await live.broker.submit(ACCOUNT, CancelOrderCommand(placed))
        await settle()
        await settle()
        assert (await live.find(placed)).status is OrderStatus.CANCELED


async def test_many_orders_are_canceled() -> None:
    async with live_setup() as live:
        ids = [(await live.submit(limit_order(price))).order_id for price in (80, 81, 82)]
        await live.submit(CancelOrderCommand(ids[0]))
        assert (await live.submit(CancelOrdersCommand(ids[:2]))).canceled == [ids[1]]
        assert (await live.submit(CancelOrdersCommand())).canceled == [ids[2]]
        assert (await live.submit(CancelOrdersCommand())).canceled == []
        assert live.live() == []


async def test_an_order_is_modified_by_a_replacement() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.venue.trade(live.venue.orders[0], 4)
        await live.submit(ModifyOrderCommand(placed, limit_order(85, 12).order))
        (changed,) = live.live()
        assert [changed.quantity, changed.limit_price, changed.filled_quantity] == [12, 85, 4]
        live.venue.trade(live.venue.orders[0], 8)
        await settle()
        assert (await live.find(placed)).status is OrderStatus.FILLED
        assert live.position() == 12


async def test_a_refused_replacement_leaves_the_order_as_it_is() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order(80))).order_id
        live.client.faults.append(Fault.REJECTED)
        await live.submit(ModifyOrderCommand(placed, limit_order(85).order))
        (kept,) = live.live()
        assert kept.limit_price == 80
        assert live.seen.types[-1] == "orderRequestRejected"
        await live.submit(ModifyOrderCommand(placed, limit_order(86).order))
        assert [each.limit_price for each in live.live()] == [86]


async def test_a_position_is_closed_by_an_order_that_only_reduces() -> None:
    async with live_setup() as live:
        await live.submit(order())
        live.venue.prices["AAPL"] = Decimal(103)
        await live.submit(ClosePositionCommand("AAPL"))
        account = live.broker.snapshot(ACCOUNT)
        assert account.position("AAPL") is None
        assert live.venue.orders[-1].new.reduce_only
        assert account.realized_pl == 30
        assert account.balance == live.venue.cash == 100_030
        lines = await live.broker.history(ACCOUNT).cash_lines(None, 10)
        assert account.balance == sum(each.amount for each in lines)
        with pytest.raises(NotFound) as caught:
            await live.submit(ClosePositionCommand("AAPL"))
        assert caught.value.code == "position_not_found"


async def test_a_key_names_one_command_for_ever_also_after_a_restart() -> None:
    async with live_setup() as live:
        key = IdempotencyKey("place", "key", "one")
        first = await live.submit(order(), key)
        for _ in range(2):
            again = await live.submit(order(), key)
            assert (again.order_id, again.is_duplicate) == (first.order_id, True)
            with pytest.raises(Conflict) as caught:
                await live.submit(order(), IdempotencyKey("place", "key", "two"))
            assert caught.value.code == "idempotency_key_reused"
            await live.kill()
            await live.start()
        assert len(live.venue.accepted) == 1


async def test_a_rejected_command_leaves_nothing_not_even_its_key() -> None:
    async with live_setup() as live:
        key = IdempotencyKey("place", "key", "one")
        seq = live.broker.snapshot(ACCOUNT).seq
        for command, error, code in (
            (order(symbol="NOPE"), Invalid, "unknown_symbol"),
            (order(quantity=0), Invalid, "quantity_not_positive"),
            (CancelOrderCommand("order-1"), NotFound, "order_not_found"),
            (ClosePositionCommand("AAPL"), NotFound, "position_not_found"),
            (ReversePositionCommand("AAPL"), Invalid, "not_supported_by_venue"),
            (DepositCommand(HUNDRED), Invalid, "not_supported_by_venue"),
            (SetLeverageCommand("AAPL", HUNDRED), Invalid, "not_supported_by_venue"),
        ):
            with pytest.raises(ApiError) as caught:
                await live.submit(command, key)
            assert isinstance(caught.value, error)
            assert caught.value.code == code
        assert live.broker.snapshot(ACCOUNT).seq == seq
        assert not (await live.submit(order(), key)).is_duplicate


async def test_the_venue_is_offered_what_it_described_last() -> None:
    async with live_setup() as live:
        await live.submit(limit_order())
        live.client.features = replace(FEATURES, order_types=(OrderType.MARKET,))
        assert live.broker.features(ACCOUNT).order_types == {OrderType.MARKET}
        with pytest.raises(ApiError) as caught:
            await live.submit(limit_order())
        assert caught.value.code == "not_supported_by_venue"
        live.client.features = FEATURES
        await live.submit(limit_order())


async def test_commands_are_refused_while_the_venue_is_not_connected() -> None:
    async with live_setup() as live:
        live.client.connect(False)
        await settle()
        assert live.broker.connection(ACCOUNT).state is ConnectionState.DISCONNECTED
        seq = live.broker.snapshot(ACCOUNT).seq
        with pytest.raises(Unavailable) as caught:
            await live.submit(order())
        assert caught.value.code == "venue_disconnected"
        assert live.broker.snapshot(ACCOUNT).seq == seq
        live.client.connect(True)
        await settle()
        await live.submit(order())
        states = [each.state for each in live.seen.connections[-3:]]
        assert states == [
            ConnectionState.DISCONNECTED,
            ConnectionState.CONNECTING,
            ConnectionState.CONNECTED,
        ]


async def test_the_kill_switch_cancels_everything_and_refuses_new_orders() -> None:
    async with live_setup() as live:
        await live.submit(order())
        await live.submit(limit_order())
        await live.submit(SetKillSwitchCommand(True, "too fast"))
        assert live.live() == []
        with pytest.raises(Conflict) as caught:
            await live.submit(limit_order())
        assert caught.value.code == "trading_halted"
        assert "riskRejected" in live.seen.types, "what the gate refuses is an event"
        await live.kill()
        await live.start()
        assert live.broker.snapshot(ACCOUNT).kill_switch.is_on
        with pytest.raises(Conflict):
            await live.submit(order())
        await live.submit(ClosePositionCommand("AAPL"))
        assert live.position() == 0
        await live.submit(SetKillSwitchCommand(False))
        await live.submit(order())


async def test_the_kill_switch_works_while_the_venue_is_not_connected() -> None:
    async with live_setup() as live:
        await live.submit(limit_order())
        live.client.connect(False)
        await settle()
        await live.submit(SetKillSwitchCommand(True))
        assert len(live.live()) == 1
        live.client.connect(True)
        await settle()
        assert live.live() == []


async def test_a_notification_is_an_event_that_changes_nothing() -> None:
    async with live_setup() as live:
        fired = Notification(Severity.WARNING, "alert_fired", "Up.", {"price": HUNDRED})
        key = IdempotencyKey("alert", "alert-1", "digest")
        assert not (await live.submit(NotifyCommand(fired), key)).is_duplicate
        assert (await live.submit(NotifyCommand(fired), key)).is_duplicate
        assert [each.notification for each in live.seen.events if each.notification] == [fired]


async def test_a_preview_changes_nothing() -> None:
    async with live_setup() as live:
        seq = live.broker.snapshot(ACCOUNT).seq
        preview = await live.broker.preview_order(ACCOUNT, order())
        assert [preview.margin_required, preview.position_quantity] == [Decimal("1000.20"), 10]
        placed = (await live.submit(limit_order())).order_id
        change = ModifyOrderCommand(placed, limit_order(95, 20).order)
        preview = await live.broker.preview_order(ACCOUNT, change)
        assert [preview.order.limit_price, preview.order.quantity] == [95, 20]
        assert live.venue.orders[0].new.limit_price == 90
        assert live.broker.snapshot(ACCOUNT).seq > seq
        with pytest.raises(Invalid):
            await live.broker.preview_order(ACCOUNT, order(symbol="NOPE"))
        assert live.broker.preview_leverage(ACCOUNT, SetLeverageCommand("AAPL", HUNDRED)).rejection


async def test_watched_accounts_are_valued_with_each_quote_of_a_position() -> None:
    async with live_setup() as live:
        valued: list[str] = []

        class Listener(Seen):
            def on_valuation(self, account_id: str) -> None:
                valued.append(account_id)

        live.broker.listen(Listener())
        await live.submit(order())
        live.market.move("AAPL", "100.00", "100.02")
        assert valued == []
        live.broker.watch_valuation(ACCOUNT)
        live.market.move("AAPL", "101.00", "101.02")
        live.market.move("MSFT", "51.00", "51.02")
        assert valued == [ACCOUNT]
        live.broker.unwatch_valuation(ACCOUNT)
        live.market.move("AAPL", "101.00", "101.02")
        assert valued == [ACCOUNT]


async def test_an_order_of_another_side_of_the_market_rests() -> None:
    async with live_setup() as live:
        await live.submit(order())
        await live.submit(limit_order(110, side=Side.SELL))
        assert [each.side for each in live.live()] == [Side.SELL]
