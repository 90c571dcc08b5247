"""The market of a process: led by its own source, or moved to the instants of another's."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from trading_api.bus.port import Bus, BusUnavailable
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.market.feed import MarketFeed
from trading_api.modules.datafeed.market.playing_clock import PlayingClock
from trading_api.modules.datafeed.source_factory import (
    create_market_clock,
    create_market_source,
    require_following,
)
from trading_api.relay.market_ticks import FollowedMarket, TickPublisher
from trading_api.settings import Settings

_SEPARATE = (
    "The market and the accounts are in processes of their own, so that the market is played as it "
    "is: start `trading-api serve` to control it."
)


class MarketPart:
    """Follows the leader's ticks until this process leads.

    All processes of a deployment have the same source, which is a function of time: only the
    present travels."""

    def __init__(self, settings: Settings, bus: Bus, *, has_accounts: bool) -> None:
        if settings.datafeed_record:
            raise ConfigurationError("DATAFEED_RECORD needs one process, not --workers or roles.")
        self.source = require_following(create_market_source(settings))
        refusal = "" if has_accounts else _SEPARATE
        self._bus = bus
        clock = create_market_clock(settings, self.source, self._wait_published, refusal)
        self.clock = clock if isinstance(clock, PlayingClock) else None
        self._followed = FollowedMarket(bus, self.source)
        self._leads = asyncio.Event()
        self.feed = MarketFeed(
            self.source, stale_after_ms=round(settings.market_stale_s * 1000), run=self._run
        )
        self._ticks = TickPublisher(bus, self.feed)

    @property
    def is_leading(self) -> bool:
        return self._leads.is_set()

    def lead(self, epoch: int) -> None:
        """Let the own source move the market, and publish its ticks, from now on."""
        self._ticks.claim(epoch)
        self._leads.set()

    def follow(self) -> None:
        """Publish no more ticks. The process is about to stop."""
        self._ticks.release()

    async def _run(self, feed: MarketFeed) -> None:
        following = asyncio.create_task(self._followed.run(feed))
        leading = asyncio.create_task(self._leads.wait())
        try:
            await asyncio.wait([following, leading], return_when=asyncio.FIRST_COMPLETED)
        finally:
            following.cancel()
            leading.cancel()
            await asyncio.wait([following, leading])
        if not self._leads.is_set():
            following.result()
        await (self.source if self.clock is None else self.clock).run(feed)

    async def _wait_published(self) -> None:
        """Return once the bus has what was published, so that a jump does not fill its memory."""
        with suppress(BusUnavailable):
            await self._bus.flush()
