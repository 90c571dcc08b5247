"""The controls of the simulated venue, the same in its own process and over `/control/...`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Literal

from tests.kit.venue.account import BALANCES, Account, Authentication
from tests.kit.venue.clock import VenueClock
from tests.kit.venue.faults import FaultName, Faults
from tests.kit.venue.gate import Gate
from tests.kit.venue.instruments import Instrument
from tests.kit.venue.market import VenueMarket
from tests.kit.venue.matching import Side
from tests.kit.venue.orders import fill_row, order_row
from tests.kit.venue.private_rest import PrivateRest
from tests.kit.venue.rest import PublicRest
from tests.kit.venue.streams import Streams
from tests.kit.venue.tape import Trade
from tests.kit.venue.trading import Trading
from tests.kit.venue.user_stream import UserStream

WAIT_S = 20.0
"""The longest wait of `wait_...`; only a test that fails waits this long."""

Number = str | int | float | Decimal
Row = dict[str, Any]


class Control:
    """What a test does to the venue. Arguments and results are plain data.

    Prices and quantities are given as text or numbers, and answered as text.
    """

    def __init__(
        self,
        clock: VenueClock,
        instruments: Iterable[Instrument],
        *,
        seed: int = 1,
        history_minutes: int = 0,
        weight_max: int = 6_000,
        orders_per_10s: int = 100,
        balances: Mapping[str, Decimal] = BALANCES,
        commission: str = "received",
    ) -> None:
        self.clock = clock
        self.faults = Faults()
        self.market = VenueMarket(clock, instruments, seed=seed, history_minutes=history_minutes)
        self.streams = Streams(self.market, self.faults)
        self.gate = Gate(clock, self.faults, weight_max)
        account = Account(balances, clock.now_ms())
        self.trading = Trading(self.market, account, commission=commission)
        authentication = Authentication(clock)
        self.user_stream = UserStream(authentication, self.faults)
        self.trading.publish = self.user_stream.publish
        public = PublicRest(self.market, self.faults)
        private = PrivateRest(self.trading, authentication, self.faults, orders_per_10s)
        self.gate.endpoints = public.endpoints | private.endpoints
        self.gate.order_headers = private.order_headers

    # The market

    def trade(
        self, symbol: str, price: Number, quantity: Number, side: Side | None = None
    ) -> list[Row]:
        """Trade a quantity at a price; users' orders that accept the price are filled first."""
        trades = self.market.trade(symbol, _decimal(price), _decimal(quantity), side)
        return [_trade_row(each) for each in trades]

    def quote(
        self,
        symbol: str,
        bid: Number,
        ask: Number,
        bid_quantity: Number = 10,
        ask_quantity: Number = 10,
    ) -> None:
        """Replace all anonymous liquidity by one bid and one ask."""
        self.book(symbol, [(bid, bid_quantity)], [(ask, ask_quantity)])

    def book(
        self,
        symbol: str,
        bids: Iterable[tuple[Number, Number]],
        asks: Iterable[tuple[Number, Number]],
    ) -> None:
        """Replace all anonymous liquidity by these levels, each a price and a quantity."""
        levels = [[(_decimal(p), _decimal(q)) for p, q in side] for side in (bids, asks)]
        self.market.quote(symbol, *levels)

    def step(self, count: int = 1) -> None:
        """Trade `count` times at random in each symbol."""
        for _ in range(count):
            for symbol in self.market.tapes:
                self.market.step(symbol)

    def set_rate(self, rate: float) -> None:
        raise NotImplementedError

    def trades(self, symbol: str, from_id: int = 0, limit: int = 1_000_000) -> list[Row]:
        """Return the trades of a symbol, oldest first; the last 50,000 are kept."""
        return [_trade_row(each) for each in self.market.tapes[symbol].from_id(from_id, limit)]

    def missed(self) -> list[Row]:
        """Return the trades that the fault `missing_trades` kept from the streams."""
        return [_trade_row(each) for each in self.streams.missed]

    def correct_candle(self, symbol: str, open_ms: int, **values: Number) -> None:
        """Change a closed one-minute candle: `open`, `high`, `low`, `close`, `volume`."""
        kline = self.market.tapes[symbol].minute(open_ms)
        if kline is None:
            raise ValueError(f"no candle at {open_ms}")
        for name, value in values.items():
            if name not in ("open", "high", "low", "close", "volume"):
                raise ValueError(f"a candle has no {name}")
            setattr(kline, name, _decimal(value))

    def set_status(self, symbol: str, status: str) -> None:
        """Set what exchangeInfo answers as the status; only in "TRADING" orders are accepted."""
        if symbol not in self.market.instruments:
            raise ValueError(f"no symbol {symbol}")
        self.market.statuses[symbol] = status

    # The clock

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def advance(self, milliseconds: int) -> None:
        """Move the venue's clock forward, and publish what closes by that."""
        self.streams.tick(with_tickers=False)
        self.clock.advance(milliseconds)
        self.streams.tick(with_tickers=False)

    def set_clock_offset(self, milliseconds: int) -> None:
        """Set how far the venue's clock is from the wall clock."""
        self.clock.offset_ms = milliseconds

    # Faults

    def inject(
        self,
        name: FaultName,
        count: int | None = None,
        duration_s: float | None = None,
        **params: Any,
    ) -> None:
        """Put a fault in force for `count` times, for a duration, or until `clear`."""
        self.faults.inject(name, count=count, duration_s=duration_s, **params)
        if name == "maintenance":
            self.drop_sockets("all")

    def clear(self, name: FaultName | None = None) -> None:
        """End the faults of a name, or all; what they hold goes on."""
        self.faults.clear(name)

    async def wait_held(self, name: FaultName, count: int = 1) -> None:
        """Wait until a fault has held `count` requests since the start. Raises TimeoutError."""
        await _until(lambda: self.gate.held_counts.get(name, 0) >= count)

    def fault_counts(self) -> dict[str, int]:
        """Return how many times each fault took effect."""
        return dict(self.faults.times)

    def drop_sockets(self, kind: Literal["market", "user", "all"] = "market") -> int:
        """Break connections without a close frame and return how many."""
        count = 0
        if kind in ("market", "all"):
            count += len(self.streams.connections)
            self.streams.drop()
        if kind in ("user", "all"):
            count += len(self.user_stream.connections)
            self.user_stream.drop()
        return count

    def expire_user_stream(self) -> int:
        """End all user data streams, as when a listen key expires, and return how many."""
        return self.user_stream.expire()

    # The user

    def place_elsewhere(self, symbol: str, **parameters: str) -> Row:
        """Place an order as if by the venue's own web page; the parameters are those of REST."""
        order = self.trading.place(self.market.instruments[symbol], parameters)
        return order_row(order)

    def cancel_elsewhere(self, symbol: str, order_id: int) -> Row:
        """Cancel an order as if by the venue's own web page."""
        order, _ = self.trading.cancel(self.trading.find(symbol, order_id, None))
        return order_row(order)

    def expire_order(self, symbol: str, order_id: int) -> Row:
        """End an open order by the venue's own decision."""
        order = self.trading.find(symbol, order_id, None)
        if order is None or not order.is_open:
            raise ValueError(f"no open order {order_id}")
        self.trading.expire(order)
        return order_row(order)

    def deposit(self, asset: str, quantity: Number) -> None:
        """Add to a balance from outside; a negative quantity withdraws."""
        self.trading.deposit(asset, _decimal(quantity))

    def balances(self) -> list[Row]:
        return list(self.trading.account.rows())

    def orders(self) -> list[Row]:
        """Return all orders since the start, oldest first, as `GET /api/v3/order` does."""
        return [order_row(each) for each in self.trading.orders.values()]

    def fills(self) -> list[Row]:
        """Return all fills of the user, oldest first, as `GET /api/v3/myTrades` does."""
        return [fill_row(each) for each in self.trading.fills]

    def repeated_sends(self) -> dict[str, int]:
        """Return the client order ids that reached the venue more than once, and how often.

        Each processed request for a new order counts, whether it was accepted or rejected.
        """
        return {name: times for name, times in self.trading.sent_ids.items() if times > 1}

    def reports(self) -> list[Row]:
        """Return all that the user data stream published, delivered or not."""
        return list(self.user_stream.published)

    def user_streams(self) -> int:
        """Return how many connections are subscribed to the user data stream."""
        return self.user_stream.subscriber_count

    async def wait_user_streams(self, count: int = 1) -> None:
        """Wait until as many connections are subscribed to the user data stream."""
        await _until(lambda: self.user_streams() == count)

    # What the venue received

    def received(self, name: str = "") -> list[Row]:
        """Return the REST requests whose method and path begin with `name`, oldest first."""
        return [asdict(each) for each in self.gate.received if each.name.startswith(name)]

    async def wait_received(self, name: str, count: int = 1) -> None:
        """Wait until `count` such requests have arrived since the start. Raises TimeoutError."""
        await _until(lambda: len(self.received(name)) >= count)

    def subscriptions(self) -> list[list[str]]:
        """Return the streams of each market connection."""
        return [sorted(each.streams) for each in self.streams.connections]

    async def wait_subscribed(self, stream: str) -> None:
        """Wait until a connection is subscribed to `btcusdt@trade` or another stream."""
        await _until(lambda: any(stream in each.streams for each in self.streams.connections))


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not condition():  # noqa: ASYNC110, a condition of any kind
            await asyncio.sleep(0.005)


def _decimal(value: Number) -> Decimal:
    return Decimal(str(value))


def _trade_row(trade: Trade) -> Row:
    return trade._asdict() | {
        "price": str(trade.price),
        "quantity": str(trade.quantity),
        "aggregate_id": trade.aggregate_id,
    }
