"""The topics of the route `trades`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import Interest
from trading_api.domain.quote import Quote
from trading_api.domain.trade_tape import TradeTape
from trading_api.models.market import Trade
from trading_api.modules.datafeed.mapping import to_trade
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.streams.ports import REPLAY_MAX
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic


@dataclass(frozen=True, slots=True)
class _TradeTopic:
    symbol: str
    tape: TradeTape


class TradeStream:
    """Publishes the trades of one symbol a topic. A topic's state is the last trade there was,
    whether or not the topic was open then."""

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
        self._interest.add(symbol)
        trade_topic = _TradeTopic(symbol, TradeTape(self._source.quote_history(symbol)))
        self._subscriptions.attach(topic, topic_update, [("trades", symbol)], trade_topic)

    def close(self, topic: Topic) -> None:
        self._interest.remove(topic.stream.symbol)
        self._subscriptions.detach(topic.name)

    def state(self, topic: Topic) -> Sequence[Trade]:
        last = topic.stream.tape.last
        return [to_trade(last)] if last else []

    def replay(self, topic: Topic, since_ms: int) -> Sequence[Trade] | None:
        """Return the trades after `since_ms`, as far back as the source has quotes. With 0 there
        was no trade yet: then those of the last REPLAY_MAX quotes."""
        history = self._source.quote_history(topic.stream.symbol)
        if not since_ms:
            history = islice(history, REPLAY_MAX)
        newer: list[Quote] = []
        for quote in history:
            if quote.time_ms <= since_ms:
                history = chain((quote,), history)
                break
            newer.append(quote)
            if len(newer) > REPLAY_MAX:
                return None
        tape = TradeTape(history)
        trades = (tape.read(quote) for quote in reversed(newer))
        return [to_trade(trade) for trade in trades if trade]

    def recent(self, symbol: str, limit: int) -> list[Trade]:
        """Return the last trades of a symbol, the oldest first: at most `limit`, and those of the
        last REPLAY_MAX quotes. The source keeps the quotes, and nothing else is stored."""
        history = self._source.quote_history(symbol)
        newer: list[Quote] = []
        traded = 0
        for quote in islice(history, REPLAY_MAX):
            newer.append(quote)
            traded += 1 if quote.last_size else 0
            if traded >= limit:
                break
        tape = TradeTape(history)
        trades = (tape.read(quote) for quote in reversed(newer))
        return [to_trade(trade) for trade in trades if trade]

    def publish(self, update: MarketUpdate) -> None:
        for topic in self._subscriptions.topics_of(("trades", update.quote.symbol)):
            if trade := topic.stream.tape.read(update.quote):
                topic.publish(to_trade(trade))
