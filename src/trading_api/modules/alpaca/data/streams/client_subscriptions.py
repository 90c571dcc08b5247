"""The subscriptions of one client of a data stream."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from trading_api.models.alpaca.market_data import StreamRequest
from trading_api.modules.alpaca.assets import CRYPTO
from trading_api.modules.alpaca.data.streams.messages import (
    INVALID_SUBSCRIPTION,
    INVALID_SYNTAX,
    TOO_MANY_SYMBOLS,
    StreamMessage,
    error_message,
)
from trading_api.modules.alpaca.data.streams.publisher import MarketPublisher
from trading_api.modules.alpaca.data.streams.symbol_stream import StreamClient
from trading_api.modules.alpaca.data.symbols import AssetClassSymbols, NamedInstrument

InstrumentsBySymbol: TypeAlias = dict[str, NamedInstrument]

ALL = "*"
SHOWN_MAX = 10
"""The most unknown symbols that an error names."""
_STOCK_CHANNELS = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds")
_CRYPTO_CHANNELS = ("trades", "quotes", "orderbooks", "bars", "updatedBars", "dailyBars")
_ALL_CHANNELS = tuple(dict.fromkeys([*_STOCK_CHANNELS, *_CRYPTO_CHANNELS]))
_WITHOUT_DATA = ("statuses", "lulds")
"""Channels without messages, which clients may subscribe to: no exchange halts trading here."""


class ClientSubscriptions:
    """Keeps the names that the client subscribed to on each channel, and the instruments that they
    stand for; `*` stands for all. `symbols_max` limits the instruments of all channels together."""

    def __init__(
        self,
        publisher: MarketPublisher,
        client: StreamClient,
        symbols: AssetClassSymbols,
        symbols_max: int,
    ) -> None:
        self._publisher = publisher
        self._client = client
        self._symbols = symbols
        self._symbols_max = symbols_max
        self._channels = _channels(symbols)
        self._names: dict[str, dict[str, None]] = {channel: {} for channel in self._channels}
        self._subscribed: dict[str, InstrumentsBySymbol] = {
            channel: {} for channel in self._channels if channel not in _WITHOUT_DATA
        }

    def subscribe(self, request: StreamRequest) -> list[StreamMessage]:
        """Add names, and return the answer; `apply` follows it. Unknown symbols are reported and
        left out."""
        wanted = _wanted(request)
        if not wanted:
            return [error_message(INVALID_SYNTAX)]
        if not wanted.keys() <= set(self._channels):
            return [error_message(INVALID_SUBSCRIPTION)]
        named = dict.fromkeys(name for each in wanted.values() for name in each)
        known = {name: None for name in named if name == ALL or self._find(name) is not None}
        names = {
            channel: before | {each: None for each in wanted.get(channel, ()) if each in known}
            for channel, before in self._names.items()
        }
        if sum(map(len, self._resolve(names).values())) > self._symbols_max:
            return [error_message(TOO_MANY_SYMBOLS)]
        self._names = names
        unknown = [name[:32] for name in named if name not in known]
        if not unknown:
            return [self._state()]
        shown = ", ".join(unknown[:SHOWN_MAX])
        return [self._state(), error_message(INVALID_SYNTAX, f"unknown symbols {shown}")]

    def unsubscribe(self, request: StreamRequest) -> list[StreamMessage]:
        """Remove names, and return the answer; `apply` follows it."""
        wanted = _wanted(request)
        if not wanted:
            return [error_message(INVALID_SYNTAX)]
        self._names = {
            channel: {each: None for each in before if each not in wanted.get(channel, ())}
            for channel, before in self._names.items()
        }
        return [self._state()]

    async def apply(self) -> None:
        """Subscribe and unsubscribe at the publisher, so that it sends what the names stand for."""
        resolved = self._resolve(self._names)
        for channel, subscribed in self._subscribed.items():
            for symbol in [each for each in subscribed if each not in resolved[channel]]:
                instrument = subscribed.pop(symbol).instrument
                self._publisher.unsubscribe(channel, instrument, self._client)
            for symbol, named in resolved[channel].items():
                if symbol not in subscribed:
                    subscribed[symbol] = named
                    await self._publisher.subscribe(channel, named.instrument, self._client)

    def close(self) -> None:
        """End all subscriptions at the publisher."""
        for channel, subscribed in self._subscribed.items():
            for each in subscribed.values():
                self._publisher.unsubscribe(channel, each.instrument, self._client)
            subscribed.clear()

    def _find(self, name: str) -> NamedInstrument | None:
        """Return the instrument of a name as in stream messages: `BTC/USD`, not `BTCUSD`."""
        found = self._symbols.find(name)
        return found if found is not None and found.is_canonical else None

    def _resolve(self, names: Mapping[str, Mapping[str, None]]) -> dict[str, InstrumentsBySymbol]:
        """Return the instruments of each channel, by symbol."""
        resolved: dict[str, InstrumentsBySymbol] = {}
        for channel in self._subscribed:
            of_channel = names[channel]
            each = list(self._symbols) if ALL in of_channel else map(self._find, of_channel)
            resolved[channel] = {found.symbol: found for found in each if found is not None}
        return resolved

    def _state(self) -> StreamMessage:
        """Return the message with all subscriptions. Corrections and cancellations of trades belong
        to the trades, as with Alpaca; none is ever sent."""
        state = {channel: list(names) for channel, names in self._names.items()}
        if "statuses" in state:
            state |= {"corrections": state["trades"], "cancelErrors": state["trades"]}
        return {"T": "subscription", **state}


def _channels(symbols: AssetClassSymbols) -> Sequence[str]:
    if symbols.classes == {CRYPTO}:
        return _CRYPTO_CHANNELS
    return list(
        dict.fromkeys([*_STOCK_CHANNELS, *(_CRYPTO_CHANNELS if CRYPTO in symbols.classes else ())])
    )


def _wanted(request: StreamRequest) -> dict[str, Sequence[str]]:
    """Return the names of each channel that the request names."""
    wanted = {channel: getattr(request, channel) for channel in _ALL_CHANNELS}
    return {channel: names for channel, names in wanted.items() if names}
