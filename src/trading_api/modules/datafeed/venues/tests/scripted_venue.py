"""A venue written by hand: what happened there, and a connection to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from trading_api.connectors.back_off import BackOff
from trading_api.connectors.errors import ConnectorEnded, ConnectorError
from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import MINUTE_MS
from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore
from trading_api.modules.datafeed.venues.live_source import LiveSource
from trading_api.modules.datafeed.venues.messages import (
    Candle,
    CandlesRequest,
    ClockOffset,
    LinkChanged,
    ListingsRequest,
    TimeMessage,
    TouchMessage,
    TouchRequest,
    TradeMessage,
    TradesRequest,
    VenueListing,
)

NOON_MS = 1_784_289_600_000
PAGE = 100


def listing(symbol: str = "BTCUSDT", *, has_consecutive_ids: bool = True) -> VenueListing:
    instrument = Instrument(
        symbol=symbol,
        description=symbol,
        exchange="VENUE",
        type="crypto",
        currency="USDT",
        price_scale=100,
        min_move=1,
        volume_scale=1_000,
        quantity_step=Decimal("0.001"),
        quantity_max=Decimal(9_000),
    )
    return VenueListing(instrument, symbol, 100_00, NOON_MS - MINUTE_MS, has_consecutive_ids)


class ScriptedVenue:
    """Implements VenueConnection. `trade` makes a trade at the venue, and streams it while the link
    is up, unless it is lost. Requests are answered from all trades that happened."""

    def __init__(self, *listings: VenueListing, start_ms: int = NOON_MS) -> None:
        self.listings = listings or (listing(),)
        self.now_ms = start_ms
        self.offset_ms = 0
        self.tape: dict[str, list[TradeMessage]] = {
            each.instrument.symbol: [] for each in self.listings
        }
        self.touches: dict[str, TouchMessage] = {}
        self.corrected: dict[tuple[str, int], Candle] = {}
        self.requests: list[Struct] = []
        self.sent: list[Struct] = []
        self.failures: list[ConnectorError] = []
        self.trades_kept = 10**9
        self.rest_lag = 0
        self.late_candles_ms = 0
        self.released = asyncio.Event()
        self.released.set()
        self.is_up = False
        self.has_started = asyncio.Event()
        self.runs = 0
        self.served: LiveSource | None = None
        self.streamed: list[TradeMessage] = []
        self._ids = Counter(dict.fromkeys(self.tape, 1_000))
        self._on_message: Callable[[Any], None] = lambda message: None
        self._ended: asyncio.Future[None] | None = None

    @property
    def runs_now(self) -> bool:
        return self._ended is not None and not self._ended.done()

    @property
    def clock_ms(self) -> int:
        """Our own clock, from which the venue's differs."""
        return self.now_ms - self.offset_ms

    def source(self, store: BarHistoryStore, history_days: int = 1) -> LiveSource:
        back_off = BackOff(first_s=0.001, longest_s=0.001)
        clock = lambda: self.clock_ms  # noqa: E731
        return LiveSource("venue", self.listings, self, store, history_days, clock, back_off)

    # VenueConnection

    async def run(self, on_message: Callable[[Any], None]) -> None:
        self._on_message = on_message
        self._ended = asyncio.get_running_loop().create_future()
        self.runs += 1
        self.has_started.set()
        try:
            await self._ended
        finally:
            self._on_message = lambda message: None

    async def request(self, method: str, params: Any, result_type: Any, timeout_s: float) -> Any:
        self.requests.append(params)
        await asyncio.sleep(0)
        await self.released.wait()
        if self.failures:
            raise self.failures.pop(0)
        assert method in ("candles", "trades", "touch", "listings")
        result: Any = getattr(self, f"_{method}")(params)
        return result

    def send(self, message: Struct) -> None:
        self.sent.append(message)

    # What happens

    def link_up(self) -> None:
        self.is_up = True
        self.stream(ClockOffset(self.offset_ms, 0))
        self.stream(LinkChanged(list(self.tape), True))

    def link_down(self, reason: str = "dropped", code: str = "network") -> None:
        self.is_up = False
        self.stream(LinkChanged(list(self.tape), False, reason, code))

    def end(self, reason: str = "killed") -> None:
        """End the connector's process."""
        assert self._ended is not None
        self.is_up = False
        self._ended.set_exception(ConnectorEnded(reason))

    def stream(self, message: Any) -> None:
        self._on_message(message)

    def pass_time(self, milliseconds: int) -> None:
        self.now_ms += milliseconds
        if self.is_up:
            self.stream(TimeMessage(self.now_ms))

    def trade(
        self,
        price: int,
        quantity: int = 1_000,
        *,
        symbol: str = "",
        after_ms: int = 0,
        at_ms: int = 0,
        is_lost: bool = False,
    ) -> TradeMessage:
        """Make a trade `after_ms` later, or at a time of the past."""
        self.now_ms += after_ms
        symbol = symbol or next(iter(self.tape))
        self._ids[symbol] += 1
        trade = TradeMessage(
            symbol, str(self._ids[symbol]), at_ms or self.now_ms, price, quantity, 1
        )
        self.tape[symbol].append(trade)
        if self.is_up and not is_lost:
            self.streamed.append(trade)
            self.stream(trade)
        return trade

    def forget_trades(self) -> None:
        """Forget what happened, and number trades from the beginning again."""
        for symbol, tape in self.tape.items():
            tape.clear()
            self._ids[symbol] = 0

    def touch(self, bid: int, ask: int, size: int = 5_000, symbol: str = "") -> None:
        symbol = symbol or next(iter(self.tape))
        self.touches[symbol] = TouchMessage(symbol, bid, size, ask, size)
        if self.is_up:
            self.stream(self.touches[symbol])

    def candles(self, symbol: str = "") -> list[Candle]:
        """Return all minutes of a symbol, with empty ones between, as Binance does."""
        symbol = symbol or next(iter(self.tape))
        tape = self.tape[symbol]
        if not tape:
            return []
        found: list[Candle] = []
        by_minute: dict[int, list[TradeMessage]] = {}
        for trade in tape:
            by_minute.setdefault(trade.time_ms // MINUTE_MS * MINUTE_MS, []).append(trade)
        close = tape[0].price
        for time_ms in range(min(by_minute), self.now_ms + 1, MINUTE_MS):
            trades = by_minute.get(time_ms, [])
            prices = [each.price for each in trades] or [close]
            close = prices[-1]
            volume = sum(each.quantity for each in trades)
            candle = (time_ms, prices[0], max(prices), min(prices), close, volume)
            found.append(self.corrected.get((symbol, time_ms), candle))
        return found

    def _listings(self, params: ListingsRequest) -> Sequence[VenueListing]:
        return [each for each in self.listings if each.venue_symbol in params.venue_symbols]

    def _candles(self, params: CandlesRequest) -> list[Candle]:
        newest_ms = self.now_ms - self.late_candles_ms - MINUTE_MS
        known = [
            each
            for each in self.candles(params.symbol)
            if not self.late_candles_ms or each[0] <= newest_ms
        ]
        return [each for each in known if each[0] >= params.start_ms][: params.count]

    def _trades(self, params: TradesRequest) -> list[TradeMessage]:
        tape = self.tape[params.symbol]
        known = tape[: len(tape) - self.rest_lag][-self.trades_kept :]
        if params.from_id:
            return [each for each in known if int(each.id) >= int(params.from_id)][:PAGE]
        return [each for each in known if each.time_ms >= params.since_ms][:PAGE]

    def _touch(self, params: TouchRequest) -> TouchMessage:
        if touch := self.touches.get(params.symbol):
            return touch
        raise ConnectorError("rejected", "there is no touch")
