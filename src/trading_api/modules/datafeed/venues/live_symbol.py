"""One symbol of a live market: its bars, quotes and order book, and the trades that wait while a
gap is filled."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from operator import attrgetter

from trading_api.domain.order_book import OrderBook, PriceLevel
from trading_api.domain.quote import Quote
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.venues.live_bars import LiveBars
from trading_api.modules.datafeed.venues.messages import (
    DepthMessage,
    TouchMessage,
    TradeMessage,
    VenueListing,
)
from trading_api.modules.datafeed.venues.trade_sequence import TradeSequence

QUOTES_MAX = 2_000
"""So many quotes are kept, newest first. The trade tape looks back less far."""
WAITING_TRADES_MAX = 20_000
"""So many streamed trades wait while a gap is filled. Above it they are dropped, and requested with
the gap."""

_time_of = attrgetter("time_ms")


class LiveSymbol:
    """The state of one symbol. It begins with the stored minutes, and as long as there are none
    with the listing's last price.

    `is_up` is whether its connection is; `is_live` whether all before the newest trade is known.
    While it is not live, what the venue streams waits."""

    def __init__(self, listing: VenueListing, closed: BarColumns, now_ms: int) -> None:
        instrument = listing.instrument
        self.instrument = instrument
        self.bars = LiveBars(closed)
        self.trades = TradeSequence(listing.has_consecutive_ids)
        self.is_up = self.is_live = False
        self.is_confirmed = True
        self._tick = instrument.tick_size
        self._unit = Decimal(1) / instrument.volume_scale
        last = self.bars.last_price
        last = listing.last_price if last is None else last
        self._last = last
        lot = max(1, int(instrument.quantity_step / self._unit))
        self._touch = TouchMessage(instrument.symbol, max(1, last - 1), lot, last + 1, lot)
        self._depth: DepthMessage | None = None
        # Full: the oldest quote is dropped.
        self._quotes: deque[Quote] = deque(maxlen=QUOTES_MAX)
        self._quotes.append(self._quote(now_ms, 0))
        # Full: all are dropped, and requested from the venue. See `hold`.
        self._waiting: deque[TradeMessage] = deque()
        self._waiting_touch: TouchMessage | None = None
        self._has_dropped = False

    @property
    def symbol(self) -> str:
        return self.instrument.symbol

    @property
    def quote(self) -> Quote:
        return self._quotes[-1]

    def quote_history(self, before_ms: int | None = None) -> Iterator[Quote]:
        # A copy: a deque that changes ends the iterators over it.
        quotes = list(self._quotes)
        count = len(quotes) if before_ms is None else bisect_left(quotes, before_ms, key=_time_of)
        return reversed(quotes[:count])

    def quotes_since(self, start_ms: int) -> Iterator[Quote]:
        quotes = list(self._quotes)
        return iter(quotes[bisect_left(quotes, start_ms, key=_time_of) :])

    # Changes of a live symbol

    def apply_trade(self, trade: TradeMessage, time_ms: int, now_ms: int) -> bool:
        """Apply a trade at its `time_ms` to the bars, and at `now_ms` to the quotes. Return False,
        and change nothing, if its minute is closed."""
        self.trades.add(trade)
        if not self.bars.add(time_ms, trade.price, trade.quantity):
            return False
        self._last = trade.price
        self._quotes.append(self._quote(now_ms, trade.quantity))
        return True

    def apply_touch(self, touch: TouchMessage, now_ms: int) -> bool:
        """Apply a best bid and ask. Return False for one that is crossed or has an empty side."""
        if not 0 < touch.bid < touch.ask or touch.bid_size <= 0 or touch.ask_size <= 0:
            return False
        self._touch = touch
        self._add_quote(now_ms)
        return True

    def apply_depth(self, depth: DepthMessage) -> None:
        self._depth = depth

    def requote(self, now_ms: int) -> None:
        """Add a quote of the present state, after depth came or bars were taken from candles."""
        last = self.bars.last_price
        self._last = self._last if last is None else last
        self._add_quote(now_ms)

    def order_book(self, levels: int) -> OrderBook:
        """Return the venue's depth behind the quote's own best bid and ask."""
        quote, touch, depth = self.quote, self._touch, self._depth
        bids = [PriceLevel(quote.bid, quote.bid_size)]
        asks = [PriceLevel(quote.ask, quote.ask_size)]
        if depth is not None:
            bids += self._levels([each for each in depth.bids if each[0] < touch.bid], levels)
            asks += self._levels([each for each in depth.asks if each[0] > touch.ask], levels)
        return OrderBook(self.symbol, quote.time_ms, tuple(bids[:levels]), tuple(asks[:levels]))

    # What waits for a gap

    def hold(self, message: TradeMessage | TouchMessage) -> None:
        """Keep a message until the gap before it is filled."""
        if isinstance(message, TouchMessage):
            self._waiting_touch = message
        elif len(self._waiting) < WAITING_TRADES_MAX:
            self._waiting.append(message)
        else:
            self._waiting.clear()
            self._has_dropped = True

    @property
    def first_waiting(self) -> TradeMessage | None:
        return self._waiting[0] if self._waiting else None

    @property
    def waiting_touch(self) -> TouchMessage | None:
        return self._waiting_touch

    def take_waiting(self) -> tuple[list[TradeMessage], TouchMessage | None, bool]:
        """Return the waiting trades in their order, the newest waiting touch, and whether trades
        were dropped meanwhile. Nothing waits afterwards."""
        trades, touch, has_dropped = list(self._waiting), self._waiting_touch, self._has_dropped
        self._waiting.clear()
        self._waiting_touch, self._has_dropped = None, False
        return trades, touch, has_dropped

    def _add_quote(self, now_ms: int) -> None:
        """Add a quote without a trade, if it differs from the newest one."""
        quote = self._quote(now_ms, 0)
        if quote != self._quotes[-1]:
            self._quotes.append(quote)

    def _quote(self, time_ms: int, last_size: int) -> Quote:
        touch, tick, unit = self._touch, self._tick, self._unit
        return Quote(
            self.instrument.symbol,
            time_ms,
            touch.bid * tick,
            touch.ask * tick,
            touch.bid_size * unit,
            touch.ask_size * unit,
            self._last * tick,
            last_size * unit,
        )

    def _levels(self, side: list[tuple[int, int]], levels: int) -> list[PriceLevel]:
        return [
            PriceLevel(price * self._tick, size * self._unit)
            for price, size in side[: levels - 1]
            if size > 0
        ]
