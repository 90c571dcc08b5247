"""The client of ccxt trades at the venue simulator, through the unmodified ccxt."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.kit.ccxt_account import SYMBOL, ConnectedAccount
from trading_api.domain.orders import Duration, OrderType, Side
from trading_api.modules.broker.external.venue_client import (
    ExecType,
    NewOrder,
    OrderRef,
    VenueOrderStatus,
    VenueRejected,
)

pytestmark = pytest.mark.anyio


async def test_a_limit_order_is_new_and_fills_in_parts(account: ConnectedAccount) -> None:
    report = await account.buy("parts", "0.30000", "98.10")
    assert (report.exec_type, report.status) == (ExecType.NEW, VenueOrderStatus.NEW)
    assert (report.client_order_id, report.limit_price) == ("parts", Decimal("98.1"))
    streamed = await account.sink.report("parts", ExecType.NEW)
    assert streamed.venue_order_id == report.venue_order_id

    account.venue.trade(SYMBOL, "98.1", "0.1")
    first = await account.sink.report("parts", ExecType.TRADE)
    assert first.status is VenueOrderStatus.PARTIALLY_FILLED
    assert (first.last_quantity, first.cumulative_quantity) == (Decimal("0.1"), Decimal("0.1"))
    assert (first.last_price, first.limit_price) == (Decimal("98.1"), Decimal("98.1"))
    assert first.commission > 0
    assert first.commission_currency == "BTC"

    account.venue.trade(SYMBOL, "98.1", "0.2")
    await account.sink.until(lambda: len(account.fills("parts")) == 2)
    last = list(account.fills("parts").values())[-1]
    assert last.status is VenueOrderStatus.FILLED
    assert last.cumulative_quantity == Decimal("0.3")


async def test_a_market_order_reports_each_fill_under_one_id(account: ConnectedAccount) -> None:
    account.venue.book(SYMBOL, [(99, 10)], [(101, "0.1"), ("101.5", 10)])
    report = await account.buy("market", "0.15")
    assert report.status is VenueOrderStatus.FILLED
    assert report.cumulative_quantity == Decimal("0.15")
    # The answer lists the fills, and so does the stream.
    await account.sink.until(lambda: _count(account, "market", ExecType.TRADE) == 4)
    fills = account.fills("market").values()
    assert [(fill.last_quantity, fill.last_price) for fill in fills] == [
        (Decimal("0.1"), Decimal(101)),
        (Decimal("0.05"), Decimal("101.5")),
    ]


async def test_an_immediate_order_expires(account: ConnectedAccount) -> None:
    report = await account.buy("ioc", "0.1", "100", duration=Duration.IOC)
    assert (report.exec_type, report.status) == (ExecType.EXPIRED, VenueOrderStatus.EXPIRED)
    await account.sink.report("ioc", ExecType.EXPIRED)


async def test_stop_orders_trigger(account: ConnectedAccount) -> None:
    stop = {"type": OrderType.STOP_LIMIT, "stop_price": Decimal(102)}
    report = await account.buy("stop", "0.1", "103", **stop)
    assert (report.type, report.stop_price) == (OrderType.STOP_LIMIT, Decimal(102))
    account.venue.book(SYMBOL, [(99, 10)], [(101, 10), ("102.5", 10)])
    account.venue.trade(SYMBOL, 102, "0.001")
    fill = await account.sink.report("stop", ExecType.TRADE)
    assert fill.status is VenueOrderStatus.FILLED


async def test_a_stop_order_sells_at_the_market(account: ConnectedAccount) -> None:
    order = NewOrder(
        "stop-sell", SYMBOL, Side.SELL, OrderType.STOP, Decimal("0.1"), stop_price=Decimal(95)
    )
    assert (await account.client.place(order)).type is OrderType.STOP
    account.venue.book(SYMBOL, [(99, 10), (94, 10)], [(101, 10)])
    account.venue.trade(SYMBOL, 95, "0.001")
    assert (await account.sink.report("stop-sell", ExecType.TRADE)).side is Side.SELL


async def test_an_order_is_found_by_either_id(account: ConnectedAccount) -> None:
    placed = await account.buy("found", "0.1", "98")
    for ref in (
        OrderRef(SYMBOL, "found"),
        OrderRef(SYMBOL, "found", placed.venue_order_id),
    ):
        found = await account.client.find_order(ref)
        assert found is not None
        assert (found.exec_type, found.client_order_id) == (ExecType.ORDER_STATUS, "found")
    assert await account.client.find_order(OrderRef(SYMBOL, "never")) is None


async def test_orders_placed_elsewhere_are_among_the_open_ones(account: ConnectedAccount) -> None:
    row = account.venue.place_elsewhere(
        "ETHUSDT",
        side="SELL",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.1",
        price="110",
        newClientOrderId="web",
    )
    streamed = await account.sink.report("web", ExecType.NEW)
    assert (streamed.symbol, streamed.side) == ("ETHUSDT", Side.SELL)
    orders = {order.client_order_id: order for order in await account.client.open_orders()}
    assert orders["web"].venue_order_id == str(row["orderId"])
    account.venue.cancel_elsewhere("ETHUSDT", row["orderId"])
    assert (await account.sink.report("web", ExecType.CANCELED)).symbol == "ETHUSDT"


async def test_a_canceled_order_keeps_its_id(account: ConnectedAccount) -> None:
    await account.buy("cancel", "0.1", "98")
    report = await account.client.cancel(OrderRef(SYMBOL, "cancel"))
    assert (report.exec_type, report.client_order_id) == (ExecType.CANCELED, "cancel")
    streamed = await account.sink.report("cancel", ExecType.CANCELED)
    assert streamed.venue_order_id == report.venue_order_id


@pytest.mark.parametrize("client_order_id", ["canceled", "unknown"])
async def test_what_does_not_work_cannot_be_canceled(
    account: ConnectedAccount, client_order_id: str
) -> None:
    if client_order_id == "canceled":
        await account.buy("canceled", "0.1", "98")
        await account.client.cancel(OrderRef(SYMBOL, "canceled"))
    with pytest.raises(VenueRejected) as caught:
        await account.client.cancel(OrderRef(SYMBOL, client_order_id))
    assert caught.value.code == "order_not_working"


async def test_a_repeated_order_is_the_first_one(account: ConnectedAccount) -> None:
    first = await account.buy("twice", "0.1", "98")
    await account.client.cancel(OrderRef(SYMBOL, "twice"))
    # The venue would accept the id again, because the order has ended.
    second = await account.buy("twice", "0.1", "98")
    assert (second.venue_order_id, second.status) == (
        first.venue_order_id,
        VenueOrderStatus.CANCELED,
    )


async def test_what_the_venue_calls_a_duplicate_is_looked_up(account: ConnectedAccount) -> None:
    row = account.venue.place_elsewhere(
        SYMBOL,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.1",
        price="97",
        newClientOrderId="same",
    )
    report = await account.buy("same", "0.1", "97")
    assert report.venue_order_id == str(row["orderId"])


@pytest.mark.parametrize(
    ("quantity", "limit", "code"),
    [
        ("5000", "98", "insufficient_funds"),
        ("0.00001", "98", "order_too_small"),
        ("0.1", "98.001", "price_off_tick"),
        ("0.100001", "98", "quantity_off_lot"),
        ("0.000001", "98", "quantity_off_lot"),
    ],
)
async def test_refused_orders_have_a_code(
    account: ConnectedAccount, quantity: str, limit: str, code: str
) -> None:
    before = account.placed()
    with pytest.raises(VenueRejected) as caught:
        await account.buy(f"refused-{quantity}-{limit}", quantity, limit)
    assert caught.value.code == code
    assert "venue-key" not in caught.value.text
    # ccxt would round what is off the grid: that is not sent.
    assert account.placed() - before == (0 if "_off_" in code else 1)


@pytest.mark.parametrize(
    "values",
    [
        {"duration": Duration.DAY},
        {"take_profit": Decimal(110)},
        {"symbol": "SOLUSDT"},
        {"symbol": "NOSUCH"},
    ],
)
async def test_what_the_venue_lacks_is_not_sent(
    account: ConnectedAccount, values: dict[str, object]
) -> None:
    before = account.placed()
    with pytest.raises(VenueRejected):
        await account.buy(f"lacking-{next(iter(values))}", "0.1", "98", **values)
    assert account.placed() == before


async def test_balances_and_assets_are_exact(account: ConnectedAccount) -> None:
    state = await account.client.account()
    balances = {balance.currency: balance for balance in state.balances}
    rows = {row["asset"]: row for row in account.venue.balances()}
    for currency, balance in balances.items():
        free, locked = Decimal(rows[currency]["free"]), Decimal(rows[currency]["locked"])
        assert (balance.available, balance.total) == (free, free + locked)
    quantities = {position.symbol: position.quantity for position in state.positions}
    assert quantities == {SYMBOL: balances["BTC"].total, "ETHUSDT": balances["ETH"].total}
    assert abs(state.time_ms - account.venue.now_ms()) < 60_000


async def test_the_venue_describes_itself(account: ConnectedAccount) -> None:
    features = account.client.features
    assert set(features.order_types) == set(OrderType)
    assert set(features.durations) == {Duration.GTC, Duration.IOC, Duration.FOK}
    assert features.can_replace
    assert features.is_spot
    limits = {limit.name: limit for limit in account.client.rate_limits()}
    assert limits["used-weight-1m"].limit == 6_000
    assert limits["used-weight-1m"].used > 0
    assert limits["order-count-10s"].interval_s == 10


async def test_fills_are_paged(account: ConnectedAccount) -> None:
    since_ms = account.venue.now_ms()
    await account.buy("pages", "0.1", "98")
    for _ in range(1_005):
        account.venue.trade(SYMBOL, 98, "0.00001")
    fills = await account.client.fills_since([SYMBOL, "ETHUSDT"], since_ms)
    ours = [fill for fill in fills if fill.client_order_id == "pages"]
    assert len({fill.execution_id for fill in ours}) == 1_005
    assert sorted(fill.venue_time_ms for fill in fills) == [fill.venue_time_ms for fill in fills]
    assert sum(fill.last_quantity for fill in ours) == Decimal("0.01005")
    await account.sink.until(lambda: len(account.fills("pages")) == 1_005)
    assert set(account.fills("pages")) == {fill.execution_id for fill in ours}
    await account.client.cancel(OrderRef(SYMBOL, "pages"))


async def test_fills_of_earlier_days_are_found(account: ConnectedAccount) -> None:
    days_ago_ms = account.venue.now_ms() - 3 * 86_400_000
    await account.buy("earlier", "0.1")
    for since_ms in (days_ago_ms, 0):
        fills = await account.client.fills_since([SYMBOL], since_ms)
        assert "earlier" in {fill.client_order_id for fill in fills}
    assert await account.client.fills_since([SYMBOL], account.venue.now_ms() + 60_000) == []


def _count(account: ConnectedAccount, client_order_id: str, exec_type: ExecType) -> int:
    return sum(
        (report.client_order_id, report.exec_type) == (client_order_id, exec_type)
        for report in account.sink.reports
    )
