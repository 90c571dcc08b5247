"""The unmodified alpaca-py, with its own models, against a simulator: a program that tests run.

It prints one JSON object of what the requests returned, as texts."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderClass, OrderSide, QueryOrderStatus, TimeInForce
from alpaca.trading.models import Order, TradeUpdate
from alpaca.trading.requests import (
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLossRequest,
    TakeProfitRequest,
)
from alpaca.trading.stream import TradingStream

EXITS = {
    "take_profit": TakeProfitRequest(limit_price=120),
    "stop_loss": StopLossRequest(stop_price=90),
}


def use_requests(client: TradingClient) -> dict[str, Any]:
    """Make each kind of request once."""
    buy = {"symbol": "AAPL", "qty": 2, "side": OrderSide.BUY, "time_in_force": TimeInForce.DAY}
    simple = _order(client.submit_order(LimitOrderRequest(**buy, limit_price=100)))
    replaced = _order(
        client.replace_order_by_id(simple.id, ReplaceOrderRequest(qty=3, limit_price=101))
    )
    bracket = _order(
        client.submit_order(MarketOrderRequest(**buy, order_class=OrderClass.BRACKET, **EXITS))
    )
    oto = _order(
        client.submit_order(
            MarketOrderRequest(
                **buy, order_class=OrderClass.OTO, stop_loss=StopLossRequest(stop_price=90)
            )
        )
    )
    oco = _order(
        client.submit_order(
            LimitOrderRequest(**buy | {"side": "sell"}, order_class=OrderClass.OCO, **EXITS)
        )
    )
    try:
        client.submit_order(LimitOrderRequest(**buy, limit_price=1, client_order_id=_id(simple)))
        duplicate = ""
    except APIError as error:
        duplicate = f"{error.status_code} {error.code} {error.message}"
    nested = GetOrdersRequest(status=QueryOrderStatus.ALL, nested=True)
    every: Any = client.get_orders(nested)
    found = _order(client.get_order_by_client_id(_id(simple)))
    client.cancel_order_by_id(oto.id)
    canceled: Any = client.cancel_orders()
    account: Any = client.get_account()
    clock: Any = client.get_clock()
    assets: Any = client.get_all_assets()
    return {
        "replaces": replaced.replaces == simple.id,
        "replaced_by": found.replaced_by == replaced.id,
        "quantity": f"{replaced.qty}",
        "legs": [len(order.legs or ()) for order in (bracket, oto, oco)],
        "leg_statuses": sorted({leg.status.value for leg in bracket.legs or ()}),
        "duplicate": duplicate,
        "nested": len(every),
        "canceled": len(canceled),
        "account": [account.status.value, account.currency],
        "is_open": clock.is_open,
        "assets": sorted(asset.symbol for asset in assets),
        "positions": client.get_all_positions(),
    }


async def use_stream(url: str, key: str, secret: str, client: TradingClient) -> list[str]:
    """Return the events of an order that is placed and canceled once the stream runs."""
    events: list[str] = []
    stream = TradingStream(key, secret, url_override=url)
    loop = asyncio.get_running_loop()

    async def receive(update: TradeUpdate) -> None:
        events.append(f"{getattr(update.event, 'value', update.event)} {update.order.status.value}")
        if update.order.status.value == "new":
            await loop.run_in_executor(None, client.cancel_order_by_id, update.order.id)
        else:
            await stream.stop_ws()

    stream.subscribe_trade_updates(receive)
    running = asyncio.create_task(stream._run_forever())  # type: ignore[no-untyped-call]
    while not stream._running:  # noqa: ASYNC110, alpaca-py has no event
        await asyncio.sleep(0.01)
    order = MarketOrderRequest(
        symbol="AAPL", qty=1, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )
    while not events:  # the stream confirms nothing to its user, so the first may be early
        await loop.run_in_executor(None, client.submit_order, order)
        await asyncio.sleep(0.05)
    await running
    return events


def _order(answer: Any) -> Order:
    assert isinstance(answer, Order)
    return answer


def _id(order: Order) -> str:
    return order.client_order_id


def main(url: str, key: str, secret: str) -> None:
    client = TradingClient(key, secret, url_override=url)
    result = use_requests(client)
    stream_url = f"ws{url.removeprefix('http')}/stream"
    result["events"] = asyncio.run(use_stream(stream_url, key, secret, client))
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
