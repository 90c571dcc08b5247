"""The topics of the route `orderbook`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.order_book import LEVELS_MAX
from trading_api.domain.ports.market_data import Interest, book
from trading_api.errors import Invalid
from trading_api.models.market import Orderbook
from trading_api.modules.datafeed.mapping import to_orderbook
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic


@dataclass(slots=True)
class _OrderBookTopic:
    """`last` is the book that was published last; at first the one that the topic began with."""

    symbol: str
    levels: int
    last: Orderbook


class OrderBookStream:
    """Publishes the best levels of one symbol's order book a topic, whenever they changed."""

    def __init__(
        self,
        source: MarketSource,
        symbols: Symbols,
        subscriptions: Subscriptions,
        interest: Interest,
    ) -> None:
        self._source = source
        self._symbols = symbols
        self._subscriptions = subscriptions
        self._interest = interest

    def open(self, topic: str, request: Any, topic_update: TopicUpdate) -> None:
        symbol = self._symbols.instrument(request["symbol"]).symbol
        levels: int = request["depth"]
        if not 1 <= levels <= LEVELS_MAX:
            raise Invalid(f"depth is from 1 to {LEVELS_MAX} levels.", "depth_out_of_range")
        self._interest.add(symbol, book(levels))
        book_topic = _OrderBookTopic(symbol, levels, self._read(symbol, levels))
        self._subscriptions.attach(topic, topic_update, [("orderbook", symbol)], book_topic)

    def close(self, topic: Topic) -> None:
        book_topic: _OrderBookTopic = topic.stream
        self._interest.remove(book_topic.symbol, book(book_topic.levels))
        self._subscriptions.detach(topic.name)

    def state(self, topic: Topic) -> Sequence[Orderbook]:
        return [self._read(topic.stream.symbol, topic.stream.levels)]

    def publish(self, update: MarketUpdate) -> None:
        """The book is mapped once, however many topics depend on it and however deep they are."""
        topics = self._subscriptions.topics_of(("orderbook", update.quote.symbol))
        if not topics or update.book is None:
            return
        deepest = to_orderbook(update.book)
        for topic in topics:
            book_topic: _OrderBookTopic = topic.stream
            last, levels = book_topic.last, book_topic.levels
            asks, bids = deepest.asks[:levels], deepest.bids[-levels:]
            if (asks, bids) != (last.asks, last.bids):
                book_topic.last = Orderbook(asks=asks, bids=bids)
                topic.publish(book_topic.last)

    def _read(self, symbol: str, levels: int) -> Orderbook:
        return to_orderbook(self._source.order_book(symbol, levels))
