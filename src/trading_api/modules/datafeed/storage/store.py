"""Stores the user's own market data: each symbol's bars in columns that are mapped into memory.

    DATA_DIR/market/SYMBOL/current.json     describes the symbol, and names the folder of columns
    DATA_DIR/market/SYMBOL/<number>/*.npy   written once, never changed

A new version is written to a folder of its own and flushed to the disk. Then a new `current.json`
is renamed over the old one. Before that the old version is complete, after it the new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from trading_api.domain.instrument import Instrument
from trading_api.domain.resolution import resolutions_built_from
from trading_api.domain.session_hours import SessionHours, TradingSessions
from trading_api.modules.datafeed.storage.bar_columns import COLUMN_NAMES, BarColumns, Int64s
from trading_api.modules.datafeed.storage.bar_series import BarSeries, build_levels
from trading_api.modules.datafeed.storage.errors import RecordingError

_FORMAT = 1
_CURRENT = "current.json"
_SESSION_COLUMNS = ("starts_ms", "ends_ms", "days_ms")
_QUANTITY_MAX = Decimal(1_000_000_000)
_OPEN_ATTEMPTS = 5
_SYMBOL_LENGTH_MAX = 64
_SYMBOL_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


@dataclass(frozen=True, slots=True)
class StoredSymbol:
    """Describes a stored symbol. `calendar` names the exchange calendar that its holidays and
    corrections come from. `tick` is the one that the user gave; empty where it is as fine as the
    prices. `price_decimals` are those of the tick. `alias` is what the user calls the symbol, where
    that is no name to store it by. `is_zone_known` is unset while no import needed a time zone."""

    symbol: str
    description: str
    exchange: str
    type: str
    currency: str
    session: str
    timezone: str
    calendar: str
    holidays: Sequence[str]
    corrections: Mapping[str, str]
    step_ms: int
    price_decimals: int
    volume_decimals: int
    has_volume: bool
    are_ticks: bool
    tick: str = ""
    alias: str = ""
    is_zone_known: bool = True

    @property
    def hours(self) -> SessionHours:
        return SessionHours(self.session, self.timezone, frozenset(self.holidays), self.corrections)

    def instrument(self) -> Instrument:
        hours = self.hours
        return Instrument(
            symbol=self.symbol,
            description=self.description,
            exchange=self.exchange,
            type=self.type,
            currency=self.currency,
            price_scale=10**self.price_decimals,
            min_move=int(Decimal(self.tick).scaleb(self.price_decimals)) if self.tick else 1,
            volume_scale=10**self.volume_decimals,
            quantity_step=Decimal(1).scaleb(-self.volume_decimals),
            quantity_max=_QUANTITY_MAX,
            session=self.session,
            timezone=self.timezone,
            holidays=hours.holidays_text(),
            corrections=hours.corrections_text(),
            resolutions=resolutions_built_from(self.step_ms),
        )


class BarStore:
    """The symbols in one data folder. Readers and one writer a symbol may run at the same time, in
    several processes."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "market"

    def symbols(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.parent.name for path in self._folder.glob(f"*/{_CURRENT}"))

    def open(self, symbol: str) -> BarSeries | None:
        """Return the symbol's series, or None where it is not stored. Its columns are read when
        they are used. Raises RecordingError."""
        if (found := self._opened(symbol)) is None:
            return None
        stored, columns, sessions, levels = found
        instrument = stored.instrument()
        return BarSeries(
            instrument,
            columns,
            instrument.resolutions,
            stored.step_ms,
            stored.has_volume,
            sessions,
            levels,
        )

    def read(self, symbol: str) -> tuple[StoredSymbol, BarColumns] | None:
        """Return a symbol as it was written, or None. Raises RecordingError."""
        found = self._opened(symbol)
        return found and (found[0], found[1])

    def list_symbols(self) -> list[tuple[StoredSymbol, BarColumns]]:
        """Return every stored symbol with its bars, by name. Raises RecordingError."""
        found = (self.read(symbol) for symbol in self.symbols())
        return [each for each in found if each is not None]

    def delete(self, symbol: str) -> bool:
        """Delete a symbol, all at once, and return whether it was stored. Readers that have it open
        keep it. Raises RecordingError while an import of it is under way."""
        if symbol not in self.symbols():
            return False
        with self.lock(symbol) as writer:
            writer.delete()
        return True

    @contextmanager
    def lock(self, symbol: str) -> Iterator[SymbolWriter]:
        """Let one process at a time write a symbol. Raises RecordingError while another one has the
        lock."""
        assert is_symbol(symbol)
        folder = self._folder / symbol
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RecordingError(f"Another import of {symbol} is under way.") from None
            yield SymbolWriter(folder)

    def _opened(
        self, symbol: str
    ) -> tuple[StoredSymbol, BarColumns, TradingSessions | None, dict[str, BarColumns]] | None:
        if not is_symbol(symbol):
            return None
        folder = self._folder / symbol
        for attempt in range(_OPEN_ATTEMPTS):
            if (current := _current(folder)) is None:
                return None
            try:
                return _mapped(folder / current["version"], current)
            except FileNotFoundError as error:
                # An import may have switched and removed versions since `current.json` was read.
                if attempt == _OPEN_ATTEMPTS - 1:
                    raise RecordingError(f"{folder}: {error.filename} is missing.") from error
            except (ValueError, KeyError, TypeError) as error:
                raise RecordingError(f"{folder} cannot be read: {error}.") from error
        raise AssertionError("unreachable")


