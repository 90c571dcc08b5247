"""A connector to copy: a venue of one symbol, which trades by itself ten times a second.

`main` runs in a process of its own. Replace `_Venue` by the client library of a venue.
"""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal

from msgspec import Struct

from trading_api.connectors.connector import Connector
from trading_api.connectors.errors import ConnectorError
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.venues.messages import (
    Candle,
    CandlesRequest,
    ClockOffset,
    LinkChanged,
    ListingsRequest,
    TimeMessage,
    TouchMessage,
    TouchRequest,
    TradeMessage,
    TradesRequest,
    VenueListing,
)

TARGET = f"{__name__}:main"
SYMBOL = "EXAMPLE"
LISTING = VenueListing(
    Instrument(
        symbol=SYMBOL,
        description="An example",
        exchange="VENUE",
        type="crypto",
        currency="USD",
        price_scale=100,
        min_move=1,
        volume_scale=1_000,
        quantity_step=Decimal("0.001"),
        quantity_max=Decimal(1_000),
    ),
    venue_symbol="EXAMPLE/USD",
    last_price=100_00,
    time_ms=0,
    has_consecutive_ids=True,
)


class ExampleConfiguration(Struct, frozen=True):
    """What the server sends to the connector: here would be addresses and keys."""

    interval_s: float = 0.1


async def main(connector: Connector) -> None:
    """Answer requests and publish the market, until the server closes the connection."""
    venue = _Venue()

    async def candles(params: CandlesRequest) -> list[Candle]:
        found = [each for each in venue.candles() if each[0] >= params.start_ms]
        return found[: params.count]

    async def trades(params: TradesRequest) -> list[TradeMessage]:
        if params.from_id:
            return [each for each in venue.trades if int(each.id) >= int(params.from_id)]
        return [each for each in venue.trades if each.time_ms >= params.since_ms]

    async def touch(_: TouchRequest) -> TouchMessage:
        if not venue.trades:
            raise ConnectorError("rejected", "there is no price yet")
        return venue.touch()

    async def listings(_: ListingsRequest) -> list[VenueListing]:
        return [LISTING]

    connector.handle("listings", ListingsRequest, listings)
    connector.handle("candles", CandlesRequest, candles)
    connector.handle("trades", TradesRequest, trades)
    connector.handle("touch", TouchRequest, touch)
    connector.publish(ClockOffset(0, 1))
    connector.publish(LinkChanged([SYMBOL], True))
    interval_s = connector.configure(ExampleConfiguration).interval_s
    while not connector.closed.is_set():
        connector.publish(venue.trade())
        connector.publish(venue.touch())
        connector.publish(TimeMessage(venue.now_ms()))
        await asyncio.sleep(interval_s)


class _Venue:
    """Stands for the client library. Its clock is that of this machine."""

    def __init__(self) -> None:
        self.trades: list[TradeMessage] = []

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def trade(self) -> TradeMessage:
        number = len(self.trades) + 1
        price = 100_00 + number * 37 % 101
        trade = TradeMessage(SYMBOL, str(number), self.now_ms(), price, 1_000, 1)
        self.trades.append(trade)
        return trade

    def touch(self) -> TouchMessage:
        price = self.trades[-1].price
        return TouchMessage(SYMBOL, price - 1, 5_000, price + 1, 5_000)

    def candles(self) -> list[Candle]:
        minutes: dict[int, list[TradeMessage]] = {}
        for trade in self.trades:
            minutes.setdefault(trade.time_ms // MINUTE_MS * MINUTE_MS, []).append(trade)
        return [_candle(time_ms, trades) for time_ms, trades in sorted(minutes.items())]


def _candle(time_ms: int, trades: list[TradeMessage]) -> Candle:
    prices = [each.price for each in trades]
    volume = sum(each.quantity for each in trades)
    return time_ms, prices[0], max(prices), min(prices), prices[-1], volume
