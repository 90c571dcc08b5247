"""Writes a recording to its files. Its methods run in one thread outside the event loop."""

from __future__ import annotations

import fcntl
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from trading_api.domain.instrument import Instrument
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.quote import Quote
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.recording.frame_codec import VERSION, FrameEncoder, GroupHeader
from trading_api.modules.datafeed.recording.recording_files import (
    append,
    cut_torn_tail,
    day_file,
    frame_bytes,
    recorded_days,
    recorded_symbols,
    symbol_folder,
)
from trading_api.modules.datafeed.recording.tick_builder import TickBuilder
from trading_api.modules.datafeed.recording.tick_columns import NO_MARK, Tick, TickFlag

log = logging.getLogger(__name__)

TICKS_PER_FRAME_MAX = 1_024
TICKS_PER_GROUP_MAX = 8_192
FRAMES_PER_GROUP_MAX = 256
_TICKS_PER_TURN = 64


@dataclass(frozen=True, slots=True)
class QuoteEvent:
    """A quote, and the venue's trade that it reports. `mark` is the START or RESTORED that it
    brings, or NO_MARK."""

    quote: Quote
    trade: VenueTrade | None = None
    mark: TickFlag = NO_MARK


@dataclass(frozen=True, slots=True)
class MarkEvent:
    """Prices are lost, for a reason, or restored without a new quote."""

    is_lost: bool
    time_ms: int
    reason: str = ""


Event = QuoteEvent | MarkEvent


class RecordingWriter:
    """Writes the events of each symbol of one venue, in their order.

    What cannot be written is kept, and written by a later call. `ticks_waiting` counts it;
    `bytes_written` and `ticks_written` count the rest."""

    def __init__(
        self,
        folder: Path,
        instruments: Sequence[Instrument],
        resolutions: Sequence[str],
        days_kept: int,
    ) -> None:
        self._folder = folder
        self._days_kept = days_kept
        self._symbols = {
            each.symbol: _SymbolWriter(symbol_folder(folder, each.symbol), each, resolutions)
            for each in instruments
        }
        self._lock: TextIO | None = None
        self._cleaned: object = None
        self.ticks_waiting = self.ticks_written = self.bytes_written = 0

    def open(self) -> None:
        """Make the folder, and lock it. Raises ConfigurationError while another process records to
        it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ConfigurationError(
                f"DATAFEED_RECORD: another process records to {self._folder}."
            ) from None
        except OSError as error:
            self.close()
            raise ConfigurationError(f"DATAFEED_RECORD: {error}") from error

    def close(self) -> None:
        """Unlock the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def write(self, events: Mapping[str, Sequence[Event]]) -> None:
        """Write the events, and what could not be written before. Raises OSError after it tried
        every symbol."""
        for symbol, its_events in events.items():
            self._symbols[symbol].add(its_events)
        failed: OSError | None = None
        for each in self._symbols.values():
            try:
                ticks, size = each.write()
                self.ticks_written += ticks
                self.bytes_written += size
            except OSError as error:
                failed = error
        self.ticks_waiting = sum(len(each.waiting) for each in self._symbols.values())
        if failed is not None:
            raise failed

    def remove_old_days(self, now_ms: int) -> None:
        """Remove the days that are older than the days to keep, once on each day of the market."""
        today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        if not self._days_kept or today == self._cleaned:
            return
        first_kept = today - timedelta(days=self._days_kept - 1)
        for folder in recorded_symbols(self._folder).values():
            for day, path in recorded_days(folder):
                if day < first_kept:
                    path.unlink(missing_ok=True)
                    log.info("recording_day_removed", extra={"file": str(path)})
        self._cleaned = today


class _SymbolWriter:
    """Writes the ticks of one symbol. `waiting` are those that are not written."""

    def __init__(self, folder: Path, instrument: Instrument, resolutions: Sequence[str]) -> None:
        self.waiting: list[Tick] = []
        self._folder = folder
        self._builder = TickBuilder(instrument)
        names = instrument.resolutions or tuple(resolutions)
        self._encoder = FrameEncoder(GroupHeader(VERSION, instrument, names))
        self._path: Path | None = None
        self._length = 0
        self._group_ticks = self._group_frames = 0

    def add(self, events: Sequence[Event]) -> None:
        builder = self._builder
        for number, event in enumerate(events, 1):
            if number % _TICKS_PER_TURN == 0:
                # Let the event loop have the interpreter's lock, for which it would wait 5 ms.
                time.sleep(0)
            if isinstance(event, QuoteEvent):
                self.waiting.append(builder.quoted(event.quote, event.trade, event.mark))
            elif event.is_lost:
                self.waiting.append(builder.marked(TickFlag.LOST, event.time_ms, event.reason))
            else:
                self.waiting.append(builder.marked(TickFlag.RESTORED, event.time_ms))

    def write(self) -> tuple[int, int]:
        """Write what waits. Return how many ticks and bytes that were. Raises OSError."""
        ticks_written = bytes_written = 0
        while self.waiting:
            path = day_file(self._folder, self.waiting[0].time_ms)
            if path != self._path:
                self._begin_file(path)
            ticks = self.waiting[: self._count_of_day(path)]
            if self._group_ticks >= TICKS_PER_GROUP_MAX or (
                self._group_frames >= FRAMES_PER_GROUP_MAX
            ):
                self._begin_group()
            try:
                data = frame_bytes(self._encoder.encode(ticks), not self._group_frames)
                length = append(path, self._length, data)
            except OverflowError:
                self._encoder.rewind()
                self._begin_group()
                self._drop_large(len(ticks))
                continue
            except OSError:
                self._encoder.rewind()
                self._begin_group()
                raise
            bytes_written += length - self._length
            ticks_written += len(ticks)
            self._length = length
            self._group_ticks += len(ticks)
            self._group_frames += 1
            del self.waiting[: len(ticks)]
        return ticks_written, bytes_written

    def _drop_large(self, count: int) -> None:
        """Drop the ticks with a number that no frame can hold."""
        kept = [tick for tick in self.waiting[:count] if tick.fits()]
        log.error("recording_ticks_too_large", extra={"ticks": count - len(kept)})
        self.waiting[:count] = kept

    def _count_of_day(self, path: Path) -> int:
        most = min(len(self.waiting), TICKS_PER_FRAME_MAX)
        if day_file(self._folder, self.waiting[most - 1].time_ms) == path:
            return most
        days = (day_file(self._folder, tick.time_ms) for tick in self.waiting[:most])
        return next(count for count, day in enumerate(days) if day != path)

    def _begin_file(self, path: Path) -> None:
        length, cut = cut_torn_tail(path)
        if cut:
            log.warning("recording_tail_cut", extra={"file": str(path), "bytes": cut})
        self._path, self._length = path, length
        self._begin_group()

    def _begin_group(self) -> None:
        self._encoder.begin_group()
        self._group_ticks = self._group_frames = 0
