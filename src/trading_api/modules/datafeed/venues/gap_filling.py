"""Fills gaps in the trades of one symbol: after the start, after a reconnect, before a trade whose
id shows a gap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from msgspec import Struct

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.errors import ConnectorError
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.venues.live_symbol import LiveSymbol
from trading_api.modules.datafeed.venues.messages import (
    Candle,
    CandlesRequest,
    ListingsRequest,
    TouchMessage,
    TouchRequest,
    TradeMessage,
    TradesRequest,
    VenueListing,
)

T = TypeVar("T")

REQUEST_S = 30.0
CANDLES_PER_PAGE = 1_000
TRADE_PAGES_MAX = 20
"""A gap of more pages of trades is filled with candles."""
TRADES_HOLE_MS_MAX = 5 * MINUTE_MS
"""A longer gap is filled with candles."""
ATTEMPTS_MAX = 5
"""So often the venue is asked for trades that it streamed a later one of. REST may lag behind."""

log = logging.getLogger(__name__)


class Requests(Protocol):
    """The part of a connector that answers requests."""

    async def request(
        self, method: str, params: Struct, result_type: type[T], timeout_s: float
    ) -> T: ...


@dataclass(frozen=True, slots=True)
class Missing:
    """The content of a gap: `minutes` are closed, `trades` follow them. `is_replacing` is whether
    the forming minute is among them. Minutes cover the range up to `end_ms`."""

    minutes: Sequence[Candle]
    trades: Sequence[TradeMessage]
    touch: TouchMessage | None
    is_replacing: bool
    start_ms: int = 0
    end_ms: int = 0


class GapFilling:
    """Requests the content of a gap. `now_ms` is the venue's clock. A request that the venue
    refuses is repeated with back-off, or after the time that the venue names."""

    def __init__(
        self, requests: Requests, now_ms: Callable[[], int], back_off: BackOff | None = None
    ) -> None:
        self._requests = requests
        self._now_ms = now_ms
        self._back_off = back_off or BackOff()

    async def missing(self, symbol: LiveSymbol, history_start_ms: int) -> Missing:
        """Return what the venue knows after the symbol's last trade; at first, after its last
        closed minute, or from `history_start_ms` on. Raises ConnectorEnded."""
        touch = await self._touch(symbol)
        last, waiting = symbol.trades.last, symbol.first_waiting
        is_restarted = waiting is not None and symbol.trades.is_restarted_by(waiting)
        is_near = last is not None and self._now_ms() - last.time_ms <= TRADES_HOLE_MS_MAX
        if last is not None and is_near and not is_restarted:
            for _ in range(ATTEMPTS_MAX):
                trades = await self._trades_after(symbol, last)
                if trades is not None and self._reaches_waiting(symbol, trades):
                    self._back_off.reset()
                    return Missing((), trades, touch, is_replacing=False)
                if trades is None:
                    break
                await asyncio.sleep(self._back_off.wait_s())
            log.warning("market_gap_in_trades", extra={"symbol": symbol.symbol})
        start_ms = symbol.bars.newest_ms
        if symbol.trades.last is None and start_ms >= 0:
            start_ms += MINUTE_MS
        start_ms = max(start_ms, history_start_ms)
        return await self._with_candles(symbol, start_ms, touch)

    async def minutes(self, symbol: LiveSymbol, start_ms: int, end_ms: int) -> list[Candle]:
        """Return the venue's candles within [start_ms, end_ms)."""
        found: list[Candle] = []
        while start_ms < end_ms:
            count = min(CANDLES_PER_PAGE, (end_ms - start_ms) // MINUTE_MS + 1)
            params = CandlesRequest(symbol.symbol, start_ms, count)
            page = await self._request("candles", params, list[Candle])
            page = [each for each in page if start_ms <= each[0] < end_ms]
            if not page:
                break
            found += page
            start_ms = page[-1][0] + MINUTE_MS
        return found

    async def listings(self, venue_symbols: Sequence[str]) -> list[VenueListing]:
        """Return the venue's present listings; empty where the connector does not answer. Raises
        ConnectorEnded."""
        params = ListingsRequest(list(venue_symbols))
        try:
            return await self._requests.request("listings", params, list[VenueListing], REQUEST_S)
        except (ConnectorError, TimeoutError) as error:
            log.info("market_listings_unknown", extra={"reason": str(error)})
            return []

    async def _with_candles(
        self, symbol: LiveSymbol, start_ms: int, touch: TouchMessage | None
    ) -> Missing:
        end_ms = self._now_ms() // MINUTE_MS * MINUTE_MS
        candles = await self.minutes(symbol, start_ms, end_ms)
        # A candle may be late, or left out where there was no trade.
        since_ms = max(candles[-1][0] + MINUTE_MS if candles else 0, end_ms - TRADES_HOLE_MS_MAX)
        since_ms = max(since_ms, start_ms)
        trades = await self._trades_since(symbol, since_ms)
        return Missing(candles, trades, touch, True, start_ms, since_ms)

    async def _trades_after(
        self, symbol: LiveSymbol, last: TradeMessage
    ) -> list[TradeMessage] | None:
        """Return the trades after the last one, or None where the venue does not go back so
        far."""
        is_consecutive = symbol.trades.is_consecutive
        found: list[TradeMessage] = []
        for number in range(TRADE_PAGES_MAX):
            newest = found[-1] if found else last
            from_id = str(int(newest.id) + 1) if is_consecutive else ""
            params = TradesRequest(symbol.symbol, newest.time_ms, from_id)
            page = await self._request("trades", params, list[TradeMessage])
            if not number and not symbol.trades.is_continued_by(page):
                return None
            known = {each.id for each in found}
            new = [each for each in page if not symbol.trades.is_repeated(each)]
            new = [each for each in new if each.id not in known]
            if not new:
                return found
            found += new
            if _meets_waiting(symbol, new):
                return found
        return None

    async def _trades_since(self, symbol: LiveSymbol, since_ms: int) -> list[TradeMessage]:
        found: dict[str, TradeMessage] = {}
        for _ in range(TRADE_PAGES_MAX):
            newest = next(reversed(found.values()), None)
            is_by_id = symbol.trades.is_consecutive and newest is not None
            from_id = str(int(newest.id) + 1) if is_by_id and newest else ""
            params = TradesRequest(symbol.symbol, newest.time_ms if newest else since_ms, from_id)
            page = await self._request("trades", params, list[TradeMessage])
            new = [each for each in page if each.id not in found and each.time_ms >= since_ms]
            if not new:
                break
            found.update((each.id, each) for each in new)
            if _meets_waiting(symbol, new):
                break
        return list(found.values())

    @staticmethod
    def _reaches_waiting(symbol: LiveSymbol, trades: Sequence[TradeMessage]) -> bool:
        """Return whether the trades reach up to the first one that was streamed meanwhile."""
        waiting = symbol.first_waiting
        if waiting is None or not symbol.trades.is_consecutive:
            return True
        newest = trades[-1] if trades else symbol.trades.last
        return newest is not None and int(newest.id) >= int(waiting.id) - 1

    async def _touch(self, symbol: LiveSymbol) -> TouchMessage | None:
        """Return the present best bid and ask, or None where the venue has none."""
        try:
            return await self._requests.request(
                "touch", TouchRequest(symbol.symbol), TouchMessage, REQUEST_S
            )
        except (ConnectorError, TimeoutError):
            return None

    async def _request(self, method: str, params: Struct, result_type: type[T]) -> T:
        while True:
            try:
                result = await self._requests.request(method, params, result_type, REQUEST_S)
            except ConnectorError as error:
                wait_s = self._back_off.wait_s(error.retry_after_s)
                fields = {"method": method, "code": error.code, "reason": error.text}
                log.warning("market_request_failed", extra={**fields, "wait_s": round(wait_s, 3)})
            except TimeoutError:
                wait_s = self._back_off.wait_s()
                log.warning("market_request_timed_out", extra={"method": method})
            else:
                self._back_off.reset()
                return result
            await asyncio.sleep(wait_s)


def _meets_waiting(symbol: LiveSymbol, trades: Sequence[TradeMessage]) -> bool:
    """Return whether the trades reach one that was streamed meanwhile. In a busy market there is
    always a newer one to request."""
    waiting = symbol.first_waiting
    if waiting is None:
        return False
    if symbol.trades.is_consecutive:
        return int(trades[-1].id) >= int(waiting.id) - 1
    return any(each.id == waiting.id for each in trades)
