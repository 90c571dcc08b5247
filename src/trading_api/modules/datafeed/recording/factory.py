"""Makes the recorder from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.recording.recorder import RecordedMarket, Recorder
from trading_api.modules.datafeed.recording.recording_writer import RecordingWriter
from trading_api.observability.metrics import Metrics
from trading_api.settings import Settings

FOLDER = "recordings"


def create_recorder(
    settings: Settings, market: RecordedMarket, resolutions: Sequence[str], metrics: Metrics
) -> Recorder:
    """Return a recorder of the market. Raises ConfigurationError for a replay."""
    if settings.datafeed_source == "replay":
        raise ConfigurationError("DATAFEED_RECORD records a live market; a replay is recorded.")
    folder = venue_folder(settings)
    writer = RecordingWriter(
        folder, market.instruments(), resolutions, settings.datafeed_record_days
    )
    recorder = Recorder(market, writer)
    metrics.add_counter(
        "recording_ticks", "Quotes, trades and marks recorded", lambda: writer.ticks_written
    )
    metrics.add_counter("recording_bytes", "Bytes recorded", lambda: writer.bytes_written)
    metrics.add_counter(
        "recording_ticks_dropped",
        "Ticks that were not recorded, because too many waited for the disk",
        lambda: recorder.dropped_total,
    )
    metrics.add_counter(
        "recording_writes_failed",
        "Attempts to write the recording that failed",
        lambda: recorder.failures_total,
    )
    metrics.add_gauge("recording_ticks_waiting", "Ticks that wait for the disk", recorder.waiting)
    return recorder


def venue_folder(settings: Settings) -> Path:
    """Return the folder of the recordings of the settings' venue, or of another source."""
    is_venue = settings.datafeed_source == "ccxt"
    name = settings.datafeed_venue if is_venue else settings.datafeed_source
    return settings.data_dir / FOLDER / name
