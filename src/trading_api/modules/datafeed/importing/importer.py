"""Imports files into the store: all of them, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from trading_api.clock import wall_clock_ms
from trading_api.domain.resolution import (
    AHEAD_MS,
    MINUTE_MS,
    resolutions_built_from,
)
from trading_api.domain.session_hours import ALWAYS, SessionError, SessionHours
from trading_api.modules.datafeed.importing.bar_builder import BuiltBars, build_bars
from trading_api.modules.datafeed.importing.bar_joining import join, reject_another_grid
from trading_api.modules.datafeed.importing.bar_length import (
    format_duration,
    step_next_to_stored,
)
from trading_api.modules.datafeed.importing.csv_reader import read_file
from trading_api.modules.datafeed.importing.csv_rows import CsvRows
from trading_api.modules.datafeed.importing.csv_series import EXCHANGE
from trading_api.modules.datafeed.importing.dst_fold import resolve_repeated_hours
from trading_api.modules.datafeed.importing.exchange_calendar import ExchangeCalendar
from trading_api.modules.datafeed.importing.import_report import ImportReport, find_gaps
from trading_api.modules.datafeed.importing.session_bounds import (
    as_tradingview,
    look_close_labelled,
    outside_sessions,
    trading_hours,
)
from trading_api.modules.datafeed.importing.symbol_names import to_symbol
from trading_api.modules.datafeed.importing.table import Progress
from trading_api.modules.datafeed.storage.bar_columns import BarColumns
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import (
    BarStore,
    StoredSymbol,
    SymbolWriter,
    sessions_of,
)

_UTC_NAME = "Etc/UTC"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Names the files to import, and describes their symbol. None means the stored value, or else
    the default. Without `symbol`, the files name their symbols. `bar_ms` is the length of the bars,
    and `time_format` that of TimeParser. `is_replacing` deletes what is stored; otherwise the new
    bars are added to it."""

    paths: Sequence[Path]
    symbol: str | None = None
    timezone: str | None = None
    session: str | None = None
    calendar: str | None = None
    currency: str | None = None
    exchange: str | None = None
    type: str | None = None
    tick: Decimal | None = None
    is_replacing: bool = False
    bar_ms: int | None = None
    time_format: str | None = None
    is_close_labelled: bool = False


@dataclass(frozen=True, slots=True)
class _PreparedImport:
    """All that an import writes of one symbol."""

    writer: SymbolWriter
    stored: StoredSymbol
    columns: BarColumns
    report: ImportReport

    def write(self) -> ImportReport:
        self.writer.replace(self.stored, self.columns)
        return self.report


def import_files(
    store: BarStore, request: ImportRequest, progress: Progress | None = None
) -> ImportReport:
    """Import one symbol as `import_symbols` does, and report what was done. Raises RecordingError
    where the files have several."""
    reports = import_symbols(store, request, progress)
    assert len(reports) == 1
    return reports[0]


def import_symbols(
    store: BarStore,
    request: ImportRequest,
    progress: Progress | None = None,
    clock: Callable[[], int] = wall_clock_ms,
) -> list[ImportReport]:
    """Import the files of a request: its symbol, or without one all symbols of the files. Return
    a report of each symbol. Raises RecordingError (FaultyRowsError for rows); then nothing has
    changed."""
    if request.symbol is not None and to_symbol(request.symbol) is None:
        raise RecordingError(
            f"The symbol {request.symbol!r} is not made of A-Z 0-9 . _ - (64 at most)."
        )
    zone = _zone(store, request)
    read = [
        read_file(path, request.symbol, clock() + AHEAD_MS, zone, request.time_format, progress)
        for path in request.paths
    ]
    files_by_symbol: dict[str, list[CsvRows]] = {}
    aliases: dict[str, str] = {}
    for path, found in zip(request.paths, read, strict=True):
        for text, rows in _wanted(path, request.symbol, found):
            symbol = to_symbol(text) or ""
            files_by_symbol.setdefault(symbol, []).append(rows)
            if aliases.setdefault(symbol, text) != text:
                raise RecordingError(f"{path}: {text} and {aliases[symbol]} are both {symbol}.")
    with ExitStack() as locks:
        prepared = [
            _prepare(
                store,
                locks.enter_context(store.lock(symbol)),
                replace(request, symbol=symbol),
                aliases[symbol] if aliases[symbol] != symbol else "",
                files,
            )
            for symbol, files in files_by_symbol.items()
        ]
        return [each.write() for each in prepared]


