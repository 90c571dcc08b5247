"""The official client places, reads, replaces and cancels orders at this server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from alpaca.trading.enums import QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    GetOrderByIdRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopOrderRequest,
    TrailingStopOrderRequest,
)

from tests.kit.alpaca_api import AlpacaApi, AlpacaClient, alpaca_api
from tests.kit.stepped_market import START_MS
from trading_api.errors import Unavailable
from trading_api.modules.alpaca.trading.orders import AccountOrders

BUY: dict[str, Any] = {"symbol": "AAPL", "qty": 2, "side": "buy", "time_in_force": "gtc"}
SELL: dict[str, Any] = BUY | {"side": "sell"}
EXITS: dict[str, Any] = {"take_profit": {"limit_price": 900}, "stop_loss": {"stop_price": 10}}
START = datetime.fromtimestamp(START_MS / 1_000, UTC)


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[AlpacaApi]:
    async with alpaca_api() as api:
        yield api


def kinds(orders: Any) -> list[tuple[str, str, str, int]]:
    return [(o.type.value, o.order_class.value, o.status.value, len(o.legs or ())) for o in orders]


async def test_a_market_order_is_accepted_and_then_filled(api: AlpacaApi) -> None:
    bot = api.client("MARKET")
    answer = await bot.submit(MarketOrderRequest(**BUY, client_order_id="mine"))
    assert kinds([answer]) == [("market", "simple", "pending_new", 0)]
    assert (answer.qty, answer.filled_qty, answer.filled_avg_price) == ("2", "0", None)
    assert (answer.updated_at, answer.filled_at) == (answer.submitted_at, None)
    order = await bot.ask(bot.client.get_order_by_id, answer.id)
    assert kinds([order]) == [("market", "simple", "filled", 0)]
    assert (order.qty, order.filled_qty, order.client_order_id) == ("2", "2", "mine")
    assert order.filled_avg_price is not None
    assert float(order.filled_avg_price) > 100
    assert order.submitted_at == order.filled_at
    assert await bot.ask(bot.client.get_order_by_client_id, "mine") == order
    assert await bot.ask(bot.client.get_order_by_client_id, str(order.id)) == order


async def test_an_order_that_cannot_be_read_was_placed_nevertheless(
    api: AlpacaApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable("The ledger cannot be read.", "ledger_unavailable")

    bot = api.client("UNREAD")
    with monkeypatch.context() as patch:
        patch.setattr(AccountOrders, "by_id", fail)
        status, _, message = await bot.refused(bot.client.submit_order, MarketOrderRequest(**BUY))
    (order,) = await bot.ask(bot.client.get_orders, GetOrdersRequest(status=QueryOrderStatus.ALL))
    assert status == 500
    assert message.startswith(f"the order {order.id} was placed, but cannot be read: ")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (LimitOrderRequest(**BUY, limit_price=10), {"limit_price": "10", "type": "limit"}),
        (StopOrderRequest(**BUY, stop_price=900.5), {"stop_price": "900.5", "type": "stop"}),
        (
            StopLimitOrderRequest(**BUY, stop_price=900, limit_price=901),
            {"stop_price": "900", "limit_price": "901", "type": "stop_limit"},
        ),
        (
            TrailingStopOrderRequest(**SELL, trail_price=2.5),
            {"trail_price": "2.5", "trail_percent": None, "type": "trailing_stop"},
        ),
        (TrailingStopOrderRequest(**SELL, trail_percent=1), {"type": "trailing_stop"}),
        (
            LimitOrderRequest(**BUY | {"time_in_force": "day"}, limit_price=10),
            {"time_in_force": "day"},
        ),
    ],
    ids=["limit", "stop", "stop limit", "trailing by price", "trailing by percent", "day"],
)
async def test_an_order_of_each_type_waits_and_is_canceled(
    api: AlpacaApi, request_: Any, expected: dict[str, str]
) -> None:
    bot = api.client("TYPES")
    order = await bot.submit(request_)
    fields = order.model_dump(mode="json")
    assert {name: fields[name] for name in expected} == expected
    assert (order.status.value, order.filled_at, order.canceled_at) == ("new", None, None)
    if order.trail_price:
        distance = float(order.hwm or 0) - float(order.stop_price or 0)
        assert distance == pytest.approx(float(order.trail_price))
    await bot.ask(bot.client.cancel_order_by_id, order.id)
    canceled = await bot.ask(bot.client.get_order_by_id, order.id)
    assert (canceled.status.value, canceled.canceled_at) == ("canceled", order.submitted_at)
    refused = await bot.refused(bot.client.cancel_order_by_id, order.id)
    assert refused == (422, 42210000, 'order is already in "canceled" state')


@pytest.mark.parametrize("time_in_force", ["ioc", "fok"])
async def test_an_order_that_does_not_fill_immediately_is_canceled(
    api: AlpacaApi, time_in_force: str
) -> None:
    fields = BUY | {"time_in_force": time_in_force}
    bot = api.client("IOC")
    answer = await bot.submit(LimitOrderRequest(**fields, limit_price=10))
    assert (answer.status.value, answer.canceled_at) == ("pending_new", None)
    order = await bot.ask(bot.client.get_order_by_id, answer.id)
    assert (order.status.value, order.time_in_force.value) == ("canceled", time_in_force)


async def test_a_bracket_has_its_legs(api: AlpacaApi) -> None:
    bot = api.client("BRACKET")
    waiting = await bot.submit(
        LimitOrderRequest(**BUY, limit_price=20, order_class="bracket", **EXITS)
    )
    assert kinds(waiting.legs) == [("limit", "bracket", "held", 0), ("stop", "bracket", "held", 0)]
    answer = await bot.submit(MarketOrderRequest(**BUY, order_class="bracket", **EXITS))
    assert [leg.status.value for leg in answer.legs or ()] == ["held", "held"]
    order = await bot.ask(bot.client.get_order_by_id, answer.id)
    assert order.legs is not None
    profit, loss = order.legs
    assert kinds([order, profit, loss]) == [
        ("market", "bracket", "filled", 2),
        ("limit", "bracket", "new", 0),
        ("stop", "bracket", "new", 0),
    ]
    assert (profit.limit_price, loss.stop_price) == ("900", "10")
    assert {leg.side.value for leg in (profit, loss) if leg.side} == {"sell"}
    nested = await bot.ask(bot.client.get_order_by_id, order.id, GetOrderByIdRequest(nested=True))
    assert nested == order
    await bot.ask(bot.client.replace_order_by_id, loss.id, ReplaceOrderRequest(stop_price=11))
    await bot.ask(bot.client.cancel_order_by_id, profit.id)
    after = await bot.ask(bot.client.get_order_by_id, order.id)
    assert [leg.status.value for leg in after.legs] == ["canceled", "new"]
    assert after.legs[1].stop_price == "11"


async def test_an_oto_has_one_leg(api: AlpacaApi) -> None:
    bot = api.client("OTO")
    order = await bot.submit(
        MarketOrderRequest(**BUY, order_class="oto", stop_loss={"stop_price": 10})
    )
    assert kinds([order, *(order.legs or ())]) == [
        ("market", "oto", "pending_new", 1),
        ("stop", "oto", "held", 0),
    ]


async def test_an_oco_protects_the_position(api: AlpacaApi) -> None:
    bot = api.client("OCO")
    oco = LimitOrderRequest(**SELL, order_class="oco", **EXITS)
    assert (await bot.refused(bot.client.submit_order, oco))[:2] == (403, 40310000)
    await bot.submit(MarketOrderRequest(**BUY))
    order = await bot.submit(oco)
    assert kinds([order, *(order.legs or ())]) == [
        ("limit", "oco", "new", 1),
        ("stop", "oco", "new", 0),
    ]
    assert await bot.refused(bot.client.submit_order, oco) == (
        403,
        40310000,
        "insufficient qty available for order (requested: 2, available: 0)",
    )
    position = await bot.ask(bot.client.get_open_position, "AAPL")
    assert (position.qty, position.qty_available) == ("2", "0")
    (listed,) = await bot.ask(bot.client.get_orders, GetOrdersRequest(nested=True))
    assert listed == order
    await bot.ask(bot.client.close_position, "AAPL")
    every = GetOrdersRequest(status=QueryOrderStatus.ALL, symbols=["AAPL"])
    flat = await bot.ask(bot.client.get_orders, every)
    assert [each.status.value for each in flat] == ["filled", "canceled", "canceled", "filled"]


async def test_ended_oco_orders_keep_their_own_legs(api: AlpacaApi) -> None:
    bot = api.client("OCO-TWICE")
    await bot.submit(MarketOrderRequest(**BUY))
    placed = []
    for _ in range(2):
        placed.append(await bot.submit(LimitOrderRequest(**SELL, order_class="oco", **EXITS)))
        await bot.ask(bot.client.cancel_orders)
    every = GetOrdersRequest(status=QueryOrderStatus.ALL, nested=True)
    later, earlier, _ = await bot.ask(bot.client.get_orders, every)
    found = [(each.id, [leg.id for leg in each.legs]) for each in (earlier, later)]
    assert found == [(each.id, [leg.id for leg in each.legs or ()]) for each in placed]


async def test_an_order_is_replaced_in_place(api: AlpacaApi) -> None:
    bot = api.client("REPLACE")
    order = await bot.submit(LimitOrderRequest(**BUY, limit_price=10, client_order_id="mine"))
    change = ReplaceOrderRequest(qty=3, limit_price=11, time_in_force=TimeInForce.DAY)
    replaced = await bot.ask(bot.client.replace_order_by_id, order.id, change)
    assert (replaced.id, replaced.qty, replaced.limit_price) == (order.id, "3", "11")
    assert (replaced.client_order_id, replaced.time_in_force.value) == ("mine", "day")
    trailing = await bot.submit(TrailingStopOrderRequest(**SELL, trail_price=5))
    replace = bot.client.replace_order_by_id
    moved = await bot.ask(replace, trailing.id, ReplaceOrderRequest(trail=4))
    assert (moved.trail_price, moved.type.value) == ("4", "trailing_stop")
    refusals: list[tuple[Any, dict[str, Any]]] = [
        (order.id, {"stop_price": 5}),
        (order.id, {"trail": 5}),
        (order.id, {"client_order_id": "another"}),
        (trailing.id, {"stop_price": 5}),
    ]
    for id, fields in refusals:
        refused = await bot.refused(replace, id, ReplaceOrderRequest(**fields))
        assert refused[:2] == (422, 42210000)


async def test_all_orders_are_canceled(api: AlpacaApi) -> None:
    bot = api.client("CANCEL-ALL")
    placed = [await bot.submit(LimitOrderRequest(**BUY, limit_price=price)) for price in (10, 11)]
    canceled = await bot.ask(bot.client.cancel_orders)
    assert [(each.id, each.status) for each in canceled] == [(each.id, 200) for each in placed]
    assert await bot.ask(bot.client.get_orders) == []


@pytest.mark.parametrize("price", ["0.000000000001", "0", "-5"])
async def test_a_notional_order_at_an_impossible_price_is_refused(
    api: AlpacaApi, price: str
) -> None:
    order = {"symbol": "BTC/USD", "side": "buy", "type": "limit", "time_in_force": "gtc"}
    amounts = {"notional": "9000000000000000", "limit_price": price}
    bot = api.client("NOTIONAL")
    refused = await bot.refused(bot.client.post, "/orders", order | amounts)
    assert refused[:2] == (422, 42210000)


async def test_notional_and_fractional_orders_need_a_fractionable_asset(api: AlpacaApi) -> None:
    bot = api.client("NOTIONAL")
    crypto = {"symbol": "BTC/USD", "side": "buy", "time_in_force": "gtc"}
    answer = await bot.submit(MarketOrderRequest(**crypto, notional=500))
    order = await bot.ask(bot.client.get_order_by_id, answer.id)
    assert (order.symbol, order.status.value, order.notional) == ("BTC/USD", "filled", None)
    assert 490 < float(order.filled_qty or 0) * float(order.filled_avg_price or 0) <= 500
    fractional = await bot.submit(MarketOrderRequest(**crypto, qty=0.0015))
    assert fractional.qty == "0.0015"
    stock = {"symbol": "AAPL", "side": "buy", "time_in_force": "day"}
    amounts: list[dict[str, Any]] = [{"notional": 500}, {"qty": 1.5}]
    for amount in amounts:
        request = MarketOrderRequest(**stock, **amount)
        assert await bot.refused(bot.client.submit_order, request) == (
            403,
            40310000,
            'asset "AAPL" is not fractionable',
        )


class _Raw:
    """Fields of an order that alpaca-py would not send."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def to_request_fields(self) -> dict[str, Any]:
        return {k: v for k, v in (BUY | {"type": "market"} | self.fields).items() if v is not None}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"symbol": "NOPE"}, (422, 42210000, 'could not find asset "NOPE"')),
        ({"qty": 10_000_000}, (422, 42210000, "largest")),
        ({"qty": 50_000}, (403, 40310000, "insufficient buying power")),
        ({"qty": 0}, (422, 42210000, "qty must be > 0")),
        ({"qty": None}, (422, 40010001, "one of qty and notional is required")),
        ({"notional": 5}, (422, 40010001, "one of qty and notional is required")),
        ({"qty": "many"}, (422, 40010001, "invalid qty: should be a number")),
        ({"type": "odd"}, (422, 40010001, "invalid type")),
        ({"side": None}, (422, 40010001, "invalid side")),
        ({"type": "limit"}, (422, 42210000, "limit orders require limit price")),
        ({"limit_price": 5}, (422, 42210000, "market orders must not have limit price")),
        ({"type": "limit", "limit_price": "10.001"}, (422, 42210000, "tick")),
        ({"type": "trailing_stop"}, (422, 42210000, "require one of trail_price")),
        ({"trail_price": 5}, (422, 42210000, "must not have trail_price")),
        ({"time_in_force": "opg"}, (422, 42210000, "opg is not supported")),
        ({"time_in_force": "cls"}, (422, 42210000, "cls is not supported")),
        ({"extended_hours": True}, (422, 42210000, "extended_hours is not supported")),
        ({"order_class": "mleg"}, (422, 42210000, "mleg are not supported")),
        ({"order_class": "bracket"}, (422, 42210000, "bracket orders require")),
        ({"order_class": "oto", **EXITS}, (422, 42210000, "oto orders require one")),
        ({"take_profit": {"limit_price": 5}}, (422, 42210000, "simple orders must not")),
        (
            {"order_class": "bracket", "time_in_force": "ioc", **EXITS},
            (422, 42210000, "invalid time_in_force"),
        ),
        (
            {"order_class": "oto", "stop_loss": {"stop_price": 9, "limit_price": 8}},
            (422, 42210000, "stop_loss.limit_price is not supported"),
        ),
        (
            {
                "order_class": "bracket",
                "take_profit": {"limit_price": 5},
                "stop_loss": {"stop_price": 4},
            },
            (422, 42210000, "take-profit"),
        ),
        ({"position_intent": "sell_to_open"}, (422, 42210000, "position intent mismatch")),
        ({"position_intent": "buy_to_close"}, (403, 40310000, "insufficient qty available")),
        ({"client_order_id": "x" * 129}, (422, 40010001, "invalid client_order_id")),
    ],
)
async def test_an_invalid_order_is_refused_in_alpacas_format(
    api: AlpacaApi, fields: dict[str, Any], expected: tuple[int, int, str]
) -> None:
    bot = api.client("REFUSED")
    status, code, message = await bot.refused(bot.client.submit_order, _Raw(**fields))
    assert (status, code) == expected[:2], message
    assert expected[2] in message


