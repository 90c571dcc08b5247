from __future__ import annotations

from pathlib import Path

import pytest

from trading_api.modules.datafeed.venues.bar_history_store import BarHistoryStore


@pytest.fixture
def store(tmp_path: Path) -> BarHistoryStore:
    return BarHistoryStore(tmp_path / "venues" / "venue.db")
