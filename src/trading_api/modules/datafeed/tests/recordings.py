"""CSV files and stored symbols of recorded markets, for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from trading_api.domain.bar import Bar
from trading_api.modules.datafeed.importing.import_report import ImportReport
from trading_api.modules.datafeed.storage.bar_series import BarSeries
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.storage.tick_schedule import TICKS_PER_BAR

FOREVER_MS = 10**15
HEADER = "time,open,high,low,close,volume"
NEW_YORK = "America/New_York"

Load = Callable[..., ImportReport]
LoadFile = Callable[..., ImportReport]
IMPORTED_FILES = Path(__file__).parents[1] / "importing" / "tests" / "data"


def package_file(package: str, *parts: str) -> Path:
    """Return a data file of an installed package."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent.joinpath(*parts)


def written(folder: Path, *lines: str, name: str = "file.csv") -> Path:
    """Write a file of these lines and return its path."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def minute(clock: str, price: float = 10, volume: int = 1, day: str = "2025-03-10") -> str:
    """Return the line of a bar in which all prices are the same."""
    return f"{day} {clock},{price},{price},{price},{price},{volume}"


def at(text: str) -> int:
    """Return the milliseconds of a time in UTC."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


def opened(store: BarStore, symbol: str = "ONE") -> BarSeries:
    series = store.open(symbol)
    assert series is not None
    return series


def every(series: BarSeries, resolution: str) -> list[Bar]:
    return series.bars(resolution, -FOREVER_MS, FOREVER_MS, 0, TICKS_PER_BAR * len(series.recorded))
