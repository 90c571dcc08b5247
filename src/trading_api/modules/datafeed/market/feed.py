"""The market as the modules know it: any source, watched over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.ports.market_data import MarketListener
from trading_api.domain.quote import Quote
from trading_api.domain.session_hours import TradingHours
from trading_api.modules.datafeed.market.ports import MarketSource

log = logging.getLogger(__name__)

_RESTART_MAX_S = 30.0
_OPEN = MarketStatus(MarketState.OPEN)


class MarketFeed:
    """MarketData over any source, which its own `run` moves on, or another. Silence is measured by
    the event loop's clock; it hides what the source said last until its next sign of life."""

    def __init__(
        self,
        source: MarketSource,
        stale_after_ms: int,
        restart_s: float = 1.0,
        run: Callable[[FeedSink], Awaitable[None]] | None = None,
    ) -> None:
        self.source = source
        self._run = run or source.run
        self._stale_after_s = stale_after_ms / 1_000
        self._restart_s = restart_s
        self._instruments = tuple(source.instruments())
        self._by_name = {
            name: instrument
            for instrument in self._instruments
            for name in (instrument.symbol, f"{instrument.exchange}:{instrument.symbol}")
        }
        self._listeners: dict[object, MarketListener] = {}
        self._said, self._status = _OPEN, MarketStatus(MarketState.STARTING)
        self._signed_s = 0.0
        self._sign = asyncio.Event()

    @property
    def status(self) -> MarketStatus:
        return self._status

    @property
    def now_ms(self) -> int:
        return self.source.now_ms

    def silence_s(self) -> float:
        """Since the source's last sign of life; 0 before it runs."""
        return _now_s() - self._signed_s if self._signed_s else 0.0

    def instruments(self) -> Sequence[Instrument]:
        return self._instruments

    def instrument(self, symbol: str) -> Instrument | None:
        return self._by_name.get(symbol)

    def quote(self, symbol: str) -> Quote | None:
        instrument = self._by_name.get(symbol)
        if instrument is None or instrument.symbol != symbol:
            return None
        return self.source.quote(symbol)

    def status_of(self, symbol: str) -> MarketStatus:
        if self._status.state is not MarketState.OPEN:
            return self._status
        reason = self.source.why_closed(symbol)
        return MarketStatus(MarketState.CLOSED, reason) if reason else self._status

    def session_end_ms(self, symbol: str) -> int:
        each = self._by_name[symbol]
        hours = TradingHours.read(each.session, each.timezone, each.holidays, each.corrections)
        return hours.day_end_ms(self.now_ms)

    def listen(self, listener: MarketListener) -> Callable[[], None]:
        place = object()
        self._listeners[place] = listener

        def end() -> None:
            self._listeners.pop(place, None)

        return end

    async def run(self) -> None:
        self._signed_s = _now_s()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_source_running(), name="market source")
            tasks.create_task(self._watch(), name="market watchdog")

    def wants(self, symbol: str) -> bool:
        for listener in self._listeners.values():  # noqa: SIM110, asked for every move
            if listener.wants(symbol):
                return True
        return False

    def hear_quote(self, quote: Quote) -> None:
        self.hear_sign(_OPEN)
        for listener in tuple(self._listeners.values()):
            try:
                listener.on_quote(quote)
            except Exception:
                log.exception("market_listener_failed", extra={"symbol": quote.symbol})

    async def settled(self) -> None:
        """Returns once every listener has done all that it heard calls for."""
        for listener in tuple(self._listeners.values()):
            await listener.settled()

    def hear_sign(self, said: MarketStatus | None = None) -> None:
        self._signed_s = _now_s()
        self._sign.set()
        self._said = said or self._said
        self._become(self._said)

    async def _keep_source_running(self) -> None:
        wait_s = self._restart_s
        while True:
            signed_s = self._signed_s
            try:
                await self._run(FeedSink(self))
                reason = "the market source stopped, and is started again"
            except Exception:
                log.exception("market_source_failed")
                reason = "the market source failed, and is started again"
            if self._signed_s > signed_s:
                wait_s = self._restart_s
            self._become(MarketStatus(MarketState.SILENT, reason))
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, _RESTART_MAX_S)

    async def _watch(self) -> None:
        """A task of its own, so that a source which hangs is noticed."""
        while True:
            self._sign.clear()
            left_s = self._signed_s + self._stale_after_s - _now_s()
            if left_s > 0:
                await asyncio.sleep(left_s)
                continue
            if self._status.state is not MarketState.SILENT:
                reason = f"no sign of life for {self._stale_after_s:g} s"
                self._become(MarketStatus(MarketState.SILENT, reason))
            await self._sign.wait()

    def _become(self, status: MarketStatus) -> None:
        if status == self._status:
            return
        self._status = status
        log.info("market_status", extra={"state": status.state.value, "reason": status.reason})
        for listener in tuple(self._listeners.values()):
            try:
                listener.on_status(status)
            except Exception:
                log.exception("market_listener_failed", extra={"state": status.state.value})


class FeedSink:
    """What the source sees of its feed: `quote` means another thing to those who ask."""

    def __init__(self, feed: MarketFeed) -> None:
        self._feed = feed

    def wants(self, symbol: str) -> bool:
        return self._feed.wants(symbol)

    def quote(self, quote: Quote) -> None:
        self._feed.hear_quote(quote)

    def heartbeat(self) -> None:
        self._feed.hear_sign()

    def closed(self, reason: str) -> None:
        self._feed.hear_sign(MarketStatus(MarketState.CLOSED, reason))

    async def settled(self) -> None:
        await self._feed.settled()


def _now_s() -> float:
    return asyncio.get_running_loop().time()