async def test_an_intent_to_open_may_not_close(api: AlpacaApi) -> None:
    bot = api.client("INTENT")
    await bot.submit(MarketOrderRequest(**BUY, position_intent="buy_to_open"))
    wrong = MarketOrderRequest(**SELL, position_intent="sell_to_open")
    refused = await bot.refused(bot.client.submit_order, wrong)
    assert refused[2].startswith("position intent mismatch, inferred: sell_to_close")
    order = await bot.submit(MarketOrderRequest(**SELL, position_intent="sell_to_close"))
    assert order.position_intent == "sell_to_close"


async def test_a_client_order_id_is_used_once(api: AlpacaApi) -> None:
    bot = api.client("UNIQUE")
    request = LimitOrderRequest(**BUY, limit_price=10, client_order_id="once")
    await bot.submit(request)
    expected = (422, 40010001, "client_order_id must be unique")
    assert await bot.refused(bot.client.submit_order, request) == expected
    assert len(await bot.ask(bot.client.get_orders)) == 1


async def test_an_order_of_another_account_is_not_found(api: AlpacaApi) -> None:
    own, other = api.client("FIRST"), api.client("SECOND")
    order = await own.submit(LimitOrderRequest(**BUY, limit_price=10, client_order_id="secret"))
    first_of_other = await other.submit(LimitOrderRequest(**BUY, limit_price=10))
    assert first_of_other.id != order.id
    for id in (order.id, uuid4(), UUID(int=0)):
        for method in (other.client.get_order_by_id, other.client.cancel_order_by_id):
            refused = await other.refused(method, id)
            assert refused == (404, 40410000, f"order not found for {id}")
    refused = await other.refused(other.client.get_order_by_client_id, "secret")
    assert refused[:2] == (404, 40410000)


