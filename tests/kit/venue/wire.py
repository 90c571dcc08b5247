"""The messages of Binance's public REST and streams, as plain data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.kit.venue.instruments import amount
from tests.kit.venue.market import VenueMarket
from tests.kit.venue.matching import Changes
from tests.kit.venue.tape import MINUTE_MS, Kline, Trade, flat

DAY_MS = 1440 * MINUTE_MS


def trade_event(trade: Trade) -> dict[str, Any]:
    return {
        "e": "trade",
        "E": trade.time_ms,
        "s": trade.symbol,
        "t": trade.id,
        "p": amount(trade.price),
        "q": amount(trade.quantity),
        "T": trade.time_ms,
        "m": trade.is_buyer_maker,
        "M": True,
    }


def aggregate_event(trade: Trade) -> dict[str, Any]:
    names = {"e": "aggTrade", "E": trade.time_ms, "s": trade.symbol}
    return names | aggregate_row(trade)


def aggregate_row(trade: Trade) -> dict[str, Any]:
    return {
        "a": trade.aggregate_id,
        "p": amount(trade.price),
        "q": amount(trade.quantity),
        "f": trade.id,
        "l": trade.id,
        "T": trade.time_ms,
        "m": trade.is_buyer_maker,
        "M": True,
    }


def trade_row(trade: Trade) -> dict[str, Any]:
    return {
        "id": trade.id,
        "price": amount(trade.price),
        "qty": amount(trade.quantity),
        "quoteQty": amount(trade.price * trade.quantity),
        "time": trade.time_ms,
        "isBuyerMaker": trade.is_buyer_maker,
        "isBestMatch": True,
    }


def kline_row(kline: Kline, interval_ms: int) -> list[Any]:
    return [
        kline.open_ms,
        amount(kline.open),
        amount(kline.high),
        amount(kline.low),
        amount(kline.close),
        amount(kline.volume),
        kline.open_ms + interval_ms - 1,
        amount(kline.turnover),
        kline.count,
        amount(kline.taker_volume),
        amount(kline.taker_turnover),
        "0",
    ]


def kline_event(
    symbol: str, kline: Kline, interval: str, interval_ms: int, now_ms: int, *, is_closed: bool
) -> dict[str, Any]:
    return {
        "e": "kline",
        "E": now_ms,
        "s": symbol,
        "k": {
            "t": kline.open_ms,
            "T": kline.open_ms + interval_ms - 1,
            "s": symbol,
            "i": interval,
            "f": kline.first_id,
            "L": kline.last_id,
            "o": amount(kline.open),
            "c": amount(kline.close),
            "h": amount(kline.high),
            "l": amount(kline.low),
            "v": amount(kline.volume),
            "n": kline.count,
            "x": is_closed,
            "q": amount(kline.turnover),
            "V": amount(kline.taker_volume),
            "Q": amount(kline.taker_turnover),
            "B": "0",
        },
    }


def best_event(market: VenueMarket, symbol: str) -> dict[str, Any]:
    return {"u": market.books[symbol].update_id, "s": symbol} | _best(market, symbol, "bBaA")


def book_ticker(market: VenueMarket, symbol: str) -> dict[str, Any]:
    fields = _best(market, symbol, ("bidPrice", "bidQty", "askPrice", "askQty"))
    return {"symbol": symbol} | fields


def depth_event(symbol: str, changes: Changes, now_ms: int) -> dict[str, Any]:
    return {
        "e": "depthUpdate",
        "E": now_ms,
        "s": symbol,
        "U": changes.first_id,
        "u": changes.last_id,
        "b": levels(list(changes.bids.items())),
        "a": levels(list(changes.asks.items())),
    }


def depth_snapshot(market: VenueMarket, symbol: str, limit: int) -> dict[str, Any]:
    book = market.books[symbol]
    return {
        "lastUpdateId": book.update_id,
        "bids": levels(book.depth("BUY", limit)),
        "asks": levels(book.depth("SELL", limit)),
    }


def levels(pairs: list[tuple[Decimal, Decimal]]) -> list[list[str]]:
    return [[amount(price), amount(quantity)] for price, quantity in pairs]


def ticker(market: VenueMarket, symbol: str) -> dict[str, Any]:
    """Return `GET /api/v3/ticker/24hr` of a symbol."""
    day, now_ms = _day(market, symbol), market.clock.now_ms()
    change = day.close - day.open
    return book_ticker(market, symbol) | {
        "priceChange": amount(change),
        "priceChangePercent": f"{change / day.open * 100:.3f}",
        "weightedAvgPrice": amount(day.turnover / day.volume if day.volume else day.close),
        "prevClosePrice": amount(day.open),
        "lastPrice": amount(day.close),
        "lastQty": amount(_last_quantity(market, symbol)),
        "openPrice": amount(day.open),
        "highPrice": amount(day.high),
        "lowPrice": amount(day.low),
        "volume": amount(day.volume),
        "quoteVolume": amount(day.turnover),
        "openTime": now_ms - DAY_MS,
        "closeTime": now_ms,
        "firstId": day.first_id,
        "lastId": day.last_id,
        "count": day.count,
    }


_TICKER_FIELDS = {
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "x": "prevClosePrice",
    "c": "lastPrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "O": "openTime",
    "C": "closeTime",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}


def ticker_event(market: VenueMarket, symbol: str) -> dict[str, Any]:
    row = ticker(market, symbol)
    fields = {short: row[name] for short, name in _TICKER_FIELDS.items()}
    return {"e": "24hrTicker", "E": row["closeTime"], "s": symbol} | fields


def mini_ticker_event(market: VenueMarket, symbol: str) -> dict[str, Any]:
    event = ticker_event(market, symbol)
    return {"e": "24hrMiniTicker"} | {name: event[name] for name in "Escohlvq"}


def _best(market: VenueMarket, symbol: str, names: Any) -> dict[str, str]:
    zero = (Decimal(0), Decimal(0))
    bid, ask = (best or zero for best in market.best(symbol))
    return dict(zip(names, map(amount, (*bid, *ask)), strict=True))


def _day(market: VenueMarket, symbol: str) -> Kline:
    tape = market.tapes[symbol]
    tape.extend_to(market.clock.now_ms())
    day = flat(0, tape.minutes[-1440:][0].open)
    for minute in tape.minutes[-1440:]:
        day.merge(minute)
    return day


def _last_quantity(market: VenueMarket, symbol: str) -> Decimal:
    trades = market.tapes[symbol].trades
    return trades[-1].quantity if trades else Decimal(0)
