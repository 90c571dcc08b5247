"""Market data over REST."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from urllib.parse import quote as url_quote

from trading_api_client.errors import Refused
from trading_api_client.models import (
    AdvanceClockRequest,
    Bar,
    ClockResponse,
    DatafeedConfiguration,
    DatafeedHealthResponse,
    GetBarsResponse,
    GetQuotesRequest,
    JumpRequest,
    QuoteData,
    QuoteError,
    QuoteValues,
    ReplayRequest,
    ReplayState,
    SearchSymbolResultItem,
    SymbolInfo,
    Trade,
)
from trading_api_client.rest.rest_area import RestArea
from trading_api_client.rest.transport import Request
from trading_api_client.tables import ModelList

BARS_BY_DEFAULT = 500
BARS_PER_REQUEST = 10_000
SYMBOLS_MAX = 500
ADVANCE_TIMEOUT_S = 600.0


class MarketRest(RestArea):
    """Symbols, history and quotes."""

    async def datafeed_config(self) -> DatafeedConfiguration:
        """Return the resolutions, the exchanges and the types of symbols that the server offers."""
        return await self._read("/datafeed/config", DatafeedConfiguration)

    async def symbols(self) -> ModelList[SearchSymbolResultItem]:
        """Return the symbols of the server, at most 500."""
        return await self.search("", max_results=SYMBOLS_MAX)

    async def search(
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
        found = await self._read(
            "/datafeed/search",
            list[SearchSymbolResultItem],
            user_input=text,
            exchange=exchange,
            symbol_type=symbol_type,
            max_results=max_results,
            offset=offset,
        )
        return ModelList(SearchSymbolResultItem, found)

    async def resolve(self, symbol: str) -> SymbolInfo:
        """Return the properties of a symbol: its tick, its session and its resolutions."""
        return await self._read(f"/datafeed/resolve/{url_quote(symbol, safe='')}", SymbolInfo)

    async def history(
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
        end_ms = await self.now_ms() + 1_000 if end is None else to_ms(end)
        if start is None:
            count = BARS_BY_DEFAULT if count is None else count
            return ModelList(Bar, await self._last_bars(symbol, resolution, end_ms, count))
        bars = await self._bars_since(symbol, resolution, to_ms(start), end_ms)
        return ModelList(Bar, bars if count is None else bars[-count:])

    async def quote(self, symbol: str) -> QuoteValues:
        """Return the last quote of a symbol. Raises Refused for an unknown symbol."""
        (quote,) = await self.last_quotes([symbol])
        if isinstance(quote.v, QuoteError):
            raise Refused(quote.v.error, f"There is no quote of {symbol}", 404)
        return quote.v

    async def last_quotes(self, symbols: Iterable[str]) -> ModelList[QuoteData]:
        """Return the last quote of each symbol. The quote of an unknown symbol has an error."""
        body = GetQuotesRequest(symbols=list(symbols))
        request = Request("POST", "/datafeed/quotes", body=body)
        return ModelList(QuoteData, await self._rest.send(request, list[QuoteData]))

    async def last_trades(self, symbol: str, *, limit: int = 100) -> ModelList[Trade]:
        """Return the last trades of a symbol, the oldest first, as the channel publishes them: at
        most `limit`, up to 500. Raises Refused for an unknown symbol."""
        found = await self._read("/datafeed/trades", list[Trade], symbol=symbol, limit=limit)
        return ModelList(Trade, found)

    async def now_ms(self) -> int:
        """Return the time of the market in milliseconds since 1970, to the second."""
        return 1_000 * await self._read("/datafeed/time", int)

    async def market_health(self) -> DatafeedHealthResponse:
        """Return the state of the market source."""
        return await self._read("/datafeed/health", DatafeedHealthResponse)

    async def advance_clock(
        self, *, by_ms: int | None = None, to_ms: int | None = None
    ) -> ClockResponse:
        """Advance the step clock of the market, and return once all updates have been published.

        Raises Refused with `clock_not_steppable` under the wall clock. A call with `by_ms` that
        lost its response is not repeated, because the market would advance twice."""
        request = Request(
            "POST",
            "/datafeed/clock/advance",
            body=AdvanceClockRequest(by_ms=by_ms, to_ms=to_ms),
            timeout_s=ADVANCE_TIMEOUT_S,
            is_repeatable=by_ms is None,
        )
        return await self._rest.send(request, ClockResponse)

    async def replay(self) -> ReplayState:
        """Return what the time of the market does, and whether it can be controlled."""
        return await self._read("/datafeed/replay", ReplayState)

    async def set_replay(
        self, state: Literal["playing", "paused"] | None = None, *, speed: float | None = None
    ) -> ReplayState:
        """Play or pause the market, which also ends a jump, or set its speed.

        Needs the scope `admin`. Raises Refused with `replay_not_controllable` where the market is
        live."""
        request = Request("PUT", "/datafeed/replay", body=ReplayRequest(state=state, speed=speed))
        return await self._rest.send(request, ReplayState)

    async def jump_replay(
        self, *, by_ms: int | None = None, to_ms: int | None = None
    ) -> ReplayState:
        """Move the market forward; every tick in between is made. Needs the scope `admin`.

        A long jump goes on after the call: then the returned state has `jump_to_ms`. A call with
        `by_ms` that lost its response is not repeated, because the market would jump twice."""
        request = Request(
            "POST",
            "/datafeed/replay/jump",
            body=JumpRequest(by_ms=by_ms, to_ms=to_ms),
            is_repeatable=by_ms is None,
        )
        return await self._rest.send(request, ReplayState)

    async def _last_bars(self, symbol: str, resolution: str, end_ms: int, count: int) -> list[Bar]:
        bars: list[Bar] = []
        while len(bars) < count:
            wanted = min(count - len(bars), BARS_PER_REQUEST)
            older = (await self._bars(symbol, resolution, end_ms, end_ms, wanted)).bars
            older = [bar for bar in older if bar.time < end_ms]
            if not older:
                break
            bars = older + bars
            end_ms = bars[0].time
        return bars[-count:] if count else []

    async def _bars_since(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int
    ) -> list[Bar]:
        """Read backwards in pages, because the server rejects a window with too many bars."""
        bars: list[Bar] = []
        while start_ms < end_ms:
            older = await self._last_bars(symbol, resolution, end_ms, BARS_PER_REQUEST)
            bars = [bar for bar in older if bar.time >= start_ms] + bars
            if len(older) < BARS_PER_REQUEST or older[0].time < start_ms:
                break
            end_ms = older[0].time
        return bars

    async def _bars(
        self, symbol: str, resolution: str, start_ms: int, end_ms: int, count: int
    ) -> GetBarsResponse:
        return await self._read(
            "/datafeed/bars",
            GetBarsResponse,
            symbol=symbol,
            resolution=resolution,
            from_time=start_ms // 1_000,
            to_time=-(-end_ms // 1_000),
            count_back=count,
        )


def to_ms(time: datetime | int) -> int:
    """Return a time in milliseconds since 1970. Raises ValueError for a datetime without a zone."""
    if isinstance(time, int):
        return time
    if time.tzinfo is None:
        raise ValueError(f"{time!r} has no time zone")
    return round(time.timestamp() * 1_000)