def _zone(store: BarStore, request: ImportRequest) -> tzinfo | None:
    """Return the zone of times without an offset, or None where nothing names it."""
    name = request.timezone
    if name is None and request.symbol is not None and not request.is_replacing:
        before = store.read(to_symbol(request.symbol) or "")
        name = before[0].timezone if before and before[0].is_zone_known else None
    if name is None and request.calendar:
        name = ExchangeCalendar(request.calendar).timezone
    if name is None:
        return None
    return UTC if name in (_UTC_NAME, "UTC") else ZoneInfo(name)


def _wanted(path: Path, symbol: str | None, found: dict[str, CsvRows]) -> list[tuple[str, CsvRows]]:
    """Return the rows of the wanted symbol, or else of all."""
    if symbol is None:
        return list(found.items())
    for simplified in (to_symbol, _letters):
        same = [rows for text, rows in found.items() if simplified(text) == simplified(symbol)]
        if len(same) == 1:
            return [(symbol, same[0])]
    others = ", ".join(sorted(found)[:12])
    raise RecordingError(f"{path} has no rows of {symbol}: its column of symbols says {others}.")


def _letters(symbol: str) -> str:
    """Return BTCUSDT for BTC/USDT."""
    return "".join(filter(str.isalnum, symbol))


def _prepare(
    store: BarStore,
    writer: SymbolWriter,
    request: ImportRequest,
    alias: str,
    files: list[CsvRows],
) -> _PreparedImport:
    """Build what is to be stored of one symbol. Raises RecordingError."""
    assert request.symbol is not None
    resolve_repeated_hours(files)
    before = None if request.is_replacing else store.read(request.symbol)
    needed_zone = any(rows.needed_zone for rows in files)
    stored, calendar = _describe(request, alias, before[0] if before else None, needed_zone)
    bars = _bars(request, stored, before is not None, files)
    outside = outside_sessions(trading_hours(stored, calendar, bars.columns), bars)
    new = replace(bars, columns=bars.columns.take(~outside))
    if not len(new.columns):
        raise RecordingError(
            f"No row lies within the session {stored.session} of {stored.timezone}."
        )
    known = 0
    if before is not None:
        old, known = before[1], len(before[1])
        reject_another_grid(stored, old, new)
        new = join(stored, old, new)
    hours = trading_hours(stored, calendar, new.columns)
    stored = _complete(stored, hours, new, _tick_text(request.tick) or stored.tick)
    report = _report(stored, files, bars, outside, new, known)
    return _PreparedImport(writer, stored, new.columns, report)


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
    taken = len(times_ms) - known
    inside = len(bars.columns) - int(outside.sum())
    return ImportReport(
        symbol=stored.symbol,
        alias=stored.alias,
        rows=bars.rows,
        unpriced=sum(len(rows.unpriced) for rows in files),
        rounded=sum(rows.rounded for rows in files),
        prices_rounded=bars.prices_rounded,
        are_ticks=bars.are_ticks,
        step_ms=bars.step_ms,
        tick=stored.instrument().tick_size,
        taken=taken,
        duplicates=bars.duplicates + inside - taken,
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
        look_close_labelled=look_close_labelled(stored.hours, bars),
    )


