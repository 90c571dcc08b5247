"""The files of a recording, and the frames in them.

    DATA_DIR/recordings/VENUE/SYMBOL/2026-11-29.ticks

A file holds what was recorded of one symbol on one day, UTC. It is only ever appended to. It begins
with MAGIC. Each frame has a head of 8 bytes: its length, whose highest bit marks the first frame of
a group, and its CRC-32. A frame that a crash left incomplete ends the file.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from trading_api.modules.datafeed.recording.frame_codec import FRAME_BYTES_MAX
from trading_api.modules.datafeed.storage.errors import RecordingError

MAGIC = b"TICKS\x01\r\n"
SUFFIX = ".ticks"
_HEAD = struct.Struct("<II")
_GROUP_BIT = 1 << 31


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """A frame where it begins in its file. `begins_group` marks the first of a group."""

    offset: int
    begins_group: bool
    packed: bytes

    @property
    def end(self) -> int:
        return self.offset + _HEAD.size + len(self.packed)


def symbol_folder(venue_folder: Path, symbol: str) -> Path:
    """Return the folder of a symbol, whatever characters its name has."""
    name = quote(symbol, safe="")
    return venue_folder / (f"%2E{name[1:]}" if name.startswith(".") else name)


def day_file(folder: Path, time_ms: int) -> Path:
    return folder / f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d}{SUFFIX}"


def recorded_symbols(venue_folder: Path) -> dict[str, Path]:
    """Return the folders of all recorded symbols, by symbol."""
    found = sorted(venue_folder.glob(f"*/*{SUFFIX}"))
    return {unquote(path.parent.name): path.parent for path in found}


def has_ticks(folder: Path) -> bool:
    """Return whether a symbol's folder has any complete frame. Raises RecordingError."""
    return any(next(read_frames(path), None) for _, path in recorded_days(folder))


def recorded_days(folder: Path) -> list[tuple[date, Path]]:
    """Return the days of a symbol's folder, oldest first, and the file of each."""
    found: list[tuple[date, Path]] = []
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found.append((date.fromisoformat(path.name.removesuffix(SUFFIX)), path))
        except ValueError:
            raise RecordingError(f"{path} is not named after a day.") from None
    return sorted(found)


def frame_bytes(packed: bytes, begins_group: bool) -> bytes:
    """Return a frame as it is stored."""
    length = len(packed) | (_GROUP_BIT if begins_group else 0)
    return _HEAD.pack(length, zlib.crc32(packed)) + packed


def read_frames(path: Path, offset: int = len(MAGIC)) -> Iterator[StoredFrame]:
    """Yield the complete frames from an offset on. Raises RecordingError for a file of another
    kind."""
    with path.open("rb") as file:
        if (magic := file.read(len(MAGIC))) != MAGIC:
            if MAGIC.startswith(magic):
                return
            raise RecordingError(f"{path} is not the recording of a market.")
        file.seek(offset)
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            marked, checksum = _HEAD.unpack(head)
            length = marked & ~_GROUP_BIT
            if length > FRAME_BYTES_MAX or len(packed := file.read(length)) < length:
                return
            if zlib.crc32(packed) != checksum:
                return
            frame = StoredFrame(offset, bool(marked & _GROUP_BIT), packed)
            yield frame
            offset = frame.end


def cut_torn_tail(path: Path) -> tuple[int, int]:
    """Cut what follows the last complete frame. Return the length that is left, and how many bytes
    were cut. A file that does not exist is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    length = len(MAGIC)
    if path.exists():
        for frame in read_frames(path):
            length = frame.end
    with path.open("ab") as file:
        before = file.tell()
        if before < len(MAGIC):
            file.truncate(0)
            file.write(MAGIC)
            return len(MAGIC), before
        file.truncate(length)
    return length, before - length


def append(path: Path, length: int, data: bytes) -> int:
    """Write behind the first `length` bytes, and return the new length. What a failed attempt left
    behind them is cut. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        if os.fstat(descriptor).st_size != length:
            os.ftruncate(descriptor, length)
        written = 0
        while written < len(data):
            written += os.pwrite(descriptor, data[written:], length + written)
    finally:
        os.close(descriptor)
    return length + len(data)


def group_offsets(path: Path, before: int) -> Sequence[int]:
    """Return where the groups begin that are before an offset."""
    offsets: list[int] = []
    for frame in read_frames(path):
        if frame.offset >= before:
            break
        if frame.begins_group:
            offsets.append(frame.offset)
    return offsets
