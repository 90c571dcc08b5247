"""The market as the modules see it: any source, supervised, published to listeners."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from trading_api.clock import running_clock
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.modules.datafeed.market.ports import MarketSource
from trading_api.modules.datafeed.market.published_market import PublishedMarket
from trading_api.modules.datafeed.market.restart_delays import restart_delays

log = logging.getLogger(__name__)


class MarketFeed(PublishedMarket):
    """A PublishedMarket that runs and supervises its source.

    `run` replaces the source's own `run` if another part moves the source. A source that reports
    nothing for `stale_after_ms` while the event loop runs makes the market STALE until its next
    report. Then the market has its last reported status again. A stale symbol stays stale across a
    restart of the source.

    A source that ends or raises is restarted after `restart_s`, then after delays that double up to
    RESTART_MAX_S. `chance` returns numbers from 0 to 1, which spread these delays."""

    def __init__(
        self,
        source: MarketSource,
        stale_after_ms: int,
        restart_s: float = 1.0,
        run: Callable[[MarketFeed], Awaitable[None]] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(source)
        self._run = run or source.run
        self._stale_after_s = stale_after_ms / 1_000
        self._restart_s = restart_s
        self._chance = chance
        self._last_report_s = 0.0
        self._reported = asyncio.Event()

    def report_age_s(self) -> float:
        """Return the seconds since the source's last report; 0 before it runs."""
        return _now_s() - self._last_report_s if self._last_report_s else 0.0

    def health(self) -> str | None:
        """Return why the market is not healthy, or None while it is open or closed."""
        state, reason = self._status.state, self._status.reason
        if state in (MarketState.OPEN, MarketState.CLOSED):
            return None
        return f"the market is {state.value}" + (f": {reason}" if reason else "")

    async def run(self) -> None:
        self._last_report_s = _now_s()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_source_running(), name="market source")
            tasks.create_task(self._watch(), name="market watchdog")

    def _accept(self, reported: MarketStatus) -> None:
        self._last_report_s = _now_s()
        self._reported.set()
        super()._accept(reported)

    async def _keep_source_running(self) -> None:
        delays = restart_delays(self._restart_s, self._chance)
        while True:
            last_report_s = self._last_report_s
            try:
                await self._run(self)
                reason = "the market source stopped, and is started again"
            except Exception:
                log.exception("market_source_failed")
                reason = "the market source failed, and is started again"
            if self._last_report_s > last_report_s:
                delays = restart_delays(self._restart_s, self._chance)
            self._become(MarketStatus(MarketState.STALE, reason))
            await asyncio.sleep(next(delays))

    async def _watch(self) -> None:
        """Runs as a task of its own, so that a source which hangs is noticed."""
        while True:
            self._reported.clear()
            left_s = self._last_report_s + self._stale_after_s - _now_s()
            if left_s > 0:
                await asyncio.sleep(left_s)
                continue
            if self._status.state is not MarketState.STALE:
                reason = f"no sign of life for {self._stale_after_s:g} s"
                self._become(MarketStatus(MarketState.STALE, reason))
            await self._reported.wait()


def _now_s() -> float:
    # A source of this process reports nothing while the process is paused.
    return running_clock().now_s()
