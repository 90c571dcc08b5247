"""What was recorded is read again, whatever happened to the process and the disk."""

from __future__ import annotations

import errno
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.scale import scaled
from trading_api.domain.market_update import VenueTrade
from trading_api.domain.quote import Quote
from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.recording import recording_writer
from trading_api.modules.datafeed.recording.recording_files import (
    MAGIC,
    group_offsets,
    read_frames,
    recorded_days,
    recorded_symbols,
    symbol_folder,
)
from trading_api.modules.datafeed.recording.recording_writer import (
    Event,
    MarkEvent,
    QuoteEvent,
    RecordingWriter,
)
from trading_api.modules.datafeed.recording.tests import killed_writer
from trading_api.modules.datafeed.recording.tests.ticks import (
    BITCOIN,
    DAY_MS,
    START_MS,
    event_lists,
    iterate_ticks,
    read_ticks,
    to_event,
)
from trading_api.modules.datafeed.storage.errors import RecordingError

SYMBOL = BITCOIN.symbol


def writer_to(folder: Path, days_kept: int = 0) -> RecordingWriter:
    return RecordingWriter(folder, [BITCOIN], ("1",), days_kept)


def read_events(folder: Path) -> list[Event]:
    files = [path for _, path in recorded_days(symbol_folder(folder, SYMBOL))]
    return [to_event(tick) for path in files for tick in read_ticks(path)]


def some_events(count: int, start_ms: int = START_MS) -> list[Event]:
    events: list[Event] = []
    for number in range(count):
        bid = Decimal(1_000_00 + number * 7 % 40 * 5) / 100
        trade = VenueTrade(str(1_000_000 + number), start_ms + number * 3, 1)
        sizes = Decimal(number % 13 + 1) / 1_000
        quote = Quote(
            SYMBOL, start_ms + number * 3, bid, bid + 1, sizes, 2 * sizes, bid, sizes / 10
        )
        events.append(QuoteEvent(quote, trade))
    return events


@settings(max_examples=scaled(20))
@given(event_lists(), st.lists(st.integers(0, 40), max_size=5))
def test_what_was_recorded_is_read_again(events: list[Event], cuts: list[int]) -> None:
    """However the events are divided over flushes and processes."""
    with TemporaryDirectory() as folder:
        bounds = sorted({0, len(events), *(each for each in cuts if each < len(events))})
        writer = writer_to(Path(folder))
        for number, (start, end) in enumerate(pairwise(bounds)):
            if number % 2:
                writer = writer_to(Path(folder))
            writer.write({SYMBOL: events[start:end]})
        assert read_events(Path(folder)) == events


def test_each_day_has_a_file_and_a_group_can_be_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_writer, "TICKS_PER_GROUP_MAX", 819)
    writer = writer_to(tmp_path)
    events = some_events(3_000, START_MS + DAY_MS - 4_500)
    for start in range(0, len(events), 100):
        writer.write({SYMBOL: events[start : start + 100]})
    assert read_events(tmp_path) == events
    assert [str(day) for day, _ in recorded_days(tmp_path / SYMBOL)] == ["2026-11-29", "2026-11-30"]
    for _, path in recorded_days(tmp_path / SYMBOL):
        ticks, offsets = read_ticks(path), group_offsets(path, 10**9)
        assert len(offsets) == 2
        newest = list(iterate_ticks(path, offsets[1]))
        assert newest == ticks[-len(newest) :] != ticks


def test_a_tick_takes_few_bytes(tmp_path: Path) -> None:
    writer = writer_to(tmp_path)
    events = some_events(4_000)
    for start in range(0, len(events), 500):
        writer.write({SYMBOL: events[start : start + 500]})
    assert writer.ticks_written == 4_000
    assert writer.bytes_written < 6 * 4_000


@given(st.integers(0, 400), st.binary(max_size=30))
def test_a_torn_tail_is_cut_and_nothing_before_it_is_lost(cut: int, garbage: bytes) -> None:
    with TemporaryDirectory() as name:
        folder, writer = Path(name), writer_to(Path(name))
        events = some_events(60)
        ends: list[tuple[int, int]] = [(0, 0)]
        for start in range(0, 60, 10):
            writer.write({SYMBOL: events[start : start + 10]})
            ((_, path),) = recorded_days(folder / SYMBOL)
            ends.append((path.stat().st_size, start + 10))
        size = max(0, path.stat().st_size - cut)
        os.truncate(path, size)
        with path.open("ab") as file:
            file.write(garbage)
        kept = max(count for end, count in ends if end <= size)
        if size >= len(MAGIC):
            assert read_events(folder)[:kept] == events[:kept]
        later = some_events(5, START_MS + 1_000)
        if size < len(MAGIC) and not MAGIC.startswith(path.read_bytes()[: len(MAGIC)]):
            with pytest.raises(RecordingError, match="is not the recording of a market"):
                writer_to(folder).write({SYMBOL: later})
            return
        writer_to(folder).write({SYMBOL: later})
        assert read_events(folder) == events[:kept] + later


