"""Translates the market's domain values to Alpaca's documents."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.trade import Trade
from trading_api.models.alpaca.market_data import (
    BarDocument,
    LevelDocument,
    OrderBookDocument,
    QuoteDocument,
    TradeDocument,
)
from trading_api.modules.alpaca.data.times import to_datetime

_EXCHANGES = {
    "AMEX": "A",
    "ARCA": "P",
    "BATS": "Z",
    "IEX": "V",
    "NASDAQ": "Q",
    "NYSE": "N",
    "NYSEARCA": "P",
}
_OTHER_EXCHANGE = "V"
_TAPES = {"N": "A", "Q": "C"}
_OTHER_TAPE = "B"
_SIDES = {1: "B", -1: "S"}


def to_bar_document(bar: Bar, instrument: Instrument, time_ms: int | None = None) -> BarDocument:
    """Return the document of a bar, which begins at `time_ms` for Alpaca's clients.

    Markets store neither the trades nor their prices. `n` is at least how many there were: one,
    where anything traded. `vw` is the typical price, the mean of high, low and close."""
    move, scale = instrument.min_move, instrument.price_scale
    return {
        "t": to_datetime(bar.time_ms if time_ms is None else time_ms),
        "o": bar.open * move / scale,
        "h": bar.high * move / scale,
        "l": bar.low * move / scale,
        "c": bar.close * move / scale,
        "v": bar.volume / instrument.volume_scale,
        "n": 1 if bar.volume else 0,
        "vw": round((bar.high + bar.low + bar.close) * move / (3 * scale), 9),
    }


def to_quote_document(quote: Quote, instrument: Instrument) -> QuoteDocument:
    document: QuoteDocument = {
        "t": to_datetime(quote.time_ms),
        "ap": float(quote.ask),
        "as": float(quote.ask_size),
        "bp": float(quote.bid),
        "bs": float(quote.bid_size),
    }
    if instrument.type != "crypto":
        exchange = _exchange(instrument)
        document |= {"ax": exchange, "bx": exchange, "c": ["R"], "z": _tape(exchange)}
    return document


def to_trade_document(trade: Trade, instrument: Instrument) -> TradeDocument:
    price, size = float(trade.price), float(trade.quantity)
    document: TradeDocument = {
        "t": to_datetime(trade.time_ms),
        "p": price,
        "s": size,
        "i": trade_id(trade.time_ms, price, size),
    }
    if instrument.type == "crypto":
        if trade.aggressor is not None:
            document["tks"] = _SIDES[trade.aggressor]
    else:
        exchange = _exchange(instrument)
        document |= {"x": exchange, "c": ["@"], "z": _tape(exchange)}
    return document


def trade_id(time_ms: int, price: float, size: float) -> int:
    """Return the id of a trade, the same in streams and in history, and below 2^53.

    Trades of one millisecond, price and size have the same id."""
    return time_ms << 11 | crc32(f"{price}/{size}".encode()) & 0x7FF


def to_order_book_document(book: OrderBook) -> OrderBookDocument:
    return {"t": to_datetime(book.time_ms), "b": _levels(book.bids), "a": _levels(book.asks)}


def _levels(levels: Iterable[PriceLevel]) -> list[LevelDocument]:
    return [{"p": float(level.price), "s": float(level.size)} for level in levels]


def _exchange(instrument: Instrument) -> str:
    """Return Alpaca's letter of an exchange."""
    return _EXCHANGES.get(instrument.exchange, _OTHER_EXCHANGE)


def _tape(exchange: str) -> str:
    """Return the consolidated tape of an exchange: A of NYSE, C of Nasdaq, B of all others."""
    return _TAPES.get(exchange, _OTHER_TAPE)
