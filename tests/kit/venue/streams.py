"""The market streams: subscriptions of WebSocket connections, and what is published to them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from tests.kit.venue import wire
from tests.kit.venue.faults import Faults
from tests.kit.venue.market import VenueMarket
from tests.kit.venue.tape import INTERVALS_MS, Kline, Trade

PERIOD_S = 0.1
"""How often depth and forming candles are published."""
TICKERS_EVERY = 10
"""Tickers are published in each tenth period, so each second."""
MISSED_MAX = 10_000
HEARTBEAT_S = 20.0
"""How often the venue pings; a client that does not answer in time is closed."""
QUEUE_MAX = 50_000
"""The messages that wait for one connection; one that reads no faster is closed."""


class Connection:
    """A WebSocket of a client. Messages are queued and sent in order by a task of their own."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.streams: set[str] = set()
        # A full queue closes the connection: a client must never miss a message silently.
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(QUEUE_MAX)

    def send(self, message: str) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """Close the connection without a close frame, as a broken network does."""
        if self.request.transport is not None:
            self.request.transport.abort()

    async def run(self, receive: Callable[[str], None]) -> None:
        """Send what is queued and deliver what the client sends, until the connection ends."""
        sender = asyncio.create_task(self._send_all())
        try:
            async for message in self.socket:
                if message.type is WSMsgType.TEXT:
                    receive(message.data)
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender

    async def _send_all(self) -> None:
        while (message := await self._queue.get()) is not None:
            await self.socket.send_str(message)


class Streams:
    """Publishes the market to the connections that subscribed. Streams are named as Binance does.

    Trades and best prices go out as they happen, depth and forming candles each 100 ms.
    """

    def __init__(self, market: VenueMarket, faults: Faults) -> None:
        self.market = market
        self.faults = faults
        self.connections: set[Connection] = set()
        # The oldest are forgotten: a soak misses few.
        self.missed: deque[Trade] = deque(maxlen=MISSED_MAX)
        self._subscribers: dict[str, set[Connection]] = {}
        self._published: dict[str, tuple[int, int]] = {}
        market.trade_listeners.append(self._publish_trade)
        market.best_listeners.append(self._publish_best)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve `/stream/ws/{tail}`; a tail such as `btcusdt@trade` is subscribed at the start."""
        socket = web.WebSocketResponse(compress=False, heartbeat=HEARTBEAT_S)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.add(connection)
        tail = request.match_info.get("tail", "")
        self._subscribe(connection, [name for name in tail.split("/") if "@" in name])
        try:
            await connection.run(lambda text: self._receive(connection, text))
        finally:
            self.connections.discard(connection)
            self._unsubscribe(connection, list(connection.streams))
        return socket

    def drop(self) -> None:
        """Break all connections, and publish nothing to them from now on."""
        for connection in list(self.connections):
            self._unsubscribe(connection, list(connection.streams))
            connection.drop()

    def tick(self, *, with_tickers: bool) -> None:
        """Publish depth, the forming candles, those that closed, and sometimes the tickers."""
        now_ms = self.market.clock.now_ms()
        for symbol, book in self.market.books.items():
            name = symbol.lower()
            if (changes := book.changes()) and not self.faults.take("missing_depth"):
                event = orjson.dumps(wire.depth_event(symbol, changes, now_ms)).decode()
                self._publish(f"{name}@depth@100ms", event)
                self._publish(f"{name}@depth", event)
            self._publish_klines(symbol, now_ms)
            if with_tickers:
                full, mini = wire.ticker_event, wire.mini_ticker_event
                self._publish_lazily(f"{name}@ticker", partial(full, self.market, symbol))
                self._publish_lazily(f"{name}@miniTicker", partial(mini, self.market, symbol))

    def _publish_trade(self, trade: Trade) -> None:
        if self.faults.take("missing_trades"):
            self.missed.append(trade)
            return
        if fault := self.faults.take("late_trades"):
            delay_s = float(fault.params.get("delay_s", 1))
            asyncio.get_running_loop().call_later(delay_s, self._stream_trade, trade)
            return
        self._stream_trade(trade)
        if self.faults.take("duplicate_trades"):
            self._stream_trade(trade)

    def _stream_trade(self, trade: Trade) -> None:
        name = trade.symbol.lower()
        self._publish_lazily(f"{name}@trade", lambda: wire.trade_event(trade))
        self._publish_lazily(f"{name}@aggTrade", lambda: wire.aggregate_event(trade))

    def _publish_best(self, symbol: str) -> None:
        name = f"{symbol.lower()}@bookTicker"
        self._publish_lazily(name, lambda: wire.best_event(self.market, symbol))

    def _publish_klines(self, symbol: str, now_ms: int) -> None:
        tape = self.market.tapes[symbol]
        tape.extend_to(now_ms)
        for interval, interval_ms in INTERVALS_MS.items():
            name = f"{symbol.lower()}@kline_{interval}"
            if not self._subscribers.get(name):
                self._published.pop(name, None)
                continue
            start_ms = now_ms - now_ms % interval_ms
            known_ms, known_id = self._published.get(name, (start_ms, -1))
            for kline in tape.klines(interval_ms, known_ms, None, 1_000):
                is_closed = kline.open_ms + interval_ms <= now_ms
                if not is_closed and kline.last_id == known_id:
                    continue
                self._publish_kline(name, symbol, kline, interval, now_ms, is_closed=is_closed)
                known_ms, known_id = kline.open_ms, kline.last_id
            self._published[name] = (start_ms, known_id)

    def _publish_kline(
        self, name: str, symbol: str, kline: Kline, interval: str, now_ms: int, *, is_closed: bool
    ) -> None:
        interval_ms = INTERVALS_MS[interval]
        event = wire.kline_event(symbol, kline, interval, interval_ms, now_ms, is_closed=is_closed)
        self._publish(name, orjson.dumps(event).decode())

    def _publish_lazily(self, name: str, event: Callable[[], dict[str, Any]]) -> None:
        if self._subscribers.get(name):
            self._publish(name, orjson.dumps(event()).decode())

    def _publish(self, name: str, event: str) -> None:
        if self.faults.take("silent_streams"):
            return
        for connection in self._subscribers.get(name, ()):
            connection.send(event)

    def _receive(self, connection: Connection, text: str) -> None:
        try:
            request = orjson.loads(text)
        except orjson.JSONDecodeError:
            connection.send('{"error":{"code":3,"msg":"Invalid JSON"},"id":null}')
            return
        names = request.get("params") or []
        answer: Any = None
        match request.get("method"):
            case "SUBSCRIBE":
                self._subscribe(connection, names)
            case "UNSUBSCRIBE":
                self._unsubscribe(connection, names)
            case "LIST_SUBSCRIPTIONS":
                answer = sorted(connection.streams)
        connection.send(_json({"result": answer, "id": request.get("id")}))

    def _subscribe(self, connection: Connection, names: list[str]) -> None:
        for name in names:
            connection.streams.add(name)
            self._subscribers.setdefault(name, set()).add(connection)

    def _unsubscribe(self, connection: Connection, names: list[str]) -> None:
        for name in names:
            connection.streams.discard(name)
            self._subscribers.get(name, set()).discard(connection)


def _json(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()
