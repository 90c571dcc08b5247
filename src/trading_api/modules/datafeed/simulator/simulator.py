"""The simulated market, which is the default source."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from hashlib import blake2b

import numpy as np

from trading_api.domain.bar import Bar, bars_from_columns
from trading_api.domain.instrument import Instrument
from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import (
    DAY_MS,
    RESOLUTIONS,
    bar_start,
    first_bar_start,
    length_ms,
    next_bar_start,
)
from trading_api.modules.datafeed.market.market_clock import MarketClock
from trading_api.modules.datafeed.market.ports import MarketSink
from trading_api.modules.datafeed.market.size_decay import decayed_size
from trading_api.modules.datafeed.market.update_builder import build_update
from trading_api.modules.datafeed.simulator.listings import LISTINGS, Listing
from trading_api.modules.datafeed.simulator.price_bridge import ONE, Draw, Node
from trading_api.modules.datafeed.simulator.price_tree import (
    COLUMNS_MIN,
    DAY_LEVEL,
    END_MS,
    LEAF_LEVEL,
    LEVELS_MS,
    TICK_MS,
    PriceTree,
    sum_columns,
    sum_nodes,
)

FIRST_MS = 1_167_609_600_000
"""2007-01-01, which begins a week, a month and a year. There is no history before it."""

# The range of all time as a multiple of the usual day's (test_simulator measures it).
_DAYS_IN_ALL_TIME = 40
# Not levels of the tree: they name two more streams of draws.
_QUOTE, _ORDERS = 255, 254
# The resting orders at a price change after so many ticks, each price at a tick of its own.
_ORDERS_TICKS = 16
# After a shorter gap no trade is lost; a longer one is a pause.
_CATCH_UP_MS = 5_000
# A forming bar is extended by so many ticks at most, and summed again after a longer time.
_EXTENDED_MS = 4 * TICK_MS
_NO_NODE: tuple[int, int, Node] = (-1, -1, (0, 0, 0, 0, 0))


class Simulator:
    """A market that is a pure function of seed, symbol and time. Implements MarketSource,
    SteppableSource and PlayableSource.

    The cost of a window is proportional to the bars in it, however long ago they were. Symbols
    trade round the clock. The last price at an instant is that of the last whole tick of 250 ms,
    which is quoted in its last millisecond. A pause of more than five seconds is skipped: the
    market goes on at the clock's present, without the ticks in between. `clock` returns
    milliseconds since 1970; by default it is a MarketClock."""

    def __init__(
        self,
        seed: int,
        clock: Callable[[], int] | None = None,
        listings: Sequence[Listing] = LISTINGS,
    ) -> None:
        self.seed = seed
        self._clock = clock or MarketClock().now_ms
        self._now_ms = self._clock()
        self._ticks_end_ms = _whole_ticks(self._now_ms)
        self._symbols = {
            listing.instrument.symbol: _SymbolPath(seed, listing) for listing in listings
        }

    @property
    def now_ms(self) -> int:
        return self._now_ms

    def instruments(self) -> Sequence[Instrument]:
        return tuple(symbol.instrument for symbol in self._symbols.values())

    def resolutions(self) -> Sequence[str]:
        return RESOLUTIONS

    def bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count_back: int = 0
    ) -> list[Bar]:
        end_ms = min(end_ms, self._ticks_end_ms)
        starts_ms = _bar_starts(resolution, start_ms, end_ms, count_back)
        return self._symbols[symbol].bars(resolution, starts_ms, self._ticks_end_ms)

    def quote(self, symbol: str) -> Quote:
        return self._symbols[symbol].quote(self._ticks_end_ms)

    def quote_history(self, symbol: str, before_ms: int | None = None) -> Iterator[Quote]:
        end_ms = self._ticks_end_ms
        if before_ms is not None:
            end_ms = min(end_ms, _whole_ticks(before_ms))
        return map(self._symbols[symbol].quote, range(end_ms, FIRST_MS, -TICK_MS))

    def quotes_since(self, symbol: str, start_ms: int) -> Iterator[Quote]:
        end_ms = max(FIRST_MS, _whole_ticks(start_ms)) + TICK_MS
        return map(
            self._symbols[symbol].quote, range(end_ms, self._ticks_end_ms + TICK_MS, TICK_MS)
        )

    def closed_reason(self, symbol: str) -> str:
        return ""

    def order_book(self, symbol: str, levels: int) -> OrderBook:
        return self._symbols[symbol].order_book(self._ticks_end_ms, levels)

    async def run(self, sink: MarketSink) -> None:
        while True:
            self.move_to(self._clock(), sink)
            await asyncio.sleep((TICK_MS - self._clock() % TICK_MS) / 1_000)

    def step(self, until_ms: int, sink: MarketSink) -> bool:
        until_ms = min(until_ms, END_MS)
        if self._ticks_end_ms + TICK_MS > until_ms:
            self._now_ms = max(self._now_ms, until_ms)
            return False
        self._tick(self._ticks_end_ms + TICK_MS, sink)
        return True

    @property
    def is_recording(self) -> bool:
        return False

    @property
    def start_ms(self) -> int:
        return FIRST_MS

    @property
    def end_ms(self) -> int | None:
        return None

    @property
    def played_ms(self) -> int:
        return self._now_ms

    @property
    def next_tick(self) -> tuple[int, int] | None:
        time_ms = self._ticks_end_ms + TICK_MS
        return (time_ms, time_ms) if time_ms <= END_MS else None

    def step_to(self, due_ms: int, sink: MarketSink, ticks_max: int) -> bool:
        return all(self.step(due_ms, sink) for _ in range(ticks_max))

    def move_to(self, instant_ms: int, sink: MarketSink) -> None:
        """Move the present to the instant: tick by tick, or in one step after a pause."""
        last_ms = _whole_ticks(instant_ms) - TICK_MS
        if last_ms + TICK_MS - self._ticks_end_ms > _CATCH_UP_MS:
            self._ticks_end_ms = last_ms
        while self._ticks_end_ms <= last_ms:
            self._tick(self._ticks_end_ms + TICK_MS, sink)
        self._now_ms = max(self._now_ms, instant_ms)
        sink.heartbeat()

    def _tick(self, end_ms: int, sink: MarketSink) -> None:
        self._now_ms = self._ticks_end_ms = end_ms
        interest = sink.interest
        updates = [
            build_update(self, symbol.quote(end_ms), wanted)
            for name, symbol in self._symbols.items()
            if (wanted := interest.get(name))
        ]
        if updates:
            sink.publish(updates)


class _SymbolPath:
    def __init__(self, seed: int, listing: Listing) -> None:
        self.instrument = listing.instrument
        self._listing = listing
        self._tick_size = listing.instrument.tick_size
        name = f"{seed}/{listing.instrument.exchange}:{listing.instrument.symbol}"
        key = blake2b(name.encode(), digest_size=32).digest()
        self._tree = PriceTree(
            key,
            _all_time(listing, key),
            listing.usual_price * listing.usual_day_range_ppm // 1_000_000,
        )
        self._quote: Quote | None = None
        # By resolution: the start of the forming bar, its end so far, and their interval.
        self._forming: dict[str, tuple[int, int, Node]] = {}

    def bars(self, resolution: str, starts_ms: Sequence[int], now_ms: int) -> list[Bar]:
        """Return the bars that begin then, which are consecutive. The last one may be forming."""
        if len(starts_ms) < COLUMNS_MIN:
            return [self._bar(resolution, start_ms, now_ms) for start_ms in starts_ms]
        *closed_ms, last_ms = starts_ms
        level = _LEVEL_OF[resolution]
        firsts = np.array(closed_ms, np.int64) // LEVELS_MS[level]
        first, end = int(firsts[0]), last_ms // LEVELS_MS[level]
        nodes = self._tree.columns(level, first, end)
        if len(closed_ms) < end - first:
            nodes = sum_columns(nodes, firsts - first)
        return [
            *bars_from_columns(closed_ms, *nodes.tolist()),
            self._bar(resolution, last_ms, now_ms),
        ]

    def _bar(self, resolution: str, start_ms: int, now_ms: int) -> Bar:
        end_ms = next_bar_start(resolution, start_ms)
        if end_ms > now_ms:
            return Bar(start_ms, *self._forming_node(resolution, start_ms, now_ms))
        return Bar(start_ms, *self._tree.between(_LEVEL_OF[resolution], start_ms, end_ms))

    def _forming_node(self, resolution: str, start_ms: int, now_ms: int) -> Node:
        """Extend the last forming bar by the ticks since then: most reports are one tick later."""
        start, end_ms, node = self._forming.get(resolution, _NO_NODE)
        if start != start_ms or not end_ms <= now_ms <= end_ms + _EXTENDED_MS:
            node = self._tree.between(_LEVEL_OF[resolution], start_ms, now_ms)
        elif end_ms < now_ms:
            node = sum_nodes([node, self._tree.between(LEAF_LEVEL, end_ms, now_ms)])
        self._forming[resolution] = start_ms, now_ms, node
        return node

    def quote(self, end_ms: int) -> Quote:
        """Return the quote of the tick that ends then. The spread changes each second; the side of
        the last trade and the sizes change each tick."""
        if self._quote is None or self._quote.time_ms != end_ms - 1:
            self._quote = self._quote_of(end_ms // TICK_MS - 1)
        return self._quote

    def _quote_of(self, tick: int) -> Quote:
        _, _, _, last, volume = self._tree.node(LEAF_LEVEL, tick)
        draw = self._draw(tick)
        spread = 1 + self._draw(tick // 4 * 4)[0] * (2 * self._listing.usual_spread - 1) // ONE
        bid = last - spread if draw[1] & 1 else last
        return Quote(
            symbol=self.instrument.symbol,
            time_ms=(tick + 1) * TICK_MS - 1,
            bid=bid * self._tick_size,
            ask=(bid + spread) * self._tick_size,
            bid_size=self._size(draw[2]),
            ask_size=self._size(draw[3]),
            last=last * self._tick_size,
            last_size=Decimal(volume) / self.instrument.volume_scale,
        )

    def order_book(self, end_ms: int, levels: int) -> OrderBook:
        quote = self.quote(end_ms)
        bids = self._side(PriceLevel(quote.bid, quote.bid_size), -1, end_ms, levels)
        asks = self._side(PriceLevel(quote.ask, quote.ask_size), 1, end_ms, levels)
        return OrderBook(self.instrument.symbol, quote.time_ms, bids, asks)

    def _side(
        self, best: PriceLevel, away: int, end_ms: int, levels: int
    ) -> tuple[PriceLevel, ...]:
        """Return one side of the book. Orders rest at a price for a while, whichever side of the
        touch it is on."""
        side, price = [best], int(best.price / self._tick_size) + away
        prices_a_level = 1 + self._listing.usual_spread // 4
        while price > 0 and len(side) < levels:
            epoch = (end_ms // TICK_MS + price) // _ORDERS_TICKS
            draw = next(self._tree.draws(_ORDERS, price << 32 | epoch))
            if draw[0] * prices_a_level < ONE:
                size = decayed_size(self._size(draw[1]), self.instrument.quantity_step, len(side))
                side.append(PriceLevel(price * self._tick_size, size))
            price += away
        return tuple(side)

    def _draw(self, tick: int) -> Draw:
        return next(self._tree.draws(_QUOTE, tick))

    def _size(self, draw: int) -> Decimal:
        """Return a size from one lot to sixty-four; small ones are more frequent."""
        return self._listing.lot * (1 + draw * draw // (1 << 26))


def _all_time(listing: Listing, key: bytes) -> Node:
    price = listing.usual_price
    reach = price * listing.usual_day_range_ppm * _DAYS_IN_ALL_TIME // 1_000_000
    low = price - reach // 2
    draw = blake2b(b"all time", key=key, digest_size=2).digest()
    open_, close = (low + reach * (64 + byte // 2) // 256 for byte in draw)
    return open_, low + reach, low, close, listing.usual_day_volume * (END_MS // DAY_MS)


def _bar_starts(resolution: str, start_ms: int, end_ms: int, count_back: int) -> Sequence[int]:
    """Return the starts of bars within [start_ms, end_ms), and older ones until there are
    `count_back`; none before FIRST_MS."""
    first_ms = first_bar_start(resolution, max(FIRST_MS, min(start_ms, end_ms)))
    bar_ms = length_ms(resolution)
    if bar_ms is not None:
        missing = max(0, count_back - len(range(first_ms, end_ms, bar_ms)))
        return range(max(FIRST_MS, first_ms - missing * bar_ms), end_ms, bar_ms)
    months_ms: deque[int] = deque()
    instant_ms = first_ms
    while instant_ms < end_ms:
        months_ms.append(instant_ms)
        instant_ms = next_bar_start(resolution, instant_ms)
    while len(months_ms) < count_back and first_ms > FIRST_MS:
        first_ms = bar_start(resolution, first_ms - 1)
        months_ms.appendleft(first_ms)
    return months_ms


def _whole_ticks(instant_ms: int) -> int:
    return instant_ms - instant_ms % TICK_MS


def _level_of(resolution: str) -> int:
    """Return the longest level of which the resolution's bars are whole multiples, with the same
    starts."""
    if resolution in ("1W", "1M"):
        return DAY_LEVEL
    bar_ms = length_ms(resolution) or 0
    return next(level for level, level_ms in enumerate(LEVELS_MS) if bar_ms % level_ms == 0)


_LEVEL_OF = {resolution: _level_of(resolution) for resolution in RESOLUTIONS}