def test_a_changed_byte_ends_what_is_read_of_a_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = writer_to(tmp_path)
    for part in (some_events(10), some_events(10, START_MS + 100)):
        writer.write({SYMBOL: part})
    ((_, path),) = recorded_days(tmp_path / SYMBOL)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    assert read_events(tmp_path) == some_events(10)
    writer_to(tmp_path).write({SYMBOL: some_events(1, START_MS + 200)})
    assert read_events(tmp_path) == some_events(10) + some_events(1, START_MS + 200)
    assert [record.message for record in caplog.records] == ["recording_tail_cut"]


def test_a_killed_process_loses_nothing_that_it_had_written(tmp_path: Path) -> None:
    """Killed in the middle of a write, again and again, it goes on behind the last whole frame."""
    recorded = 0
    for writes in (1, 5, 9, 2):
        command = [sys.executable, "-m", killed_writer.__name__, str(tmp_path), str(recorded)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(writes):
                written = int(process.stdout.readline())
            process.kill()
        events = read_events(tmp_path)
        assert len(events) >= written
        recorded = len(events)
        assert events == [killed_writer.numbered(number) for number in range(recorded)]


class FullDisk:
    """Writes `bytes_free` bytes, then fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes_free = 10**9
        self._pwrite = os.pwrite
        monkeypatch.setattr(os, "pwrite", self.write)

    def write(self, descriptor: int, data: bytes, offset: int) -> int:
        if not self.bytes_free:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = data[: self.bytes_free]
        self.bytes_free -= len(part)
        return self._pwrite(descriptor, part, offset)


@pytest.mark.parametrize("bytes_free", [0, 1, 9, 30])
def test_what_a_full_disk_refused_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_free: int
) -> None:
    disk, writer, events = FullDisk(monkeypatch), writer_to(tmp_path), some_events(60)
    writer.write({SYMBOL: events[:20]})
    disk.bytes_free = bytes_free
    for start in (20, 30, 40):
        with pytest.raises(OSError, match="No space left"):
            writer.write({SYMBOL: events[start : start + 10]})
        disk.bytes_free = bytes_free
    assert writer.ticks_waiting == 30
    assert read_events(tmp_path) == events[:20]
    disk.bytes_free = 10**9
    writer.write({SYMBOL: events[50:]})
    assert (writer.ticks_waiting, writer.ticks_written) == (0, 60)
    assert read_events(tmp_path) == events


def test_a_symbol_that_cannot_be_written_keeps_no_other_from_the_disk(tmp_path: Path) -> None:
    other = replace(BITCOIN, symbol="..")
    writer = RecordingWriter(tmp_path, [BITCOIN, other], ("1",), 0)
    (tmp_path / SYMBOL).write_text("this is no folder")
    events = some_events(3)
    with pytest.raises(OSError, match=SYMBOL):
        writer.write({SYMBOL: events, "..": events})
    assert list(recorded_symbols(tmp_path)) == [".."]
    assert list(recorded_symbols(tmp_path).values()) == [tmp_path / "%2E."]
    (tmp_path / SYMBOL).unlink()
    writer.write({})
    assert read_events(tmp_path) == events


def test_old_days_are_removed_and_the_last_ones_kept(tmp_path: Path) -> None:
    writer = writer_to(tmp_path)
    for day in range(5):
        writer.write({SYMBOL: some_events(2, START_MS + day * DAY_MS)})
    now_ms = START_MS + 4 * DAY_MS
    writer.remove_old_days(now_ms)
    assert len(recorded_days(tmp_path / SYMBOL)) == 5, "0 keeps all"
    writer_to(tmp_path, days_kept=2).remove_old_days(now_ms)
    days = [str(day) for day, _ in recorded_days(tmp_path / SYMBOL)]
    assert days == ["2026-12-02", "2026-12-03"]


def test_two_processes_do_not_record_to_one_folder(tmp_path: Path) -> None:
    first, second = writer_to(tmp_path), writer_to(tmp_path)
    first.open()
    with pytest.raises(ConfigurationError, match="another process records to"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_a_number_that_is_too_large_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    events = some_events(3)
    assert isinstance(events[1], QuoteEvent)
    events[1] = replace(events[1], quote=replace(events[1].quote, bid_size=Decimal(10) ** 30))
    writer_to(tmp_path).write({SYMBOL: events})
    assert len(read_events(tmp_path)) == 2
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_loss_keeps_its_reason(tmp_path: Path) -> None:
    events: Sequence[Event] = [
        *some_events(1),
        MarkEvent(True, START_MS + 5, "no sign of life for 5 s"),
        MarkEvent(False, START_MS + 9),
    ]
    writer_to(tmp_path).write({SYMBOL: events})
    assert read_events(tmp_path) == events


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-29.ticks"
    path.write_text("time,open,high,low,close")
    with pytest.raises(RecordingError, match="is not the recording of a market"):
        list(read_frames(path))
    (tmp_path / "notes.ticks").touch()
    with pytest.raises(RecordingError, match="is not named after a day"):
        recorded_days(tmp_path)


def test_the_limits_of_a_group_are_small_enough_to_be_kept_in_memory() -> None:
    assert recording_writer.TICKS_PER_GROUP_MAX <= 10_000
