"""Imports CSV files into the store: all of them, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from trading_api.domain.resolution import DAY_MS, MINUTE_MS
from trading_api.domain.session_hours import (
    ALWAYS,
    SessionError,
    SessionHours,
)
from trading_api.modules.datafeed.importing.bar_builder import (
    BuiltBars,
    build_bars,
    format_duration,
)
from trading_api.modules.datafeed.importing.csv_reader import (
    CsvRows,
    Progress,
    read_csv,
)
from trading_api.modules.datafeed.importing.csv_series import EXCHANGE
from trading_api.modules.datafeed.importing.dst_fold import resolve_repeated_hours
from trading_api.modules.datafeed.importing.exchange_calendar import ExchangeCalendar
from trading_api.modules.datafeed.importing.import_report import (
    ImportReport,
    find_gaps,
    format_time,
)
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import (
    BarStore,
    StoredSymbol,
    is_symbol,
    sessions_of,
)

_HOURS = re.compile(r"(?<!\d)(\d{1,2}):?(\d\d)-(\d{1,2}):?(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Names the files to import, and describes their symbol. None means the stored value, or else
    the default. `is_replacing` deletes what is stored; otherwise the new bars are added to it."""

    paths: Sequence[Path]
    symbol: str
    timezone: str
    session: str | None = None
    calendar: str | None = None
    currency: str | None = None
    exchange: str | None = None
    type: str | None = None
    tick: Decimal | None = None
    is_replacing: bool = False


def import_files(
    store: BarStore, request: ImportRequest, progress: Progress | None = None
) -> ImportReport:
    """Import the files of a request and report what was done. Raises RecordingError
    (FaultyRowsError for rows); then nothing has changed."""
    if not is_symbol(request.symbol):
        raise RecordingError(
            f"The symbol {request.symbol!r} is not made of A-Z 0-9 . _ - (64 at most)."
        )
    with store.lock(request.symbol) as writer:
        before = None if request.is_replacing else store.read(request.symbol)
        stored, calendar = _describe(request, before[0] if before else None)
        files = _read(request, stored, progress)
        bars = _bars(request, stored, before is not None, files)
        outside = _outside(_hours(stored, calendar, bars.columns), bars)
        new = replace(bars, columns=bars.columns.take(~outside))
        if not len(new.columns):
            raise RecordingError(
                f"No row lies within the session {stored.session} of {stored.timezone}."
            )
        known = 0
        if before is not None:
            old, known = before[1], len(before[1])
            _reject_another_grid(stored, old, new)
            new = _join(stored, old, new)
        hours = _hours(stored, calendar, new.columns)
        stored = _complete(stored, hours, new, _tick_text(request.tick) or stored.tick)
        writer.replace(stored, new.columns)
    return _report(stored, files, bars, outside, new, known)


def _complete(
    stored: StoredSymbol, hours: SessionHours, bars: BuiltBars, tick: str
) -> StoredSymbol:
    """Add to a description what is known from the bars."""
    return replace(
        stored,
        holidays=sorted(hours.holidays),
        corrections=dict(hours.corrections),
        step_ms=bars.step_ms,
        price_decimals=bars.price_decimals,
        volume_decimals=bars.volume_decimals,
        has_volume=bars.has_volume,
        are_ticks=bars.are_ticks,
        tick=tick,
    )


def _report(
    stored: StoredSymbol,
    files: Sequence[CsvRows],
    bars: BuiltBars,
    outside: npt.NDArray[np.bool_],
    new: BuiltBars,
    known: int,
) -> ImportReport:
    """Report on `bars` of the files, of which those `outside` the session are left out. `new` are
    all bars of the symbol now, and `known` counts those that were stored before."""
    times_ms = new.columns.time_ms
    inside = len(bars.columns) - int(outside.sum())
    return ImportReport(
        symbol=stored.symbol,
        rows=bars.rows,
        unpriced=sum(len(rows.unpriced) for rows in files),
        rounded=sum(rows.rounded for rows in files),
        are_ticks=bars.are_ticks,
        step_ms=bars.step_ms,
        tick=stored.instrument().tick_size,
        taken=len(times_ms) - known,
        duplicates=bars.duplicates + inside - (len(times_ms) - known),
        outside=int(outside.sum()),
        first_outside_ms=int(bars.columns.time_ms[outside.argmax()]),
        gaps=find_gaps(
            times_ms,
            new.step_ms,
            sessions_of(stored.hours, new.step_ms, new.columns),
            tolerance_ms=MINUTE_MS if new.are_ticks else new.step_ms,
        ),
        stored=len(times_ms),
        first_ms=int(times_ms[0]),
        last_ms=int(times_ms[-1]),
    )


