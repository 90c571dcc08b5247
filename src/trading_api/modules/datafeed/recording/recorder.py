"""Records a market tick by tick: every quote and trade, and the times without prices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from trading_api.domain.market_status import MarketState, MarketStatus
from trading_api.domain.market_update import MarketUpdate
from trading_api.domain.ports.market_data import Interest, MarketData
from trading_api.modules.datafeed.recording.recording_writer import (
    Event,
    MarkEvent,
    QuoteEvent,
    RecordingWriter,
)
from trading_api.modules.datafeed.recording.tick_columns import NO_MARK, TickFlag
from trading_api.modules.datafeed.storage.errors import RecordingError

log = logging.getLogger(__name__)

FLUSH_S = 5.0
"""How much a killed process can lose."""

EVENTS_WAITING_MAX = 100_000
"""The most that wait for the disk. Later ones are dropped and counted, and a replay is closed in
their place."""


class RecordedMarket(MarketData, Protocol):
    """The market feed, as the recorder reads it."""

    @property
    def stale_symbols(self) -> Mapping[str, MarketStatus]:
        """The status of each symbol that is stale while the market goes on."""
        ...


class Recorder:
    """A MarketListener that has an interest in every symbol, and a part of the process.

    Events wait in memory for at most `flush_s` and are written in a thread. A disk that is full
    or fails is logged and counted, and tried again at each flush. The market never waits for it,
    unless a step clock moves it."""

    name = "recording"

    def __init__(
        self,
        market: RecordedMarket,
        writer: RecordingWriter,
        flush_s: float = FLUSH_S,
        waiting_max: int = EVENTS_WAITING_MAX,
    ) -> None:
        self._market = market
        self._writer = writer
        self._flush_s = flush_s
        self._waiting_max = waiting_max
        self._waiting: dict[str, list[Event]] = {}
        self._count = 0
        self._symbols = [each.symbol for each in market.instruments()]
        self._lost: set[str] = set()
        # Symbols whose next quote brings the mark: after a start or a gap, or after a loss.
        self._gaps: set[str] = set()
        self._restored: set[str] = set()
        self._interest: Interest | None = None
        self._is_half_full = asyncio.Event()
        self._is_writing = asyncio.Lock()
        self._executor = ThreadPoolExecutor(1, "recording")
        self.dropped_total = self.failures_total = 0
        self.is_failing = False

    def waiting(self) -> int:
        """Return how many events wait to be written."""
        return self._count + self._writer.ticks_waiting

    # The part of the process

    async def start(self) -> None:
        """Lock the folder, record the newest quotes, and listen. Raises ConfigurationError."""
        self._writer.open()
        for symbol in self._symbols:
            if quote := self._market.quote(symbol):
                self._add(symbol, QuoteEvent(quote, None, TickFlag.START))
            else:
                self._gaps.add(symbol)
        self._interest = self._market.listen(self)
        for symbol in self._symbols:
            self._interest.add(symbol)

    async def run(self) -> None:
        """Write until cancelled, then write the rest."""
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._flush_s):
                        await self._is_half_full.wait()
                self._is_half_full.clear()
                await self._write()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        if self._interest is not None:
            self._interest.close()
        for symbol in self._symbols:
            if symbol not in self._lost:
                self._add(symbol, MarkEvent(True, self._market.now_ms, "the recording stopped"))
        await self._write()
        self._executor.shutdown()
        self._writer.close()

    async def _write(self) -> None:
        async with self._is_writing:
            events, self._waiting, self._count = self._waiting, {}, 0
            now_ms = self._market.now_ms
            try:
                await asyncio.get_running_loop().run_in_executor(
                    self._executor, self._write_in_thread, events, now_ms
                )
            except (OSError, RecordingError) as error:
                self._fail(str(error))
                return
            except Exception as error:
                log.exception("recording_writer_failed")
                self._fail(str(error))
                return
            if self.is_failing:
                self.is_failing = False
                log.info("recording_resumed", extra={"dropped": self.dropped_total})

    def _fail(self, reason: str) -> None:
        self.failures_total += 1
        if not self.is_failing:
            self.is_failing = True
            log.error("recording_failed", extra={"reason": reason})

    def _write_in_thread(self, events: Mapping[str, list[Event]], now_ms: int) -> None:
        self._writer.write(events)
        self._writer.remove_old_days(now_ms)

    # The market's listener

    def on_update(self, update: MarketUpdate) -> None:
        symbol, mark = update.quote.symbol, NO_MARK
        if symbol in self._gaps:
            self._gaps.discard(symbol)
            mark = TickFlag.START
        elif symbol in self._lost or symbol in self._restored:
            mark = TickFlag.RESTORED
        if mark:
            self._lost.discard(symbol)
            self._restored.discard(symbol)
        self._add(symbol, QuoteEvent(update.quote, update.trade, mark))

    def on_heartbeat(self) -> None:
        """Record the symbols that were lost or restored. Quotes of this instant are recorded."""
        stale = self._market.stale_symbols
        if self._market.status.state is MarketState.OPEN and (stale or self._lost):
            for symbol, status in stale.items():
                self._lose(symbol, status.reason)
            self._restored |= self._lost - stale.keys()
            self._lost -= self._restored
        while self._restored:
            symbol = self._restored.pop()
            self._add(symbol, MarkEvent(False, self._market.now_ms))

    def on_status(self, status: MarketStatus) -> None:
        if status.state is MarketState.OPEN:
            self._restored |= self._lost - self._market.stale_symbols.keys()
            self._lost -= self._restored
        elif status.state is not MarketState.STARTING:
            for symbol in self._symbols:
                self._lose(symbol, status.reason)

    async def flush(self) -> None:
        """Wait for the disk where a step clock moves the market faster than it can be written."""
        if self._count > self._waiting_max // 2:
            await self._write()

    def _lose(self, symbol: str, reason: str) -> None:
        self._restored.discard(symbol)
        if symbol not in self._lost:
            self._lost.add(symbol)
            self._add(symbol, MarkEvent(True, self._market.now_ms, reason))

    def _add(self, symbol: str, event: Event) -> None:
        waiting = self._count + self._writer.ticks_waiting
        if waiting >= self._waiting_max:
            self.dropped_total += 1
            self._gaps.add(symbol)
            return
        self._waiting.setdefault(symbol, []).append(event)
        self._count += 1
        if waiting > self._waiting_max // 2 and not self.is_failing:
            self._is_half_full.set()
