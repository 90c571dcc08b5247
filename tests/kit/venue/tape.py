"""The trades of one symbol and the candles that follow from them."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

MINUTE_MS = 60_000
FIRST_TRADE_ID = 5_000_001
AGGREGATE_OFFSET = 4_000_000
"""Aggregate trades count apart from trades, as on Binance. Each holds one trade here."""

_UNITS_MS = {"m": MINUTE_MS, "h": 60 * MINUTE_MS, "d": 1440 * MINUTE_MS}
INTERVALS_MS = {
    name: int(name[:-1]) * _UNITS_MS[name[-1]]
    for name in ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d")
}


class Trade(NamedTuple):
    """One trade of the tape. `is_buyer_maker` means that the seller was the aggressor."""

    symbol: str
    id: int
    price: Decimal
    quantity: Decimal
    time_ms: int
    is_buyer_maker: bool
    buyer_id: int
    seller_id: int

    @property
    def aggregate_id(self) -> int:
        return self.id - AGGREGATE_OFFSET


@dataclass(slots=True)
class Kline:
    """A candle. Prices and volumes are exact; `taker_*` is what aggressive buyers bought."""

    open_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal = Decimal(0)
    turnover: Decimal = Decimal(0)
    count: int = 0
    taker_volume: Decimal = Decimal(0)
    taker_turnover: Decimal = Decimal(0)
    first_id: int = -1
    last_id: int = -1

    def add(self, trade: Trade) -> None:
        if not self.count:
            self.open = self.high = self.low = trade.price
            self.first_id = trade.id
        self.high = max(self.high, trade.price)
        self.low = min(self.low, trade.price)
        self.close = trade.price
        self.volume += trade.quantity
        self.turnover += trade.price * trade.quantity
        self.count += 1
        self.last_id = trade.id
        if not trade.is_buyer_maker:
            self.taker_volume += trade.quantity
            self.taker_turnover += trade.price * trade.quantity

    def merge(self, later: Kline) -> None:
        """Add a later candle, so that this one spans both."""
        if not self.count:
            self.open, self.high, self.low = later.open, later.high, later.low
            self.first_id = later.first_id
        self.high = max(self.high, later.high)
        self.low = min(self.low, later.low)
        self.close = later.close
        self.volume += later.volume
        self.turnover += later.turnover
        self.count += later.count
        self.taker_volume += later.taker_volume
        self.taker_turnover += later.taker_turnover
        self.last_id = max(self.last_id, later.last_id)


class Tape:
    """All candles of a symbol since it was listed, and its last `trades_max` trades.

    Minutes without a trade have flat candles at the last price.
    """

    def __init__(self, symbol: str, price: Decimal, trades_max: int = 50_000) -> None:
        self.symbol = symbol
        self.last_price = price
        self.next_id = FIRST_TRADE_ID
        self.minutes: list[Kline] = []
        # The oldest trades are forgotten; their candles stay.
        self.trades: deque[Trade] = deque(maxlen=trades_max)

    def add(
        self,
        price: Decimal,
        quantity: Decimal,
        time_ms: int,
        *,
        is_buyer_maker: bool,
        buyer_id: int,
        seller_id: int,
    ) -> Trade:
        """Append a trade. A time before the last trade's is raised to it: the tape is in order."""
        if self.trades:
            time_ms = max(time_ms, self.trades[-1].time_ms)
        trade = Trade(
            self.symbol, self.next_id, price, quantity, time_ms, is_buyer_maker, buyer_id, seller_id
        )
        self.next_id += 1
        self.extend_to(time_ms)
        self.minutes[-1].add(trade)
        self.trades.append(trade)
        self.last_price = price
        return trade

    def extend_to(self, time_ms: int) -> None:
        """Open the minute of this time, and flat candles for minutes without a trade before it."""
        open_ms = time_ms - time_ms % MINUTE_MS
        next_ms = self.minutes[-1].open_ms + MINUTE_MS if self.minutes else open_ms
        for each_ms in range(next_ms, open_ms + 1, MINUTE_MS):
            self.minutes.append(flat(each_ms, self.last_price))

    def minute(self, open_ms: int) -> Kline | None:
        """Return the candle of a minute, which stays open to change, or None."""
        index = bisect_left(self.minutes, open_ms, key=lambda each: each.open_ms)
        found = self.minutes[index : index + 1]
        return found[0] if found and found[0].open_ms == open_ms else None

    def klines(
        self, interval_ms: int, start_ms: int | None, end_ms: int | None, limit: int
    ) -> list[Kline]:
        """Return candles that open in [start, end], oldest first: the first ones if a start is
        given, else the last ones."""
        if start_ms is None:
            until_ms = end_ms if end_ms is not None else self.minutes[-1].open_ms
            last_ms = until_ms - until_ms % interval_ms
            start_ms = last_ms - (limit - 1) * interval_ms
        start_ms = -(-start_ms // interval_ms) * interval_ms
        index = bisect_left(self.minutes, start_ms, key=lambda each: each.open_ms)
        merged: list[Kline] = []
        for minute in islice(self.minutes, index, None):
            open_ms = minute.open_ms - minute.open_ms % interval_ms
            if end_ms is not None and open_ms > end_ms:
                break
            if merged and merged[-1].open_ms == open_ms:
                merged[-1].merge(minute)
            elif len(merged) < limit:
                merged.append(replace(minute, open_ms=open_ms))
            else:
                break
        return merged

    def from_id(self, trade_id: int, limit: int) -> list[Trade]:
        """Return trades from an id on, oldest first."""
        if not self.trades:
            return []
        skipped = max(trade_id - self.trades[0].id, 0)
        return list(islice(self.trades, skipped, skipped + limit))

    def between(self, start_ms: int, end_ms: int | None, limit: int) -> list[Trade]:
        """Return the first trades of a time, both ends included."""
        return list(islice(self._between(start_ms, end_ms), limit))

    def last(self, limit: int) -> list[Trade]:
        return list(islice(self.trades, max(len(self.trades) - limit, 0), None))

    def _between(self, start_ms: int, end_ms: int | None) -> Iterator[Trade]:
        for trade in self.trades:
            if end_ms is not None and trade.time_ms > end_ms:
                return
            if trade.time_ms >= start_ms:
                yield trade


def flat(open_ms: int, price: Decimal) -> Kline:
    """Return a candle without trades."""
    return Kline(open_ms, price, price, price, price)
