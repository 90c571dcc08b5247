"""The contract of the broker port, for the paper exchange and for the template of an adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel

from tests.kit.instant_venue import InstantVenue
from tests.kit.manual_market import ManualMarket, instrument
from tests.kit.recording_listener import RecordingListener
from trading_api.domain.account_event import EVENT_TYPES
from trading_api.domain.account_snapshot import PositionValuation
from trading_api.domain.broker_commands import (
    CancelOrderCommand,
    CancelOrdersCommand,
    ClosePositionCommand,
    IdempotencyKey,
    NotifyCommand,
    OrderInstruction,
    PlaceOrderCommand,
    SetLeverageCommand,
)
from trading_api.domain.broker_connection import (
    CONNECTED,
    BrokerConnection,
    ConnectionState,
    DisconnectCause,
)
from trading_api.domain.market_status import MarketState
from trading_api.domain.notification import Notification, Severity
from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.domain.ports.broker import ExecutionVenue
from trading_api.errors import ApiError, ConfigurationError, Conflict, Invalid, NotFound
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.module import BrokerModule
from trading_api.modules.broker.paper.factory import create_paper_broker
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings
from trading_api.shared.module_interface import ModuleContext

A, B = "ACCOUNT-A", "ACCOUNT-B"
BALANCE = Decimal(100_000)
TEN, HUNDRED = Decimal(10), Decimal(100)


def paper_broker(market: ManualMarket) -> ExecutionVenue:
    return create_paper_broker(Settings.defaults(), MemoryJournal(), market, Metrics())


def instant_venue(market: ManualMarket) -> ExecutionVenue:
    return InstantVenue(market, BALANCE)


VenueFactory = Callable[[ManualMarket], ExecutionVenue]
pytestmark = pytest.mark.parametrize("create_venue", [paper_broker, instant_venue])


@asynccontextmanager
async def running(create_venue: VenueFactory) -> AsyncIterator[tuple[ExecutionVenue, ManualMarket]]:
    market = ManualMarket(instrument("AAPL"), instrument("MSFT"))
    market.move("AAPL", "99.98", "100.00")
    venue = create_venue(market)
    await venue.start()
    task = asyncio.create_task(venue.run())
    await asyncio.sleep(0)
    try:
        yield venue, market
    finally:
        task.cancel()
        await asyncio.wait([task])


def order(side: Side = Side.BUY, quantity: int = 10, **more: Any) -> PlaceOrderCommand:
    fields: dict[str, Any] = {"symbol": "AAPL", "type": OrderType.MARKET} | more
    return PlaceOrderCommand(OrderInstruction(side=side, quantity=Decimal(quantity), **fields))


def limit_order(price: int = 90) -> PlaceOrderCommand:
    return order(type=OrderType.LIMIT, limit_price=Decimal(price))


async def test_an_unused_account_looks_new_and_has_no_events(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        account = venue.snapshot(A)
        assert (account.account_id, account.currency, account.seq) == (A, "USD", 1)
        assert account.balance == account.equity() == BALANCE
        assert account.realized_pl == account.used_margin() == 0
        assert [*account.live_orders(), *account.positions()] == []
        history = venue.history(A)
        assert [*await history.executions(), *await history.recent_orders(0, 100)] == []
        assert [line.amount for line in await history.cash_lines(None, 10)] == [BALANCE]
        assert await venue.events(A, 0, 10) == []
        assert venue.account_ids() == ["DEMO-ACCOUNT"]


async def test_a_market_order_is_filled_and_all_of_it_is_visible(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, market):
        result = await venue.submit(A, order(client_id="mine"))
        assert not result.is_duplicate
        account = venue.snapshot(A)
        history = venue.history(A)
        placed = await history.order(result.order_id)
        assert placed is not None
        assert (placed.status, placed.average_price) == (OrderStatus.FILLED, HUNDRED)
        assert not placed.is_live
        (execution,) = await history.executions("AAPL")
        assert (execution.order_id, execution.price, execution.quantity) == (
            placed.id,
            HUNDRED,
            TEN,
        )
        position = account.position("AAPL")
        assert position is not None
        assert (position.quantity, position.average_price) == (TEN, HUNDRED)
        market.move("AAPL", "101.00", "101.02")
        value = account.valuation(position)
        assert value == PositionValuation(Decimal("101.00"), TEN, Decimal(1000))
        assert account.equity() - account.balance == value.profit
        assert [each.id for each in await history.recent_orders(0, 100)] == [placed.id]
        assert [each.id for each in await history.ended_orders(10)] == [placed.id]
        assert [*await history.ended_orders(10, placed.id)] == []
        assert placed.placed_ms == execution.time_ms
        assert await history.order_by_client_id("mine") == placed
        assert await history.order_by_client_id("another") is None
        assert venue.account_ids() == [A, "DEMO-ACCOUNT"]


async def test_accounts_are_listed_in_pages(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        for account_id in ("E", "C", "A", "C"):
            await venue.submit(account_id, order())
        assert venue.account_ids() == ["A", "C", "DEMO-ACCOUNT", "E"]
        await venue.submit("B", order())
        assert venue.account_ids(limit=3) == ["A", "B", "C"]
        assert venue.account_ids("C", 1) == ["DEMO-ACCOUNT"]
        assert venue.account_ids("CC", 2) == ["DEMO-ACCOUNT", "E"]
        assert venue.account_ids("DEMO-ACCOUNT") == ["E"]
        await venue.submit("DEMO-ACCOUNT", order())
        assert venue.account_ids("B", 2) == ["C", "DEMO-ACCOUNT"]
        assert venue.account_ids(limit=2) == ["A", "B"]
        assert venue.account_ids("E") == []


async def test_events_are_numbered_published_after_the_commit_and_read_again(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, _):
        recorder = RecordingListener(venue)
        stop = venue.listen(recorder)
        await venue.submit(A, order())
        await venue.submit(A, order(Side.SELL))
        events = recorder.events
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        # The account of the first event was shown as opened before it was.
        assert recorder.seqs == [event.seq for event in events]
        assert {event.type for event in events} <= EVENT_TYPES
        assert [event.type for event in events] == [
            "accountOpened",
            *["orderPlaced", "orderFilled"] * 2,
        ]
        fill = events[2]
        assert fill.order is not None
        assert fill.execution is not None
        assert fill.position is not None
        assert (fill.order.status, fill.execution.quantity) == (OrderStatus.FILLED, TEN)
        assert [event.position.quantity for event in events if event.position] == [10, 0]
        read = await venue.events(A, 0, 100)
        assert [(each.seq, each.type) for each in read] == [(e.seq, e.type) for e in events]
        assert [each.seq for each in await venue.events(A, 2, 2)] == [3, 4]
        assert await venue.events(A, len(events), 9) == []
        stop()
        await venue.submit(A, order())
        assert len(recorder.events) == len(events)


async def test_cash_adds_up_to_the_balance(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, market):
        await venue.submit(A, order())
        market.move("AAPL", "103.00", "103.02")
        await venue.submit(A, ClosePositionCommand("AAPL"))
        account = venue.snapshot(A)
        assert account.position("AAPL") is None
        assert account.realized_pl == 30
        history = venue.history(A)
        lines = await history.cash_lines(0, 10)
        first, *_, last = lines
        assert await history.cash_lines(None, 10, before=last.seq) == [
            each for each in lines if each.seq < last.seq
        ]
        assert await history.cash_lines(0, 1, before=last.seq) == [first]
        assert account.balance == BALANCE + 30 == sum(each.amount for each in lines)


async def test_a_key_names_one_command_for_ever(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        key = IdempotencyKey("place", "key", "one")
        first = await venue.submit(A, order(), key)
        again = await venue.submit(A, order(), key)
        assert (again.order_id, again.is_duplicate) == (first.order_id, True)
        assert len(await venue.history(A).executions()) == 1
        with pytest.raises(Conflict) as caught:
            await venue.submit(A, order(), IdempotencyKey("place", "key", "two"))
        assert caught.value.code == "idempotency_key_reused"
        other = await venue.submit(B, order(), key)
        assert not other.is_duplicate


async def test_a_rejected_command_leaves_nothing_not_even_its_key(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, market):
        key = IdempotencyKey("place", "key", "one")
        for command, error, code in (
            (order(symbol="NOPE"), Invalid, "unknown_symbol"),
            (order(quantity=0), Invalid, "quantity_not_positive"),
            (order(symbol="MSFT"), Conflict, "no_price"),
            (CancelOrderCommand("order-1"), NotFound, "order_not_found"),
            (ClosePositionCommand("AAPL"), NotFound, "position_not_found"),
        ):
            with pytest.raises(ApiError) as caught:
                await venue.submit(A, command, key)
            assert (type(caught.value), caught.value.code) == (error, code)
        assert await venue.events(A, 0, 10) == []
        assert venue.account_ids() == ["DEMO-ACCOUNT"]
        market.move("MSFT", "49.98", "50.00")
        assert not (await venue.submit(A, order(symbol="MSFT"), key)).is_duplicate


async def test_a_notification_is_an_event_that_changes_nothing(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        fired = Notification(
            Severity.WARNING,
            "alert_fired",
            "AAPL is above 100.",
            {"symbol": "AAPL", "price": Decimal("100.5"), "firing": 2},
        )
        key = IdempotencyKey("alert", "alert-1:2", "digest")
        recorder = RecordingListener(venue)
        venue.listen(recorder)
        assert not (await venue.submit(A, NotifyCommand(fired), key)).is_duplicate
        assert (await venue.submit(A, NotifyCommand(fired), key)).is_duplicate
        (event,) = [each for each in recorder.events if each.notification is not None]
        assert (event.seq, event.type, event.notification) == (2, "notificationRaised", fired)
        assert {each.type for each in recorder.events} <= EVENT_TYPES
        read = [each.notification for each in await venue.events(A, 0, 9) if each.notification]
        assert read == [fired]
        account = venue.snapshot(A)
        assert account.balance == account.equity() == BALANCE
        assert venue.account_ids() == [A, "DEMO-ACCOUNT"], "any command opens an account"
        await venue.submit(A, order())
        assert len(await venue.history(A).cash_lines(0, 10)) == 1


async def test_a_live_order_is_canceled_once(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        placed = (await venue.submit(A, limit_order())).order_id
        assert [each.id for each in venue.snapshot(A).live_orders()] == [placed]
        result = await venue.submit(A, CancelOrderCommand(placed))
        assert result.canceled == [placed]
        assert [*venue.snapshot(A).live_orders()] == []
        with pytest.raises(Conflict) as caught:
            await venue.submit(A, CancelOrderCommand(placed))
        assert caught.value.code == "order_not_working"


async def test_many_orders_are_canceled_and_ended_ones_ignored(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        ids = [(await venue.submit(A, limit_order(price))).order_id for price in (80, 81, 82)]
        await venue.submit(A, CancelOrderCommand(ids[0]))
        result = await venue.submit(A, CancelOrdersCommand(ids[:2]))
        assert result.canceled == [ids[1]]
        assert (await venue.submit(A, CancelOrdersCommand())).canceled == [ids[2]]
        assert (await venue.submit(A, CancelOrdersCommand())).canceled == []


async def test_accounts_are_independent(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        await venue.submit(A, order())
        await venue.submit(B, order(quantity=3))
        quantities = [venue.snapshot(each).position("AAPL") for each in (A, B)]
        assert [each.quantity for each in quantities if each] == [10, 3]


async def test_a_preview_changes_nothing_and_is_what_happens(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, _):
        preview = await venue.preview_order(A, order())
        assert await venue.events(A, 0, 10) == []
        await venue.submit(A, order())
        account = venue.snapshot(A)
        history, position = venue.history(A), account.position("AAPL")
        done = await history.order(preview.order.id)
        assert done is not None
        assert position is not None
        assert done.average_price == preview.order.average_price
        assert preview.filled_quantity == done.filled_quantity
        assert preview.position_quantity == position.quantity
        assert preview.commission == sum(each.commission for each in await history.executions())
        resting = await venue.preview_order(A, limit_order())
        assert (resting.filled_quantity, resting.position_quantity) == (Decimal(0), 2 * TEN)
        with pytest.raises(Invalid):
            await venue.preview_order(A, order(symbol="NOPE"))
        with pytest.raises(Invalid):
            venue.preview_leverage(A, SetLeverageCommand("NOPE", Decimal(2)))
        too_high = SetLeverageCommand("AAPL", Decimal(10_000))
        assert venue.preview_leverage(A, too_high).rejection


async def test_an_account_has_a_connection_and_its_changes_are_published(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, market):
        recorder = RecordingListener(venue)
        venue.listen(recorder)
        assert venue.connection(A) == CONNECTED
        reason = "no sign of life for 5 s"
        market.become(MarketState.STALE, reason)
        lost = BrokerConnection(
            ConnectionState.DISCONNECTED, reason, DisconnectCause.BROKEN_CONNECTION
        )
        assert venue.connection(A) == lost
        [(account_ids, connection)] = recorder.connections
        assert account_ids is None or A in account_ids
        assert connection == lost


async def test_watched_accounts_are_valued_with_each_quote_of_an_open_position(
    create_venue: VenueFactory,
) -> None:
    async with running(create_venue) as (venue, market):
        recorder = RecordingListener(venue)
        venue.listen(recorder)
        await venue.submit(A, order())
        await venue.submit(B, limit_order())
        market.move("AAPL", "100.00", "100.02")
        assert recorder.valued == [], "most accounts have no client that looks at their value"
        for account_id in (A, A, B):
            venue.watch_valuation(account_id)
        venue.unwatch_valuation(A)
        market.move("AAPL", "101.00", "101.02")
        market.move("MSFT", "49.98", "50.00")
        assert recorder.valued == [A]
        venue.unwatch_valuation(A)
        market.move("AAPL", "101.00", "101.02")
        venue.watch_valuation(A)
        await venue.submit(A, ClosePositionCommand("AAPL"))
        market.move("AAPL", "101.00", "101.02")
        assert recorder.valued == [A]


async def test_the_broker_module_serves_the_venue(create_venue: VenueFactory) -> None:
    async with running(create_venue) as (venue, market):
        settings = Settings.defaults()
        context = ModuleContext(settings, market, lambda: 42, venue=venue)
        assert context.broker is venue
        with pytest.raises(ConfigurationError, match="module broker"):
            _ = ModuleContext(settings, market, lambda: 42).broker
        module = BrokerModule(context)
        service, updates = module.service, list[tuple[str, dict[str, Any], dict[str, int | str]]]()

        def publisher(route: str) -> Callable[..., None]:
            def publish(data: BaseModel, **meta: int | str) -> None:
                updates.append((route, data.model_dump(by_alias=True, exclude_none=True), meta))

            return publish

        topics = {
            route: f'{route}:{{"accountId":"{A}"}}'
            for route in ("executions", "orders", "positions", "equity")
        }
        for route, topic in topics.items():
            await service.create_topic(topic, publisher(route))
        seq = service.sequence(topics["orders"])["seq"]
        await venue.submit(A, order())
        fill = [(route, data, meta) for route, data, meta in updates if 3 in meta.values()]
        assert [route for route, _, _ in fill] == ["executions", "orders", "positions", "equity"]
        assert [meta for _, _, meta in fill] == [
            {"seq": 3, "prev": 1},
            {"seq": 3, "prev": 2},
            {"seq": 3, "prev": 1},
            {"as_of_seq": 3},
        ]
        (shown,) = await service.queries.orders(A)
        assert shown.model_dump(by_alias=True, exclude_none=True) == fill[1][1]
        missed = await service.replay_since(topics["orders"], seq)
        assert missed is not None
        assert [each.meta for each in missed] == [{"seq": 2, "prev": 1}, {"seq": 3, "prev": 2}]
        events = [each.type for each in await service.queries.events(A, 0, 10)]
        assert events == ["accountOpened", "orderPlaced", "orderFilled"]
        assert service.queries.equity(A).used_margin == float(venue.snapshot(A).used_margin())
