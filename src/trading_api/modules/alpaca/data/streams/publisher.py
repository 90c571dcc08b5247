"""Publishes the market's updates to the clients of all data streams."""

from __future__ import annotations

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import Fact, MarketData
from trading_api.domain.ports.market_history import MarketHistory
from trading_api.domain.quiet_range import QuietRange
from trading_api.domain.resolution import AHEAD_MS
from trading_api.modules.alpaca.data.streams.symbol_stream import (
    FACTS,
    MINUTE_CHANNELS,
    StreamClient,
    SymbolStream,
)


class MarketPublisher:
    """Publishes the updates of each symbol that a client subscribed to. Implements QuietListener.

    The market reports only what a channel with a subscriber needs."""

    def __init__(self, market: MarketData, history: MarketHistory) -> None:
        self._market = market
        self._history = history
        self._streams: dict[str, SymbolStream] = {}
        self._interest = market.listen(self)
        self._resolutions = history.resolutions()

    # Subscriptions

    async def subscribe(self, channel: str, instrument: Instrument, client: StreamClient) -> None:
        """Send the channel's updates of the symbol to a client from now on. A client may subscribe
        to each channel of a symbol once."""
        symbol = instrument.symbol
        stream = self._streams.get(symbol)
        if stream is None:
            stream = self._streams[symbol] = SymbolStream(instrument)
        had_minutes = stream.has_minutes
        stream.add(channel, client)
        for fact in self._facts(channel, instrument):
            self._interest.add(symbol, fact)
        if channel in MINUTE_CHANNELS and not had_minutes:
            await self._begin_minutes(stream)

    def unsubscribe(self, channel: str, instrument: Instrument, client: StreamClient) -> None:
        """End a subscription that `subscribe` began."""
        stream = self._streams[instrument.symbol]
        stream.remove(channel, client)
        for fact in self._facts(channel, instrument):
            self._interest.remove(instrument.symbol, fact)
        if stream.is_empty:
            del self._streams[instrument.symbol]

    @property
    def symbols(self) -> int:
        """How many symbols have a subscriber."""
        return len(self._streams)

    def _facts(self, channel: str, instrument: Instrument) -> list[Fact]:
        """Return the facts that a channel needs. Not every symbol has minute bars."""
        has_minutes = "1" in (instrument.resolutions or self._resolutions)
        return [fact for fact in FACTS[channel] if fact.kind != "bars" or has_minutes]

    async def _begin_minutes(self, stream: SymbolStream) -> None:
        """Read the minute bar that is forming: it may end without a further trade."""
        end_ms = self._market.now_ms + AHEAD_MS + 1
        symbol = stream.instrument.symbol
        if "1" in (stream.instrument.resolutions or self._resolutions):
            newest = await self._history.bars(symbol, "1", end_ms, end_ms, 1)
            if newest:
                stream.minutes.begin(newest[0])

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        if stream := self._streams.get(update.quote.symbol):
            stream.publish(update)

    def on_heartbeat(self) -> None:
        """Send the minute bars whose time is over without a later trade."""
        now_ms = self._market.now_ms
        for stream in self._streams.values():
            stream.close_due(now_ms)

    def on_status(self, status: MarketStatus) -> None:
        """Send nothing: Alpaca's streams have no status of the whole market."""

    async def flush(self) -> None:
        """Do nothing: updates are sent when they are published."""

    def quiet_range(self, symbol: str) -> QuietRange | None:
        """Return None: no quote of a symbol with a subscriber may be skipped."""
        return None

    def quiet_until_ms(self, step_ms: int) -> int | None:
        """Return when the next minute is over, or None where no client wants minutes."""
        due_ms = [
            due
            for stream in self._streams.values()
            if stream.has_minutes and (due := stream.minutes.due_ms()) is not None
        ]
        return min(due_ms, default=None)