class SymbolWriter:
    """Writes one symbol, for as long as `BarStore.lock` holds its lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def replace(self, stored: StoredSymbol, columns: BarColumns) -> None:
        """Replace all that is stored of the symbol: completely, or not at all if the process is
        killed."""
        current = _current(self._folder)
        before = current["version"] if current else "0"
        self._remove_versions(keep=before)
        version = self._folder / str(int(before) + 1)
        version.mkdir()
        sessions = _sessions(stored, columns)
        _write_columns(version, "bars", columns)
        for name, level in build_levels(columns, stored.step_ms, sessions).items():
            _write_columns(version, f"bars-{name}", level)
        if sessions is not None:
            for name in _SESSION_COLUMNS:
                _write_column(version / f"sessions.{name}.npy", getattr(sessions, name))
        _flush(version)
        self._switch({"format": _FORMAT, "version": version.name, "symbol": asdict(stored)})
        self._remove_versions(keep=version.name)

    def delete(self) -> None:
        """Delete the symbol: completely, since one without `current.json` is not stored. The lock
        file stays, because another process may have opened it."""
        (self._folder / _CURRENT).unlink()
        _flush(self._folder)
        self._remove_versions(keep="")

    def _switch(self, current: dict[str, Any]) -> None:
        new = self._folder / f"{_CURRENT}.new"
        with new.open("w", encoding="utf-8") as file:
            json.dump(current, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / _CURRENT)
        _flush(self._folder)
        _flush(self._folder.parent)

    def _remove_versions(self, keep: str) -> None:
        """Remove the versions other than `keep`: the one before, and those of killed imports. A
        process that has one mapped keeps it until it ends."""
        for path in self._folder.iterdir():
            if path.is_dir() and path.name != keep:
                shutil.rmtree(path)


def _current(folder: Path) -> dict[str, Any] | None:
    try:
        current: dict[str, Any] = json.loads((folder / _CURRENT).read_text(encoding="utf-8"))
        if current["format"] != _FORMAT:
            raise RecordingError(f"{folder} was written by another version; import it again.")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{folder / _CURRENT} cannot be read: {error}.") from error
    return current


def _mapped(
    version: Path, current: dict[str, Any]
) -> tuple[StoredSymbol, BarColumns, TradingSessions | None, dict[str, BarColumns]]:
    stored = StoredSymbol(**current["symbol"])
    if not resolutions_built_from(stored.step_ms):
        raise ValueError(f"no resolution is made of bars {stored.step_ms / 1_000:g} s apart")
    sessions = None
    if (version / f"sessions.{_SESSION_COLUMNS[0]}.npy").exists():
        sessions = TradingSessions(
            *(_map(version / f"sessions.{name}.npy") for name in _SESSION_COLUMNS)
        )
    levels = {
        name: _map_columns(version, f"bars-{name}")
        for name in ("1", "1D")
        if (version / f"bars-{name}.{COLUMN_NAMES[0]}.npy").exists()
    }
    return stored, _map_columns(version, "bars"), sessions, levels


def is_symbol(text: str) -> bool:
    """Return whether the text can name a symbol, and so its folder."""
    return (
        0 < len(text) <= _SYMBOL_LENGTH_MAX
        and _SYMBOL_CHARACTERS.issuperset(text)
        and not text.startswith(".")
    )


def _sessions(stored: StoredSymbol, columns: BarColumns) -> TradingSessions | None:
    return sessions_of(stored.hours, stored.step_ms, columns)


def sessions_of(hours: SessionHours, step_ms: int, columns: BarColumns) -> TradingSessions | None:
    """Return the sessions in which the bars lie, or None where their times are arithmetic on
    UTC."""
    if hours.is_always or not len(columns):
        return None
    return hours.sessions(int(columns.time_ms[0]), int(columns.time_ms[-1]) + step_ms)


def _write_columns(version: Path, name: str, columns: BarColumns) -> None:
    for column, values in zip(COLUMN_NAMES, columns.arrays(), strict=True):
        _write_column(version / f"{name}.{column}.npy", values)


def _write_column(path: Path, values: Int64s) -> None:
    with path.open("wb") as file:
        np.save(file, values)
        file.flush()
        os.fsync(file.fileno())


def _map_columns(version: Path, name: str) -> BarColumns:
    return BarColumns.from_arrays(_map(version / f"{name}.{column}.npy") for column in COLUMN_NAMES)


def _map(path: Path) -> Int64s:
    """Return a plain array over the mapped file, because slices of np.memmap are slow."""
    mapped: Int64s = np.load(path, mmap_mode="r")
    return np.asarray(mapped)


def _flush(folder: Path) -> None:
    """Write the folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
