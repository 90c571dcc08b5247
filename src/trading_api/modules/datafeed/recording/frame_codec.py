"""Encodes the ticks of one symbol into compressed frames, and decodes them.

A frame is one MessagePack array: the number of ticks, and one column of bytes for each field. A
column holds the values of the ticks whose flags name them, as differences from the value before,
folded to unsigned numbers of 1, 2, 4 or 8 bytes.

The frames of one group are one deflate stream that is flushed after each of them, so that a frame
of few ticks is small. A group can be decoded without the frames before it: its first frame has a
header with the instrument and the values before it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from trading_api.domain.instrument import Instrument
from trading_api.modules.datafeed.recording.tick_columns import Int64s, Tick, TickColumns, TickFlag
from trading_api.modules.datafeed.storage.errors import RecordingError

VERSION = 1
FRAME_BYTES_MAX = 1 << 24
"""The most that a frame may have, compressed or not."""

_WINDOW_BITS = -13  # raw deflate with a window of 8 KiB: 64 KiB of memory for each symbol
_MEMORY_LEVEL = 6
_FLUSH_TAIL = b"\x00\x00\xff\xff"
# Plain integers: the operators of IntFlag are slow.
_TRADE, _NUMBER, _TEXT = int(TickFlag.TRADE), int(TickFlag.NUMBER), int(TickFlag.TEXT)
_VENUE_TIME = int(TickFlag.VENUE_TIME)
_WIDTHS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


class GroupHeader(msgspec.Struct, frozen=True, array_like=True):
    """Describes the ticks of a group. `resolutions` are those of the source, finest first. `before`
    has the last value of each field that is written as differences."""

    version: int
    instrument: Instrument
    resolutions: tuple[str, ...]
    before: tuple[int, ...] = ()


class _Frame(msgspec.Struct, array_like=True):
    header: GroupHeader | None
    count: int
    columns: list[bytes]
    texts: list[str]


class FrameEncoder:
    """Encodes the frames of one symbol, in groups that `begin_group` begins."""

    def __init__(self, header: GroupHeader) -> None:
        self._header = header
        self._encoder = msgspec.msgpack.Encoder()
        self._before = self._before_last = [0] * _FIELD_COUNT
        self.begin_group()

    def rewind(self) -> None:
        """Forget the last frame, which is not in the file, and begin a group."""
        self._before = self._before_last
        self.begin_group()

    def begin_group(self) -> None:
        """Make the next frame the first of a group."""
        self._is_first = True
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)

    def encode(self, ticks: Sequence[Tick]) -> bytes:
        """Return the frame of ticks. Raises OverflowError for a number of more than 63 bits; rewind
        after that."""
        self._before_last = list(self._before)
        header = None
        if self._is_first:
            header = msgspec.structs.replace(self._header, before=tuple(self._before))
        flags = np.array([tick.flags for tick in ticks], np.int64)
        columns = [_to_bytes(flags)]
        for number, (name, mask) in enumerate(_FIELDS):
            rows = ticks if mask is None else [tick for tick in ticks if tick.flags & mask]
            values = np.array([getattr(tick, name) for tick in rows], np.int64)
            columns.append(_to_bytes(_folded(np.diff(values, prepend=self._before[number]))))
            if rows:
                self._before[number] = int(values[-1])
        sizes = [tick.last_size for tick in ticks if tick.flags & _TRADE]
        offsets = [tick.venue_ms - tick.time_ms for tick in ticks if tick.flags & _VENUE_TIME]
        columns += [_to_bytes(_folded(np.array(each, np.int64))) for each in (sizes, offsets)]
        texts = [tick.text for tick in ticks if tick.flags & _TEXT]
        frame = _Frame(header, len(ticks), columns, texts)
        packed = self._deflate.compress(self._encoder.encode(frame))
        packed += self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._is_first = False
        return packed.removesuffix(_FLUSH_TAIL)


class FrameDecoder:
    """Decodes the frames of one group after the other. `header` is that of the last group."""

    header: GroupHeader

    def __init__(self) -> None:
        self._decoder = msgspec.msgpack.Decoder(_Frame)
        self._before = [0] * _FIELD_COUNT
        self.begin_group()

    def begin_group(self) -> None:
        """Take the next frame as the first of a group."""
        self._inflate = zlib.decompressobj(_WINDOW_BITS)

    def decode(self, packed: bytes) -> TickColumns:
        """Return the ticks of a frame. Raises RecordingError."""
        try:
            plain = self._inflate.decompress(packed + _FLUSH_TAIL, FRAME_BYTES_MAX)
            frame = self._decoder.decode(plain)
            if self._inflate.unconsumed_tail:
                raise RecordingError(f"a frame has more than {FRAME_BYTES_MAX} bytes")
            if frame.header is not None:
                self._read_header(frame.header)
            return self._columns(frame)
        except (zlib.error, msgspec.MsgspecError, ValueError, IndexError, KeyError) as error:
            raise RecordingError(f"a frame cannot be decoded: {error}") from error

    def _read_header(self, header: GroupHeader) -> None:
        if header.version != VERSION:
            raise RecordingError(f"it has version {header.version}, and {VERSION} can be read")
        if len(header.before) != _FIELD_COUNT:
            raise ValueError("the header has another number of fields")
        self.header, self._before = header, list(header.before)

    def _columns(self, frame: _Frame) -> TickColumns:
        count = frame.count
        flags = _from_bytes(frame.columns[0], count).view(np.int64)
        fields: list[Int64s] = []
        for number, (_, mask) in enumerate(_FIELDS):
            has_value = np.ones(count, bool) if mask is None else (flags & mask) != 0
            before = self._before[number]
            steps = _unfolded(_from_bytes(frame.columns[1 + number], int(has_value.sum())))
            values = np.concatenate((np.array([before], np.int64), before + np.cumsum(steps)))
            fields.append(values[np.cumsum(has_value)])
            self._before[number] = int(values[-1])
        time_ms, bid, ask, bid_size, ask_size, last, trade_number = fields
        sizes, offsets = frame.columns[-2:]
        last_size = _placed(flags & _TRADE, sizes)
        venue_ms = time_ms + _placed(flags & _VENUE_TIME, offsets)
        trade_number = np.where(flags & _NUMBER, trade_number, 0)
        texts = iter(frame.texts)
        named = [next(texts) if each & _TEXT else "" for each in flags.tolist()]
        return TickColumns(
            flags,
            time_ms,
            bid,
            ask,
            bid_size,
            ask_size,
            last,
            last_size,
            trade_number,
            venue_ms,
            named,
        )


_TOUCH = int(TickFlag.TOUCH | TickFlag.START)
# The fields that are written as differences, and the flags of the ticks that have them.
_FIELDS: tuple[tuple[str, int | None], ...] = (
    ("time_ms", None),
    ("bid", _TOUCH),
    ("ask", _TOUCH),
    ("bid_size", _TOUCH),
    ("ask_size", _TOUCH),
    ("last", int(TickFlag.LAST | TickFlag.START)),
    ("trade_number", _NUMBER),
)
_FIELD_COUNT = len(_FIELDS)


def _folded(values: Int64s) -> Int64s:
    """Return small numbers for small absolute values: 0, 1, 2, 3 for 0, -1, 1, -2."""
    return (values << 1) ^ (values >> 63)


def _unfolded(folded: npt.NDArray[np.uint64]) -> Int64s:
    one = np.uint64(1)
    return (folded >> one).view(np.int64) ^ -(folded & one).view(np.int64)


def _to_bytes(values: Int64s) -> bytes:
    unsigned = values.view(np.uint64)
    most = int(unsigned.max()) if len(unsigned) else 0
    width = next(each for each in _WIDTHS if most < 1 << (8 * each))
    return unsigned.astype(np.dtype(_WIDTHS[width]).newbyteorder("<")).tobytes()


def _from_bytes(packed: bytes, count: int) -> npt.NDArray[np.uint64]:
    if not count:
        return np.zeros(0, np.uint64)
    width, rest = divmod(len(packed), count)
    if rest:
        raise ValueError("a column has another length than its frame")
    kind: npt.DTypeLike = np.dtype(_WIDTHS[width]).newbyteorder("<")
    return np.frombuffer(packed, kind).astype(np.uint64)


def _placed(has_value: Int64s, packed: bytes) -> Int64s:
    """Return the column's values where `has_value` is not 0, and 0 elsewhere."""
    rows = np.flatnonzero(has_value)
    values = np.zeros(len(has_value), np.int64)
    values[rows] = _unfolded(_from_bytes(packed, len(rows)))
    return values
