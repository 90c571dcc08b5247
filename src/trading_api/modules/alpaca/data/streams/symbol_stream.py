"""Publishes one symbol to the clients of all data streams that subscribed to it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from trading_api.domain.bar import Bar
from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import DAY, QUOTE, Fact, bars, book
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import DAY_MS
from trading_api.domain.trade_tape import TradeTape
from trading_api.modules.alpaca.assets import display_symbol
from trading_api.modules.alpaca.data.documents import (
    to_bar_document,
    to_order_book_document,
    to_quote_document,
    to_trade_document,
)
from trading_api.modules.alpaca.data.streams.messages import StreamEncoding
from trading_api.modules.alpaca.data.streams.minute_closing import MinuteClosing
from trading_api.modules.alpaca.data.times import midnight_ms
from trading_api.streaming.outbox import Outbox, send_to_all

BOOK_LEVELS = 20

FACTS: Mapping[str, Sequence[Fact]] = {
    "trades": (QUOTE,),
    "quotes": (QUOTE,),
    "bars": (bars("1"),),
    "updatedBars": (bars("1"),),
    "dailyBars": (bars("1"), DAY),
    "orderbooks": (book(BOOK_LEVELS),),
}
"""What the market has to report for each channel."""
MINUTE_CHANNELS = ("bars", "updatedBars", "dailyBars")


class StreamClient(Protocol):
    """A client of a data stream: the encoding that it chose, and its outbox."""

    @property
    def encoding(self) -> StreamEncoding: ...

    @property
    def outbox(self) -> Outbox: ...


class SymbolStream:
    """Publishes the channels of one symbol, each to its own audience.

    A message is made only if its channel has an audience, and is encoded once for all clients with
    the same encoding. For a slow client, quotes, daily bars and order books are conflated; trades
    and minute bars are not."""

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.minutes = MinuteClosing()
        self._name = display_symbol(instrument)
        self._audiences: dict[str, dict[StreamEncoding, dict[StreamClient, Outbox]]] = {}
        self._tape = TradeTape(())
        self._quote: Quote | None = None
        self._day: Bar | None = None

    def add(self, channel: str, client: StreamClient) -> None:
        audience = self._audiences.setdefault(channel, {})
        audience.setdefault(client.encoding, {})[client] = client.outbox

    def remove(self, channel: str, client: StreamClient) -> None:
        audience = self._audiences[channel]
        del audience[client.encoding][client]
        if not audience[client.encoding]:
            del audience[client.encoding]
        if not audience:
            del self._audiences[channel]
        if not self.has_minutes:
            # Without a subscriber, no updates arrive: what is stored here would be out of date.
            self.minutes, self._day = MinuteClosing(), None

    @property
    def is_empty(self) -> bool:
        return not self._audiences

    @property
    def has_minutes(self) -> bool:
        """Whether a channel with an audience depends on the ends of minutes."""
        return any(channel in self._audiences for channel in MINUTE_CHANNELS)

    def publish(self, update: MarketUpdate) -> None:
        """Send what changed. Trades come before the quotes and bars that they change."""
        quote = update.quote
        if "trades" in self._audiences and (trade := self._tape.read(quote)):
            self._send("trades", "t", [to_trade_document(trade, self.instrument)])
        if "quotes" in self._audiences and not _is_same_touch(quote, self._quote):
            self._quote = quote
            self._send("quotes", "q", [to_quote_document(quote, self.instrument)], is_state=True)
        if "orderbooks" in self._audiences and update.book is not None:
            document = to_order_book_document(update.book.top(BOOK_LEVELS))
            self._send("orderbooks", "o", [{**document, "r": True}], is_state=True)
        if update.day and update.day[-1].time_ms % DAY_MS == 0:
            self._day = update.day[-1]  # not the minute of a symbol without days
        if self.has_minutes:
            closed, changed = self.minutes.update(update.bars.get("1", ()))
            self._send_bars("updatedBars", "u", changed)
            self._send_closed(closed)

    def close_due(self, now_ms: int) -> None:
        """Send the minute that is over by now, if no later one has begun."""
        if self.has_minutes and (bar := self.minutes.close_due(now_ms)):
            self._send_closed([bar])

    def _send_closed(self, closed: Sequence[Bar]) -> None:
        self._send_bars("bars", "b", closed)
        if closed and self._day is not None and "dailyBars" in self._audiences:
            day_ms = midnight_ms(self._day.time_ms, ZoneInfo(self.instrument.timezone))
            document = to_bar_document(self._day, self.instrument, day_ms)
            self._send("dailyBars", "d", [document], is_state=True)

    def _send_bars(self, channel: str, kind: str, bars: Iterable[Bar]) -> None:
        if bars and channel in self._audiences:
            self._send(channel, kind, [to_bar_document(bar, self.instrument) for bar in bars])

    def _send(
        self,
        channel: str,
        kind: str,
        documents: Iterable[Mapping[str, Any]],
        *,
        is_state: bool = False,
    ) -> None:
        """Send documents to a channel. Those of a state are conflated for a slow client."""
        messages = [{"T": kind, "S": self._name, **document} for document in documents]
        key: Hashable | None = (kind, self._name) if is_state else None
        for encoding, outboxes in self._audiences[channel].items():
            send_to_all(encoding.frame(messages), key, outboxes.values())


def _is_same_touch(quote: Quote, before: Quote | None) -> bool:
    return before is not None and (quote.bid, quote.ask, quote.bid_size, quote.ask_size) == (
        before.bid,
        before.ask,
        before.bid_size,
        before.ask_size,
    )
