"""The unmodified alpaca-py, with its own models, against the data API: a program that tests run.

It uses historical data and both streams, and prints one JSON object of what they returned."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from alpaca.common.enums import Sort
from alpaca.common.exceptions import APIError
from alpaca.data.enums import Adjustment
from alpaca.data.historical import CryptoHistoricalDataClient, StockHistoricalDataClient
from alpaca.data.live import CryptoDataStream, StockDataStream
from alpaca.data.requests import (
    CryptoBarsRequest,
    CryptoLatestOrderbookRequest,
    CryptoLatestQuoteRequest,
    CryptoSnapshotRequest,
    CryptoTradesRequest,
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit

KEYS = ("any key", "any secret")
NAMES = ["AAPL", "MSFT"]


def use_stocks(url: str, noon: datetime) -> dict[str, Any]:
    client = StockHistoricalDataClient(*KEYS, url_override=url)
    start, end = noon - timedelta(hours=1), noon - timedelta(minutes=1)
    bars: Any = client.get_stock_bars(
        StockBarsRequest(symbol_or_symbols=NAMES, timeframe=TimeFrame.Minute, start=start, end=end)
    )
    hours: Any = client.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols="AAPL",
            timeframe=TimeFrame(4, TimeFrameUnit.Hour),
            limit=5,
            adjustment=Adjustment.ALL,
        )
    )
    days: Any = client.get_stock_bars(
        StockBarsRequest(
            symbol_or_symbols="AAPL",
            timeframe=TimeFrame.Day,
            start=noon - timedelta(days=10),
            limit=3,
            sort=Sort.DESC,
        )
    )
    since = noon - timedelta(seconds=30)
    quotes: Any = client.get_stock_quotes(
        StockQuotesRequest(symbol_or_symbols="AAPL", start=since, end=noon)
    )
    trades: Any = client.get_stock_trades(
        StockTradesRequest(symbol_or_symbols="AAPL", start=since, end=noon)
    )
    snapshot: Any = client.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=NAMES))
    try:
        client.get("/stocks/bars", {"symbols": "AAPL", "timeframe": "1Moon"})
        error = ""
    except APIError as refusal:
        error = f"{refusal.status_code} {refusal.message}"
    return {
        "bars": [len(bars[name]) for name in NAMES],
        "columns": list(bars.df.columns),
        "hours": len(hours["AAPL"]),
        "days": [f"{bar.timestamp:%Y-%m-%d}" for bar in days["AAPL"]],
        "quotes": len(quotes["AAPL"]),
        "trade": trades["AAPL"][0].exchange,
        "latest": [
            sorted(client.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=NAMES))),
            sorted(client.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols=NAMES))),
            sorted(client.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=NAMES))),
        ],
        "previous day": f"{snapshot['AAPL'].previous_daily_bar.timestamp:%Y-%m-%d}",
        "error": error,
    }


def use_crypto(url: str) -> dict[str, Any]:
    client, name = CryptoHistoricalDataClient(*KEYS, url_override=url), "BTC/USD"
    bars: Any = client.get_crypto_bars(
        CryptoBarsRequest(symbol_or_symbols=name, timeframe=TimeFrame.Hour, limit=4)
    )
    trades: Any = client.get_crypto_trades(CryptoTradesRequest(symbol_or_symbols=name, limit=5))
    quote: Any = client.get_crypto_latest_quote(CryptoLatestQuoteRequest(symbol_or_symbols=name))
    book: Any = client.get_crypto_latest_orderbook(
        CryptoLatestOrderbookRequest(symbol_or_symbols=name)
    )
    snapshot: Any = client.get_crypto_snapshot(CryptoSnapshotRequest(symbol_or_symbols=name))
    return {
        "bars": len(bars[name]),
        "trades": len(trades[name]),
        "best bid": book[name].bids[0].price == quote[name].bid_price,
        "snapshot": snapshot[name].daily_bar.symbol,
    }


class Received:
    """What a stream sent, by kind, and the end of the stream once each kind has come."""

    def __init__(self, stream: Any, kinds: int) -> None:
        self.first: dict[str, Any] = {}
        self._stream = stream
        self._kinds = kinds

    async def __call__(self, message: Any) -> None:
        self.first.setdefault(type(message).__name__, message)
        if len(self.first) == self._kinds:
            await self._stream.stop_ws()


async def follow_stocks(url: str) -> dict[str, Any]:
    stream = StockDataStream(*KEYS, url_override=url)
    received = Received(stream, 3)

    async def handle(message: Any) -> None:
        await received(message)

    stream.subscribe_trades(handle, "FAKE")
    stream.subscribe_quotes(handle, "FAKE")
    stream.subscribe_bars(handle, "*")
    await stream._run_forever()
    quote, trade, bar = (received.first[kind] for kind in ("Quote", "Trade", "Bar"))
    return {
        "quote": [quote.symbol, round(quote.ask_price - quote.bid_price, 2)],
        "trade": [trade.symbol, trade.size, trade.exchange],
        "bar": [bar.symbol, bar.timestamp.second, bar.volume],
    }


async def follow_crypto(url: str) -> list[str]:
    stream = CryptoDataStream(*KEYS, url_override=url)
    received = Received(stream, 2)

    async def handle(message: Any) -> None:
        await received(message)

    stream.subscribe_trades(handle, "BTC/USD")
    stream.subscribe_orderbooks(handle, "BTC/USD")
    await stream._run_forever()
    return sorted(f"{kind} {message.symbol}" for kind, message in received.first.items())


async def follow_all(stocks: str, crypto: str) -> dict[str, Any]:
    return {
        "stocks": await follow_stocks(f"{stocks}/v2/iex"),
        "bare address": await follow_stocks(stocks),
        "crypto": await follow_crypto(f"{crypto}/v1beta3/crypto/us"),
    }


def main(noon_s: str, url: str, stocks: str, crypto: str) -> None:
    result = {
        "stocks": use_stocks(url, datetime.fromtimestamp(int(noon_s), UTC)),
        "crypto": use_crypto(url),
        "streams": asyncio.run(follow_all(stocks, crypto)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
