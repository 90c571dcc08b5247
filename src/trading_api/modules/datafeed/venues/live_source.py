"""A live market: makes a market source of the messages of a venue's connector.

It knows no venue and no client library. docs/market-source.md describes how to connect another
venue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from trading_api.clock import wall_clock_ms
from trading_api.connectors.back_off import BackOff
from trading_api.connectors.errors import ConnectorEnded
from trading_api.connectors.restarts import run_again
from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import DAY_MS, MINUTE_MS, resolutions_built_from
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.gap_filling import GapFilling, Missing, Requests
from trading_api.modules.datafeed.venues.live_history import LiveHistory
from trading_api.modules.datafeed.venues.live_statistics import LiveStatistics
from trading_api.modules.datafeed.venues.live_symbol import LiveSymbol
from trading_api.modules.datafeed.venues.messages import (
    ClockOffset,
    DepthInterest,
    DepthMessage,
    LinkChanged,
    RateLimitWait,
    TimeMessage,
    TouchMessage,
    TradeMessage,
    VenueListing,
    VenueMessage,
)

RESOLUTIONS = resolutions_built_from(MINUTE_MS)
LATE_MS = 2_000
"""A minute stays open so long after its end, for trades that arrive late."""
CHECK_S = 10.0
"""How often closed minutes are compared with the venue's candles."""
FILLS_MAX = 3
"""So often a gap is filled before the trades that the venue does not return are given up."""
TRADES_PER_TURN = 200
"""So many missing trades are published before other work of the event loop gets its turn."""

log = logging.getLogger(__name__)


class VenueConnection(Requests, Protocol):
    """The connection to a venue's connector. ConnectorProcess implements it."""

    async def run(self, on_message: Callable[[Any], None]) -> None: ...

    def send(self, message: Struct) -> None: ...


