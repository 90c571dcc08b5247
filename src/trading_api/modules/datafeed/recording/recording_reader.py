"""Reads the recording of one symbol, forwards frame by frame and backwards group by group."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from trading_api.domain.instrument import Instrument
from trading_api.modules.datafeed.recording.frame_codec import FrameDecoder, GroupHeader
from trading_api.modules.datafeed.recording.recording_files import (
    group_offsets,
    read_frames,
    recorded_days,
)
from trading_api.modules.datafeed.recording.tick_columns import Int64s, TickColumns, size_scale
from trading_api.modules.datafeed.storage.errors import RecordingError


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """The ticks of a frame, and where its group begins: in which of the files, at which byte."""

    file: int
    group: int
    ticks: TickColumns


class SymbolRecording:
    """The files of one symbol, one a day. Ticks that were recorded with other scales of prices or
    sizes are converted to the newest ones. `size` is in bytes."""

    def __init__(self, folder: Path) -> None:
        """Raises RecordingError where nothing is recorded, or it cannot be read."""
        days = recorded_days(folder)
        # A file that was just begun has no frame yet.
        headers = [(path, header) for _, path in days if (header := _header(path)) is not None]
        if not headers:
            raise RecordingError(f"{folder} has no recording.")
        self._paths = [path for path, _ in headers]
        newest = headers[-1][1]
        self.instrument, self.resolutions = newest.instrument, newest.resolutions
        self.days = len(self._paths)
        self.size = sum(path.stat().st_size for path in self._paths)
        self.start_ms = int(next(self._frames(0)).ticks.time_ms[0])
        last_group = group_offsets(self._paths[-1], self.size)[-1]
        *_, last = self._frames(self.days - 1, last_group)
        self.end_ms = int(last.ticks.time_ms[-1])

    def frames(self) -> Iterator[ReadFrame]:
        """Yield the frames of all days. A day ends at the first frame that is not complete. Raises
        RecordingError."""
        for file in range(self.days):
            yield from self._frames(file)

    def content(self) -> Iterator[bytes]:
        """Yield the bytes of each file."""
        for path in self._paths:
            yield path.read_bytes()

    def frames_from(self, start_ms: int) -> Iterator[ReadFrame]:
        """Yield the frames of all days from the last group that begins before an instant, or else
        from the first group."""
        file, offsets = self._day_before(start_ms)
        number = bisect_left(offsets, start_ms, key=lambda offset: self._first_ms(file, offset))
        yield from self._frames(file, offsets[max(0, number - 1)])
        for later in range(file + 1, self.days):
            yield from self._frames(later)

    def group_after(self, before_ms: int) -> tuple[int, int]:
        """Return the file and the offset of the first group that begins at an instant or later: all
        earlier ticks are in groups before it."""
        file, offsets = self._day_before(before_ms)
        number = bisect_left(offsets, before_ms, key=lambda offset: self._first_ms(file, offset))
        return file, offsets[number] if number < len(offsets) else self.size

    def groups_before(self, file: int, group: int) -> Iterator[Sequence[TickColumns]]:
        """Yield the frames of each group before the one that begins there, newest first."""
        for number in range(file, -1, -1):
            before = group if number == file else self._paths[number].stat().st_size
            for offset in reversed(group_offsets(self._paths[number], before)):
                frames: list[TickColumns] = []
                for frame in self._frames(number, offset):
                    if frame.group != offset:
                        break
                    frames.append(frame.ticks)
                yield frames

    def _day_before(self, instant_ms: int) -> tuple[int, Sequence[int]]:
        """Return the last file that begins before an instant, or else the first, and its groups."""
        file = max(0, bisect_left(range(self.days), instant_ms, key=self._first_ms) - 1)
        return file, group_offsets(self._paths[file], self.size)

    def _first_ms(self, file: int, offset: int | None = None) -> int:
        """Return the time of the first tick there."""
        frame = next(self._frames(file, offset), None)
        return self.end_ms if frame is None else int(frame.ticks.time_ms[0])

    def _frames(self, file: int, offset: int | None = None) -> Iterator[ReadFrame]:
        path, decoder, group = self._paths[file], FrameDecoder(), 0
        for frame in read_frames(path) if offset is None else read_frames(path, offset):
            if frame.begins_group:
                decoder.begin_group()
                group = frame.offset
            try:
                ticks = decoder.decode(frame.packed)
            except RecordingError as error:
                raise RecordingError(f"{path}: {error}.") from error
            if len(ticks):
                yield ReadFrame(
                    file, group, _converted(ticks, decoder.header.instrument, self.instrument)
                )


def _header(path: Path) -> GroupHeader | None:
    decoder = FrameDecoder()
    frame = next(read_frames(path), None)
    if frame is None:
        return None
    try:
        decoder.decode(frame.packed)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}.") from error
    return decoder.header


def _converted(ticks: TickColumns, recorded: Instrument, wanted: Instrument) -> TickColumns:
    """Return ticks in the scales of the wanted instrument, rounded down where they are coarser."""
    price = Fraction(recorded.tick_size) / Fraction(wanted.tick_size)
    size = Fraction(size_scale(wanted), size_scale(recorded))
    if price == 1 and size == 1:
        return ticks
    return replace(
        ticks,
        bid=_scaled(ticks.bid, price),
        ask=_scaled(ticks.ask, price),
        last=_scaled(ticks.last, price),
        bid_size=_scaled(ticks.bid_size, size),
        ask_size=_scaled(ticks.ask_size, size),
        last_size=_scaled(ticks.last_size, size),
    )


def _scaled(values: Int64s, factor: Fraction) -> Int64s:
    return values * factor.numerator // factor.denominator