def _describe(
    request: ImportRequest, before: StoredSymbol | None
) -> tuple[StoredSymbol, ExchangeCalendar | None]:
    """Describe the symbol as far as it is known before its rows are read."""
    code = request.calendar or (before.calendar if before else "")
    calendar = ExchangeCalendar(code) if code else None
    if calendar and calendar.timezone != request.timezone:
        raise RecordingError(f"The calendar {code} is kept in {calendar.timezone}.")
    session = request.session or (before.session if before else None)
    session = _as_tradingview(session or (calendar.session if calendar else ALWAYS))
    try:
        SessionHours(session, request.timezone)
    except SessionError as error:
        raise RecordingError(
            f"The session {session!r} cannot be read: write 24x7, or hours as in 0930-1600 or "
            f"0900-1130,1230-1500:23456 (1 is Sunday). {error}"
        ) from error
    if before and (before.session, before.timezone) != (session, request.timezone):
        raise RecordingError(
            f"{request.symbol} is stored with the session {before.session} of {before.timezone}; "
            "--replace forgets that and its bars."
        )
    if before and request.tick is not None and _tick_text(request.tick) != before.tick:
        raise RecordingError(
            f"{request.symbol} is stored in ticks of {before.instrument().tick_size:f}, as fine as "
            "its prices or as it was told; --replace forgets that and its bars."
        )
    described = StoredSymbol(
        symbol=request.symbol,
        description=before.description if before else f"{request.symbol}, imported",
        exchange=request.exchange or (before.exchange if before else EXCHANGE),
        type=request.type or (before.type if before else "stock"),
        currency=request.currency or (before.currency if before else "USD"),
        session=session,
        timezone=request.timezone,
        calendar=code,
        holidays=(),
        corrections={},
        step_ms=before.step_ms if before else 0,
        price_decimals=before.price_decimals if before else 0,
        volume_decimals=before.volume_decimals if before else 0,
        has_volume=before.has_volume if before else False,
        are_ticks=before.are_ticks if before else False,
        tick=before.tick if before else "",
    )
    return described, calendar


def _read(request: ImportRequest, stored: StoredSymbol, progress: Progress | None) -> list[CsvRows]:
    zone = UTC if stored.timezone in ("Etc/UTC", "UTC") else ZoneInfo(stored.timezone)
    files = []
    for path in request.paths:
        found = read_csv(path, request.symbol, zone, progress)
        if request.symbol not in found:
            others = ", ".join(sorted(found)[:12])
            raise RecordingError(
                f"{path} has no rows of {request.symbol}: its column of symbols says {others}."
            )
        files.append(found[request.symbol])
    resolve_repeated_hours(files)
    return files


def _bars(
    request: ImportRequest, stored: StoredSymbol, is_joining: bool, files: list[CsvRows]
) -> BuiltBars:
    step_ms = stored.step_ms if is_joining and sum(map(len, files)) == 1 else None
    tick = request.tick or (Decimal(stored.tick) if stored.tick else None)
    bars = build_bars(files, step_ms, stored.hours, tick)
    if is_joining and stored.has_volume and files[0].has_volume:
        bars = replace(bars, has_volume=True)  # zeros may be all that is new
    if is_joining and (bars.step_ms, bars.has_volume, bars.are_ticks) != (
        stored.step_ms,
        stored.has_volume,
        stored.are_ticks,
    ):
        raise RecordingError(
            f"{request.symbol} is stored as {_kind(stored)}, and these are {_kind(bars)}; "
            "--replace forgets what is stored."
        )
    return bars


