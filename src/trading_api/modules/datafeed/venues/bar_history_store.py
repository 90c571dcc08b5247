"""The history of one venue on disk: listings, and the minutes that the venue itself confirmed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from trading_api.modules.datafeed.storage.bar_columns import COLUMN_NAMES, BarColumns
from trading_api.modules.datafeed.venues.messages import Candle, VenueListing

_SCHEMA = """
CREATE TABLE IF NOT EXISTS listings (venue_symbol TEXT PRIMARY KEY, listing TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS next_listings (venue_symbol TEXT PRIMARY KEY, listing TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS coverage (
    symbol TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS minutes (
    symbol TEXT NOT NULL, time_ms INTEGER NOT NULL, open INTEGER NOT NULL, high INTEGER NOT NULL,
    low INTEGER NOT NULL, close INTEGER NOT NULL, volume INTEGER NOT NULL,
    PRIMARY KEY (symbol, time_ms)
) WITHOUT ROWID;
"""
_BUSY_S = 10.0


class BarHistoryStore:
    """A SQLite database of one venue. Its methods may be called from any thread and process.

    The minutes of a symbol cover one range without a gap; a minute without trades has no row. They
    are in the ticks and volume units of the listing that was stored last."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        with self._connection() as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.executescript(_SCHEMA)

    def listings(self, venue_symbols: Iterable[str]) -> dict[str, VenueListing]:
        """Return the listings that are stored of these, by the venue's names."""
        wanted = set(venue_symbols)
        with self._connection() as database:
            rows = database.execute("SELECT venue_symbol, listing FROM listings").fetchall()
        return {
            name: msgspec.json.decode(text, type=VenueListing)
            for name, text in rows
            if name in wanted
        }

    def save_listings(self, listings: Iterable[VenueListing]) -> None:
        """Store listings. Minutes that are in other ticks or units than the new listing's are
        deleted: the venue has them all."""
        listings = list(listings)
        before = self.listings(each.venue_symbol for each in listings)
        with self._transaction() as database:
            for listing in listings:
                old = before.get(listing.venue_symbol)
                if old is not None and _grid(old) != _grid(listing):
                    _delete(database, old.instrument.symbol)
                database.execute(
                    "INSERT OR REPLACE INTO listings VALUES (?, ?)",
                    (listing.venue_symbol, msgspec.json.encode(listing).decode()),
                )

    def save_next_listing(self, listing: VenueListing) -> None:
        """Store a listing that the next start adopts: the minutes of this run are in the ticks of
        the present one."""
        with self._transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO next_listings VALUES (?, ?)",
                (listing.venue_symbol, msgspec.json.encode(listing).decode()),
            )

    def adopt_next_listings(self) -> None:
        """Save the listings that an earlier run stored for the next start."""
        with self._connection() as database:
            rows = database.execute("SELECT listing FROM next_listings").fetchall()
        if rows:
            self.save_listings(msgspec.json.decode(text, type=VenueListing) for (text,) in rows)
            with self._transaction() as database:
                database.execute("DELETE FROM next_listings")

    def coverage(self, symbol: str) -> tuple[int, int] | None:
        """Return the start and the end of the range whose minutes are stored, or None."""
        with self._connection() as database:
            row: tuple[int, int] | None = database.execute(
                "SELECT start_ms, end_ms FROM coverage WHERE symbol = ?", (symbol,)
            ).fetchone()
        return row

    def minutes(self, symbol: str, start_ms: int) -> BarColumns:
        """Return the stored minutes from an instant on."""
        with self._connection() as database:
            rows = database.execute(
                "SELECT time_ms, open, high, low, close, volume FROM minutes"
                " WHERE symbol = ? AND time_ms >= ? ORDER BY time_ms",
                (symbol, start_ms),
            ).fetchall()
        table = np.array(rows, dtype=np.int64).reshape(-1, len(COLUMN_NAMES))
        return BarColumns.from_arrays(np.ascontiguousarray(column) for column in table.T)

    def put(self, symbol: str, candles: Sequence[Candle], start_ms: int, end_ms: int) -> None:
        """Store the minutes of a range that adjoins or overlaps the range which is stored."""
        with self._transaction() as database:
            database.execute(
                "DELETE FROM minutes WHERE symbol = ? AND time_ms >= ? AND time_ms < ?",
                (symbol, start_ms, end_ms),
            )
            database.executemany(
                "INSERT OR REPLACE INTO minutes VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((symbol, *candle) for candle in candles if candle[5]),
            )
            database.execute(
                "INSERT INTO coverage VALUES (?, ?, ?) ON CONFLICT (symbol) DO UPDATE SET"
                " start_ms = min(start_ms, excluded.start_ms),"
                " end_ms = max(end_ms, excluded.end_ms)",
                (symbol, start_ms, end_ms),
            )

    def delete(self, symbol: str) -> None:
        """Delete the minutes of a symbol."""
        with self._transaction() as database:
            _delete(database, symbol)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one operation, of which there are a few a minute."""
        database = sqlite3.connect(self._path, timeout=_BUSY_S, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous=NORMAL")
            yield database
        finally:
            database.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")


def _delete(database: sqlite3.Connection, symbol: str) -> None:
    database.execute("DELETE FROM minutes WHERE symbol = ?", (symbol,))
    database.execute("DELETE FROM coverage WHERE symbol = ?", (symbol,))


def _grid(listing: VenueListing) -> tuple[object, ...]:
    instrument = listing.instrument
    return instrument.symbol, instrument.tick_size, instrument.volume_scale
