"""Makes backtests of stored bars, files, recordings and the simulated market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from pydantic import ValidationError

from trading_api.backtest.session import BacktestSession
from trading_api.errors import ConfigurationError as ConfigurationError
from trading_api.modules.datafeed.market.step_clock import SteppableSource
from trading_api.modules.datafeed.replay.playable import Playable
from trading_api.modules.datafeed.replay.recording import Recording
from trading_api.modules.datafeed.replay.replay import Replay
from trading_api.modules.datafeed.simulator.simulator import Simulator
from trading_api.modules.datafeed.source_factory import create_recording, create_simulator
from trading_api.settings import Settings

IntrabarPath = Literal["nearer", "opposite"]
"""The extreme that a bar reaches first: the one nearer to its open, or the other one."""
Instant = int | str | datetime
"""Milliseconds since 1970, or a time. A time without a zone is in UTC."""


def create_session(
    data: str | Path | Playable,
    terms: Mapping[str, object] | None = None,
    start: Instant | None = None,
    end: Instant | None = None,
    account_id: str | None = None,
    symbols: Sequence[str] = (),
    path: IntrabarPath = "nearer",
) -> BacktestSession:
    """Return a backtest of recorded data.

    `data` is a folder of stored bars (DATA_DIR), a CSV or Parquet file, the folder of a recorded
    market, or the result of `read_recording`. `terms` has settings of the server by the names of
    their environment variables, such as SLIPPAGE_TICKS; the others have their defaults. Bars before
    `start` are history. Without `start`, the backtest begins where every symbol has begun.
    `symbols` are the symbols to play, by default all.

    `path` is the assumed order of prices within a bar. With "nearer", a bar first reaches the
    extreme nearer to its open, with "opposite" the other one. Raises ConfigurationError."""
    settings = backtest_settings(terms)
    source = recorded_source(data, settings, start, symbols, path)
    end_ms = source.recording.end_ms if end is None else to_ms(end)
    if end_ms < source.now_ms:
        raise ConfigurationError("The backtest ends before it begins.")
    return BacktestSession(source, settings, account_id or settings.default_account_id, end_ms)


def create_simulated_session(
    seed: int,
    start: Instant,
    end: Instant,
    terms: Mapping[str, object] | None = None,
    account_id: str | None = None,
) -> BacktestSession:
    """Return a backtest of the simulated market from `start` to `end`. Raises
    ConfigurationError."""
    settings = backtest_settings(terms)
    start_ms, end_ms = to_ms(start), to_ms(end)
    if end_ms < start_ms:
        raise ConfigurationError("The backtest ends before it begins.")
    source = create_simulator(seed, start_ms)
    return BacktestSession(source, settings, account_id or settings.default_account_id, end_ms)


def backtest_settings(values: Mapping[str, object] | None = None) -> Settings:
    """Return the server's default settings with some values, by the names of their environment
    variables. Raises ConfigurationError for an unknown setting and for a wrong value."""
    fields = Settings.model_fields
    named = {name.lower(): value for name, value in (values or {}).items()}
    if unknown := [name for name in named if name not in fields]:
        raise ConfigurationError(f"{unknown[0].upper()} is not a setting.")
    try:
        return Settings.model_validate(Settings.defaults().model_dump() | named)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"])).upper()
        raise ConfigurationError(f"{name}: {first['msg']}") from error


def recorded_source(
    data: str | Path | Playable,
    settings: Settings,
    start: Instant | None,
    symbols: Sequence[str] = (),
    path: IntrabarPath = "nearer",
) -> Replay:
    """Return a replay of recorded data that stands at `start`. Raises ConfigurationError."""
    if path not in (paths := get_args(IntrabarPath)):
        raise ConfigurationError(f"The path is {' or '.join(paths)}, not {path!r}.")
    recording = data
    if isinstance(recording, str | Path):
        recording = read_recording(recording, settings, symbols)
    if path == "opposite":
        if not isinstance(recording, Recording):
            raise ConfigurationError(
                "Only recorded bars have an opposite path. Recorded ticks have a fixed one."
            )
        recording = Recording([each.opposite() for each in recording.series])
    start_ms = recording.start_ms if start is None else to_ms(start)
    if not recording.start_ms <= start_ms < recording.end_ms:
        raise ConfigurationError(
            f"The start {_text(start_ms)} is not within what is recorded of all symbols, "
            f"{_text(recording.start_ms)} to {_text(recording.end_ms)}."
        )
    return Replay(recording, start_ms)


def read_recording(data: str | Path, settings: Settings, symbols: Sequence[str] = ()) -> Playable:
    """Return recorded data, which several backtests can play. Raises ConfigurationError."""
    data = Path(data)
    if not data.exists():
        raise ConfigurationError(f"There is no file or folder {data}.")
    is_store = data.is_dir() and (data / "market").is_dir()
    place = {"data_dir": data} if is_store else {"datafeed_path": data}
    return create_recording(
        settings.model_copy(
            update={
                **place,
                "datafeed_source": "replay",
                "datafeed_symbols": ",".join(symbols) or settings.datafeed_symbols,
            }
        )
    )


def data_hash(source: SteppableSource) -> str:
    """Return the SHA-256 of the recorded data, or of the seed of a simulated market, in hex."""
    digest = sha256()
    if isinstance(source, Simulator):
        digest.update(f"simulator {source.seed}".encode())
    elif isinstance(source, Replay):
        for part in source.recording.content():
            digest.update(part)
    return digest.hexdigest()


def to_ms(instant: Instant) -> int:
    """Return milliseconds since 1970. Raises ConfigurationError for an invalid time."""
    if isinstance(instant, int):
        return instant
    if isinstance(instant, str):
        try:
            instant = datetime.fromisoformat(instant)
        except ValueError as error:
            raise ConfigurationError(f"{instant!r} is not a time in ISO 8601.") from error
    return round((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)


def _text(instant_ms: int) -> str:
    return datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat()
