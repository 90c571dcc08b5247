"""The datafeed: queries, the step clock's commands, topics, and the market's listener."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quiet_range import QuietRange
from trading_api.errors import Conflict, Invalid
from trading_api.models.market import (
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    QuoteData,
    SearchSymbolResultItem,
    SymbolInfo,
    Trade,
)
from trading_api.models.market.clock import ADVANCE_MS_MAX
from trading_api.modules.datafeed.history import History, read_history
from trading_api.modules.datafeed.mapping import to_quote_data, to_quote_error
from trading_api.modules.datafeed.market.bar_cursor import daily_resolution, newest_bars
from trading_api.modules.datafeed.market.playing_clock import PlayingClock
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.replay_control import ReplayControl
from trading_api.modules.datafeed.streams.bars import BarStream
from trading_api.modules.datafeed.streams.deferred_updates import DeferredUpdates
from trading_api.modules.datafeed.streams.orderbook import OrderBookStream
from trading_api.modules.datafeed.streams.ports import ReplayableStream, Stream
from trading_api.modules.datafeed.streams.quotes import QuoteStream
from trading_api.modules.datafeed.streams.replay import ReplayStream
from trading_api.modules.datafeed.streams.trades import TradeStream
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.streaming.route_service import SequencedUpdate, TopicUpdate
from trading_api.streaming.subscriptions import Subscriptions, Topic
from trading_api.streaming.topics import parse_topic

# Existing clients send milliseconds where seconds belong. Larger numbers cannot be seconds.
_SECONDS_MAX = 100_000_000_000


class DatafeedService:
    """A ResumableService that answers from the market source, and publishes what the market
    reports to topics."""

    def __init__(
        self,
        source: MarketSource,
        market: MarketData,
        subscriptions: Subscriptions,
        clock: StepClock | None = None,
        slow_interval_ms: int = 10_000,
        playing_clock: PlayingClock | None = None,
    ) -> None:
        self._source = source
        self._market = market
        self._clock = clock
        self._symbols = symbols = Symbols(market, list(source.resolutions()))
        self._subscriptions = subscriptions
        interest = market.listen(self)
        self._quotes = QuoteStream(
            market, symbols, subscriptions, interest, self._quote_data, slow_interval_ms
        )
        bars = BarStream(source, symbols, subscriptions, interest)
        self._trades = trades = TradeStream(source, symbols, subscriptions, interest)
        self.replay = ReplayControl(source, playing_clock)
        replay = ReplayStream(subscriptions, self.replay.state)
        self.replay.listen(self._on_replay)
        self._deferred = DeferredUpdates()
        self._publish_replay = replay.publish_state
        # In the order in which each publishes its part of an update.
        self._streams: dict[str, Stream] = {
            "bars": bars,
            "orderbook": OrderBookStream(source, symbols, subscriptions, interest),
            "trades": trades,
            "quotes": self._quotes,
            "replay": replay,
        }
        self._replayable: dict[str, ReplayableStream] = {"bars": bars, "trades": trades}

    # Queries

    def configuration(self) -> DatafeedConfiguration:
        return self._symbols.configuration()

    def search(
        self, user_input: str, exchange: str, symbol_type: str, max_results: int, offset: int = 0
    ) -> list[SearchSymbolResultItem]:
        return self._symbols.search(user_input, exchange, symbol_type, max_results, offset)

    def resolve(self, symbol: str) -> SymbolInfo:
        return self._symbols.resolve(symbol)

    async def bars(
        self, symbol: str, resolution: str, from_time: int, to_time: int, count_back: int
    ) -> History:
        """Return at least two bars, where there are two: charts compute the distance of bars from
        them. For a window without bars, the result has the time of the next older one."""
        instrument = self._symbols.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        start_ms, end_ms = _milliseconds(from_time), _milliseconds(to_time)
        if start_ms > end_ms:
            raise Invalid("from_time is after to_time.", "from_after_to")
        symbol = instrument.symbol
        bars = await read_history(self._source, symbol, name, start_ms, end_ms, count_back)
        if len(bars) == 1:
            older_ms = bars[0].time_ms
            bars = await read_history(self._source, symbol, name, older_ms, older_ms, 1) + bars
        if bars:
            return History(instrument, bars)
        older = await read_history(self._source, symbol, name, start_ms, start_ms, 1)
        return History(instrument, [], not older, older[0].time_ms if older else None)

    def quotes(self, symbols: Iterable[str]) -> list[QuoteData]:
        return [self._quote_data(name) for name in dict.fromkeys(symbols)]

    def trades(self, symbol: str, limit: int) -> list[Trade]:
        """Return the last trades of a symbol, the oldest first, as its topic publishes them. Raises
        SymbolNotFound."""
        return self._trades.recent(self._symbols.instrument(symbol).symbol, limit)

    def time_s(self) -> int:
        return self._source.now_ms // 1_000

    def health(self) -> DatafeedHealthResponse:
        status, instruments = self._market.status, self._market.instruments()
        return DatafeedHealthResponse(
            status="ok",
            market=status.state.value,
            message=status.reason or self._stale_symbols(),
            symbols=len(instruments),
        )

    def _stale_symbols(self) -> str:
        """Return one sentence for each symbol that is stale while others trade."""
        symbols = [each.symbol for each in self._market.instruments()]
        statuses = [(symbol, self._market.status_of(symbol)) for symbol in symbols]
        stale = (
            f"{symbol} is silent: {status.reason}"
            for symbol, status in statuses
            if status.state is MarketState.STALE
        )
        return "; ".join(stale)

    # Commands

    async def advance_clock(self, by_ms: int | None, to_ms: int | None) -> ClockResponse:
        """Move a market under the step clock. Return once all effects are done and delivered."""
        if self._clock is None:
            raise Conflict(
                "The market follows the clock on the wall; DATAFEED_CLOCK=step starts one that "
                "is moved.",
                "clock_not_steppable",
            )
        now_ms = await self._clock.advance(lambda now_ms: _instant(now_ms, by_ms, to_ms))
        return ClockResponse(now_ms=now_ms, market=self._market.status.state.value)

    # Topics

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        route, request = parse_topic(topic)
        self._streams[route].open(topic, request, topic_update)

    def remove_topic(self, topic: str) -> None:
        attached = self._subscriptions.topic(topic)
        if attached is not None and attached.stream is not None:
            self._streams[parse_topic(topic)[0]].close(attached)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return self._streams[parse_topic(topic)[0]].state(self._attached(topic))

    def sequence(self, topic: str) -> Mapping[str, int]:
        """Return no fields: the updates of the market are not numbered."""
        return {}

    async def replay_since(
        self, topic: str, seq: int, prev: int | None = None
    ) -> Sequence[SequencedUpdate] | None:
        """Return the bars from the time `seq` on, or the trades after it. Times are in
        milliseconds. None where they are too many."""
        data = self._replayable[parse_topic(topic)[0]].replay(self._attached(topic), seq)
        return None if data is None else [SequencedUpdate(each, {}) for each in data]

    def _attached(self, topic: str) -> Topic:
        attached = self._subscriptions.topic(topic)
        assert attached is not None, "a topic has no state before it is created"
        return attached

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        if self.replay.is_jumping:
            self._streams["bars"].publish(update)
            self._streams["trades"].publish(update)
            if self._deferred.add(update):
                self._publish_deferred()
            return
        for stream in self._streams.values():
            stream.publish(update)

    def _publish_deferred(self) -> None:
        for update in self._deferred.take():
            self._streams["orderbook"].publish(update)
            self._streams["quotes"].publish(update)

    def _on_replay(self) -> None:
        """Publish what a jump deferred before its end."""
        self._publish_deferred()
        self._publish_replay()

    def on_heartbeat(self) -> None:
        self._quotes.publish_due()

    def on_status(self, status: MarketStatus) -> None:
        if status.state is not MarketState.OPEN:
            self._quotes.publish_held()

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return None: a client subscribes to the symbol."""
        return None

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return when a held quote is due, or None while none is held."""
        return self._quotes.next_due_ms()

    async def flush(self) -> None:
        """Updates are published as they come; held quotes may be due without one."""
        self._quotes.publish_due()

    def _quote_data(self, name: str) -> QuoteData:
        instrument = self._symbols.find(name)
        if instrument is None:
            return to_quote_error(name)
        symbol = instrument.symbol
        daily = daily_resolution(instrument, self._source.resolutions())
        days = newest_bars(self._source, symbol, daily, 2)
        return to_quote_data(name, instrument, self._source.quote(symbol), days)


def _milliseconds(time: int) -> int:
    return time if abs(time) > _SECONDS_MAX else time * 1000


def _instant(now_ms: int, by_ms: int | None, to_ms: int | None) -> int:
    instant_ms = now_ms + (by_ms or 0) if to_ms is None else to_ms
    if instant_ms < now_ms:
        raise Invalid(f"The clock stands at {now_ms}, and never goes back.", "clock_is_later")
    if instant_ms > now_ms + ADVANCE_MS_MAX:
        raise Invalid(
            f"The clock stands at {now_ms}, and moves {ADVANCE_MS_MAX} ms at once at most.",
            "advance_too_far",
        )
    return instant_ms