def _kind(bars: StoredSymbol | BuiltBars) -> str:
    made = " of ticks" if bars.are_ticks else ""
    volume = "with" if bars.has_volume else "without"
    return f"bars of {format_duration(bars.step_ms)}{made} {volume} volume"


def _tick_text(tick: Decimal | None) -> str:
    return f"{tick.normalize():f}" if tick else ""


def _as_tradingview(session: str) -> str:
    """Return 0930-1600 for 9:30-16:00."""
    return _HOURS.sub(
        lambda found: f"{found[1]:0>2}{found[2]}-{found[3]:0>2}{found[4]}", session.replace(" ", "")
    )


def _hours(
    stored: StoredSymbol, calendar: ExchangeCalendar | None, columns: BarColumns
) -> SessionHours:
    if calendar is None:
        return SessionHours(stored.session, stored.timezone)
    first_ms, last_ms = int(columns.time_ms[0]), int(columns.time_ms[-1])
    return calendar.hours(stored.session, stored.timezone, first_ms, last_ms)


def _outside(hours: SessionHours, bars: BuiltBars) -> npt.NDArray[np.bool_]:
    """Return which bars no session holds."""
    times_ms = bars.columns.time_ms
    sessions = sessions_of(hours, bars.step_ms, bars.columns)
    if sessions is None or bars.step_ms > DAY_MS:
        return np.zeros(len(times_ms), dtype=np.bool_)
    if not len(sessions.starts_ms):
        return np.ones(len(times_ms), dtype=np.bool_)
    if bars.step_ms == DAY_MS:
        return ~np.isin(times_ms, sessions.days_ms)
    numbers = sessions.starts_ms.searchsorted(times_ms, "right") - 1
    return (numbers < 0) | (times_ms >= sessions.ends_ms[numbers])


def _reject_another_grid(stored: StoredSymbol, old: BarColumns, bars: BuiltBars) -> None:
    """Raise RecordingError where new bars are off the grid of stored ones. Bars of sessions cannot
    be: they are counted from the start of their session."""
    apart_ms = int(bars.columns.time_ms[0]) - int(old.time_ms[0])
    if stored.hours.is_always and bars.step_ms < DAY_MS and apart_ms % bars.step_ms:
        raise RecordingError(
            f"The bar at {format_time(int(bars.columns.time_ms[0]))} is off the grid of the stored "
            f"bars of {format_duration(bars.step_ms)}; --replace forgets what is stored."
        )


def _join(stored: StoredSymbol, old: BarColumns, bars: BuiltBars) -> BuiltBars:
    """Add the new bars to the stored ones. Raises RecordingError where two bars of one time
    differ."""
    before = replace(
        bars,
        columns=old,
        price_decimals=stored.price_decimals,
        volume_decimals=stored.volume_decimals,
    ).at_decimals(bars.price_decimals, bars.volume_decimals)
    after = bars.at_decimals(stored.price_decimals, stored.volume_decimals)
    rows = before.columns.time_ms.searchsorted(after.columns.time_ms)
    rows = np.minimum(rows, len(old) - 1)
    known = before.columns.time_ms[rows] == after.columns.time_ms
    differs = np.zeros(len(rows), dtype=np.bool_)
    pairs = zip(before.columns.arrays(), after.columns.arrays(), strict=True)
    for old_column, new_column in pairs:
        differs |= known & (old_column[rows] != new_column)
    if differs.any():
        time_ms = int(after.columns.time_ms[differs.argmax()])
        raise RecordingError(
            f"{int(differs.sum()):,} bars contradict stored ones of the same time, the first at "
            f"{format_time(time_ms)}; --replace forgets what is stored."
        )
    pairs = zip(before.columns.arrays(), after.columns.take(~known).arrays(), strict=True)
    together = BarColumns.from_arrays(np.concatenate(pair) for pair in pairs)
    order = np.argsort(together.time_ms, kind="stable")
    return replace(after, columns=together.take(order))
