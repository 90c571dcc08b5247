"""Market data over REST.

Generated from rest/market_rest.py by `make generate-python-client`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from trading_api_client.async_client import AsyncClient
from trading_api_client.blocking.loop_thread import LoopThread
from trading_api_client.models import (
    Bar,
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    QuoteData,
    QuoteValues,
    ReplayState,
    SearchSymbolResultItem,
    SymbolInfo,
    Trade,
)
from trading_api_client.tables import ModelList


class BlockingMarketRest:
    """Symbols, history and quotes."""

    _client: AsyncClient
    _loop: LoopThread

    def datafeed_config(self) -> DatafeedConfiguration:
        """Return the resolutions, the exchanges and the types of symbols that the server offers."""
        return self._loop.run(self._client.datafeed_config())

    def symbols(self) -> ModelList[SearchSymbolResultItem]:
        """Return the symbols of the server, at most 500."""
        return self._loop.run(self._client.symbols())

    def search(
        self,
        text: str,
        *,
        exchange: str = "",
        symbol_type: str = "",
        max_results: int = 50,
        offset: int = 0,
    ) -> ModelList[SearchSymbolResultItem]:
        """Return the symbols whose name or description contains the text, without the first
        `offset` ones."""
        return self._loop.run(
            self._client.search(
                text,
                exchange=exchange,
                symbol_type=symbol_type,
                max_results=max_results,
                offset=offset,
            )
        )

    def resolve(self, symbol: str) -> SymbolInfo:
        """Return the properties of a symbol: its tick, its session and its resolutions."""
        return self._loop.run(self._client.resolve(symbol))

    def history(
        self,
        symbol: str,
        resolution: str,
        *,
        start: datetime | int | None = None,
        end: datetime | int | None = None,
        count: int | None = None,
    ) -> ModelList[Bar]:
        """Return the bars from `start` to `end`, which is excluded, or the last `count` bars before
        `end`.

        Times are datetimes with a zone, or ms since 1970. Without `end` the result ends with the
        forming bar. Without `start` and `count` it has 500 bars."""
        return self._loop.run(
            self._client.history(symbol, resolution, start=start, end=end, count=count)
        )

    def quote(self, symbol: str) -> QuoteValues:
        """Return the last quote of a symbol. Raises Refused for an unknown symbol."""
        return self._loop.run(self._client.quote(symbol))

    def last_quotes(self, symbols: Iterable[str]) -> ModelList[QuoteData]:
        """Return the last quote of each symbol. The quote of an unknown symbol has an error."""
        return self._loop.run(self._client.last_quotes(symbols))

    def last_trades(self, symbol: str, *, limit: int = 100) -> ModelList[Trade]:
        """Return the last trades of a symbol, the oldest first, as the channel publishes them: at
        most `limit`, up to 500. Raises Refused for an unknown symbol."""
        return self._loop.run(self._client.last_trades(symbol, limit=limit))

    def now_ms(self) -> int:
        """Return the time of the market in milliseconds since 1970, to the second."""
        return self._loop.run(self._client.now_ms())

    def market_health(self) -> DatafeedHealthResponse:
        """Return the state of the market source."""
        return self._loop.run(self._client.market_health())

    def advance_clock(self, *, by_ms: int | None = None, to_ms: int | None = None) -> ClockResponse:
        """Advance the step clock of the market, and return once all updates have been published.

        Raises Refused with `clock_not_steppable` under the wall clock. A call with `by_ms` that
        lost its response is not repeated, because the market would advance twice."""
        return self._loop.run(self._client.advance_clock(by_ms=by_ms, to_ms=to_ms))

    def replay(self) -> ReplayState:
        """Return what the time of the market does, and whether it can be controlled."""
        return self._loop.run(self._client.replay())

    def set_replay(
        self, state: Literal["playing", "paused"] | None = None, *, speed: float | None = None
    ) -> ReplayState:
        """Play or pause the market, which also ends a jump, or set its speed.

        Needs the scope `admin`. Raises Refused with `replay_not_controllable` where the market is
        live."""
        return self._loop.run(self._client.set_replay(state, speed=speed))

    def jump_replay(self, *, by_ms: int | None = None, to_ms: int | None = None) -> ReplayState:
        """Move the market forward; every tick in between is made. Needs the scope `admin`.

        A long jump goes on after the call: then the returned state has `jump_to_ms`. A call with
        `by_ms` that lost its response is not repeated, because the market would jump twice."""
        return self._loop.run(self._client.jump_replay(by_ms=by_ms, to_ms=to_ms))
