"""Answers for the market: what there is, what was, what is now, and what changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.ports.market_data import MarketData
from trading_api.domain.quote import Quote
from trading_api.errors import Conflict, Invalid
from trading_api.models.market import (
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    QuoteData,
    SearchSymbolResultItem,
    SymbolInfo,
)
from trading_api.models.market.clock import ADVANCE_MS_MAX
from trading_api.modules.datafeed.history import History, history
from trading_api.modules.datafeed.mapping import to_quote_data, to_quote_error
from trading_api.modules.datafeed.market.ports import AHEAD_MS, MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.streams.live_topics import LiveTopics
from trading_api.modules.datafeed.symbols import Symbols
from trading_api.shared.ws.router_interface import TopicUpdate

# Existing clients send milliseconds where seconds belong: above this it can't be seconds.
_SECONDS_MAX = 100_000_000_000


class DatafeedService:
    """Listens to the market, and hears each quote after the source's present has moved to it."""

    def __init__(
        self,
        source: MarketSource,
        market: MarketData,
        clock: StepClock | None = None,
        slow_interval_ms: int = 10_000,
    ) -> None:
        self._source = source
        self._market = market
        self._clock = clock
        self._symbols = Symbols(market, list(source.resolutions()))
        self._live = LiveTopics(source, self._symbols, self._quote_data, slow_interval_ms)
        market.listen(self)

    # Queries

    def configuration(self) -> DatafeedConfiguration:
        return self._symbols.configuration()

    def search(
        self, user_input: str, exchange: str, symbol_type: str, max_results: int
    ) -> list[SearchSymbolResultItem]:
        return self._symbols.search(user_input, exchange, symbol_type, max_results)

    def resolve(self, symbol: str) -> SymbolInfo:
        return self._symbols.resolve(symbol)

    async def bars(
        self, symbol: str, resolution: str, from_time: int, to_time: int, count_back: int
    ) -> History:
        """At least two bars, where there are two: charts need them to tell how far apart bars
        are. A window without any is a hole, which `next_time` leads across."""
        instrument = self._symbols.instrument(symbol)
        name = self._symbols.resolution(resolution, instrument)
        start_ms, end_ms = _milliseconds(from_time), _milliseconds(to_time)
        if start_ms > end_ms:
            raise Invalid("from_time is after to_time.", "from_after_to")
        symbol = instrument.symbol
        bars = await history(self._source, symbol, name, start_ms, end_ms, count_back)
        if len(bars) == 1:
            older_ms = bars[0].time_ms
            bars = await history(self._source, symbol, name, older_ms, older_ms, 1) + bars
        if bars:
            return History(instrument, bars)
        older = await history(self._source, symbol, name, start_ms, start_ms, 1)
        return History(instrument, [], not older, older[0].time_ms if older else None)

    def quotes(self, symbols: Iterable[str]) -> list[QuoteData]:
        return [self._quote_data(name) for name in dict.fromkeys(symbols)]

    def time_s(self) -> int:
        return self._source.now_ms // 1_000

    def health(self) -> DatafeedHealthResponse:
        status = self._market.status
        return DatafeedHealthResponse(
            status="ok",
            market=status.state.value,
            message=status.reason,
            symbols=len(self._market.instruments()),
        )

    # Commands

    async def advance_clock(self, by_ms: int | None, to_ms: int | None) -> ClockResponse:
        """Of a market under the step clock. Ends once nothing that it caused is outstanding."""
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
        self._live.follow(topic, topic_update)

    def remove_topic(self, topic: str) -> None:
        self._live.forget(topic)

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        return self._live.state(topic)

    # The market calls

    def wants(self, symbol: str) -> bool:
        return self._live.wants(symbol)

    def on_quote(self, quote: Quote) -> None:
        self._live.advance(quote)

    def on_status(self, status: MarketStatus) -> None:
        if status.state is not MarketState.OPEN:
            self._live.release()

    async def settled(self) -> None:
        """Each quote is told as it comes; what was held back may have come due without one."""
        self._live.tell_due()

    def _quote_data(self, name: str) -> QuoteData:
        instrument = self._symbols.find(name)
        if instrument is None:
            return to_quote_error(name)
        quote = self._source.quote(instrument.symbol)
        end_ms = self._source.now_ms + AHEAD_MS + 1
        resolutions = self._symbols.resolutions_of(instrument)
        daily = "1D" if "1D" in resolutions else resolutions[0]
        days = self._source.bars(instrument.symbol, daily, end_ms, end_ms, 2)
        return to_quote_data(name, instrument, quote, days)


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
