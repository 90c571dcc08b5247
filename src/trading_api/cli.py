"""The `trading-api` command."""

from __future__ import annotations

import argparse
import importlib
import socket
import sys
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import available_timezones

import uvicorn
from pydantic import ValidationError

from trading_api.modules.datafeed.market.importing import ImportOrder, import_files
from trading_api.modules.datafeed.market.recorded_rows import FaultyRowsError, RecordingError
from trading_api.modules.datafeed.market.store import Store
from trading_api.server import server_options
from trading_api.settings import Settings
from trading_api.shared.errors import ConfigurationError


def main() -> int:
    parser = argparse.ArgumentParser(prog="trading-api", description=__doc__)
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="start the backend; settings are in the environment")
    serve.add_argument("--reload", action="store_true", help="start again when the code changes")
    serve.set_defaults(run=_serve)
    data = commands.add_parser("data", help="the market data of your own, in DATA_DIR")
    _add_data_commands(data.add_subparsers(required=True))
    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except ValidationError as error:
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            print(f"trading-api: {name}: {fault['msg']}", file=sys.stderr)
        return 2
    except ConfigurationError as error:
        print(f"trading-api: {error}", file=sys.stderr)
        return 2
    return 0


def _add_data_commands(commands: Any) -> None:
    command = commands.add_parser("import", help="put CSV files of bars or ticks into the store")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument("--symbol", required=True, type=str.upper)
    command.add_argument(
        "--timezone", required=True, type=_timezone, help="of the exchange: America/New_York"
    )
    command.add_argument("--session", help="0930-1600; without it, round the clock")
    command.add_argument("--calendar", help="of exchange_calendars, for its holidays: XNYS")
    command.add_argument("--currency", type=str.upper, help="USD")
    command.add_argument("--exchange", type=str.upper, help="RECORDED")
    command.add_argument("--type", help="stock, forex, crypto, futures, index")
    command.add_argument("--replace", action="store_true", help="forget what is stored of it")
    command.set_defaults(run=_import)


def _timezone(name: str) -> str:
    if name not in available_timezones():
        raise argparse.ArgumentTypeError(f"{name!r} is no time zone; one is America/New_York")
    return name


def _import(arguments: argparse.Namespace) -> None:
    order = ImportOrder(
        paths=arguments.files,
        symbol=arguments.symbol,
        timezone=arguments.timezone,
        session=arguments.session,
        calendar=arguments.calendar,
        currency=arguments.currency,
        exchange=arguments.exchange,
        type=arguments.type,
        is_replacing=arguments.replace,
    )
    progress = ProgressBar(sys.stderr) if sys.stderr.isatty() else None
    try:
        report = import_files(Store(Settings().data_dir), order, progress)
    except FaultyRowsError as error:
        lines = [f"{error.count:,} rows cannot be taken as they are, and none is repaired:"]
        lines += [f"  {fault}" for fault in error.faults]
        raise ConfigurationError("\n".join([*lines, "Nothing was imported."])) from error
    except (RecordingError, OSError) as error:
        raise ConfigurationError(f"{error} Nothing was imported.") from error
    print("\n".join(report.lines()))


class ProgressBar:
    """One line, drawn over itself."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, path: Path, done: int, size: int) -> None:
        share = done / max(1, size)
        bar = ("#" * round(share * 30)).ljust(30, ".")
        end = "\n" if done >= size else ""
        self._stream.write(f"\r{path.name[:40]} [{bar}] {share:4.0%}{end}")
        self._stream.flush()


def _serve(arguments: argparse.Namespace) -> None:
    settings = Settings()
    # What can't start stops here with a sentence, not in a server's traceback.
    importlib.import_module("trading_api.main")
    _check_port(settings)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = f"{host}:{settings.port}"
    print(
        f"REST        http://{base}/api/v1   documented at http://{base}/api/v1/docs\n"
        f"WebSocket   ws://{base}/api/v1/ws   documented at http://{base}/api/v1/ws/asyncapi",
        flush=True,
    )
    uvicorn.run(
        "trading_api.main:app",
        reload=arguments.reload,
        reload_dirs=[str(Path(__file__).parent)] if arguments.reload else None,
        **server_options(settings),
    )


def _check_port(settings: Settings) -> None:
    """Said before the addresses are, which would be somebody else's."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigurationError(
                f"HOST={settings.host} PORT={settings.port} cannot be listened on "
                f"({error.strerror}); try another, as in PORT={settings.port + 1}."
            ) from error
