"""Recorded ticks of one symbol, played one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import numpy as np

from trading_api.domain.bar import Bar
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.order_book import OrderBook
from trading_api.domain.quote import Quote
from trading_api.domain.resolution import DAY_MS, MINUTE_MS, length_ms, resolutions_built_from
from trading_api.domain.session_hours import SessionHours, TradingSessions
from trading_api.modules.datafeed.recording.recording_reader import ReadFrame, SymbolRecording
from trading_api.modules.datafeed.recording.tick_columns import (
    IN_BARS,
    Tick,
    TickColumns,
    TickFlag,
    size_scale,
)
from trading_api.modules.datafeed.replay.modelled_book import modelled_book
from trading_api.modules.datafeed.storage.growing_bars import GrowingBars

_MARGIN_MS = 10 * DAY_MS
# Plain integers: the operators of IntFlag are slow.
_MARK, _IN_BARS = int(TickFlag.MARK), int(IN_BARS)
_START, _LOST, _NUMBER = int(TickFlag.START), int(TickFlag.LOST), int(TickFlag.NUMBER)
_BUYER, _SELLER = int(TickFlag.BUYER), int(TickFlag.SELLER)


class TickTrack:
    """One symbol, as far as it has been played. Implements PlayedTrack.

    The bars up to the present are kept in memory, and the ticks of one group of frames. Older
    quotes are read from the files again."""

    def __init__(self, recording: SymbolRecording, start_ms: int) -> None:
        """Add everything up to `start_ms`, at which the symbol has begun."""
        self._recording = recording
        self.instrument = instrument = recording.instrument
        self._sessions = _sessions(recording)
        self.resolutions = played_resolutions(recording)
        step_ms = length_ms(self.resolutions[0]) or MINUTE_MS
        self._bars = GrowingBars(self.resolutions, step_ms, self._sessions)
        self._tick_size = instrument.tick_size
        self._size_scale = size_scale(instrument)
        self._volume_divisor = self._size_scale // instrument.volume_scale
        # The frames of the current group. Of the last one, `_row` ticks have been played.
        self._group: list[ReadFrame] = []
        self._row = 0
        # Read ahead of what was played: one or two frames.
        self._waiting: deque[ReadFrame] = deque()
        self._quoted = Tick(0, 0, 0, 0, 0, 0, 0)
        self._quote: Quote | None = None
        self._closed, self._closed_after_ms = "", 0
        frames = recording.frames()
        self._ahead = self._ticks_ahead(self._add_history(frames, start_ms), frames)

    # What the market reads

    def bars(self, resolution: str, start_ms: int, end_ms: int, count_back: int = 0) -> list[Bar]:
        return self._bars.bars(resolution, start_ms, end_ms, count_back)

    def quote(self) -> Quote:
        if self._quote is None:
            self._quote = self._quote_of(self._quoted)
        return self._quote

    @property
    def trade(self) -> VenueTrade | None:
        tick = self._quoted
        identity = str(tick.trade_number) if tick.flags & _NUMBER else tick.text
        if tick.flags & _BUYER:
            return VenueTrade(identity, tick.venue_ms, 1)
        if tick.flags & _SELLER:
            return VenueTrade(identity, tick.venue_ms, -1)
        is_identified = identity or tick.venue_ms != tick.time_ms
        return VenueTrade(identity, tick.venue_ms) if is_identified else None

    def quote_history(self, before_ms: int | None = None) -> Iterator[Quote]:
        end_ms = self._recording.end_ms + 1 if before_ms is None else before_ms
        return self._quotes_back(list(self._group), self._row, end_ms)

    def quotes_since(self, start_ms: int) -> Iterator[Quote]:
        return self._quotes_on(list(self._group), self._row, start_ms)

    def order_book(self, levels: int) -> OrderBook:
        """Return the recorded touch, and model the levels behind it."""
        return modelled_book(self.quote(), self.instrument, self._tick_size, levels)

    def closed_reason(self, now_ms: int) -> str:
        symbol, sessions, end_ms = self.instrument.symbol, self._sessions, self._recording.end_ms
        is_closed = bool(self._closed) and now_ms > self._closed_after_ms
        if now_ms > end_ms or (now_ms == end_ms and is_closed):
            return f"the recording of {symbol} has ended"
        if is_closed:
            return self._closed
        if sessions is not None:
            number = int(sessions.starts_ms.searchsorted(now_ms, "right")) - 1
            if number < 0 or now_ms >= int(sessions.ends_ms[number]):
                return f"{symbol} is outside its trading hours"
        return ""

    # Playing

    def ahead(self) -> Iterator[tuple[Tick, bool]]:
        """Yield each tick that has not been played, and whether nothing was recorded between it and
        the next one. Play them in this order."""
        before: Tick | None = None
        for tick in self._ahead:
            is_gap = bool(tick.flags & _START)
            if before is not None:
                yield before, is_gap
            elif is_gap:
                self._close_gap(self._quoted.time_ms)
            before = tick
        if before is not None:
            yield before, True

    def play(self, step: tuple[Tick, bool]) -> bool:
        tick, is_last = step
        if self._row == len(self._group[-1].ticks):
            self._begin(self._waiting.popleft())
        self._row += 1
        flags = tick.flags
        if flags & _IN_BARS:
            self._bars.add(tick.time_ms, tick.last, tick.last_size // self._volume_divisor)
        self._note_closing(tick)
        if not flags & _MARK:
            self._quoted, self._quote = tick, None
        if is_last and not flags & _LOST:
            self._close_gap(tick.time_ms)
        return not flags & _MARK

    @property
    def is_closed(self) -> bool:
        """Whether no prices follow the newest tick for a while."""
        return bool(self._closed)

    def _note_closing(self, tick: Tick) -> None:
        self._closed = ""
        if tick.flags & _LOST:
            reason = f": {tick.text}" if tick.text else ""
            symbol = self.instrument.symbol
            self._closed = f"the prices of {symbol} were lost while it was recorded{reason}"
            self._closed_after_ms = tick.time_ms - 1

    def _close_gap(self, after_ms: int) -> None:
        """Close after an instant, at which there was the last price."""
        if not self._closed:
            self._closed = f"nothing of {self.instrument.symbol} was recorded at this time"
            self._closed_after_ms = after_ms

    def _begin(self, frame: ReadFrame) -> None:
        if self._group and (self._group[0].file, self._group[0].group) != (frame.file, frame.group):
            self._group.clear()
        self._group.append(frame)
        self._row = 0

    def _add_history(self, frames: Iterator[ReadFrame], start_ms: int) -> list[Tick]:
        """Add the ticks up to `start_ms`. Return the rest of the last frame that was read."""
        for frame in frames:
            ticks = frame.ticks
            count = self._row_after(ticks, start_ms)
            if count or not self._group:
                self._begin(frame)
                self._row = count
                self._add_rows(ticks, count)
            elif not count:
                self._waiting.append(frame)
            if count < len(ticks):
                return ticks.ticks()[count:]
        return []

    def _row_after(self, ticks: TickColumns, start_ms: int) -> int:
        return int(ticks.time_ms.searchsorted(start_ms, "right"))

    def _add_rows(self, ticks: TickColumns, count: int) -> None:
        flags = ticks.flags[:count]
        in_bars = np.flatnonzero(flags & _IN_BARS)
        volumes = ticks.last_size[in_bars] // self._volume_divisor
        self._bars.extend(ticks.time_ms[in_bars], ticks.last[in_bars], volumes)
        priced = np.flatnonzero((flags & _MARK) == 0)
        if len(priced):
            self._quoted, self._quote = ticks.tick(int(priced[-1])), None
        if count:
            self._note_closing(ticks.tick(count - 1))

    def _ticks_ahead(self, rest: list[Tick], frames: Iterator[ReadFrame]) -> Iterator[Tick]:
        yield from rest
        for frame in frames:
            self._waiting.append(frame)
            yield from frame.ticks.ticks()

    # Quotes

    def _quotes_back(self, group: list[ReadFrame], row: int, before_ms: int) -> Iterator[Quote]:
        """Yield the quotes before an instant, newest first. `row` ticks of the last frame of the
        group have been played."""
        for ticks, end in reversed(_played(group, row)):
            yield from self._quotes_of(
                ticks, reversed(_quote_rows(ticks, 0, _row(ticks, before_ms, end)))
            )
        begin = group[0].file, group[0].group
        if before_ms <= int(group[0].ticks.time_ms[0]):
            begin = min(begin, self._recording.group_after(before_ms))
        for frames in self._recording.groups_before(*begin):
            for ticks in reversed(frames):
                rows = _quote_rows(ticks, 0, _row(ticks, before_ms, len(ticks)))
                yield from self._quotes_of(ticks, reversed(rows))

    def _quotes_on(self, group: list[ReadFrame], row: int, start_ms: int) -> Iterator[Quote]:
        """Yield the quotes from an instant on, oldest first."""
        if start_ms <= int(group[0].ticks.time_ms[0]):
            for frame in self._recording.frames_from(start_ms):
                if (frame.file, frame.group) >= (group[0].file, group[0].group):
                    break
                ticks, end = frame.ticks, len(frame.ticks)
                yield from self._quotes_of(
                    ticks, _quote_rows(ticks, _row(ticks, start_ms, end), end)
                )
        for ticks, end in _played(group, row):
            yield from self._quotes_of(ticks, _quote_rows(ticks, _row(ticks, start_ms, end), end))

    def _quotes_of(self, ticks: TickColumns, rows: Iterable[int]) -> Iterator[Quote]:
        return (self._quote_of(ticks.tick(row)) for row in rows)

    def _quote_of(self, tick: Tick) -> Quote:
        tick_size, sizes = self._tick_size, self._size_scale
        return Quote(
            symbol=self.instrument.symbol,
            time_ms=tick.time_ms,
            bid=tick.bid * tick_size,
            ask=tick.ask * tick_size,
            bid_size=Decimal(tick.bid_size) / sizes,
            ask_size=Decimal(tick.ask_size) / sizes,
            last=tick.last * tick_size,
            last_size=Decimal(tick.last_size) / sizes,
        )


def played_resolutions(recording: SymbolRecording) -> tuple[str, ...]:
    """Return the resolutions that the source had, or those made of minutes, finest first."""
    names = tuple(recording.resolutions)
    return names if names and length_ms(names[0]) else resolutions_built_from(MINUTE_MS)


def _played(group: Sequence[ReadFrame], row: int) -> list[tuple[TickColumns, int]]:
    """Return the ticks of each frame of a group, and how many of them have been played."""
    *whole, last = [frame.ticks for frame in group]
    return [*((ticks, len(ticks)) for ticks in whole), (last, row)]


def _row(ticks: TickColumns, instant_ms: int, end: int) -> int:
    """Return the first row at an instant or later, but no later one than `end`."""
    return min(end, int(ticks.time_ms.searchsorted(instant_ms, "left")))


def _quote_rows(ticks: TickColumns, first: int, end: int) -> list[int]:
    """Return the rows from `first` to `end` that have a quote."""
    rows: list[int] = (np.flatnonzero((ticks.flags[first:end] & _MARK) == 0) + first).tolist()
    return rows


def _sessions(recording: SymbolRecording) -> TradingSessions | None:
    """Return the trading sessions around the recording, or None for a market that never closes."""
    each = recording.instrument
    hours = SessionHours.parse(each.session, each.timezone, each.holidays, each.corrections)
    if hours.is_always:
        return None
    return hours.sessions(recording.start_ms - _MARGIN_MS, recording.end_ms + _MARGIN_MS)
