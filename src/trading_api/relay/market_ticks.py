"""The market's present: published by the process that leads the market, followed by the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from trading_api.bus.port import Bus
from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import MarketData

log = logging.getLogger(__name__)

SUBJECT = "market.ticks"
VERSION = 1
TICKS_WAITING_MAX = 64


@dataclass(frozen=True, slots=True)
class MarketTick:
    """An instant of the market. `epoch` counts its leaders, and `seq` the ticks of one leader."""

    version: int
    epoch: int
    seq: int
    now_ms: int
    state: str
    reason: str


class TickPublisher:
    """A MarketListener that publishes the market's present while this process leads it, one time
    for all instants of a turn of the loop."""

    def __init__(self, bus: Bus, market: MarketData) -> None:
        self._bus = bus
        self._market = market
        self._epoch: int | None = None
        self._seq = 0
        self._is_due = False
        market.listen(self)

    def claim(self, epoch: int) -> None:
        """Publish from now on, as the leader of this epoch."""
        self._epoch, self._seq = epoch, 0
        self._publish_soon()

    def release(self) -> None:
        """Publish no more."""
        self._epoch = None

    def on_update(self, update: MarketUpdate) -> None:
        """Ignored: the heartbeat after the updates of an instant is published."""

    def on_heartbeat(self) -> None:
        self._publish_soon()

    def on_status(self, status: MarketStatus) -> None:
        self._publish_soon()

    async def flush(self) -> None:
        """Nothing waits here."""

    def _publish_soon(self) -> None:
        if self._epoch is not None and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._publish)

    def _publish(self) -> None:
        self._is_due = False
        if self._epoch is None:
            return
        self._seq += 1
        status = self._market.status
        tick = MarketTick(
            VERSION,
            self._epoch,
            self._seq,
            self._market.now_ms,
            status.state.value,
            status.reason,
        )
        self._bus.publish(SUBJECT, orjson.dumps(tick))


class FollowingSink(Protocol):
    """The market feed, as a follower reports to it."""

    def closed(self, reason: str) -> None:
        """Report that no further price comes until the next update."""
        ...

    def hold(self) -> None:
        """Report that the market is as its leader says, also while it stands still."""
        ...

    def stale(self, reason: str) -> None:
        """Report that the prices are out of date until the next report."""
        ...


class MovableSource(Protocol):
    """A market source that is a function of time."""

    def move_to(self, instant_ms: int, sink: Any) -> None:
        """Move the present to an instant and report what happened until then; after a long pause
        without what happened meanwhile."""
        ...


class FollowedMarket:
    """Moves a source to the instants that the market's leader publishes. A tick of an earlier
    leader, and one that was overtaken, is ignored. `run` takes the place of the source's own.

    What happened before the first tick is not reported: it is older than the accounts, whose orders
    must not be matched with it."""

    def __init__(self, bus: Bus, source: MovableSource) -> None:
        self._bus = bus
        self._source = source
        self._last = (-1, -1)
        self._is_first = True
        # Full: the oldest is dropped; a later tick includes it.
        self._ticks: asyncio.Queue[MarketTick] = asyncio.Queue(TICKS_WAITING_MAX)

    async def run(self, feed: FollowingSink) -> None:
        """Follow until cancelled. Raises BusUnavailable."""
        unsubscribe = await self._bus.subscribe(SUBJECT, self._receive)
        try:
            while True:
                tick = await self._ticks.get()
                while not self._ticks.empty():
                    tick = self._ticks.get_nowait()
                self._move(tick, feed)
        finally:
            unsubscribe()

    def _receive(self, message: bytes) -> None:
        fields = orjson.loads(message)
        if fields["version"] != VERSION:
            log.error("market_tick_unreadable", extra={"version": fields["version"]})
            return
        tick = MarketTick(**fields)
        if (tick.epoch, tick.seq) <= self._last:
            return
        self._last = tick.epoch, tick.seq
        if self._ticks.full():
            self._ticks.get_nowait()
        self._ticks.put_nowait(tick)

    def _move(self, tick: MarketTick, feed: FollowingSink) -> None:
        state = MarketState(tick.state)
        if state in (MarketState.OPEN, MarketState.CLOSED):
            self._source.move_to(tick.now_ms, _SilentSink() if self._is_first else feed)
            self._is_first = False
            feed.hold()
        if state is MarketState.CLOSED:
            feed.closed(tick.reason)
        elif state is MarketState.STALE:
            feed.stale(tick.reason)


class _SilentSink:
    """A market feed that passes nothing on, and in which no symbol has interest."""

    interest: Mapping[str, Any] = {}

    def publish(self, updates: object) -> None: ...

    def heartbeat(self) -> None: ...

    def closed(self, reason: str) -> None: ...

    def stale(self, reason: str) -> None: ...

    def symbol_stale(self, symbol: str, reason: str) -> None: ...

    def symbol_fresh(self, symbol: str) -> None: ...
