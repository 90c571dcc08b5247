"""Makes the market source that the settings name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from trading_api.errors import ConfigurationError
from trading_api.modules.datafeed.importing.csv_series import read_series
from trading_api.modules.datafeed.market.playing_clock import PlayableSource, PlayingClock
from trading_api.modules.datafeed.market.ports import FollowingSource, MarketSource
from trading_api.modules.datafeed.market.step_clock import StepClock, SteppableSource
from trading_api.modules.datafeed.recording.recording_files import has_ticks, recorded_symbols
from trading_api.modules.datafeed.recording.recording_reader import SymbolRecording
from trading_api.modules.datafeed.replay.playable import Playable
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.replay.tick_recording import TickRecording
from trading_api.modules.datafeed.simulator.price_tree import END_MS
from trading_api.modules.datafeed.simulator.simulator import FIRST_MS, Simulator
from trading_api.modules.datafeed.storage.errors import RecordingError
from trading_api.modules.datafeed.storage.store import BarStore
from trading_api.modules.datafeed.venues.venue_factory import create_ccxt_source
from trading_api.settings import Settings


def create_market_source(settings: Settings) -> MarketSource:
    """Return a simulator, the live market of a venue, or a replay of a file, of a recorded market
    or of the stored symbols. Raises ConfigurationError."""
    if settings.datafeed_source == "ccxt":
        if settings.datafeed_clock == "step":
            raise ConfigurationError("DATAFEED_CLOCK=step cannot move a live market.")
        return create_ccxt_source(settings)
    start_ms = _milliseconds(settings.datafeed_start)
    if settings.datafeed_source == "simulator":
        if start_ms is not None and settings.datafeed_clock == "wall":
            raise ConfigurationError("DATAFEED_START of the simulator needs DATAFEED_CLOCK=step.")
        return create_simulator(settings.datafeed_seed, start_ms)
    recording = create_recording(settings)
    if start_ms is not None and not recording.start_ms <= start_ms < recording.end_ms:
        raise ConfigurationError(
            "DATAFEED_START is not within what is recorded of all symbols, "
            f"{_utc(recording.start_ms)} to {_utc(recording.end_ms)}; DATAFEED_SYMBOLS names those "
            "to play."
        )
    return Replay(recording, start_ms, speed=settings.datafeed_speed)


def create_market_clock(
    settings: Settings,
    source: MarketSource,
    wait_delivered: Callable[[], Awaitable[None]],
    refusal: str = "",
) -> StepClock | None:
    """Return the clock that moves a replay or a stepped market, or None for a market that moves
    itself. With a `refusal` clients cannot control it. Raises ConfigurationError."""
    is_stepped = settings.datafeed_clock == "step"
    if is_stepped and not isinstance(source, PlayableSource):
        return StepClock(require_steppable(source), wait_delivered)
    if not (is_stepped or isinstance(source, Replay)):
        return None
    assert isinstance(source, PlayableSource)
    return PlayingClock(
        source,
        wait_delivered,
        is_playing=not is_stepped,
        waits=is_stepped,
        speed=settings.datafeed_speed,
        refusal=refusal,
    )


def require_steppable(source: MarketSource) -> SteppableSource:
    """Return the source, if it can be moved by a step clock. Raises ConfigurationError."""
    if not isinstance(source, SteppableSource):
        raise ConfigurationError("DATAFEED_CLOCK=step needs a market source that has steps.")
    return source


def require_following(source: MarketSource) -> FollowingSource:
    """Return the source, if it can follow the market of another process. Raises
    ConfigurationError."""
    if not isinstance(source, FollowingSource):
        raise ConfigurationError("This market source cannot be followed by other processes.")
    return source


def create_simulator(seed: int, start_ms: int | None) -> Simulator:
    """Return a simulated market that stands still at `start_ms`, or follows the wall clock if that
    is None. Raises ConfigurationError."""
    if start_ms is None:
        return Simulator(seed)
    if not FIRST_MS < start_ms < END_MS:
        raise ConfigurationError("DATAFEED_START of the simulator is from 2007 to 2149.")
    return Simulator(seed, clock=lambda: start_ms)


def create_recording(settings: Settings) -> Playable:
    """Return the data of a replay: a file, a recorded market or stored symbols. Raises
    ConfigurationError."""
    path = settings.datafeed_path
    if path is None:
        return _stored_recording(settings)
    return _tick_recording(settings, path) if path.is_dir() else _file_recording(path)


def _tick_recording(settings: Settings, folder: Path) -> TickRecording:
    """Return the recordings in a folder of a venue or of one symbol."""
    try:
        found = recorded_symbols(folder).items()
        folders = {symbol: each for symbol, each in found if has_ticks(each)}
        if not folders and has_ticks(folder):
            folders = {SymbolRecording(folder).instrument.symbol: folder}
        if not folders:
            raise ConfigurationError(
                f"DATAFEED_PATH: {folder} has no recording; a server with DATAFEED_RECORD=1 makes "
                "one in DATA_DIR/recordings."
            )
        wanted = _wanted_symbols(settings)
        if missing := [name for name in wanted if name not in folders]:
            raise ConfigurationError(
                f"DATAFEED_SYMBOLS: {missing[0]} is not recorded; there are {', '.join(folders)}."
            )
        return TickRecording([SymbolRecording(folders[name]) for name in wanted or folders])
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"DATAFEED_PATH: {error}") from error


def _wanted_symbols(settings: Settings) -> list[str]:
    names = (name.strip() for name in settings.datafeed_symbols.split(","))
    return list(dict.fromkeys(name for name in names if name))


def _file_recording(path: Path) -> Recording:
    try:
        return Recording(read_series(path))
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"DATAFEED_PATH: {error}") from error


def _stored_recording(settings: Settings) -> Recording:
    store = BarStore(settings.data_dir)
    stored = store.symbols()
    if not stored:
        raise ConfigurationError(
            f"DATAFEED_SOURCE=replay needs symbols in {settings.data_dir} (DATA_DIR), which "
            "`trading-api data import` puts there, or DATAFEED_PATH, a CSV file or a recording."
        )
    wanted = _wanted_symbols(settings)
    if missing := [name for name in wanted if name not in stored]:
        raise ConfigurationError(
            f"DATAFEED_SYMBOLS: {missing[0]} is not stored; there are {', '.join(stored)}."
        )
    try:
        opened = [store.open(name) for name in wanted or stored]
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"DATA_DIR: {error}") from error
    return Recording([series for series in opened if series is not None])


def _utc(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat()


def _milliseconds(instant: datetime | None) -> int | None:
    """Return milliseconds since 1970. An instant without a zone is UTC."""
    if instant is None:
        return None
    return round((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