async def _placed_over_time(api: AlpacaApi, bot: AlpacaClient) -> list[Any]:
    """Place an ended and a live order three times, a second apart."""
    orders = []
    for price in (10, 11, 12):
        orders.append(await bot.submit(MarketOrderRequest(**BUY | {"symbol": "MSFT"})))
        orders.append(await bot.submit(LimitOrderRequest(**BUY, limit_price=price)))
        await api.advance(by_ms=1_000)
    return orders


async def test_lists_are_filtered_and_sorted(api: AlpacaApi) -> None:
    bot = api.client("LISTS")
    orders = await _placed_over_time(api, bot)
    ids = [order.id for order in orders]

    async def places(**fields: Any) -> list[int]:
        found = await bot.ask(bot.client.get_orders, GetOrdersRequest(**fields))
        return [ids.index(order.id) for order in found]

    assert await places() == [5, 3, 1]
    assert await places(status="closed") == [4, 2, 0]
    assert await places(status="all", direction="asc") == [0, 1, 2, 3, 4, 5]
    assert await places(status="all", limit=2) == [5, 4]
    assert await places(status="all", limit=2, direction="asc") == [0, 1]
    assert await places(status="all", symbols=["MSFT"]) == [4, 2, 0]
    assert await places(status="all", side="sell") == []
    middle = orders[2].submitted_at
    assert await places(status="all", after=middle) == [5, 4]
    assert await places(status="all", until=middle) == [3, 2, 1, 0]
    assert await places(status="closed", after=orders[0].submitted_at, direction="asc") == [2, 4]
    assert await places(status="all", after=START - timedelta(days=1), limit=1) == [5]
    assert await places(after=middle, until=middle) == []
