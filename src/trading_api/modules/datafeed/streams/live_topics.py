"""The topics that somebody follows, and what a moving market tells them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from pydantic import BaseModel

from trading_api.domain.order_book import LEVELS_MAX
from trading_api.domain.quote import Quote
from trading_api.errors import Invalid, SymbolNotFound
from trading_api.models.market import QuoteData
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.streams.throttle import Follower, Pace
from trading_api.modules.datafeed.streams.topics import (
    BarTopic,
    BookTopic,
    FollowedBySymbol,
    QuoteTopic,
    TradeTopic,
)
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.shared.ws.router_interface import TopicUpdate, parse_topic

QUOTED_NAMES_MAX = 500


class LiveTopics:
    """`quote_data` is a name's quote at the source's present."""

    def __init__(
        self,
        source: MarketSource,
        symbols: Symbols,
        quote_data: Callable[[str], QuoteData],
        slow_interval_ms: int,
    ) -> None:
        self._source = source
        self._symbols = symbols
        self._quote_data = quote_data
        self._bar_topics: dict[str, BarTopic] = {}
        self._book_topics: dict[str, BookTopic] = {}
        self._trade_topics: dict[str, TradeTopic] = {}
        self._quote_topics: dict[str, QuoteTopic] = {}
        self._bars_of: FollowedBySymbol[BarTopic] = FollowedBySymbol()
        self._books_of: FollowedBySymbol[BookTopic] = FollowedBySymbol()
        self._trades_of: FollowedBySymbol[TradeTopic] = FollowedBySymbol()
        self._quotes_of: FollowedBySymbol[tuple[str, QuoteTopic]] = FollowedBySymbol()
        self._pace = Pace(slow_interval_ms)

    def follow(self, topic: str, topic_update: TopicUpdate) -> None:
        route, request = parse_topic(topic)
        match route:
            case "bars":
                self._follow_bars(topic, request["symbol"], request["resolution"], topic_update)
            case "trades":
                self._follow_trades(topic, request["symbol"], topic_update)
            case "orderbook":
                self._follow_book(topic, request["symbol"], request["depth"], topic_update)
            case _:
                fast, slow = request["fast_symbols"], request["symbols"]
                self._follow_quotes(topic, fast, slow, topic_update)

    def forget(self, topic: str) -> None:
        if bars := self._bar_topics.pop(topic, None):
            self._bars_of.remove(bars.symbol, topic)
        if book := self._book_topics.pop(topic, None):
            self._books_of.remove(book.symbol, topic)
        if trades := self._trade_topics.pop(topic, None):
            self._trades_of.remove(trades.symbol, topic)
        if quotes := self._quote_topics.pop(topic, None):
            self._pace.forget(topic)
            for symbol in quotes.names:
                self._quotes_of.remove(symbol, topic)

    def state(self, topic: str) -> Sequence[BaseModel]:
        if topic in self._bar_topics:
            return self._bar_topics[topic].state()
        if topic in self._book_topics:
            return [self._book_topics[topic].state()]
        if topic in self._trade_topics:
            return self._trade_topics[topic].state()
        return [self._quote_data(name) for name in self._quote_topics[topic].asked]

    def wants(self, symbol: str) -> bool:
        """Somebody follows it; or what was held back of any symbol has come due."""
        return (
            symbol in self._bars_of
            or symbol in self._books_of
            or symbol in self._trades_of
            or symbol in self._quotes_of
            or self._pace.is_due(self._source.now_ms)
        )

    def advance(self, quote: Quote) -> None:
        """The market moved on to this quote."""
        for bars in self._bars_of.topics(quote.symbol):
            bars.advance()
        self._tell_books(self._books_of.topics(quote.symbol))
        for trades in self._trades_of.topics(quote.symbol):
            trades.advance(quote)
        followers = [
            (topic, name)
            for topic, quotes in self._quotes_of.topics(quote.symbol)
            for name in quotes.names[quote.symbol]
        ]
        for topic, name in followers:
            if self._pace.paces(topic, name):
                self._pace.hold(topic, name)
        self._tell_quotes(each for each in followers if not self._pace.paces(*each))
        self.tell_due()

    def tell_due(self) -> None:
        """What was held back, once its time is over."""
        if self._pace.is_due(self._source.now_ms):
            self._tell_quotes(self._pace.due(self._source.now_ms))

    def release(self) -> None:
        """Nothing may change for long, so that what is held back is told."""
        self._tell_quotes(self._pace.all(self._source.now_ms))

    def _follow_bars(
        self, topic: str, symbol: str, resolution: str, topic_update: TopicUpdate
    ) -> None:
        instrument = self._symbols.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        bars = BarTopic(self._source, instrument, name, topic_update)
        self._bar_topics[topic] = bars
        self._bars_of.add(bars.symbol, topic, bars)

    def _follow_trades(self, topic: str, name: str, topic_update: TopicUpdate) -> None:
        trades = TradeTopic(self._source, self._symbols.instrument(name).symbol, topic_update)
        self._trade_topics[topic] = trades
        self._trades_of.add(trades.symbol, topic, trades)

    def _follow_book(self, topic: str, name: str, levels: int, topic_update: TopicUpdate) -> None:
        symbol = self._symbols.instrument(name).symbol
        if not 1 <= levels <= LEVELS_MAX:
            raise Invalid(f"depth is from 1 to {LEVELS_MAX} levels.", "depth_out_of_range")
        book = BookTopic(self._source, symbol, levels, topic_update)
        self._book_topics[topic] = book
        self._books_of.add(symbol, topic, book)

    def _follow_quotes(
        self, topic: str, fast: list[str], slow: list[str], topic_update: TopicUpdate
    ) -> None:
        names = list(dict.fromkeys([*fast, *slow]))
        if not names:
            raise Invalid("Name at least one symbol to quote.", "no_symbols")
        if len(names) > QUOTED_NAMES_MAX:
            raise Invalid(
                f"A quotes topic holds at most {QUOTED_NAMES_MAX} symbols.", "too_many_symbols"
            )
        quotes = QuoteTopic(names, topic_update)
        for name in names:
            if instrument := self._symbols.find(name):
                quotes.names.setdefault(instrument.symbol, []).append(name)
        if not quotes.names:
            raise SymbolNotFound(names[0])
        self._quote_topics[topic] = quotes
        self._pace.follow(topic, set(slow).difference(fast), self._source.now_ms)
        for symbol in quotes.names:
            self._quotes_of.add(symbol, topic, (topic, quotes))

    def _tell_books(self, books: Collection[BookTopic]) -> None:
        """The book is made once, however many follow it and how deep."""
        if books:
            deepest = max(books, key=lambda book: book.levels).state()
            for book in books:
                book.advance(deepest)

    def _tell_quotes(self, followers: Iterable[Follower]) -> None:
        told: dict[str, QuoteData] = {}
        for topic, name in followers:
            if name not in told:
                told[name] = self._quote_data(name)
            self._quote_topics[topic].topic_update(told[name])
