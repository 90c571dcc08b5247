"""The connector of ccxt's venues, which runs in a process of its own.

It watches trades and best prices of all symbols over ccxt.pro, order books where they are wanted,
and answers requests for listings, candles and trades over REST. ccxt itself reconnects; this module
reports when a connection is down and up again, and ends one that shows no sign of life.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.ccxt_exchange import (
    connector_error,
    create_exchange,
    our_symbol,
    translated_errors,
)
from trading_api.connectors.connector import Connector
from trading_api.connectors.errors import ConnectorError
from trading_api.modules.datafeed.venues.ccxt_configuration import CcxtMarketConfiguration
from trading_api.modules.datafeed.venues.ccxt_links import CcxtLinks, tap_cache
from trading_api.modules.datafeed.venues.ccxt_markets import MarketGrid, grid_of, listing_of
from trading_api.modules.datafeed.venues.messages import (
    Candle,
    CandlesRequest,
    ClockOffset,
    DepthInterest,
    DepthMessage,
    ListingsRequest,
    RateLimitWait,
    TimeMessage,
    TouchMessage,
    TouchRequest,
    TradeMessage,
    TradesRequest,
    VenueListing,
)

HEARTBEAT_S = 1.0
SILENT_S = 4.0
"""A connection without any sign of life for so long is ended."""
CLOCK_S = 60.0
"""How often the venue's clock is compared with ours."""
CLOCK_SAMPLES = 3
TRADES_PER_PAGE = 1_000
ORDER_BOOK_LEVELS = 50

log = logging.getLogger(__name__)


async def main(connector: Connector) -> None:
    """Watch the market until the server closes the connection."""
    configuration = connector.configure(CcxtMarketConfiguration)
    exchange = create_exchange(configuration.exchange)
    try:
        market = _CcxtMarket(connector, exchange, configuration.symbols)
        async with asyncio.TaskGroup() as tasks:
            market.start(tasks)
    finally:
        await exchange.close()


