"""What the venue has and the ledger has not: fills, orders, positions and cash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from tests.kit.fake_venue import FakeVenueClient, Fault
from tests.kit.live_setup import ACCOUNT, LIMITS, LiveSetup, limit_order, live_setup, order
from tests.kit.manual_clock import settle
from trading_api.domain.broker_commands import CancelOrderCommand, ClosePositionCommand
from trading_api.domain.orders import OrderStatus, Side
from trading_api.errors import ConfigurationError, Conflict
from trading_api.modules.broker.external.factory import create_live_broker
from trading_api.modules.broker.external.reconciliation import INTERVAL_S
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    ExecutionReport,
    VenueOrderStatus,
)
from trading_api.modules.broker.journal.memory import MemoryJournal
from trading_api.modules.broker.presenters.events import to_broker_event, topic_changes
from trading_api.modules.broker.presenters.notifications import NotificationPresenter
from trading_api.observability.metrics import Metrics

NOTHING: list[ExecutionReport] = []


def lose_fills(report: ExecutionReport) -> Sequence[ExecutionReport]:
    return [] if report.exec_type is ExecType.TRADE else [report]


def keeping(kept: list[ExecutionReport]) -> Callable[[ExecutionReport], list[ExecutionReport]]:
    def keep(report: ExecutionReport) -> list[ExecutionReport]:
        kept.append(report)
        return NOTHING

    return keep


def check_agreement(live: LiveSetup) -> None:
    """Assert that ledger and venue hold the same."""
    state, venue = live.broker.account.state, live.venue
    held = {symbol: each for symbol, each in venue.holdings.items() if each}
    assert {symbol: each.quantity for symbol, each in state.positions.items()} == held
    cost = sum((each.account_cost or Decimal(0)) for each in state.positions.values())
    assert abs(state.balance - cost - venue.cash) < Decimal("1E-6")


async def test_a_lost_fill_is_found_within_a_minute() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        live.client.alter = lose_fills
        live.venue.trade(live.venue.orders[0], 4)
        await settle()
        assert live.position() == 0
        await live.clock.advance(INTERVAL_S + 1)
        assert (await live.find(placed)).filled_quantity == 4
        check_agreement(live)
        assert "positionAdjusted" not in live.seen.types


async def test_a_report_that_counts_more_than_was_reported_has_the_rest_fetched() -> None:
    async with live_setup() as live:
        await live.submit(limit_order())
        live.client.alter = lambda _: NOTHING
        live.venue.trade(live.venue.orders[0], 4)
        live.client.alter = lambda each: [each]
        live.venue.trade(live.venue.orders[0], 6)
        await settle()
        assert live.position() == 6
        await live.clock.advance(2)
        assert live.position() == 10
        check_agreement(live)


async def test_repeated_and_disordered_reports_count_once() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        kept: list[ExecutionReport] = []
        live.client.alter = keeping(kept)
        live.venue.trade(live.venue.orders[0], 3)
        live.venue.trade(live.venue.orders[0], 7)
        for report in [*reversed(kept), *kept, *reversed(kept)]:
            live.broker.on_report(report)
        await settle()
        found = await live.find(placed)
        assert (found.status, found.filled_quantity) == (OrderStatus.FILLED, Decimal(10))
        assert live.position() == 10


async def test_an_end_that_overtakes_a_fill_waits_for_it() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        kept: list[ExecutionReport] = []
        live.client.alter = keeping(kept)
        live.venue.trade(live.venue.orders[0], 3)
        await live.submit(CancelOrderCommand(placed))
        assert (await live.find(placed)).is_live
        live.broker.on_report(kept[0])
        await settle()
        await live.clock.advance(2)
        found = await live.find(placed)
        assert (found.status, found.filled_quantity) == (OrderStatus.CANCELED, Decimal(3))
        check_agreement(live)


async def test_a_fill_after_the_end_of_its_order_is_not_lost() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        live.client.alter = lambda _: NOTHING
        own = live.venue.orders[0]
        await live.submit(CancelOrderCommand(placed))
        own.status = VenueOrderStatus.NEW
        live.client.alter = lambda each: [each]
        live.venue.trade(own, 10)
        await settle()
        await live.clock.advance(2)
        assert live.position() == 10
        check_agreement(live)
        assert "positionAdjusted" not in live.seen.types


async def test_orders_placed_elsewhere_are_adopted_and_can_be_canceled() -> None:
    async with live_setup() as live:
        external = live.venue.place_elsewhere("AAPL", Side.BUY, 8, "90")
        await settle()
        await live.clock.advance(2)
        (adopted,) = live.live()
        assert (adopted.status, adopted.client_id) == (OrderStatus.WORKING, "web_1")
        live.venue.trade(external, 3)
        await settle()
        assert live.position() == 3
        await live.submit(CancelOrderCommand(adopted.id))
        assert live.live() == []
        assert not external.is_open
        check_agreement(live)


async def test_fills_of_orders_that_came_and_went_elsewhere_are_adopted() -> None:
    async with live_setup() as live:
        live.client.connect(False)
        await settle()
        external = live.venue.place_elsewhere("AAPL", Side.BUY, 8, "90")
        live.venue.trade(external, 3)
        live.venue.trade(external, 5)
        live.client.connect(True)
        await settle()
        assert live.live() == []
        assert live.position() == 8
        first, second = await live.broker.history(ACCOUNT).executions()
        assert first.order_id == second.order_id
        check_agreement(live)
        assert "positionAdjusted" not in live.seen.types


async def test_an_order_that_was_half_filled_before_the_account_was_opened() -> None:
    live = LiveSetup()
    external = live.venue.place_elsewhere("AAPL", Side.BUY, 8, "90")
    live.venue.trade(external, 3)
    await live.start()
    (adopted,) = live.live()
    assert (adopted.quantity, adopted.filled_quantity) == (Decimal(5), Decimal(0))
    assert live.position() == 3
    check_agreement(live)
    live.venue.trade(external, 5)
    await settle()
    assert live.live() == []
    assert live.position() == 8
    check_agreement(live)
    await live.kill()


async def test_fills_without_our_id_belong_to_the_order_in_doubt() -> None:
    async with live_setup() as live:
        live.client.alter = lambda _: NOTHING
        live.client.faults.append(Fault.ANSWER_LOST)
        live.client.answers = False
        placed = (await live.submit(order())).order_id
        await live.kill()
        await live.load()
        live.client.names_fills = False
        await live.run()
        found = await live.find(placed)
        assert (found.status, found.filled_quantity) == (OrderStatus.FILLED, Decimal(10))
        assert live.broker.account.state.order_count == 1, "nothing was adopted"
        check_agreement(live)


async def test_orders_that_the_venue_ended_meanwhile_end() -> None:
    async with live_setup() as live:
        placed = (await live.submit(limit_order())).order_id
        live.client.connect(False)
        await settle()
        live.venue.end(live.venue.orders[0], VenueOrderStatus.EXPIRED, "The day is over.")
        live.client.connect(True)
        await settle()
        found = await live.find(placed)
        assert (found.status, found.message) == (OrderStatus.CANCELED, "The day is over.")


async def test_a_difference_is_adjusted_when_the_venue_reports_it_twice() -> None:
    async with live_setup() as live:
        live.venue.cash += 500
        live.venue.holdings["MSFT"] = Decimal(7)
        live.seen.events.clear()
        await live.clock.advance(INTERVAL_S)
        assert live.seen.types == [], "the venue may still be counting"
        await live.clock.advance(2)
        assert live.seen.types == ["positionAdjusted", "cashAdjusted"]
        check_agreement(live)
        codes = [each.notification.code for each in live.seen.events if each.notification]
        assert codes == ["venue_position_differs", "venue_cash_differs"]
        assert live.broker.snapshot(ACCOUNT).equity() == pytest.approx(Decimal(100_850), abs=1)
        live.venue.holdings["MSFT"] = Decimal(0)
        await live.clock.advance(INTERVAL_S + 2)
        assert live.broker.snapshot(ACCOUNT).position("MSFT") is None
        check_agreement(live)


async def test_a_commission_in_the_asset_reduces_the_position() -> None:
    async with live_setup() as live:
        live.venue.commission_rate = Decimal("0.001")
        live.venue.commission_currency = "BTC"
        live.venue.prices["BTCUSD"] = Decimal(90)
        await live.submit(order(symbol="BTCUSD"))
        live.venue.prices["BTCUSD"] = Decimal(110)
        await live.submit(order(symbol="BTCUSD"))
        assert live.position("BTCUSD") == Decimal("19.98")
        assert live.broker.account.state.commission > 0
        seq = live.broker.snapshot(ACCOUNT).seq
        await live.clock.advance(INTERVAL_S + 2)
        check_agreement(live)
        assert live.broker.snapshot(ACCOUNT).seq == seq, "nothing was left to adjust"


async def test_a_close_leaves_what_is_below_the_lot_step() -> None:
    async with live_setup() as live:
        live.venue.commission_rate = Decimal("0.0003")
        live.venue.commission_currency = "BTC"
        live.venue.prices["BTCUSD"] = Decimal(90)
        await live.submit(order(symbol="BTCUSD"))
        held = live.position("BTCUSD")
        step = live.market.instrument("BTCUSD").quantity_step  # type: ignore[union-attr]
        assert held % step, "the rest is off the grid"
        live.venue.commission_rate = Decimal(0)
        await live.submit(ClosePositionCommand("BTCUSD"))
        assert live.position("BTCUSD") == held % step
        with pytest.raises(Conflict) as refused:
            await live.submit(ClosePositionCommand("BTCUSD"))
        assert refused.value.code == "below_lot_step"


async def test_an_account_belongs_to_one_venue_for_ever() -> None:
    async with live_setup() as live:
        await live.kill()
        other = create_live_broker(
            ACCOUNT,
            "another venue",
            FakeVenueClient(live.venue),
            live.journal,
            live.market,
            "USD",
            LIMITS,
            Metrics(),
        )
        with pytest.raises(ConfigurationError, match="belongs to fake"):
            await other.start()


async def test_a_restart_brings_everything_back() -> None:
    async with live_setup(MemoryJournal()) as live:
        await live.submit(order())
        await live.submit(limit_order())
        before = live.broker.account.state
        await live.kill()
        live.venue.trade(live.venue.orders[1], 4)
        await live.start()
        assert live.position() == 14
        assert live.broker.account.state.venue is not None
        assert before.venue is not None
        assert live.broker.account.state.venue.id_prefix == before.venue.id_prefix
        check_agreement(live)


async def test_an_account_whose_ledger_was_lost_gets_other_client_order_ids() -> None:
    async with live_setup() as live:
        await live.submit(limit_order())
        await live.kill()
        live.journal = MemoryJournal()  # the market shows the same time as before
        await live.start()
        await live.submit(limit_order())
        first, second = live.venue.accepted
        assert first != second


async def test_an_adjusted_position_is_published_as_one_that_changed() -> None:
    async with live_setup() as live:
        live.venue.holdings["MSFT"] = Decimal(7)
        await live.clock.advance(INTERVAL_S + 2)
        live.venue.holdings["MSFT"] = Decimal(0)
        await live.clock.advance(INTERVAL_S + 2)
        notifications = NotificationPresenter(live.market, "USD")
        account = live.broker.snapshot(ACCOUNT)
        shown = []
        for event in live.seen.events:
            if event.type == "positionAdjusted":
                (change,) = topic_changes("positions", account, event, notifications)
                assert topic_changes("orders", account, event, notifications) == []
                shown.append(change.data.model_dump(by_alias=True)["qty"])
                assert to_broker_event(event).type == "positionAdjusted"
        assert shown == [7, 0]
