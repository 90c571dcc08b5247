"""ccxt reads the public market of the simulated venue."""

from __future__ import annotations

from typing import Any

from tests.kit.venue.checks.check import MINUTE_MS, START_MS, after, still, traded, until


async def markets_have_precision_limits_and_types() -> None:
    async with still() as (_, exchange):
        market = exchange.market("BTC/USDT")
        assert list(exchange.markets) == [
            "BTC/USDT", "ETH/USDT", "SOL/USDT", "BNB/USDT", "XRP/USDT"
        ]  # fmt: skip
        assert (market["id"], market["type"], market["active"]) == ("BTCUSDT", "spot", True)
        assert (market["precision"]["price"], market["precision"]["amount"]) == (0.01, 0.00001)
        assert market["limits"]["cost"]["min"] == 5


async def candles_equal_the_trades() -> None:
    async with still(history_minutes=30) as (served, exchange):
        served.trade("ETHUSDT", "3001.5", "0.25")
        trades = await exchange.fetch_trades("ETH/USDT", limit=1000)
        assert await exchange.fetch_ohlcv("ETH/USDT", "1m", limit=1000) == _candles(trades)
        by_5m = await exchange.fetch_ohlcv("ETH/USDT", "5m", limit=1000)
        assert by_5m == _candles(trades, 5 * MINUTE_MS)


async def a_minute_without_trades_has_a_flat_candle() -> None:
    async with still() as (served, exchange):
        served.trade("BTCUSDT", 100, 1)
        served.advance(2 * MINUTE_MS)
        flat = [100.0, 100.0, 100.0, 100.0, 0.0]
        candles = await exchange.fetch_ohlcv("BTC/USDT", "1m")
        assert candles[1:] == [[START_MS + i * MINUTE_MS, *flat] for i in (1, 2)]


async def candles_are_paged_by_since_and_until() -> None:
    async with still(history_minutes=20) as (_, exchange):
        all_of_them = await exchange.fetch_ohlcv("BTC/USDT", "1m")
        since = all_of_them[5][0]
        page = await exchange.fetch_ohlcv("BTC/USDT", "1m", since, 4)
        assert page == all_of_them[5:9]
        page = await exchange.fetch_ohlcv("BTC/USDT", "1m", since, 9, {"until": since + MINUTE_MS})
        assert page == all_of_them[5:7]
        assert await exchange.fetch_ohlcv("BTC/USDT", "1m", 0, 2) == all_of_them[:2]


async def trades_are_paged_by_id_and_by_time() -> None:
    async with still() as (served, exchange):
        for i in range(6):
            served.trade("BTCUSDT", 100 + i, 1)
            served.clock.advance(1_000)
        by_id = await exchange.fetch_trades("BTC/USDT", limit=2, params={"fromId": 1_000_003})
        assert [(each["id"], each["price"]) for each in by_id] == [
            ("1000003", 102),
            ("1000004", 103),
        ]
        by_time = await exchange.fetch_trades("BTC/USDT", START_MS + 4_000)
        assert [each["price"] for each in by_time] == [104, 105]
        single = {"fetchTradesMethod": "publicGetHistoricalTrades", "fromId": 5_000_006}
        assert [t["id"] for t in await exchange.fetch_trades("BTC/USDT", params=single)] == [
            "5000006"
        ]


async def watched_trades_are_all_trades_in_order() -> None:
    async with still() as (served, exchange):
        watch = exchange.watch_trades_for_symbols(["BTC/USDT", "ETH/USDT"])
        await after(watch, lambda: served.step(51), lambda: any(served.subscriptions()))
        await until(lambda: sum(len(trades) for trades in exchange.trades.values()) == 102)
        for symbol in ("BTC/USDT", "ETH/USDT"):
            single = {"fetchTradesMethod": "publicGetTrades"}
            fetched = await exchange.fetch_trades(symbol, params=single)
            assert _plain(exchange.trades[symbol]) == _plain(fetched)


async def watched_candles_close_with_what_history_answers() -> None:
    async with still() as (served, exchange):

        def act() -> None:
            served.trade("BTCUSDT", 100, 1)
            served.trade("BTCUSDT", 102, 1)
            served.advance(MINUTE_MS)

        watched = await after(
            exchange.watch_ohlcv("BTC/USDT"), act, lambda: any(served.subscriptions())
        )
        history = await exchange.fetch_ohlcv("BTC/USDT", "1m")
        assert watched[0] == history[0] == [START_MS, 100, 102, 100, 102, 2]


async def watched_bids_and_asks_are_the_best_of_the_book() -> None:
    async with still() as (served, exchange):

        def quote() -> None:
            served.quote("BTCUSDT", 99, 101, "0.5", "0.7")

        watch = exchange.watch_bids_asks(["BTC/USDT", "ETH/USDT"])
        best = (await after(watch, quote, lambda: any(served.subscriptions())))["BTC/USDT"]
        assert (best["bid"], best["bidVolume"], best["ask"], best["askVolume"]) == (
            99,
            0.5,
            101,
            0.7,
        )
        fetched = (await exchange.fetch_bids_asks(["BTC/USDT"]))["BTC/USDT"]
        assert (fetched["bid"], fetched["ask"]) == (99, 101)


async def the_watched_order_book_follows_every_change() -> None:
    async with traded() as (served, exchange):
        await exchange.watch_order_book("BTC/USDT")
        for _ in range(3):
            served.step(20)
            await exchange.watch_order_book("BTC/USDT")
        served.book("BTCUSDT", [(99, 1), (98, 2)], [(101, 3)])
        while (book := await exchange.watch_order_book("BTC/USDT"))["bids"][0][0] != 99:
            pass
        assert [list(level) for level in book["bids"]] == [[99, 1], [98, 2]]
        assert [list(level) for level in book["asks"]] == [[101, 3]]
        fetched = await exchange.fetch_order_book("BTC/USDT")
        assert fetched["bids"] == [[99, 1], [98, 2]]
        assert fetched["nonce"] == book["nonce"]


async def tickers_cover_the_day_and_streams_can_be_left() -> None:
    async with traded(history_minutes=10) as (served, exchange):
        served.trade("BTCUSDT", "60100", 1)
        ticker = await exchange.fetch_ticker("BTC/USDT")
        assert ticker["last"] == 60_100
        assert (await exchange.watch_ticker("BTC/USDT", {"name": "ticker"}))["last"] == 60_100
        await exchange.un_watch_ticker("BTC/USDT", {"name": "ticker"})
        assert served.subscriptions() == [[]]


def _plain(trades: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(t["id"], t["timestamp"], t["price"], t["amount"], t["side"]) for t in trades]


def _candles(trades: list[dict[str, Any]], interval_ms: int = MINUTE_MS) -> list[list[float]]:
    candles: dict[int, list[float]] = {}
    for trade in trades:
        open_ms = trade["timestamp"] - trade["timestamp"] % interval_ms
        price, amount = trade["price"], trade["amount"]
        candle = candles.setdefault(open_ms, [open_ms, price, price, price, price, 0])
        candle[2:] = [
            max(candle[2], price), min(candle[3], price), price, round(candle[5] + amount, 8)
        ]  # fmt: skip
    return list(candles.values())