class LiveSource:
    """Implements MarketSource over the connection to a venue.

    The present is the venue's: it moves by trades and by the venue's own heartbeats, and is
    never ahead of the local `clock` plus the measured offset. Stored history is read at the start;
    `run` requests what is missing. `venue` names the venue in the log."""

    def __init__(
        self,
        venue: str,
        listings: Sequence[VenueListing],
        connection: VenueConnection,
        store: BarHistoryStore,
        history_days: int = 30,
        clock: Callable[[], int] = wall_clock_ms,
        back_off: BackOff | None = None,
    ) -> None:
        self.venue = venue
        self.statistics = LiveStatistics()
        self._listings = listings
        self._connection = connection
        self._clock = clock
        self._offset = ClockOffset(0, 0)
        self._back_off = back_off or BackOff()
        self._filling = GapFilling(connection, self._venue_ms, back_off)
        self._history = LiveHistory(store, self._filling, self.statistics, history_days * DAY_MS)
        self._now_ms = 0
        loaded = [(each, self._history.load(each, clock())) for each in listings]
        for listing, minutes in loaded:
            newest_ms = int(minutes.time_ms[-1]) + MINUTE_MS - 1 if len(minutes) else 0
            self._now_ms = max(self._now_ms, newest_ms or listing.time_ms)
        self._symbols = {
            listing.instrument.symbol: LiveSymbol(listing, minutes, self._now_ms)
            for listing, minutes in loaded
        }
        self._fills: dict[str, asyncio.Task[None]] = {}
        self._depth_levels: dict[str, int] = {}
        self._has_messages = False
        self._sink: MarketSink | None = None
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def instruments(self) -> Sequence[Instrument]:
        return [each.instrument for each in self._symbols.values()]

    def resolutions(self) -> Sequence[str]:
        return RESOLUTIONS

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        return self._symbols[symbol].bars.bars(resolution, start_ms, end_ms, count_back)

    def quote(self, symbol: str) -> Quote:
        return self._symbols[symbol].quote

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        return self._symbols[symbol].quote_history(before_ms)

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        return self._symbols[symbol].quotes_since(start_ms)

    def closed_reason(self, symbol: str) -> str:
        return ""  # such a venue has no trading hours; a lost connection is reported as stale

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._symbols[symbol].order_book(levels)

    def is_live(self, symbol: str) -> bool:
        """Return whether the connection is up and nothing before the newest trade is missing."""
        return self._symbols[symbol].is_live

    async def run(self, sink: MarketSink) -> None:
        """Run the connector, and report its messages. One that ends is started again."""
        self._sink = sink
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._keep_connected())
                self._tasks.create_task(self._check_minutes())
        finally:
            self._tasks = None
            self._fills.clear()
            self._depth_levels = {}
            for symbol in self._symbols.values():
                symbol.is_up = symbol.is_live = False
                symbol.take_waiting()

    def accept(self, message: VenueMessage) -> None:
        """Handle a message of the connector."""
        self.statistics.messages += 1
        self._has_messages = True
        match message:
            case TradeMessage():
                self._accept_trade(self._symbols[message.symbol], message)
            case TouchMessage():
                self._accept_touch(self._symbols[message.symbol], message)
            case DepthMessage():
                self._accept_depth(self._symbols[message.symbol], message)
            case TimeMessage():
                self._advance(message.time_ms)
                self._close_minutes()
                self._watch_depth()
                self._running_sink.heartbeat()
            case ClockOffset():
                self._offset = message
                self.statistics.clock_offset_ms = message.offset_ms
            case LinkChanged():
                self._accept_link(message)
            case RateLimitWait():
                self.statistics.rate_limit_waits += 1

    async def check_minutes(self) -> None:
        """Compare the minutes that closed with the venue's candles, and store them."""
        self._close_minutes()
        for symbol in self._symbols.values():
            if symbol.is_live:
                await self._history.check(symbol, self._venue_ms())

    async def check_listings(self) -> None:
        """Compare the listings with the venue's; a changed one takes effect at the next start."""
        await self._history.check_listings(self._listings)

    async def extend_history(self) -> None:
        """Request older minutes, a page of each symbol in turn, until there are `history_days`."""
        waiting = list(self._symbols.values())
        while waiting:
            for symbol in waiting.copy():
                if not await self._history.extend(symbol, self._venue_ms()):
                    waiting.remove(symbol)

    # What the venue sends

    def _accept_trade(self, symbol: LiveSymbol, trade: TradeMessage) -> None:
        if not symbol.is_live:
            symbol.hold(trade)
        elif symbol.trades.is_repeated(trade):
            self.statistics.duplicates += 1
        elif symbol.trades.is_after_a_gap(trade) or not symbol.is_confirmed:
            # The first trade after a reconnect may be the first after a gap.
            symbol.is_confirmed = True
            symbol.hold(trade)
            self._begin_filling(symbol)
        else:
            self._apply_trade(symbol, trade)

    def _accept_touch(self, symbol: LiveSymbol, touch: TouchMessage) -> None:
        if not symbol.is_live:
            symbol.hold(touch)
            return
        self._advance(touch.time_ms)
        if symbol.apply_touch(touch, self._now_ms):
            self._publish(symbol)

    def _accept_depth(self, symbol: LiveSymbol, depth: DepthMessage) -> None:
        symbol.apply_depth(depth)
        if symbol.is_live:
            symbol.requote(self._now_ms)
            self._publish(symbol)

    def _accept_link(self, link: LinkChanged) -> None:
        symbols = [self._symbols[name] for name in link.symbols]
        if link.is_up:
            log.info("market_link_up", extra={"venue": self.venue, "symbols": len(symbols)})
        for symbol in symbols:
            if link.is_up and not symbol.is_up:
                symbol.is_up, symbol.is_confirmed = True, symbol.trades.is_consecutive
                self._begin_filling(symbol)
            elif not link.is_up:
                self._take_down(symbol, link.reason)
        if not any(each.is_up for each in self._symbols.values()):
            if link.code == "venue_maintenance":
                self._running_sink.closed(f"{self.venue} is under maintenance: {link.reason}")
            else:
                self._running_sink.stale(link.reason)

    def _take_down(self, symbol: LiveSymbol, reason: str) -> None:
        if symbol.is_up:
            self.statistics.disconnects += 1
            log.warning("market_link_down", extra={"symbol": symbol.symbol, "reason": reason})
        symbol.is_up = symbol.is_live = False
        symbol.take_waiting()
        if filling := self._fills.pop(symbol.symbol, None):
            filling.cancel()
        self._running_sink.symbol_stale(symbol.symbol, reason)

    def _apply_trade(self, symbol: LiveSymbol, trade: TradeMessage) -> None:
        time_ms = self._advance(trade.time_ms)
        if not symbol.apply_trade(trade, time_ms, self._now_ms):
            self.statistics.late_trades += 1
            return
        aggressor = {1: 1, -1: -1}.get(trade.aggressor)
        self._publish(symbol, VenueTrade(trade.id, trade.time_ms, aggressor))  # type: ignore[arg-type]

    def _publish(self, symbol: LiveSymbol, trade: VenueTrade | None = None) -> None:
        sink = self._running_sink
        if interest := sink.interest.get(symbol.symbol):
            if interest.book_levels != self._depth_levels.get(symbol.symbol, 0):
                self._watch_depth()
            sink.publish([build_update(self, symbol.quote, interest, trade)])
        else:
            sink.heartbeat()

    def _advance(self, time_ms: int) -> int:
        """Move the present on to a time of the venue. Return the time, or where it is ahead of the
        venue's own clock, what that shows."""
        time_ms = min(time_ms, self._venue_ms() + self._offset.error_ms)
        self._now_ms = max(self._now_ms, time_ms)
        return time_ms

    def _venue_ms(self) -> int:
        return self._clock() + self._offset.offset_ms

    def _close_minutes(self) -> None:
        for each in self._symbols.values():
            if each.is_live and each.bars.newest_ms + MINUTE_MS + LATE_MS <= self._now_ms:
                each.bars.close()

    def _watch_depth(self) -> None:
        """Request the order books that are wanted now, if they changed."""
        wanted = {
            name: interest.book_levels
            for name, interest in self._running_sink.interest.items()
            if interest.book_levels
        }
        if wanted != self._depth_levels:
            self._depth_levels = wanted
            self._connection.send(DepthInterest(wanted))

    # Work in the background

    async def _keep_connected(self) -> None:
        def on_ended(reason: str) -> None:
            if self._has_messages:
                self._back_off.reset()
            self._has_messages = False
            self.statistics.restarts += 1
            text = f"the connector of {self.venue} ended: {reason}"
            log.error("market_connector_ended", extra={"reason": text})
            self._depth_levels = {}
            self._accept_link(LinkChanged(list(self._symbols), False, text))

        await run_again(lambda: self._connection.run(self.accept), on_ended, self._back_off)

    async def _check_minutes(self) -> None:
        while not any(each.is_live for each in self._symbols.values()):  # noqa: ASYNC110
            await asyncio.sleep(1)
        try:
            await self.check_listings()
            await self.extend_history()
        except ConnectorEnded:
            log.info("market_history_incomplete", extra={"venue": self.venue})
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                await self.check_minutes()
                await self.extend_history()
            except ConnectorEnded:
                continue  # it is started again

    def _begin_filling(self, symbol: LiveSymbol) -> None:
        symbol.is_live = False
        assert self._tasks is not None, "the source does not run"
        # Nothing may trade on prices of which newer ones are held back.
        self._running_sink.symbol_stale(symbol.symbol, "missing trades are requested")
        if filling := self._fills.pop(symbol.symbol, None):
            filling.cancel()
        self._fills[symbol.symbol] = self._tasks.create_task(self._fill(symbol))

    async def _fill(self, symbol: LiveSymbol) -> None:
        """Fill the gap of the symbol, then apply what the venue streamed meanwhile."""
        is_first = symbol.trades.last is None
        for attempt in range(1, FILLS_MAX + 1):
            try:
                start_ms = self._history.first_wanted_ms(self._venue_ms())
                missing = await self._filling.missing(symbol, start_ms)
            except ConnectorEnded:
                return  # a new connector reports when the connection is up
            await self._apply_missing(symbol, missing)
            if self._release_waiting(symbol, is_last=attempt == FILLS_MAX):
                break
        if not is_first:
            self.statistics.gaps_filled += 1
            log.info("market_gap_filled", extra={"symbol": symbol.symbol})
        symbol.is_live = True
        symbol.requote(self._now_ms)
        self._running_sink.symbol_fresh(symbol.symbol)
        self._publish(symbol)

    async def _apply_missing(self, symbol: LiveSymbol, missing: Missing) -> None:
        if missing.touch is not None:
            symbol.apply_touch(missing.touch, self._now_ms)
        if not missing.is_replacing:
            for number, trade in enumerate(missing.trades, 1):
                if not symbol.trades.is_repeated(trade):
                    self._apply_trade(symbol, trade)
                if number % TRADES_PER_TURN == 0:
                    await asyncio.sleep(0)
            return
        self._history.append(symbol, missing)
        first = missing.trades[0] if missing.trades else symbol.first_waiting
        if first is not None:
            symbol.trades.skip_to(first)
        for trade in missing.trades:
            time_ms = self._advance(trade.time_ms)
            symbol.apply_trade(trade, time_ms, self._now_ms)

    def _release_waiting(self, symbol: LiveSymbol, *, is_last: bool) -> bool:
        """Apply what waited. Return False where a trade before it is still missing; with `is_last`
        it is given up."""
        trades, touch, has_dropped = symbol.take_waiting()
        if touch is not None:
            symbol.apply_touch(touch, self._now_ms)
        if has_dropped and not is_last:
            return False
        for number, trade in enumerate(trades):
            if symbol.trades.is_repeated(trade):
                continue
            if symbol.trades.is_after_a_gap(trade):
                if not is_last:
                    for later in trades[number:]:
                        symbol.hold(later)
                    return False
                self.statistics.gaps_unfilled += 1
                log.error("market_trades_missing", extra={"symbol": symbol.symbol})
            self._apply_trade(symbol, trade)
        return True

    @property
    def _running_sink(self) -> MarketSink:
        assert self._sink is not None, "the source does not run"
        return self._sink