def _describe(
    request: ImportRequest, alias: str, before: StoredSymbol | None, needed_zone: bool
) -> tuple[StoredSymbol, ExchangeCalendar | None]:
    """Describe the symbol as far as it is known before its bars are built."""
    symbol = request.symbol
    assert symbol is not None
    code = request.calendar or (before.calendar if before else "")
    calendar = ExchangeCalendar(code) if code else None
    session = request.session or (before.session if before else None)
    session = as_tradingview(session or (calendar.session if calendar else ALWAYS))
    timezone, is_zone_known = request.timezone, request.timezone is not None
    if before and (timezone is None or (not needed_zone and session == before.session == ALWAYS)):
        # Without hours and with offsets in the file, the zone does not matter.
        timezone, is_zone_known = before.timezone, before.is_zone_known
    elif timezone is None and calendar:
        timezone, is_zone_known = calendar.timezone, True
    timezone = timezone or _UTC_NAME
    if calendar and calendar.timezone != timezone:
        raise RecordingError(f"The calendar {code} is kept in {calendar.timezone}.")
    if session != ALWAYS and not is_zone_known:
        raise RecordingError(f"--session {session} needs --timezone, the zone of its hours.")
    try:
        SessionHours(session, timezone)
    except SessionError as error:
        raise RecordingError(
            f"The session {session!r} cannot be read: write 24x7, or hours as in 0930-1600 or "
            f"0900-1130,1230-1500:23456 (1 is Sunday). {error}"
        ) from error
    if before and (before.session, before.timezone) != (session, timezone):
        raise RecordingError(
            f"{symbol} is stored with the session {before.session} of {before.timezone}; "
            "--replace forgets that and its bars."
        )
    if before and request.tick is not None and _tick_text(request.tick) != before.tick:
        raise RecordingError(
            f"{symbol} is stored in ticks of {before.instrument().tick_size:f}, as fine as "
            "its prices or as --tick gave; --replace forgets that and its bars."
        )
    if before and alias and alias != before.alias:
        other = f", which is {before.alias}" if before.alias else ""
        raise RecordingError(
            f"{alias} would be stored as {symbol}{other}; --replace forgets what is stored."
        )
    described = before or StoredSymbol(
        symbol=symbol,
        description=f"{alias or symbol}, imported",
        exchange=EXCHANGE,
        type="stock",
        currency="USD",
        session=session,
        timezone=timezone,
        calendar="",
        holidays=(),
        corrections={},
        step_ms=0,
        price_decimals=0,
        volume_decimals=0,
        has_volume=False,
        are_ticks=False,
    )
    described = replace(
        described,
        exchange=request.exchange or described.exchange,
        type=request.type or described.type,
        currency=request.currency or described.currency,
        timezone=timezone,
        is_zone_known=is_zone_known,
        calendar=code,
        alias=alias or described.alias,
    )
    return described, calendar


def _bars(
    request: ImportRequest, stored: StoredSymbol, is_joining: bool, files: list[CsvRows]
) -> BuiltBars:
    step_ms = request.bar_ms
    if files[0].are_ticks:
        if step_ms is not None:
            raise RecordingError(f"{files[0].path} has ticks, and --bar is the length of bars.")
    elif is_joining and step_ms is None:
        step_ms = step_next_to_stored(files, stored.step_ms)
    elif is_joining and step_ms and _is_same_length(step_ms, stored.step_ms):
        step_ms = stored.step_ms  # months differ in length
    is_other_length = step_ms is not None and step_ms != stored.step_ms
    if is_joining and is_other_length and not files[0].are_ticks:
        raise RecordingError(
            f"{request.symbol} is stored as {_kind(stored)}, and these rows are "
            f"{format_duration(step_ms or 0)} apart; --bar states the length of bars in a sparse "
            "file, and --replace forgets what is stored."
        )
    tick = request.tick or (Decimal(stored.tick) if stored.tick else None)
    bars = build_bars(
        files,
        step_ms,
        stored.hours,
        tick,
        is_rounding=request.tick is not None,
        is_close_labelled=request.is_close_labelled,
    )
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


def _is_same_length(step_ms: int, other_ms: int) -> bool:
    return resolutions_built_from(step_ms) == resolutions_built_from(other_ms)


def _kind(bars: StoredSymbol | BuiltBars) -> str:
    made = " of ticks" if bars.are_ticks else ""
    volume = "with" if bars.has_volume else "without"
    return f"bars of {format_duration(bars.step_ms)}{made} {volume} volume"


def _tick_text(tick: Decimal | None) -> str:
    return f"{tick.normalize():f}" if tick else ""