class _CcxtMarket:
    def __init__(self, connector: Connector, exchange: Any, symbols: Sequence[str]) -> None:
        self._connector = connector
        self._exchange = exchange
        self._symbols = symbols
        self._grids: dict[str, MarketGrid] = {}
        self._theirs = {our_symbol(each): each for each in symbols}
        self._loading = asyncio.Lock()
        self._clock_offset_ms = 0.0
        self._refused_until_s = 0.0
        self._books: dict[str, asyncio.Task[None]] = {}
        self._has_ids = exchange.id in _CONSECUTIVE_IDS
        self._links = CcxtLinks(exchange, list(self._theirs), connector.publish)
        for name, value in _VENUE_OPTIONS.get(exchange.id, {}).items():
            exchange.options[name] = {**dict(exchange.options.get(name) or {}), **value}
        tap_cache(exchange, "trades", self._publish_trade)
        for cache in ("bidsasks", "tickers"):
            tap_cache(exchange, cache, self._publish_touch)

    def start(self, tasks: asyncio.TaskGroup) -> None:
        """Answer requests, and watch the symbols."""
        connector = self._connector
        connector.handle("listings", ListingsRequest, self._listings)
        connector.handle("candles", CandlesRequest, self._candles)
        connector.handle("trades", TradesRequest, self._trades)
        connector.handle("touch", TouchRequest, self._touch)
        if not self._symbols:
            tasks.create_task(connector.closed.wait())
            return
        self._tasks = tasks
        connector.on_message(DepthInterest, self._watch_depth)
        tasks.create_task(self._watch())

    async def _watch(self) -> None:
        """Load the markets, and then watch all symbols."""
        back_off = BackOff()
        while True:
            try:
                await self._load()
                await self._measure_clock()
                break
            except ConnectorError as error:
                self._links.report_down(error)
                await asyncio.sleep(back_off.wait_s(error.retry_after_s))
        exchange, tasks = self._exchange, self._tasks
        tasks.create_task(self._keep_watching("trades", self._trade_watch()))
        tasks.create_task(self._keep_watching("touch", self._touch_watch()))
        tasks.create_task(self._beat())
        tasks.create_task(self._keep_measuring())
        log.info("venue_watched", extra={"venue": exchange.id, "symbols": len(self._symbols)})

    def _trade_watch(self) -> Callable[[], Awaitable[Any]]:
        exchange, symbols = self._exchange, list(self._symbols)
        if exchange.has.get("watchTradesForSymbols"):
            return lambda: exchange.watch_trades_for_symbols(symbols)
        return lambda: _any_of(exchange.watch_trades, symbols)

    def _touch_watch(self) -> Callable[[], Awaitable[Any]]:
        exchange, symbols = self._exchange, list(self._symbols)
        if exchange.has.get("watchBidsAsks"):
            return lambda: exchange.watch_bids_asks(symbols)
        if exchange.has.get("watchTickers"):
            return lambda: exchange.watch_tickers(symbols)
        return lambda: _any_of(exchange.watch_ticker, symbols)

    async def _keep_watching(self, channel: str, watch: Callable[[], Awaitable[Any]]) -> None:
        """Keep a subscription. What it brings arrives through the caches; see `tap_cache`."""
        back_off = BackOff()
        with self._links.channel(channel):
            while True:
                try:
                    await watch()
                except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001, ccxt's own
                    _raise_if_cancelled()
                    failure = await self._explain(connector_error(error, self._exchange))
                    self._links.channel_down(channel, failure)
                    await asyncio.sleep(back_off.wait_s(failure.retry_after_s))
                else:
                    back_off.reset()

    async def _explain(self, failure: ConnectorError) -> ConnectorError:
        """Return why a connection failed. REST knows of maintenance, where sockets are closed."""
        if failure.code != "network" or not self._exchange.has.get("fetchTime"):
            return failure
        try:
            await self._rest(self._exchange.fetch_time)
        except ConnectorError as error:
            return error if error.code in ("venue_maintenance", "rate_limited") else failure
        return failure

    def _watch_depth(self, interest: DepthInterest) -> None:
        for symbol in self._books.keys() - interest.levels.keys():
            self._books.pop(symbol).cancel()
        for symbol in interest.levels.keys() - self._books.keys():
            self._books[symbol] = self._tasks.create_task(self._keep_book(symbol))

    async def _keep_book(self, symbol: str) -> None:
        back_off, theirs, exchange = BackOff(), self._theirs[symbol], self._exchange
        try:
            while True:
                try:
                    book = await exchange.watch_order_book(theirs, ORDER_BOOK_LEVELS)
                except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001, ccxt's own
                    _raise_if_cancelled()
                    failure = connector_error(error, exchange)
                    fields = {"symbol": symbol, "code": failure.code}
                    log.warning("venue_depth_failed", extra=fields)
                    await asyncio.sleep(back_off.wait_s(failure.retry_after_s))
                    continue
                back_off.reset()
                grid = self._grids[symbol]
                bids, asks = (
                    [
                        (grid.price(price), grid.quantity(size))
                        for price, size, *_ in book[side][:ORDER_BOOK_LEVELS]
                    ]
                    for side in ("bids", "asks")
                )
                self._connector.publish(DepthMessage(symbol, bids, asks))
        finally:
            if exchange.has.get("unWatchOrderBook"):
                with suppress(Exception):
                    await exchange.un_watch_order_book(theirs)

    # What ccxt parsed

    def _publish_trade(self, trade: dict[str, Any]) -> None:
        message = self._trade(trade)
        if message is not None:
            self._connector.publish(message)

    def _trade(self, trade: dict[str, Any]) -> TradeMessage | None:
        symbol = our_symbol(trade["symbol"])
        grid = self._grids.get(symbol)
        if grid is None:
            return None
        price, quantity = grid.price(trade["price"]), grid.quantity(trade["amount"])
        side = {"buy": 1, "sell": -1}.get(trade["side"] or "", 0)
        time_ms = int(trade["timestamp"])
        id = trade["id"] or f"{time_ms}:{price}:{quantity}:{side}"
        return TradeMessage(symbol, str(id), time_ms, price, quantity, side)

    def _publish_touch(self, ticker: dict[str, Any]) -> None:
        message = self._touch_of(ticker)
        if message is not None:
            self._connector.publish(message)

    def _touch_of(self, ticker: dict[str, Any]) -> TouchMessage | None:
        symbol = our_symbol(ticker["symbol"])
        grid, bid, ask = self._grids.get(symbol), ticker["bid"], ticker["ask"]
        if grid is None or bid is None or ask is None:
            return None
        lot = grid.lot
        return TouchMessage(
            symbol,
            grid.price(bid),
            grid.quantity(ticker["bidVolume"]) if ticker["bidVolume"] is not None else lot,
            grid.price(ask),
            grid.quantity(ticker["askVolume"]) if ticker["askVolume"] is not None else lot,
            int(ticker["timestamp"] or 0),
        )

    # Signs of life and the clock

    async def _beat(self) -> None:
        """Report the venue's time while its connections answer."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            if self._links.check(SILENT_S):
                now_ms = self._exchange.milliseconds() + self._clock_offset_ms
                self._connector.publish(TimeMessage(int(now_ms)))

    async def _keep_measuring(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_S)
            try:
                await self._measure_clock()
            except ConnectorError as error:
                log.warning("venue_clock_failed", extra={"code": error.code, "text": error.text})

    async def _measure_clock(self) -> None:
        exchange = self._exchange
        if not exchange.has.get("fetchTime"):
            self._connector.publish(ClockOffset(0, 1_000))
            return
        best: tuple[float, float] | None = None
        for _ in range(CLOCK_SAMPLES):
            before_ms = exchange.milliseconds()
            venue_ms = await self._rest(exchange.fetch_time)
            after_ms = exchange.milliseconds()
            # A wait for the rate limit counts as a part of the round trip, so the shortest counts.
            sample = (after_ms - before_ms) / 2, venue_ms - (before_ms + after_ms) / 2
            best = sample if best is None or sample < best else best
        assert best is not None
        self._clock_offset_ms = best[1]
        self._connector.publish(ClockOffset(round(best[1]), int(best[0]) + 1))

    # Requests

    async def _rest(self, call: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """Make a request. After the venue asked to wait, none is made until then: they fail with
        the code `rate_limited` and what is left to wait. Raises ConnectorError."""
        left_s = self._refused_until_s - time.monotonic()
        if left_s > 0:
            text = f"{self._exchange.id} asked to wait for {left_s:.1f} s"
            raise ConnectorError("rate_limited", text, left_s)
        try:
            with translated_errors(self._exchange):
                return await call(*arguments)
        except ConnectorError as error:
            if error.code == "rate_limited":
                self._refused_until_s = time.monotonic() + error.retry_after_s
                self._connector.publish(RateLimitWait(error.retry_after_s))
            raise

    async def _load(self) -> None:
        async with self._loading:
            await self._rest(self._exchange.load_markets)
        for theirs in self._symbols:
            self._grids[our_symbol(theirs)] = grid_of(self._exchange, theirs)

    async def _listings(self, params: ListingsRequest) -> list[VenueListing]:
        await self._load()
        grids = [grid_of(self._exchange, each) for each in params.venue_symbols]
        found = []
        for theirs, grid in zip(params.venue_symbols, grids, strict=True):
            ticker = await self._rest(self._exchange.fetch_ticker, theirs)
            found.append(listing_of(self._exchange, theirs, grid, ticker, self._has_ids))
        return found

    async def _candles(self, params: CandlesRequest) -> list[Candle]:
        grid, theirs = await self._known(params.symbol)
        fetch = self._exchange.fetch_ohlcv
        rows = await self._rest(fetch, theirs, "1m", params.start_ms, params.count)
        return [
            (
                int(row[0]),
                grid.price(row[1]),
                grid.price(row[2]),
                grid.price(row[3]),
                grid.price(row[4]),
                grid.volume(row[5]),
            )
            for row in rows
        ]

    async def _trades(self, params: TradesRequest) -> list[TradeMessage]:
        _, theirs = await self._known(params.symbol)
        fetch = self._exchange.fetch_trades
        if params.from_id and self._has_ids:
            by_id = {"fromId": params.from_id}
            rows = await self._rest(fetch, theirs, None, TRADES_PER_PAGE, by_id)
        else:
            rows = await self._rest(fetch, theirs, params.since_ms, TRADES_PER_PAGE)
        found = [self._trade(row) for row in rows]
        return [each for each in found if each is not None]

    async def _touch(self, params: TouchRequest) -> TouchMessage:
        _, theirs = await self._known(params.symbol)
        exchange = self._exchange
        if exchange.has.get("fetchBidsAsks"):
            ticker = (await self._rest(exchange.fetch_bids_asks, [theirs]))[theirs]
        else:
            ticker = await self._rest(exchange.fetch_ticker, theirs)
        message = self._touch_of(ticker)
        if message is None:
            raise ConnectorError("rejected", f"{theirs} has no best bid and ask.")
        return message

    async def _known(self, symbol: str) -> tuple[MarketGrid, str]:
        if symbol not in self._grids:
            await self._load()
        return self._grids[symbol], self._theirs[symbol]


def _raise_if_cancelled() -> None:
    """Raise CancelledError if this task is cancelled. ccxt cancels what it waits for itself where a
    connection is closed; that is a lost connection."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _any_of(watch: Callable[[str], Awaitable[Any]], symbols: Sequence[str]) -> None:
    """Watch symbols one by one, where the venue does not take several. Return on a failure."""
    tasks = [asyncio.ensure_future(watch(each)) for each in symbols]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for each in done:
            each.result()
    finally:
        for each in tasks:
            each.cancel()


_CONSECUTIVE_IDS = frozenset({"binance", "binanceus", "binanceusdm", "binancecoinm"})
"""The venues whose trades are numbered without gaps, and returned from a number on."""

# The streams of aggregate trades have the ids of the requests for them.
_AGGREGATE = {"watchTradesForSymbols": {"name": "aggTrade"}, "watchTrades": {"name": "aggTrade"}}
_VENUE_OPTIONS: dict[str, dict[str, dict[str, Any]]] = dict.fromkeys(_CONSECUTIVE_IDS, _AGGREGATE)
