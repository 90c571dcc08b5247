"""Fixtures of a store of market data."""

from __future__ import annotations

from pathlib import Path

import pytest

from trading_api.modules.datafeed.importing.import_report import ImportReport
from trading_api.modules.datafeed.importing.importer import (
    ImportRequest,
    import_files,
)
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.tests.recordings import IMPORTED_FILES, Load, LoadFile, written


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    return BarStore(tmp_path / "data")


@pytest.fixture
def load(store: BarStore, tmp_path: Path) -> Load:
    """Imports a file of those lines."""

    def imported(
        *lines: str, symbol: str = "ONE", timezone: str | None = "UTC", **options: object
    ) -> ImportReport:
        path = written(tmp_path, *lines, name="rows.csv")
        return import_files(store, ImportRequest([path], symbol, timezone, **options))  # type: ignore[arg-type]

    return imported


@pytest.fixture
def load_file(store: BarStore) -> LoadFile:
    """Imports a file of the test data."""

    def imported(
        name: str, symbol: str = "ONE", timezone: str | None = "UTC", **options: object
    ) -> ImportReport:
        request = ImportRequest([IMPORTED_FILES / name], symbol, timezone, **options)  # type: ignore[arg-type]
        return import_files(store, request)

    return imported
