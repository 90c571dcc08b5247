"""The topics of the datafeed that somebody follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from trading_api.domain.instrument import Instrument
from trading_api.domain.quote import Quote
from trading_api.models.market import Bar, Orderbook, Trade
from trading_api.modules.datafeed.mapping import to_bar, to_orderbook
from trading_api.modules.datafeed.market.ports import AHEAD_MS, MarketBar, MarketSource
from trading_api.modules.datafeed.streams.trade_tape import Tape
from trading_api.shared.ws.router_interface import TopicUpdate

TopicT = TypeVar("TopicT")


class BarTopic:
    """One symbol at one resolution. Its updates are what history says has changed since the last
    of them, so that the two cannot disagree, and no closed bar is missed however late it is told.
    """

    def __init__(
        self,
        source: MarketSource,
        instrument: Instrument,
        resolution: str,
        topic_update: TopicUpdate,
    ) -> None:
        self._source = source
        self._instrument = instrument
        self._resolution = resolution
        self._topic_update = topic_update
        self._told = self._newest()

    @property
    def symbol(self) -> str:
        return self._instrument.symbol

    def state(self) -> Sequence[Bar]:
        return [to_bar(bar, self._instrument) for bar in self._newest()]

    def advance(self) -> None:
        """The market moved on."""
        for bar in self._newer():
            if bar not in self._told:
                self._told = [bar]
                self._topic_update(to_bar(bar, self._instrument))

    def _newer(self) -> list[MarketBar]:
        if not self._told:
            return self._newest()
        end_ms = self._source.now_ms + AHEAD_MS + 1
        return self._source.bars(self.symbol, self._resolution, self._told[-1].time_ms, end_ms)

    def _newest(self) -> list[MarketBar]:
        end_ms = self._source.now_ms + AHEAD_MS + 1
        return self._source.bars(self.symbol, self._resolution, end_ms, end_ms, 1)


class BookTopic:
    """The top of one symbol's book, told whenever it has changed."""

    def __init__(
        self, source: MarketSource, symbol: str, levels: int, topic_update: TopicUpdate
    ) -> None:
        self.symbol = symbol
        self.levels = levels
        self._source = source
        self._topic_update = topic_update
        self._told = self.state()

    def state(self) -> Orderbook:
        return to_orderbook(self._source.depth(self.symbol, self.levels))

    def advance(self, deeper: Orderbook) -> None:
        """The market moved on; `deeper` is the symbol's book, at least as deep as this one."""
        asks, bids = deeper.asks[: self.levels], deeper.bids[-self.levels :]
        if (asks, bids) != (self._told.asks, self._told.bids):
            self._told = Orderbook(asks=asks, bids=bids)
            self._topic_update(self._told)


class TradeTopic:
    """What trades of one symbol. The state is the last trade there was, followed or not."""

    def __init__(self, source: MarketSource, symbol: str, topic_update: TopicUpdate) -> None:
        self.symbol = symbol
        self._tape = Tape(source.quotes_back(symbol))
        self._topic_update = topic_update

    def state(self) -> Sequence[Trade]:
        return [self._tape.last] if self._tape.last else []

    def advance(self, quote: Quote) -> None:
        """The market moved on to this quote."""
        if trade := self._tape.print(quote):
            self._topic_update(trade)


class QuoteTopic:
    """`asked` are the names as they were asked for, each once; `names` those that are a symbol's,
    by symbol."""

    def __init__(self, asked: Sequence[str], topic_update: TopicUpdate) -> None:
        self.asked = asked
        self.names: dict[str, list[str]] = {}
        self.topic_update = topic_update


class FollowedBySymbol(dict[str, dict[str, TopicT]]):
    """Topics by their names, by symbol: a quote finds those it concerns, and a topic comes and
    goes, without a walk."""

    def add(self, symbol: str, name: str, topic: TopicT) -> None:
        self.setdefault(symbol, {})[name] = topic

    def remove(self, symbol: str, name: str) -> None:
        del self[symbol][name]
        if not self[symbol]:
            del self[symbol]

    def topics(self, symbol: str) -> Collection[TopicT]:
        return self.get(symbol, {}).values()
