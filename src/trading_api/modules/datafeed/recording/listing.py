"""Lists the recordings of a data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from trading_api.modules.datafeed.recording.factory import FOLDER
from trading_api.modules.datafeed.recording.recording_files import has_ticks, recorded_symbols
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording


def list_recordings(data_dir: Path) -> list[list[str]]:
    """Return the rows of a table, the titles first; none where nothing is recorded. Raises
    RecordingError."""
    rows: list[list[str]] = []
    for venue in sorted((data_dir / FOLDER).glob("*/")):
        for symbol, folder in recorded_symbols(venue).items():
            if not has_ticks(folder):
                continue
            found = SymbolRecording(folder)
            first, last = (
                datetime.fromtimestamp(each / 1_000, UTC) for each in (found.start_ms, found.end_ms)
            )
            rows.append(
                [
                    symbol,
                    str(venue),
                    str(found.days),
                    f"{found.size / 1e6:,.1f} MB",
                    f"{first:%Y-%m-%d %H:%M:%S}",
                    f"{last:%Y-%m-%d %H:%M:%S}",
                ]
            )
    return [["recorded", "folder", "days", "size", "from", "to"], *rows] if rows else []
