"""Binance's public REST: each function answers one endpoint from the market."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from tests.kit.venue import wire
from tests.kit.venue.errors import VenueError, illegal, invalid_symbol, missing
from tests.kit.venue.faults import Faults
from tests.kit.venue.gate import Call, Endpoint
from tests.kit.venue.instruments import amount
from tests.kit.venue.market import VenueMarket
from tests.kit.venue.tape import AGGREGATE_OFFSET, INTERVALS_MS, Tape, Trade

Query = Mapping[str, str]
Answer = Any
"""What is encoded as JSON."""

ROWS_MAX = 1_000


class PublicRest:
    """Answers public requests. `weight` is what a request costs of the 6,000 a minute."""

    def __init__(self, market: VenueMarket, faults: Faults) -> None:
        self.market = market
        self.faults = faults
        endpoints: dict[str, tuple[Callable[[Query], Answer], int]] = {
            "GET /api/v3/ping": (lambda query: {}, 1),
            "GET /api/v3/time": (lambda query: {"serverTime": market.clock.now_ms()}, 1),
            "GET /api/v3/exchangeInfo": (self._exchange_info, 20),
            "GET /api/v3/klines": (self._klines, 2),
            "GET /api/v3/aggTrades": (self._aggregate_trades, 4),
            "GET /api/v3/trades": (self._trades, 25),
            "GET /api/v3/historicalTrades": (self._historical_trades, 25),
            "GET /api/v3/depth": (self._depth, 25),
            "GET /api/v3/ticker/24hr": (self._ticker, 4),
            "GET /api/v3/ticker/bookTicker": (self._book_ticker, 4),
            "GET /api/v3/ticker/price": (self._price_ticker, 4),
            "GET /sapi/v1/system/status": (lambda query: {"status": 0, "msg": "normal"}, 1),
        }
        self.endpoints: dict[str, Endpoint] = {
            name: (partial(_unsigned, answer), weight)
            for name, (answer, weight) in endpoints.items()
        }

    def _exchange_info(self, query: Query) -> Answer:
        symbols = _symbols(self.market, query)
        return {
            "timezone": "UTC",
            "serverTime": self.market.clock.now_ms(),
            "rateLimits": [
                _rate_limit("REQUEST_WEIGHT", "MINUTE", 1, 6_000),
                _rate_limit("ORDERS", "SECOND", 10, 100),
                _rate_limit("ORDERS", "DAY", 1, 200_000),
            ],
            "exchangeFilters": [],
            "symbols": [
                self.market.instruments[symbol].exchange_info(self.market.statuses[symbol])
                for symbol in symbols
            ],
        }

    def _klines(self, query: Query) -> Answer:
        tape = self._tape(query)
        interval = query.get("interval")
        if interval is None:
            raise missing("interval")
        if interval not in INTERVALS_MS:
            raise VenueError(-1120, "Invalid interval.")
        interval_ms, now_ms = INTERVALS_MS[interval], self.market.clock.now_ms()
        tape.extend_to(now_ms)
        start_ms, end_ms = number(query, "startTime"), number(query, "endTime")
        klines = tape.klines(interval_ms, start_ms, end_ms, limit_of(query, 500))
        if fault := self.faults.take("late_candles"):
            known_ms = now_ms - int(fault.params.get("lag_ms", 10_000))
            klines = [each for each in klines if each.open_ms + interval_ms <= known_ms]
        return [wire.kline_row(each, interval_ms) for each in klines]

    def _aggregate_trades(self, query: Query) -> Answer:
        tape, limit = self._tape(query), limit_of(query, 500)
        from_id = number(query, "fromId")
        start_ms, end_ms = number(query, "startTime"), number(query, "endTime")
        if from_id is not None and (start_ms is not None or end_ms is not None):
            raise VenueError(-1128, "Combination of optional parameters invalid.")
        trades: list[Trade]
        if from_id is not None:
            trades = tape.from_id(from_id + AGGREGATE_OFFSET, limit)
        elif start_ms is not None:
            trades = tape.between(start_ms, end_ms, limit)
        elif end_ms is not None:
            trades = tape.between(0, end_ms, len(tape.trades))[-limit:]
        else:
            trades = tape.last(limit)
        return [wire.aggregate_row(each) for each in trades]

    def _trades(self, query: Query) -> Answer:
        return [wire.trade_row(each) for each in self._tape(query).last(limit_of(query, 500))]

    def _historical_trades(self, query: Query) -> Answer:
        from_id = number(query, "fromId")
        if from_id is None:
            return self._trades(query)
        trades = self._tape(query).from_id(from_id, limit_of(query, 500))
        return [wire.trade_row(each) for each in trades]

    def _depth(self, query: Query) -> Answer:
        tape = self._tape(query)
        return wire.depth_snapshot(self.market, tape.symbol, limit_of(query, 100, 5_000))

    def _ticker(self, query: Query) -> Answer:
        return self._one_or_all(query, lambda symbol: wire.ticker(self.market, symbol))

    def _book_ticker(self, query: Query) -> Answer:
        return self._one_or_all(query, lambda symbol: wire.book_ticker(self.market, symbol))

    def _price_ticker(self, query: Query) -> Answer:
        tapes = self.market.tapes
        return self._one_or_all(
            query,
            lambda symbol: {"symbol": symbol, "price": amount(tapes[symbol].last_price)},
        )

    def _one_or_all(self, query: Query, row: Callable[[str], Answer]) -> Answer:
        rows = [row(symbol) for symbol in _symbols(self.market, query)]
        return rows[0] if "symbol" in query else rows

    def _tape(self, query: Query) -> Tape:
        return self.market.tapes[symbol_of(self.market, query)]


def _unsigned(answer: Callable[[Query], Answer], call: Call) -> Answer:
    return answer(call.query)


def symbol_of(market: VenueMarket, query: Query) -> str:
    """Return the symbol of a query. Raises VenueError if there is none or it is unknown."""
    symbol = query.get("symbol")
    if not symbol:
        raise missing("symbol")
    if symbol not in market.tapes:
        raise invalid_symbol()
    return symbol


def number(query: Query, name: str) -> int | None:
    """Return a whole number of a query, None without it. Raises VenueError if it is not one."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise illegal(name) from None


def _symbols(market: VenueMarket, query: Query) -> list[str]:
    if "symbol" in query:
        return [symbol_of(market, query)]
    if "symbols" in query:
        symbols = orjson.loads(query["symbols"])
        return [symbol_of(market, {"symbol": each}) for each in symbols]
    return list(market.instruments)


def limit_of(query: Query, default: int, limit_max: int = ROWS_MAX) -> int:
    limit = number(query, "limit")
    return min(default if limit is None else limit, limit_max)


def _rate_limit(type: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": type, "interval": interval, "intervalNum": number, "limit": limit}
