"""The topics of the route `bars`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import Interest
from trading_api.domain.ports.market_data import bars as bars_of
from trading_api.domain.resolution import AHEAD_MS, DAY_MS, length_ms
from trading_api.models.market import Bar
from trading_api.modules.datafeed.mapping import to_bar
from trading_api.modules.datafeed.market.bar_cursor import newest_bars
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.streams.ports import REPLAY_MAX
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.streaming.route_service import TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic


@dataclass(frozen=True, slots=True)
class _BarTopic:
    instrument: Instrument
    resolution: str


class BarStream:
    """Publishes bars of one symbol and resolution a topic: each bar that changed, so that a closed
    bar equals what history returns for it."""

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
        instrument = self._symbols.instrument(request["symbol"])
        resolution = self._symbols.resolution(request["resolution"], instrument)
        self._interest.add(instrument.symbol, bars_of(resolution))
        self._subscriptions.attach(
            topic, topic_update, [("bars", instrument.symbol)], _BarTopic(instrument, resolution)
        )

    def close(self, topic: Topic) -> None:
        bar_topic: _BarTopic = topic.stream
        self._interest.remove(bar_topic.instrument.symbol, bars_of(bar_topic.resolution))
        self._subscriptions.detach(topic.name)

    def state(self, topic: Topic) -> Sequence[Bar]:
        bar_topic: _BarTopic = topic.stream
        instrument = bar_topic.instrument
        newest = newest_bars(self._source, instrument.symbol, bar_topic.resolution)
        return [to_bar(bar, instrument) for bar in newest]

    def replay(self, topic: Topic, since_ms: int) -> Sequence[Bar] | None:
        """Return the bar that begins at `since_ms`, which may have changed, and all later ones."""
        bar_topic: _BarTopic = topic.stream
        symbol, resolution = bar_topic.instrument.symbol, bar_topic.resolution
        end_ms = self._source.now_ms + AHEAD_MS + 1
        most_ms = REPLAY_MAX * (length_ms(resolution) or 28 * DAY_MS)
        if end_ms - since_ms <= most_ms:
            bars = self._source.bars(symbol, resolution, since_ms, end_ms)
        else:
            # A symbol that does not trade around the clock has fewer bars than fit into the time.
            newest = newest_bars(self._source, symbol, resolution, REPLAY_MAX + 1)
            bars = [bar for bar in newest if bar.time_ms >= since_ms]
        return None if len(bars) > REPLAY_MAX else [to_bar(b, bar_topic.instrument) for b in bars]

    def publish(self, update: MarketUpdate) -> None:
        for topic in self._subscriptions.topics_of(("bars", update.quote.symbol)):
            bar_topic: _BarTopic = topic.stream
            for bar in update.bars.get(bar_topic.resolution, ()):
                topic.publish(to_bar(bar, bar_topic.instrument))
