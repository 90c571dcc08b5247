"""ccxt trades at the simulated venue, and follows its user data stream."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.kit.venue import Venue, venue
from tests.kit.venue.checks.check import after, client, error_of, traded

BTC = "BTC/USDT"


async def balances_show_free_and_locked_amounts() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        await exchange.create_order(BTC, "limit", "buy", 2, 90)
        await exchange.create_order(BTC, "limit", "sell", 0.25, 110)
        balances = await exchange.fetch_balance()
        assert balances["USDT"] == {"free": 99_820, "used": 180, "total": 100_000}
        assert balances["BTC"] == {"free": 0.75, "used": 0.25, "total": 1}


async def a_market_order_takes_what_the_book_holds() -> None:
    async with traded() as (served, exchange):
        served.book("BTCUSDT", [(99, 1)], [(101, 1), (102, 2)])
        order = await exchange.create_order(BTC, "market", "buy", 2)
        assert (order["status"], order["filled"], order["average"]) == ("closed", 2, 101.5)
        assert [(t["price"], t["amount"], t["fee"]) for t in order["trades"]] == [
            (101, 1, {"cost": 0.001, "currency": "BTC"}),
            (102, 1, {"cost": 0.001, "currency": "BTC"}),
        ]
        balances = await exchange.fetch_balance()
        assert (balances["USDT"]["total"], balances["BTC"]["total"]) == (99_797, 2.998)
        order = await exchange.create_order(BTC, "market", "buy", 5)
        assert (order["status"], order["filled"]) == ("expired", 1)


async def a_limit_order_rests_and_fills_in_parts() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        order = await exchange.create_order(BTC, "limit", "buy", 1, 100, {"clientOrderId": "a-1"})
        assert (order["status"], order["clientOrderId"]) == ("open", "a-1")
        assert (await exchange.fetch_order_book(BTC))["bids"][0] == [100, 1]
        served.trade("BTCUSDT", 100, "0.4")
        found = await exchange.fetch_order("", BTC, {"origClientOrderId": "a-1"})
        assert (found["id"], found["status"], found["filled"]) == (order["id"], "open", 0.4)
        assert [each["id"] for each in await exchange.fetch_open_orders(BTC)] == [order["id"]]
        served.quote("BTCUSDT", 98, "99.5")
        found = await exchange.fetch_order(order["id"], BTC)
        assert (found["status"], found["average"]) == ("closed", 100)
        fills = await exchange.fetch_my_trades(BTC)
        assert [(each["amount"], each["takerOrMaker"]) for each in fills] == [
            (0.4, "maker"),
            (0.6, "maker"),
        ]
        later = await exchange.fetch_my_trades(BTC, params={"fromId": fills[1]["id"]})
        assert [each["id"] for each in later] == [fills[1]["id"]]


async def times_in_force_are_kept() -> None:
    async with traded() as (served, exchange):
        served.book("BTCUSDT", [(99, 1)], [(101, 1)])
        order = await exchange.create_order(BTC, "limit", "buy", 2, 101, {"timeInForce": "FOK"})
        assert (order["status"], order["filled"]) == ("expired", 0)
        order = await exchange.create_order(BTC, "limit", "buy", 2, 101, {"timeInForce": "IOC"})
        assert (order["status"], order["filled"]) == ("expired", 1)
        assert served.balances()[0]["locked"] == "0.00000000"
        served.quote("BTCUSDT", 99, 101)
        post_only = exchange.create_order(BTC, "limit", "buy", 1, 101, {"postOnly": True})
        assert await error_of(post_only) == "OrderImmediatelyFillable"


async def stop_orders_wait_for_their_price() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        served.trade("BTCUSDT", 100, 1)
        stop = {"stopLossPrice": 95}
        market = await exchange.create_order(BTC, "market", "sell", 0.5, None, stop)
        limit = await exchange.create_order(BTC, "limit", "sell", 0.25, 94, stop)
        assert (await exchange.fetch_order_book(BTC))["asks"] == [[101, 10]]
        immediately = exchange.create_order(
            BTC, "market", "sell", 0.1, None, {"stopLossPrice": 105}
        )
        assert await error_of(immediately) == "OrderImmediatelyFillable"
        served.book("BTCUSDT", [("94.5", "0.6")], [(96, 1)])
        served.trade("BTCUSDT", "94.9", 1)
        market, limit = [await exchange.fetch_order(o["id"], BTC) for o in (market, limit)]
        assert (market["status"], market["average"]) == ("closed", 94.5)
        assert (limit["status"], limit["filled"]) == ("open", 0.1)


async def a_replaced_order_is_canceled_and_another_placed() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        old = await exchange.create_order(BTC, "limit", "buy", 1, 90)
        new = await exchange.edit_order(old["id"], BTC, "limit", "buy", 2, 91)
        assert [o["id"] for o in await exchange.fetch_open_orders(BTC)] == [new["id"]]
        assert (await exchange.fetch_order(old["id"], BTC))["status"] == "canceled"
        refused = exchange.edit_order(new["id"], BTC, "limit", "buy", 0.01, 91)
        assert await error_of(refused) == "BadRequest"
        assert (await exchange.fetch_order(new["id"], BTC))["status"] == "open"
        served.trade("BTCUSDT", 91, "0.5")
        only_new = {"cancelRestrictions": "ONLY_NEW"}
        filled = exchange.edit_order(new["id"], BTC, "limit", "buy", 2, 92, only_new)
        # ccxt knows this code, -2022, by Binance's own address only.
        assert await error_of(filled) == "ExchangeError"
        assert served.received("POST /api/v3/order/cancelReplace")[-1]["status"] == 400


async def canceled_orders_release_what_they_reserved() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        first, second, _ = [
            await exchange.create_order(BTC, "limit", "buy", 1, 90, {"clientOrderId": f"c-{i}"})
            for i in range(3)
        ]
        assert (await exchange.cancel_order(first["id"], BTC))["status"] == "canceled"
        await exchange.cancel_order("", BTC, {"origClientOrderId": "c-1"})
        assert await error_of(exchange.cancel_order(second["id"], BTC)) == "OrderNotFound"
        await exchange.cancel_all_orders(BTC)
        assert (await exchange.fetch_balance())["USDT"]["used"] == 0
        assert [o["status"] for o in await exchange.fetch_orders(BTC)] == ["canceled"] * 3


async def orders_are_refused_with_the_codes_of_binance() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        place = exchange.create_order
        await place(BTC, "limit", "buy", 1, 90, {"clientOrderId": "same"})
        repeated = place(BTC, "limit", "buy", 1, 90, {"clientOrderId": "same"})
        assert await error_of(repeated) == "InvalidOrder"
        assert served.repeated_sends() == {"same": 2}
        assert await error_of(place(BTC, "limit", "buy", 2_000, 90)) == "InsufficientFunds"
        assert await error_of(place(BTC, "limit", "buy", 0.01, 90)) == "BadRequest"
        fields = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
        for changed, code in (
            ({"price": "90.001", "quantity": "1"}, -1013),
            ({"price": "90", "quantity": "1.0000001"}, -1013),
            ({"price": "90", "quantity": "0.01"}, -1013),
            ({"price": "90.000000001", "quantity": "1"}, -1111),
            ({"price": "x", "quantity": "1"}, -1100),
            ({"quantity": "1"}, -1102),
            ({"price": "90", "quantity": "1", "symbol": "NO"}, -1121),
            ({"price": "90", "quantity": "1", "newClientOrderId": "no spaces"}, -1100),
        ):
            assert await _code(exchange, fields | changed) == code, changed


async def a_symbol_that_does_not_trade_accepts_no_order() -> None:
    async with traded() as (served, exchange):
        served.set_status("BTCUSDT", "BREAK")
        await exchange.load_markets(True)
        assert exchange.market(BTC)["active"] is False
        assert await error_of(exchange.create_order(BTC, "market", "buy", 1)) == "MarketClosed"


async def wrong_keys_and_signatures_are_refused() -> None:
    async with traded() as (served, _):
        for options in ({"apiKey": "other"}, {"secret": "other"}):
            async with client(served.address, **options) as exchange:
                assert await error_of(exchange.fetch_balance()) == "AuthenticationError"
                # ccxt 4.5.90 deletes the failed subscription twice.
                assert await error_of(exchange.watch_orders()) == "KeyError"
        assert [each["status"] for each in served.received("GET /api/v3/account")] == [401, 400]


async def orders_and_fills_arrive_on_the_user_stream() -> None:
    async with traded() as (served, exchange):
        served.book("BTCUSDT", [(99, 1)], [(101, "0.5")])
        await exchange.load_markets()
        order: dict[str, Any] = {}

        async def place() -> None:
            order.update(await exchange.create_order(BTC, "limit", "buy", 1, 101))

        orders = await _watched(served, exchange.watch_orders(BTC), place)
        while orders[-1]["status"] == "open" and orders[-1]["filled"] != 0.5:
            orders = await exchange.watch_orders(BTC)
        assert orders[-1]["id"] == order["id"]
        served.trade("BTCUSDT", 101, 5, side="SELL")
        while (await exchange.watch_orders(BTC))[-1]["status"] != "closed":
            pass
        fills = exchange.myTrades
        assert [(each["amount"], each["price"], each["takerOrMaker"]) for each in fills] == [
            (0.5, 101, "taker"),
            (0.5, 101, "maker"),
        ]
        while exchange.balance["spot"]["BTC"]["free"] != 1.999:
            await exchange.watch_balance()
        assert [each["id"] for each in await exchange.fetch_my_trades(BTC)] == [
            f["id"] for f in fills
        ]


async def watched_fills_and_balances_are_reported() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)

        async def place() -> None:
            await exchange.create_order(BTC, "market", "sell", 0.5)

        (fill,) = await _watched(served, exchange.watch_my_trades(BTC), place)
        assert (fill["side"], fill["price"], fill["fee"]) == (
            "sell",
            99,
            {"cost": 0.0495, "currency": "USDT"},
        )
        balance = await _watched(served, exchange.watch_balance(), lambda: _deposit(served))
        while balance["ETH"]["free"] != 12:
            balance = await exchange.watch_balance()


async def what_happens_elsewhere_is_reported_too() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)

        async def place() -> None:
            served.place_elsewhere(
                "BTCUSDT", side="BUY", type="LIMIT", quantity="1", price="90", timeInForce="GTC"
            )

        (order,) = await _watched(served, exchange.watch_orders(), place)
        served.expire_order("BTCUSDT", int(order["id"]))
        (order,) = await exchange.watch_orders()
        assert order["status"] == "expired"


async def commission_can_be_taken_in_another_asset() -> None:
    for commission, fee in (
        ("quote", {"cost": 0.101, "currency": "USDT"}),
        ("base", {"cost": 0.001, "currency": "BTC"}),
        ("BNB", {"cost": 0.000202, "currency": "BNB"}),
    ):
        async with venue(commission=commission) as served, client(served.address) as exchange:
            served.quote("BTCUSDT", 99, 101)
            served.trade("BNBUSDT", 500, 1)
            order = await exchange.create_order(BTC, "market", "buy", 1)
            assert order["trades"][0]["fee"] == fee


async def limits_are_counted_and_enforced() -> None:
    async with traded(weight_max=60, orders_per_10s=2) as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        for _ in range(2):
            await exchange.create_order(BTC, "limit", "buy", 1, 90)
        headers = exchange.last_response_headers
        assert headers["X-MBX-ORDER-COUNT-10S"] == headers["X-MBX-ORDER-COUNT-1M"] == "2"
        assert headers["X-MBX-USED-WEIGHT-1M"] == "22"
        third = exchange.create_order(BTC, "limit", "buy", 1, 90)
        assert await error_of(third) == "DDoSProtection"
        await exchange.fetch_balance()
        assert await error_of(exchange.fetch_balance()) == "DDoSProtection"
        assert 1 <= int(exchange.last_response_headers["Retry-After"]) <= 60


async def _watched(served: Venue, watch: Any, act: Any) -> Any:
    """Subscribe to the user stream, act, and return the first that is reported."""
    tasks: list[Any] = []

    async def run() -> Any:
        result = await watch
        await tasks[0]
        return result

    def start() -> None:
        tasks.append(asyncio.ensure_future(act()))

    return await after(run(), start, served.user_streams)


async def _deposit(served: Venue) -> None:
    served.deposit("ETH", 2)


async def _code(exchange: Any, fields: dict[str, str]) -> int:
    """Return Binance's code of the error that a raw order is answered with."""
    await error_of(exchange.privatePostOrder(fields))
    code: int = exchange.parse_json(exchange.last_http_response)["code"]
    return code
