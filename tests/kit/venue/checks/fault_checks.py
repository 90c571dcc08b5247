"""ccxt meets each fault of the simulated venue as what it is."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.kit.venue import Venue
from tests.kit.venue.checks.check import (
    MINUTE_MS,
    START_MS,
    after,
    client,
    error_of,
    still,
    traded,
    until,
    waits_for,
)
from tests.kit.venue.faults import FaultName

BTC = "BTC/USDT"
PLACE = "POST /api/v3/order"


async def too_many_requests_and_a_ban_say_how_long_to_wait() -> None:
    async with traded() as (served, exchange):
        faults: dict[FaultName, int] = {"rate_limit": 429, "ban": 418}
        for name, status in faults.items():
            served.inject(name, count=1, retry_after_s=7)
            assert await error_of(exchange.fetch_ohlcv(BTC)) == "DDoSProtection"
            assert exchange.last_response_headers["Retry-After"] == "7"
            assert served.received("GET /api/v3/klines")[-1]["status"] == status
            await exchange.fetch_ohlcv(BTC)
        assert served.fault_counts() == {"rate_limit": 1, "ban": 1}


async def maintenance_closes_sockets_and_answers_503_until_it_ends() -> None:
    async with traded() as (served, exchange):
        watch = error_of(exchange.watch_trades(BTC))
        closed = after(
            watch,
            lambda: served.inject("maintenance"),
            lambda: any(served.subscriptions()) and waits_for(exchange, f"trade::{BTC}"),
        )
        assert await closed == "NetworkError"
        assert await error_of(exchange.fetch_ohlcv(BTC)) == "ExchangeNotAvailable"
        assert await error_of(exchange.watch_trades(BTC)) == "NetworkError"
        served.clear("maintenance")
        await _watched_trade(served, exchange, 100)


async def a_fault_with_a_duration_ends_by_itself() -> None:
    async with traded() as (served, exchange):
        served.inject("maintenance", duration_s=0.05)
        assert served.faults.active("maintenance")
        await until(lambda: not served.faults.active("maintenance"))
        await exchange.fetch_ohlcv(BTC)


async def a_dropped_market_socket_leaves_a_gap_that_rest_fills() -> None:
    async with traded() as (served, exchange):
        await _watched_trade(served, exchange, 100)
        dropped = after(
            error_of(exchange.watch_trades(BTC)),
            lambda: served.drop_sockets("market"),
            lambda: waits_for(exchange, f"trade::{BTC}"),
        )
        assert await dropped == "NetworkError"
        served.trade("BTCUSDT", 101, 1)
        await _watched_trade(served, exchange, 102)
        assert [each["price"] for each in exchange.trades[BTC]] == [100, 102]
        missing = await exchange.fetch_trades(BTC, params=_from_id(exchange.trades[BTC][0]))
        assert [each["price"] for each in missing] == [100, 101, 102]


async def a_dropped_user_socket_loses_reports_that_rest_has() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        order = await exchange.create_order(BTC, "limit", "buy", 1, 90)
        watch = error_of(exchange.watch_orders())
        dropped = after(
            watch, lambda: served.drop_sockets("user"), lambda: waits_for(exchange, "orders")
        )
        assert await dropped == "NetworkError"
        served.trade("BTCUSDT", 90, "0.25")
        assert (await exchange.fetch_order(order["id"], BTC))["filled"] == 0.25
        (order,) = await after(
            exchange.watch_orders(),
            lambda: served.trade("BTCUSDT", 90, "0.75"),
            served.user_streams,
        )
        assert (order["status"], order["filled"]) == ("closed", 1)


async def duplicated_trades_have_the_same_id() -> None:
    async with traded() as (served, exchange):
        await _watched_trade(served, exchange, 100)
        served.inject("duplicate_trades", count=1)
        served.trade("BTCUSDT", 101, 1)
        served.trade("BTCUSDT", 102, 1)
        await until(lambda: len(exchange.trades[BTC]) == 4)
        ids = [int(each["id"]) for each in exchange.trades[BTC]]
        assert [each - ids[0] for each in ids] == [0, 1, 1, 2]


async def missing_trades_are_answered_by_rest_and_in_candles() -> None:
    async with traded() as (served, exchange):
        await _watched_trade(served, exchange, 100)
        served.inject("missing_trades", count=2)
        for price in (105, 101, 102):
            served.trade("BTCUSDT", price, 1)
        await until(lambda: len(exchange.trades[BTC]) == 2)
        assert [each["price"] for each in served.missed()] == ["105", "101"]
        fetched = await exchange.fetch_trades(BTC, params=_from_id(exchange.trades[BTC][0]))
        assert [each["price"] for each in fetched] == [100, 105, 101, 102]
        candles = await exchange.fetch_ohlcv(BTC)
        assert max(each[2] for each in candles) == 105


async def late_trades_come_after_newer_ones() -> None:
    async with traded() as (served, exchange):
        await _watched_trade(served, exchange, 100)
        served.inject("late_trades", count=1, delay_s=0.05)
        served.trade("BTCUSDT", 101, 1)
        served.trade("BTCUSDT", 102, 1)
        await until(lambda: len(exchange.trades[BTC]) == 3)
        late = exchange.trades[BTC][2]
        assert [each["price"] for each in exchange.trades[BTC]] == [100, 102, 101]
        assert late["timestamp"] <= exchange.trades[BTC][1]["timestamp"]


async def a_missing_change_of_the_book_is_noticed() -> None:
    async with traded() as (served, exchange):
        await exchange.watch_order_book(BTC)
        served.inject("missing_depth", count=1)
        served.quote("BTCUSDT", 99, 102)
        await until(lambda: served.fault_counts().get("missing_depth"))
        watch = error_of(exchange.watch_order_book(BTC))
        noticed = after(
            watch,
            lambda: served.quote("BTCUSDT", 99, 103),
            lambda: waits_for(exchange, f"orderbook::{BTC}"),
        )
        assert await noticed == "ChecksumError"


async def silent_streams_stay_open() -> None:
    async with traded() as (served, exchange):
        await _watched_trade(served, exchange, 100)
        served.inject("silent_streams")
        served.trade("BTCUSDT", 101, 1)
        assert served.fault_counts()["silent_streams"] > 0
        served.clear("silent_streams")
        await _watched_trade(served, exchange, 102)
        assert [each["price"] for each in exchange.trades[BTC]] == [100, 102]


async def candles_that_closed_lately_are_late() -> None:
    async with still() as (served, exchange):
        served.trade("BTCUSDT", 100, 1)
        served.advance(MINUTE_MS + 5_000)
        served.inject("late_candles", lag_ms=10_000)
        assert await exchange.fetch_ohlcv(BTC) == []
        served.advance(5_000)
        assert [each[0] for each in await exchange.fetch_ohlcv(BTC)] == [START_MS]
        served.clear("late_candles")
        assert len(await exchange.fetch_ohlcv(BTC)) == 2


async def a_closed_candle_is_corrected() -> None:
    async with still() as (served, exchange):
        served.trade("BTCUSDT", 100, 1)
        served.advance(MINUTE_MS)
        before = (await exchange.fetch_ohlcv(BTC))[0]
        served.correct_candle("BTCUSDT", START_MS, high=103, volume="1.5")
        corrected = (await exchange.fetch_ohlcv(BTC))[0]
        assert before == [START_MS, 100, 100, 100, 100, 1]
        assert corrected == [START_MS, 100, 103, 100, 100, 1.5]


async def a_clock_two_seconds_behind_refuses_signed_requests() -> None:
    async with traded() as (served, exchange):
        served.set_clock_offset(-2_000)
        assert await error_of(exchange.fetch_balance()) == "InvalidNonce"
        await exchange.load_time_difference()
        assert 1_900 < exchange.options["timeDifference"] < 2_500
        await exchange.fetch_balance()
        served.set_clock_offset(12_000)
        assert await error_of(exchange.fetch_balance()) == "InvalidNonce"


async def a_held_request_is_processed_when_it_is_released() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        served.inject("hold_request", count=1, path=PLACE)
        error = await _timed_out_order(served, "held", lambda: served.wait_held("hold_request"))
        assert error == "RequestTimeout"
        assert await _order_error(exchange, "held") == "OrderNotFound"
        served.clear("hold_request")
        await until(served.orders)
        assert (await _order(exchange, "held"))["status"] == "open"


async def a_held_answer_leaves_an_order_that_can_be_found() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        served.inject("hold_answer", count=1, path=PLACE)
        error = await _timed_out_order(served, "slow", lambda: served.wait_held("hold_answer"))
        assert error == "RequestTimeout"
        assert (await _order(exchange, "slow"))["status"] == "open"
        served.clear("hold_answer")
        assert served.repeated_sends() == {}


async def a_lost_answer_leaves_an_order_that_can_be_found() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        served.inject("lose_answer", count=1, path=PLACE)
        placed = exchange.create_order(BTC, "limit", "buy", 1, 90, {"clientOrderId": "lost"})
        assert await error_of(placed) in ("NetworkError", "ExchangeNotAvailable")
        assert (await _order(exchange, "lost"))["status"] == "open"
        assert [each["clientOrderId"] for each in served.orders()] == ["lost"]


async def held_reports_arrive_in_order_when_they_are_released() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        watch = asyncio.ensure_future(exchange.watch_orders())
        await until(served.user_streams)
        served.inject("hold_reports")
        await exchange.create_order(BTC, "limit", "buy", 1, 90)
        served.trade("BTCUSDT", 90, 1)
        assert not watch.done()
        served.clear("hold_reports")
        orders = await watch
        while orders[-1]["status"] != "closed":
            orders = await exchange.watch_orders()
        types = [each["x"] for each in served.reports() if each["e"] == "executionReport"]
        assert types == ["NEW", "TRADE"]


async def a_missing_report_is_found_by_rest() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        order = await exchange.create_order(BTC, "limit", "buy", 1, 90)
        served.inject("missing_reports", count=2)
        watch = asyncio.ensure_future(exchange.watch_my_trades())
        await until(served.user_streams)
        served.trade("BTCUSDT", 90, "0.5")
        served.trade("BTCUSDT", 90, "0.25")
        (fill,) = await watch
        assert (fill["amount"], fill["order"]) == (0.25, order["id"])
        assert [each["amount"] for each in await exchange.fetch_my_trades(BTC)] == [0.5, 0.25]


async def an_expired_user_stream_is_subscribed_again() -> None:
    async with traded() as (served, exchange):
        served.quote("BTCUSDT", 99, 101)
        watch = asyncio.ensure_future(exchange.watch_orders())
        await until(served.user_streams)
        assert served.expire_user_stream() == 1
        # ccxt leaves the waiting call as it is, and subscribes in the next one.
        await until(lambda: not any(each.subscriptions.get("spot") for each in _clients(exchange)))
        again = asyncio.ensure_future(exchange.watch_orders())
        await until(served.user_streams)
        await exchange.create_order(BTC, "limit", "buy", 1, 90)
        assert (await again)[-1]["status"] == "open"
        await watch


async def a_withdrawn_key_is_refused() -> None:
    async with traded() as (served, exchange):
        served.inject("invalid_key", count=1)
        assert await error_of(exchange.fetch_balance()) == "AuthenticationError"
        await exchange.fetch_balance()


async def sockets_can_be_refused_while_rest_answers() -> None:
    async with traded() as (served, exchange):
        served.inject("refuse_sockets", count=1)
        assert await error_of(exchange.watch_trades(BTC)) == "NetworkError"
        await exchange.fetch_ohlcv(BTC)


async def _watched_trade(served: Venue, exchange: Any, price: int) -> None:
    """Trade once the stream is subscribed, and wait until ccxt has it."""
    watch = exchange.watch_trades(BTC)
    await after(
        watch,
        lambda: served.trade("BTCUSDT", price, 1),
        lambda: any(served.subscriptions()),
    )


async def _timed_out_order(served: Venue, client_id: str, held: Any) -> str:
    """Place an order by a client that gives up once the venue holds it; return its error."""
    async with client(served.address) as impatient:
        await impatient.load_markets()
        impatient.timeout = 300
        place = impatient.create_order(BTC, "limit", "buy", 1, 90, {"clientOrderId": client_id})
        error, _ = await asyncio.gather(error_of(place), held())
        return error


async def _order(exchange: Any, client_id: str) -> Any:
    return await exchange.fetch_order("", BTC, {"origClientOrderId": client_id})


async def _order_error(exchange: Any, client_id: str) -> str:
    return await error_of(_order(exchange, client_id))


def _from_id(trade: dict[str, Any]) -> dict[str, Any]:
    return {"fetchTradesMethod": "publicGetHistoricalTrades", "fromId": trade["id"]}


def _clients(exchange: Any) -> list[Any]:
    return list(exchange.clients.values())
