"""The topics of the route `quotes`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import DAY, Interest, MarketData
from trading_api.errors import Invalid, SymbolNotFound
from trading_api.models.market import QuoteData
from trading_api.modules.datafeed.mapping import to_quote_data
from trading_api.modules.datafeed.streams.throttle import Follower, Throttle
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic

QUOTED_NAMES_MAX = 500


@dataclass(frozen=True, slots=True)
class _QuoteTopic:
    """`requested` holds the names as the client wrote them, each once; `names` those that are a
    symbol's, by symbol."""

    requested: Sequence[str]
    names: dict[str, list[str]]


class QuoteStream:
    """Publishes the quotes of a watchlist a topic: of fast symbols each change, of the others the
    latest one once an interval. `read_quote` returns the present quote of a name."""

    def __init__(
        self,
        market: MarketData,
        symbols: Symbols,
        subscriptions: Subscriptions,
        interest: Interest,
        read_quote: Callable[[str], QuoteData],
        slow_interval_ms: int,
    ) -> None:
        self._market = market
        self._symbols = symbols
        self._subscriptions = subscriptions
        self._interest = interest
        self._read_quote = read_quote
        self._throttle = Throttle(slow_interval_ms)
        self._latest: dict[str, MarketUpdate] = {}

    def open(self, topic: str, request: Any, topic_update: TopicUpdate) -> None:
        fast, slow = request["fast_symbols"], request["symbols"]
        quote_topic = self._quote_topic(list(dict.fromkeys([*fast, *slow])))
        for symbol in quote_topic.names:
            self._interest.add(symbol, DAY)
        self._throttle.add(topic, set(slow).difference(fast), self._market.now_ms)
        channels = [("quotes", symbol) for symbol in quote_topic.names]
        self._subscriptions.attach(topic, topic_update, channels, quote_topic)

    def close(self, topic: Topic) -> None:
        names = topic.stream.names
        self._throttle.remove(topic.name)
        self._subscriptions.detach(topic.name)
        for symbol in names:
            self._interest.remove(symbol, DAY)
            if not self._subscriptions.topics_of(("quotes", symbol)):
                self._latest.pop(symbol, None)

    def state(self, topic: Topic) -> Sequence[QuoteData]:
        return [self._read_quote(name) for name in topic.stream.requested]

    def publish(self, update: MarketUpdate) -> None:
        symbol = update.quote.symbol
        topics = self._subscriptions.topics_of(("quotes", symbol))
        if not topics:
            return
        self._latest[symbol] = update
        throttle = self._throttle
        unthrottled: list[Follower] = []
        for topic in topics:
            for name in topic.stream.names[symbol]:
                if throttle.is_throttled(topic.name, name):
                    throttle.hold(topic.name, name)
                else:
                    unthrottled.append((topic.name, name))
        self._send(unthrottled)

    def publish_due(self) -> None:
        """Publish the held quotes whose interval has ended."""
        now_ms = self._market.now_ms
        if self._throttle.is_due(now_ms):
            self._send(self._throttle.due(now_ms))

    def next_due_ms(self) -> int | None:
        """Return a time before which `publish_due` publishes nothing, or None if it never does."""
        return self._throttle.next_due_ms()

    def publish_held(self) -> None:
        """Publish every held quote: prices may not change for long."""
        self._send(self._throttle.release_all(self._market.now_ms))

    def _quote_topic(self, names: list[str]) -> _QuoteTopic:
        if not names:
            raise Invalid("Name at least one symbol to quote.", "no_symbols")
        if len(names) > QUOTED_NAMES_MAX:
            raise Invalid(
                f"A quotes topic holds at most {QUOTED_NAMES_MAX} symbols.", "too_many_symbols"
            )
        by_symbol: dict[str, list[str]] = {}
        for name in names:
            if instrument := self._symbols.find(name):
                by_symbol.setdefault(instrument.symbol, []).append(name)
        if not by_symbol:
            raise SymbolNotFound(names[0])
        return _QuoteTopic(names, by_symbol)

    def _send(self, followers: Iterable[Follower]) -> None:
        """Send each follower the latest quote of its name.

        A name is mapped once, and published to its topics one after the other: then it is encoded
        once too, in whatever order the topics list their names."""
        by_name: dict[str, list[str]] = {}
        for topic_name, name in followers:
            by_name.setdefault(name, []).append(topic_name)
        for name, topic_names in by_name.items():
            instrument = self._symbols.instrument(name)
            latest = self._latest[instrument.symbol]
            quote = to_quote_data(name, instrument, latest.quote, latest.day)
            for topic_name in topic_names:
                topic = self._subscriptions.topic(topic_name)
                assert topic is not None, "a follower is removed with its topic"
                topic.publish(quote)
