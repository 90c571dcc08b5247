"""Answers for the market: what there is, what was, what is now, and what changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from trading_api.models.market import (
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    Exchange,
    GetBarsResponse,
    QuoteData,
    SearchSymbolResultItem,
    SymbolInfo,
    SymbolType,
    Trade,
)
from trading_api.models.market.clock import ADVANCE_MS_MAX
from trading_api.modules.datafeed.history import history, in_pieces
from trading_api.modules.datafeed.mapping import (
    full_name,
    to_bar,
    to_quote_data,
    to_quote_error,
    to_search_result,
    to_symbol_info,
)
from trading_api.modules.datafeed.market.depth import LEVELS_MAX
from trading_api.modules.datafeed.market.resolution import canonical
from trading_api.modules.datafeed.market.source import AHEAD_MS, MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock
from trading_api.modules.datafeed.pace import Follower, Pace
from trading_api.modules.datafeed.tape import Tape
from trading_api.modules.datafeed.topics import (
    BarTopic,
    BookTopic,
    FollowedBySymbol,
    QuoteTopic,
    TradeTopic,
)
from trading_api.shared.errors import Conflict, Invalid, SymbolNotFound, shown
from trading_api.shared.market_data import Instrument, MarketData, MarketState, MarketStatus, Quote
from trading_api.shared.ws.router_interface import TopicUpdate, parse_topic

QUOTED_NAMES_MAX = 500
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
        self._clock = clock
        self._market = market
        self._resolutions = list(source.resolutions())
        self._tape = Tape()
        self._bar_topics: dict[str, BarTopic] = {}
        self._book_topics: dict[str, BookTopic] = {}
        self._trade_topics: dict[str, TradeTopic] = {}
        self._quote_topics: dict[str, QuoteTopic] = {}
        self._bars_of: FollowedBySymbol[BarTopic] = FollowedBySymbol()
        self._books_of: FollowedBySymbol[BookTopic] = FollowedBySymbol()
        self._trades_of: FollowedBySymbol[TradeTopic] = FollowedBySymbol()
        self._quotes_of: FollowedBySymbol[tuple[str, QuoteTopic]] = FollowedBySymbol()
        self._pace = Pace(slow_interval_ms)
        market.listen(self)

    # Queries

    def configuration(self) -> DatafeedConfiguration:
        instruments = self._market.instruments()
        exchanges = dict.fromkeys(instrument.exchange for instrument in instruments)
        types = dict.fromkeys(instrument.type for instrument in instruments)
        return DatafeedConfiguration(
            exchanges=[Exchange(value=name, name=name, desc=name) for name in exchanges],
            symbols_types=[SymbolType(name=name.capitalize(), value=name) for name in types],
            supported_resolutions=self._resolutions,
        )

    def search(
        self, user_input: str, exchange: str, symbol_type: str, max_results: int
    ) -> list[SearchSymbolResultItem]:
        """The exact symbol first, then those that begin with the input, then those that hold it."""
        wanted = user_input.strip().upper()
        ranked = [
            (rank, number, instrument)
            for number, instrument in enumerate(self._market.instruments())
            if exchange in ("", instrument.exchange)
            and symbol_type in ("", instrument.type)
            and (rank := _rank(instrument, wanted)) is not None
        ]
        ranked.sort(key=lambda entry: entry[:2])
        return [to_search_result(instrument) for _, _, instrument in ranked[:max_results]]

    def resolve(self, symbol: str) -> SymbolInfo:
        instrument = self._instrument(symbol)
        return to_symbol_info(instrument, self._resolutions_of(instrument))

    async def bars(
        self, symbol: str, resolution: str, from_time: int, to_time: int, count_back: int
    ) -> GetBarsResponse:
        """At least two bars, where there are two: charts need them to tell how far apart bars
        are. A window without any is a hole, which `next_time` leads across."""
        instrument = self._instrument(symbol)
        name = self._resolution(resolution, instrument)
        start_ms, end_ms = _milliseconds(from_time), _milliseconds(to_time)
        if start_ms > end_ms:
            raise Invalid("from_time is after to_time.", "from_after_to")
        symbol = instrument.symbol
        bars = await history(self._source, symbol, name, start_ms, end_ms, count_back)
        if len(bars) == 1:
            older_ms = bars[0].time_ms
            bars = await history(self._source, symbol, name, older_ms, older_ms, 1) + bars
        if bars:
            wire = [to_bar(bar, instrument) async for bar in in_pieces(bars)]
            return GetBarsResponse(bars=wire, no_data=False)
        older = await history(self._source, symbol, name, start_ms, start_ms, 1)
        return GetBarsResponse(
            bars=[], no_data=not older, next_time=older[0].time_ms if older else None
        )

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

    def remove_topic(self, topic: str) -> None:
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

    def topic_state(self, topic: str) -> Sequence[BaseModel]:
        if topic in self._bar_topics:
            return self._bar_topics[topic].state()
        if topic in self._book_topics:
            return [self._book_topics[topic].state()]
        if topic in self._trade_topics:
            trade = self._last_trade(self._trade_topics[topic].symbol)
            return [trade] if trade else []
        return [self._quote_data(name) for name in self._quote_topics[topic].asked]

    def _follow_bars(
        self, topic: str, symbol: str, resolution: str, topic_update: TopicUpdate
    ) -> None:
        instrument = self._instrument(symbol)
        name = self._resolution(resolution, instrument)
        bars = BarTopic(self._source, instrument, name, topic_update)
        self._bar_topics[topic] = bars
        self._bars_of.add(bars.symbol, topic, bars)

    def _follow_trades(self, topic: str, name: str, topic_update: TopicUpdate) -> None:
        trades = TradeTopic(self._instrument(name).symbol, topic_update)
        self._trade_topics[topic] = trades
        self._trades_of.add(trades.symbol, topic, trades)

    def _follow_book(self, topic: str, name: str, levels: int, topic_update: TopicUpdate) -> None:
        symbol = self._instrument(name).symbol
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
            if instrument := self._market.instrument(name):
                quotes.names.setdefault(instrument.symbol, []).append(name)
        if not quotes.names:
            raise SymbolNotFound(names[0])
        self._quote_topics[topic] = quotes
        self._pace.follow(topic, set(slow).difference(fast), self._source.now_ms)
        for symbol in quotes.names:
            self._quotes_of.add(symbol, topic, (topic, quotes))

    # The market calls

    def on_quote(self, quote: Quote) -> None:
        for bars in self._bars_of.topics(quote.symbol):
            bars.advance()
        for book in self._books_of.topics(quote.symbol):
            book.advance()
        if trade := self._tape.print(quote):
            for trades in self._trades_of.topics(quote.symbol):
                trades.topic_update(trade)
        followers = [
            (topic, name)
            for topic, quotes in self._quotes_of.topics(quote.symbol)
            for name in quotes.names[quote.symbol]
        ]
        for topic, name in followers:
            if self._pace.paces(topic, name):
                self._pace.hold(topic, name)
        self._tell_quotes(each for each in followers if not self._pace.paces(*each))
        self._tell_quotes(self._pace.due(self._source.now_ms))

    def on_status(self, status: MarketStatus) -> None:
        """Nothing may change for long, so that what is held back is told."""
        if status.state is not MarketState.OPEN:
            self._tell_quotes(self._pace.all(self._source.now_ms))

    def _tell_quotes(self, followers: Iterable[Follower]) -> None:
        told: dict[str, QuoteData] = {}
        for topic, name in followers:
            if name not in told:
                told[name] = self._quote_data(name)
            self._quote_topics[topic].topic_update(told[name])

    async def settled(self) -> None:
        """Each quote is told as it comes."""

    # Helpers

    def _last_trade(self, symbol: str) -> Trade | None:
        """Before the first quote is told, the present one may tell of a trade."""
        if trade := self._tape.last(symbol):
            return trade
        quote = self._market.quote(symbol)
        return self._tape.print(quote) if quote else None

    def _quote_data(self, name: str) -> QuoteData:
        instrument = self._market.instrument(name)
        if instrument is None:
            return to_quote_error(name)
        # Not the feed's, which may have to hear of this very present yet, while the bars are at it.
        quote = self._source.quote(instrument.symbol)
        end_ms = self._source.now_ms + AHEAD_MS + 1
        resolutions = self._resolutions_of(instrument)
        daily = "1D" if "1D" in resolutions else resolutions[0]
        days = self._source.bars(instrument.symbol, daily, end_ms, end_ms, 2)
        return to_quote_data(name, instrument, quote, days)

    def _instrument(self, symbol: str) -> Instrument:
        instrument = self._market.instrument(symbol)
        if instrument is None:
            raise SymbolNotFound(symbol)
        return instrument

    def _resolutions_of(self, instrument: Instrument) -> list[str]:
        return list(instrument.resolutions) or self._resolutions

    def _resolution(self, resolution: str, instrument: Instrument) -> str:
        name, known = canonical(resolution), self._resolutions_of(instrument)
        if name not in known:
            raise Invalid(
                f"There is no resolution {shown(resolution)!r} of {instrument.symbol}; there are "
                f"{', '.join(known)}.",
                "unsupported_resolution",
            )
        return name


def _rank(instrument: Instrument, wanted: str) -> int | None:
    """0 for the symbol itself, 1 for its beginning, 2 for words of the description. Only a colon
    begins with the exchange: else `N` would find all of NASDAQ before NVDA."""
    if wanted in (instrument.symbol, full_name(instrument)):
        return 0
    name = full_name(instrument) if ":" in wanted else instrument.symbol
    if name.startswith(wanted):
        return 1
    held = wanted in instrument.symbol or wanted in instrument.description.upper()
    return 2 if held else None


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
