"""What the events of an account state of its venue, and its image."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from trading_api.domain.orders import OrderStatus, OrderType, Side
from trading_api.modules.broker.engine.account import AccountState
from trading_api.modules.broker.engine.account_image import image_of, restore
from trading_api.modules.broker.engine.events import AccountOpened, Event, OrderPlaced
from trading_api.modules.broker.engine.order import Order
from trading_api.modules.broker.engine.venue_events import (
    KillSwitchSet,
    OrderReplaceRequested,
    VenueAssigned,
    VenueReported,
)
from trading_api.modules.broker.engine.venue_state import EXECUTIONS_KEPT, VenueState
from trading_api.modules.broker.journal.image_codec import decode_image, encode_image

ONE = Decimal(1)
OPENING: list[Event] = [
    AccountOpened("LIVE-1", "USDT", Decimal(0), 1),
    VenueAssigned("binance", "abc", 0, 1),
]


def order(number: int = 1, status: OrderStatus = OrderStatus.PLACING) -> Order:
    return Order(
        f"order-{number}",
        "BTCUSDT",
        Side.BUY,
        OrderType.MARKET,
        ONE,
        None,
        None,
        number,
        2,
        2,
        status,
    )


def report(exec_type: str = "new", id: str = "abc-1", **more: object) -> VenueReported:
    fields = {"status": "new", "venue_order_id": "77", "venue_time_ms": 5, "at_ms": 6} | more
    return msgspec.convert(
        {
            "order_id": "order-1",
            "symbol": "BTCUSDT",
            "exec_type": exec_type,
            "client_order_id": id,
            **fields,
        },
        VenueReported,
    )


def folded(*events: Event) -> tuple[AccountState, VenueState]:
    state = AccountState()
    for event in [*OPENING, *events]:
        state.evolve(event)
    assert state.venue is not None
    return state, state.venue


def test_an_order_of_ours_is_found_by_its_number_and_by_the_id_of_the_venue() -> None:
    _, venue = folded(OrderPlaced(order(), 2), report())
    assert venue.client_order_id("order-1") == "abc-1"
    for names in (("abc-1", ""), ("abc-1-3", ""), ("", "77"), ("other", "77")):
        assert venue.find("BTCUSDT", *names) == "order-1"
    for names in (("abd-1", ""), ("abc-x", ""), ("", ""), ("", "78")):
        assert venue.find("BTCUSDT", *names) == ""
    assert venue.find("ETHUSDT", "", "77") == "", "venues number orders for each symbol"


def test_an_order_that_the_venue_reports_first_is_external() -> None:
    _, venue = folded(report(id="theirs"), OrderPlaced(order(status=OrderStatus.WORKING), 2))
    assert venue.orders["order-1"].is_external
    assert venue.find("BTCUSDT", "theirs", "") == "order-1"


def test_a_replacement_has_the_new_ids_and_counts_its_fills_from_zero() -> None:
    fill = {"execution_id": "e1", "last_quantity": "0.5", "last_price": "9"}
    request = OrderReplaceRequested("order-1", "abc-1-1", ONE, ONE, None, 7)
    state, venue = folded(OrderPlaced(order(), 2), report("trade", **fill), request)
    assert venue.orders["order-1"].filled_quantity == Decimal("0.5")
    assert venue.has_seen("BTCUSDT", "e1", 5)
    state.evolve(report("replaced", "abc-1-1", venue_order_id="78"))
    known = venue.orders["order-1"]
    assert (known.client_order_id, known.venue_order_id) == ("abc-1-1", "78")
    assert known.replacement is None
    assert known.filled_quantity == 0
    state.evolve(report("trade", "abc-1", **fill | {"execution_id": "e2"}))
    assert venue.orders["order-1"].filled_quantity == 0, "a late fill of the order before it"


def test_an_image_restores_the_venue_with_its_newest_fills() -> None:
    state, venue = folded(OrderPlaced(order(), 2))
    for number in range(EXECUTIONS_KEPT + 5):
        fill = {"execution_id": str(number), "last_quantity": "0.00001", "last_price": "9"}
        state.evolve(report("trade", **fill, venue_time_ms=number))
    state.evolve(KillSwitchSet(True, "enough", 9))
    image = image_of(state)
    state.discard_history()
    assert image_of(state) == image, "also where the history was discarded"
    assert len(venue.executions) == EXECUTIONS_KEPT
    assert venue.has_seen("BTCUSDT", "5", 5)
    assert venue.has_seen("BTCUSDT", "forgotten", 4)
    assert not venue.has_seen("BTCUSDT", "new", 5)
    restored = restore(decode_image(encode_image(image)))
    assert image_of(restored) == image
    assert restored.kill_switch.is_on


def test_a_branch_changes_alone() -> None:
    state, venue = folded(OrderPlaced(order(), 2))
    branch = state.branch()
    branch.evolve(report())
    assert branch.venue is not None
    assert branch.venue.find("BTCUSDT", "", "77") == "order-1"
    assert venue.find("BTCUSDT", "", "77") == ""
    assert state.copy().venue == venue


def test_the_image_of_a_paper_account_says_nothing_of_venues() -> None:
    state = AccountState()
    state.evolve(AccountOpened("A", "USD", ONE, 1))
    assert encode_image(image_of(state)) == (
        '{"account_id":"A","currency":"USD","deposited":"1","balance":"1","realized_pl":"0",'
        '"commission":"0","seq":1,"order_count":0,"execution_count":0,"sequence_last":0,'
        '"orders":[],"positions":[],"liquidity_used":{},"leverages":{},"margin_warned":"0",'
        '"realized_by_day":{}}'
    )
